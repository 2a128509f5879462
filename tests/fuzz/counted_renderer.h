/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Counted renderer
 *
 * A renderer whose images are counted, and fenced off from what lies behind them in
 * their last page: an account of its own, beside the one that the device keeps.
 */

#include <stdint.h>

#include "gpu-bridge/gpu/renderer.h"

/** The same operations as `ops` has, counted. */
const struct renderer_ops *counted_renderer(const struct renderer_ops *ops);

/** How many images there are. */
unsigned counted_images(void);

/** What they take, in whole pages. */
uint64_t counted_bytes(void);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake GL
 *
 * A renderer with 3D that draws nothing: its images are the soft renderer's, it writes down
 * what is asked of it, a word each ("create7 fence7:1 destroy7 fetch:8x8+0+0"), and its fences pass
 * when the test says so. There is one a process.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gpu-bridge/gpu/renderer.h"

/** Forgets what was written down; makes fences again. */
const struct renderer_ops *fake_gl_ops(void);

/** What was asked since the last time. */
const char *fake_gl_told(void);

/** Lets a fence of a context pass, and its earlier ones. */
void fake_gl_pass(uint32_t context, uint64_t fence);

/** Whether fences can be made from now on. */
void fake_gl_set_working(bool is_working);

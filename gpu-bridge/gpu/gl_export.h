/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GL export
 *
 * Gives a texture's memory on a GPU to other processes, as a dma-buf. Needs a current context
 * of EGL's.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>

#include "gpu-bridge/display.h"

/** Exports a texture of GL_TEXTURE_2D: all of `ret_dmabuf` but for its sides, its window and which
 * row is the top one. The descriptor is the caller's. Returns false when the driver cannot, or not
 * as one plane. */
bool gl_export_dmabuf(unsigned texture, struct display_dmabuf *ret_dmabuf);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Offscreen: draws a scene into a file, on any machine, without a window.
 */

#include "scene.h"

/**
 * Draws the picture that a guest shows after so many steps into a PPM file.
 *
 * Returns 0 or a negative errno; -ENODEV without a working OpenGL ES.
 */
int offscreen_render(const struct scene_ops *ops, int width, int height, uint32_t frame,
		     const char *path);

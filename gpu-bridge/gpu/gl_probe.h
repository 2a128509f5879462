/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GL probe
 *
 * Whether there is OpenGL without a window. virglrenderer takes that for granted: where it is not
 * so, it ends the process.
 *
 * Threads: any.
 */

#include <stdbool.h>

/** Returns NULL when there is, or what is missing. Leaves nothing behind. */
const char *gl_probe(void);

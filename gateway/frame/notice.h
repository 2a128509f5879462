/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Notice
 *
 * The picture that says why there is nothing to see: the last one, darkened,
 * with a box of text in its middle.
 *
 * Threads: the loop's.
 */

#include "gateway/frame/text.h"

struct frame;

/**
 * Draws over the whole canvas: `last`, where there is one of the canvas's size,
 * else an empty screen; and `text` in at most NOTICE_LINES_MAX lines.
 */
#define NOTICE_LINES_MAX 8
void notice_draw(const struct canvas *canvas, const struct frame *last, const char *text);

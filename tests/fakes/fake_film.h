/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Film
 *
 * What moves on a head of the fake guest, so that video is worth it: in the upper quarter eight
 * bars of known colours, which change places all 8 pictures; below them a pattern that runs.
 * Between films a poster is shown, with edges as sharp as text.
 */

#include <stdint.h>

struct film_box {
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

/** Draws picture `number` to `pixels`, a head's, with `stride` pixels a row. */
void film_draw(uint32_t *pixels, uint32_t stride, struct film_box box, uint32_t number);

void film_draw_poster(uint32_t *pixels, uint32_t stride, struct film_box box);

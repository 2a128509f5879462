/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_film.h"

#include <stddef.h>

#define BARS 8

/* As in tests/browser/support/clip.mjs. */
static const uint32_t colours[BARS] = {
	0xffff0000, 0xff00ff00, 0xff0000ff, 0xffffff00,
	0xff1020c8, 0xffffffff, 0xff6080a0, 0xff000000,
};

static uint32_t pattern(uint32_t x, uint32_t y, uint32_t number)
{
	uint32_t along = x + 6 * number;
	uint32_t wave = (along & 128 ? ~along : along) & 127;

	return 0xff202020 + (wave << 16 | (y & 127) << 8 | (((x ^ y) + number) & 127));
}

static uint32_t poster(uint32_t x, uint32_t y)
{
	return (x ^ y) & 4 ? 0xfff0e0d0 : (x * y) & 8 ? 0xff103050 : 0xffb02040;
}

void film_draw(uint32_t *pixels, uint32_t stride, struct film_box box, uint32_t number)
{
	for (uint32_t y = 0; y < box.height; y++) {
		uint32_t *row = pixels + (size_t)(box.y + y) * stride + box.x;

		for (uint32_t x = 0; x < box.width; x++)
			row[x] = y < box.height / 4
					 ? colours[(x * BARS / box.width + number / 8) % BARS]
					 : pattern(x, y, number);
	}
}

void film_draw_poster(uint32_t *pixels, uint32_t stride, struct film_box box)
{
	for (uint32_t y = 0; y < box.height; y++) {
		uint32_t *row = pixels + (size_t)(box.y + y) * stride + box.x;

		for (uint32_t x = 0; x < box.width; x++)
			row[x] = poster(x, y);
	}
}

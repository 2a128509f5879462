/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame_number.h"

#define LIGHT 0xc8d2dc
#define DARK  0x10161e

/* CRC-8, polynomial x^8 + x^2 + x + 1, inverted so that a uniform corner is no number. */
static uint8_t checksum(uint32_t number)
{
	uint8_t crc = 0;

	for (int bit = 23; bit >= 0; bit--) {
		bool carry = (crc >> 7) ^ (number >> bit & 1);

		crc = (crc << 1) ^ (carry ? 0x07 : 0);
	}
	return crc ^ 0xff;
}

uint32_t frame_number_cells(uint32_t number)
{
	number %= FRAME_NUMBER_LIMIT;
	return number << 8 | checksum(number);
}

uint32_t frame_number_colour(bool set)
{
	return set ? LIGHT : DARK;
}

void frame_number_draw(struct canvas *canvas, uint32_t number)
{
	uint32_t cells = frame_number_cells(number);

	for (int i = 0; i < 32; i++) {
		int x = i % FRAME_NUMBER_COLUMNS * FRAME_NUMBER_CELL;
		int y = i / FRAME_NUMBER_COLUMNS * FRAME_NUMBER_CELL;
		struct rect cell = {x, y, x + FRAME_NUMBER_CELL, y + FRAME_NUMBER_CELL};

		canvas_fill_rect(canvas, cell, frame_number_colour(cells >> (31 - i) & 1));
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Frame number
 *
 * A small block code in the top left corner of a head, which survives video
 * codecs: README.md describes it, frame_number.py reads it.
 */

#include "canvas.h"

#define FRAME_NUMBER_CELL    8 /* pixels, whatever the mode: one transform block of H.264 */
#define FRAME_NUMBER_COLUMNS 8
#define FRAME_NUMBER_ROWS    4
#define FRAME_NUMBER_LIMIT   (1u << 24)

/** The 32 cells in reading order, the first in the highest bit: 24 bits of number, 8 of checksum.
 */
uint32_t frame_number_cells(uint32_t number);

/** The colour of a cell, 0xRRGGBB. */
uint32_t frame_number_colour(bool set);

/** Draws the cells at the top left corner of the canvas. */
void frame_number_draw(struct canvas *canvas, uint32_t number);

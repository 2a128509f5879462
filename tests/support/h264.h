/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * H.264 in tests
 *
 * Decodes access units as a viewer does: each one at once. Whatever a viewer could not take fails
 * the test.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct h264_decoder;

/* What a unit consists of. */
struct h264_unit {
	unsigned slices;
	unsigned parameter_sets;
	unsigned others;
	unsigned profile; /* of its sequence parameter set: profile_idc; 0: it has none */
	bool is_idr;
};

/* A decoded picture, valid until the next unit is decoded: 4:2:0 in three planes. */
struct h264_picture {
	uint32_t width;
	uint32_t height;
	const uint8_t *planes[3];
	size_t strides[3];
	bool is_bt709_full; /* by its VUI */
};

struct h264_decoder *h264_decoder_create(void);

/** Accepts NULL. */
void h264_decoder_destroy(struct h264_decoder *decoder);

/** Decodes one unit, out of which one picture must come. */
struct h264_picture h264_decode(struct h264_decoder *decoder, const uint8_t *data, size_t size);

struct h264_unit h264_look_at(const uint8_t *data, size_t size);

/** The colour of a pixel, 0xrrggbb, by BT.709, full range. */
uint32_t h264_picture_pixel(const struct h264_picture *picture, uint32_t x, uint32_t y);

/** By how much the channels of two colours differ, at most. */
int h264_difference(uint32_t one, uint32_t other);

DEFINE_CLEANUP(struct h264_decoder *, h264_decoder_destroy)

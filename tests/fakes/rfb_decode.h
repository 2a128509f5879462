/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RFB decoders
 *
 * Each reads one rectangle's data from `bytes`. They return how many bytes it
 * took; 0 when not all of it is there yet, in which case nothing was changed;
 * negative errno for data that is wrong.
 */

#include <sys/types.h>

#include "tests/fakes/rfb_client.h"

struct rfb_rect {
	uint16_t x;
	uint16_t y;
	uint16_t width;
	uint16_t height;
};

ssize_t rfb_decode_raw(struct rfb_client *client, const struct rfb_rect *rect, const uint8_t *bytes,
		       size_t size);
ssize_t rfb_decode_zrle(struct rfb_client *client, const struct rfb_rect *rect,
			const uint8_t *bytes, size_t size);
ssize_t rfb_decode_tight(struct rfb_client *client, const struct rfb_rect *rect,
			 const uint8_t *bytes, size_t size);

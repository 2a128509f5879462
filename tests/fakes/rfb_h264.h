/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RFB encoding 50 for the test client
 *
 * Decodes as viewers do: a context for each place and size, and all the rules that
 * some of them need. A unit that breaks one is refused: no slice or more than one, a
 * context that begins without the reset flag or without a key frame, a unit that was left out.
 */

#include "tests/fakes/rfb_decode.h"

struct rfb_h264;

/* What came, in order. */
struct rfb_unit {
	struct rfb_rect rect;
	uint32_t flags;
	bool is_key;
	uint32_t size;
	uint32_t checksum;
};

/** Accepts NULL. */
void rfb_h264_destroy(struct rfb_h264 *h264);

/** As the other decoders; with `decodes`, notes the units and paints them. */
ssize_t rfb_decode_h264(struct rfb_client *client, const struct rfb_rect *rect,
			const uint8_t *bytes, size_t size);

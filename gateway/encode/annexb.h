/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Annex B
 *
 * Finds the NAL units in a byte stream (ITU-T H.264, Annex B).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ITU-T H.264, table 7-1. */
enum annexb_type {
	ANNEXB_SLICE = 1,
	ANNEXB_SLICE_IDR = 5,
	ANNEXB_SEI = 6,
	ANNEXB_SPS = 7,
	ANNEXB_PPS = 8,
};

struct annexb_nal {
	unsigned type;	     /* enum annexb_type or another */
	const uint8_t *data; /* from its start code on */
	size_t size;
	size_t start_code_bytes; /* 3 or 4 */
};

/**
 * The next NAL unit of a stream that goes from `*at` to `end`; `*at` becomes where the one
 * after it begins. What comes before the first start code is left out.
 *
 * Returns false after the last.
 */
bool annexb_next(const uint8_t **at, const uint8_t *end, struct annexb_nal *ret_nal);

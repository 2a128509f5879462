/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU formats
 *
 * How many bytes pixels of a format take. The numbers are virgl's, of which virtio-gpu's
 * own are some.
 *
 * Threads: any.
 */

#include <stdbool.h>
#include <stdint.h>

/* Formats store blocks of pixels; most of one pixel each. */
struct gpu_format {
	uint8_t block_width;
	uint8_t block_height;
	uint8_t block_bytes;
};

/** Returns false for a format that is none, or of several planes. */
bool gpu_format_find(uint32_t number, struct gpu_format *ret_format);

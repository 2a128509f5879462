/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fuzz input
 *
 * The bytes that a target was given, read from their beginning. Past their end
 * there are zeros, so that every input is a whole program, and fuzz_input_ended()
 * tells when to stop.
 *
 * A number is one byte where it can be, so that small and strange ones are near to
 * each other: 0x00 to 0xbf are themselves; 0xc0 to 0xdf the powers of two; 0xe0 to
 * 0xfe those less one, from 1 on; 0xff is followed by 32 bits, little-endian.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct fuzz_input {
	const uint8_t *bytes;
	size_t left;
};

static inline bool fuzz_input_ended(const struct fuzz_input *input)
{
	return input->left == 0;
}

/** Copies `size` bytes. */
static inline void fuzz_bytes(struct fuzz_input *input, void *ret_bytes, size_t size)
{
	size_t there = size < input->left ? size : input->left;

	if (there > 0)
		memcpy(ret_bytes, input->bytes, there);
	memset((uint8_t *)ret_bytes + there, 0, size - there);
	input->bytes += there;
	input->left -= there;
}

static inline uint8_t fuzz_u8(struct fuzz_input *input)
{
	uint8_t value;

	fuzz_bytes(input, &value, sizeof(value));
	return value;
}

static inline uint16_t fuzz_u16(struct fuzz_input *input)
{
	uint16_t value;

	fuzz_bytes(input, &value, sizeof(value));
	return value;
}

static inline uint32_t fuzz_u32(struct fuzz_input *input)
{
	uint32_t value;

	fuzz_bytes(input, &value, sizeof(value));
	return value;
}

static inline uint64_t fuzz_u64(struct fuzz_input *input)
{
	uint64_t value;

	fuzz_bytes(input, &value, sizeof(value));
	return value;
}

static inline uint32_t fuzz_number(struct fuzz_input *input)
{
	uint8_t code = fuzz_u8(input);

	if (code < 0xc0)
		return code;
	if (code < 0xe0)
		return UINT32_C(1) << (code - 0xc0);
	if (code < 0xff)
		return (uint32_t)((UINT64_C(2) << (code - 0xe0)) - 1);
	return fuzz_u32(input);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/annexb.h"

#include "tests/support/test.h"

static void expect_next(const uint8_t **at, const uint8_t *end, unsigned type, size_t size,
			size_t start_code_bytes)
{
	struct annexb_nal nal;

	EXPECT(annexb_next(at, end, &nal));
	EXPECT_INT(nal.type, type);
	EXPECT_INT(nal.size, size);
	EXPECT_INT(nal.start_code_bytes, start_code_bytes);
}

static void nal_units_are_found_after_start_codes_of_either_length(void)
{
	static const uint8_t stream[] = {0, 0, 0, 1, 0x67, 9, 9, 0, 0, 1,    0x68,
					 7, 0, 0, 0, 1,	   5, 0, 0, 1, 0x41, 0};
	const uint8_t *at = stream, *end = stream + sizeof(stream);
	struct annexb_nal nal;

	expect_next(&at, end, ANNEXB_SPS, 7, 4);
	expect_next(&at, end, ANNEXB_PPS, 5, 3);
	expect_next(&at, end, ANNEXB_SLICE_IDR, 5, 4);
	expect_next(&at, end, ANNEXB_SLICE, 5, 3);
	EXPECT(!annexb_next(&at, end, &nal));
	EXPECT(!annexb_next(&at, end, &nal));
}

static void what_is_no_stream_has_no_nal_units(void)
{
	static const uint8_t nothing[] = {1, 2, 3, 0, 0};
	const uint8_t *at = nothing;
	struct annexb_nal nal;

	EXPECT(!annexb_next(&at, nothing + sizeof(nothing), &nal));
	at = NULL;
	EXPECT(!annexb_next(&at, NULL, &nal));
}

static void a_start_code_at_the_end_is_a_unit_of_no_type(void)
{
	static const uint8_t cut[] = {9, 0, 0, 1};
	const uint8_t *at = cut;

	expect_next(&at, cut + sizeof(cut), 0, 3, 3);
}

int main(void)
{
	RUN_TEST(nal_units_are_found_after_start_codes_of_either_length);
	RUN_TEST(what_is_no_stream_has_no_nal_units);
	RUN_TEST(a_start_code_at_the_end_is_a_unit_of_no_type);
	return 0;
}

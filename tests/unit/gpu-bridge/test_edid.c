/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/edid.h"

#include "tests/support/test.h"

static const struct edid_monitor full_hd = {"Virtual-1", 1, 1920, 1080, 510, 290};

static void expect_sum_of_zero(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	EXPECT_INT(sum, 0);
}

static void every_size_has_valid_blocks(void)
{
	static const uint32_t sides[] = {1, 2, 640, 801, 1080, 4095, 4096, 7680, 16383, 16384};
	const unsigned count = sizeof(sides) / sizeof(sides[0]);

	for (unsigned i = 0; i < count * count; i++) {
		struct edid_monitor monitor = {
			.name = "n", .width = sides[i / count], .height = sides[i % count]};
		bool is_large = monitor.width > 4095 || monitor.height > 4095;
		uint8_t edid[EDID_SIZE_MAX];

		EXPECT_INT(edid_make(&monitor, edid), is_large ? 256 : 128);
		expect_sum_of_zero(edid, 128);
		EXPECT_INT(edid[126], is_large);
		if (is_large) {
			expect_sum_of_zero(edid + 128, 128);
			expect_sum_of_zero(edid + 129, 5 + 23);
		}
	}
}

static void the_detailed_timing_has_exactly_the_size(void)
{
	uint8_t edid[EDID_SIZE_MAX];
	const uint8_t *timing = edid + 54;

	edid_make(&full_hd, edid);
	EXPECT_INT(timing[2] | (timing[4] & 0xf0) << 4, 1920);
	EXPECT_INT(timing[5] | (timing[7] & 0xf0) << 4, 1080);
	/* 138.65 MHz: CVT with reduced blanking has 138.50, in steps of 0.25. */
	EXPECT_INT(timing[0] | timing[1] << 8, 13865);
	EXPECT_INT(timing[12] | (timing[14] & 0xf0) << 4, 510);
	EXPECT_INT(timing[13] | (timing[14] & 0x0f) << 8, 290);
}

static void a_large_size_is_in_the_extension(void)
{
	struct edid_monitor pillar_to_pillar = {"wide", 1, 7680, 720, 0, 0};
	uint8_t edid[EDID_SIZE_MAX];
	const uint8_t *detail = edid + 128 + 1 + 4 + 3;

	edid_make(&pillar_to_pillar, edid);
	EXPECT_INT(edid[54] | edid[55], 0);
	EXPECT_INT(edid[128], 0x70);
	EXPECT_INT(detail[4] | detail[5] << 8, 7679);
	EXPECT_INT(detail[12] | detail[13] << 8, 719);
}

static void the_name_is_said_up_to_its_bound(void)
{
	struct edid_monitor monitor = full_hd;
	uint8_t edid[EDID_SIZE_MAX];

	edid_make(&monitor, edid);
	EXPECT(memcmp(edid + 72, "\0\0\0\xfc\0Virtual-1\n   ", 18) == 0);
	monitor.name = "a name of more than thirteen letters";
	edid_make(&monitor, edid);
	EXPECT(memcmp(edid + 77, "a name of mor", 13) == 0);
}

static void an_unknown_physical_size_is_that_of_96_dots_an_inch(void)
{
	struct edid_monitor monitor = {"n", 1, 960, 480, 0, 0};
	uint8_t edid[EDID_SIZE_MAX];

	edid_make(&monitor, edid);
	EXPECT_INT(edid[54 + 12], 254);
	EXPECT_INT(edid[54 + 13], 127);
	EXPECT_INT(edid[21], 25);
}

/* Where Debian's edid-decode is installed, it has the last word. */
static void edid_decode_has_nothing_to_find_fault_with(void)
{
	static const struct edid_monitor monitors[] = {
		{"Virtual-1", 1, 1920, 1080, 510, 290}, {"Virtual-2", 2, 1280, 800, 0, 0},
		{"Virtual-3", 3, 801, 603, 0, 0},	{"Virtual-4", 4, 3840, 2160, 0, 0},
		{"Virtual-5", 5, 4095, 4095, 0, 0},	{"Virtual-6", 6, 1080, 1920, 0, 0},
	};

	if (system("command -v edid-decode >/dev/null") != 0) {
		puts("(edid-decode is not installed)");
		return;
	}
	for (unsigned i = 0; i < sizeof(monitors) / sizeof(monitors[0]); i++) {
		uint8_t edid[EDID_SIZE_MAX];
		FILE *decoder = popen("edid-decode --check - >/dev/null 2>&1", "w");
		size_t size = edid_make(&monitors[i], edid);

		EXPECT(decoder && fwrite(edid, 1, size, decoder) == size);
		EXPECT_INT(pclose(decoder), 0);
	}
}

int main(void)
{
	RUN_TEST(every_size_has_valid_blocks);
	RUN_TEST(the_detailed_timing_has_exactly_the_size);
	RUN_TEST(a_large_size_is_in_the_extension);
	RUN_TEST(the_name_is_said_up_to_its_bound);
	RUN_TEST(an_unknown_physical_size_is_that_of_96_dots_an_inch);
	RUN_TEST(edid_decode_has_nothing_to_find_fault_with);
	return 0;
}

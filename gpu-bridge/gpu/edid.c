/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/edid.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define BLOCK_SIZE 128

/* What a detailed timing has room for: 12 bits a side, 16 of 10 kHz, 12 of a millimetre. */
#define DETAILED_SIDE_MAX  4095
#define DETAILED_CLOCK_MAX 65535
#define DETAILED_MM_MAX	   4095

/* In 10 kHz. */
#define CLOCK_MIN 1000

#define REFRESH_HZ 60

/* Of VESA's CVT with reduced blanking. */
#define H_FRONT		 48
#define H_SYNC		 32
#define H_BLANK		 160
#define V_FRONT		 3
#define V_BACK_MIN	 6
#define V_BLANK_MIN_US	 460
#define MODEL_YEAR	 2026
#define FIRST_MODEL_YEAR 1990

struct timing {
	uint32_t width;
	uint32_t height;
	uint32_t v_sync;
	uint32_t v_blank;
	uint32_t clock_10khz;
};

static void put16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

/* The byte that makes the sum of all of them zero. */
static uint8_t checksum(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return (uint8_t)-sum;
}

/* -- Timing ------------------------------------------------------------------ */

/* The length of the pulse tells the aspect ratio. */
static uint32_t v_sync_of(uint32_t width, uint32_t height)
{
	static const struct {
		uint32_t width, height, lines;
	} ratios[] = {{4, 3, 4}, {16, 9, 5}, {16, 10, 6}, {5, 4, 7}, {15, 9, 7}};

	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++)
		if (width * ratios[i].height == height * ratios[i].width)
			return ratios[i].lines;
	return 10;
}

static struct timing timing_of(uint32_t width, uint32_t height, uint32_t clock_max)
{
	struct timing timing = {width, height, v_sync_of(width, height), 0, 0};
	uint64_t clock;

	for (uint32_t refresh = REFRESH_HZ;; refresh--) {
		/* Lines that pass in the shortest blanking, and one for the rounding. */
		uint32_t line_ns = (1000000000 / refresh - V_BLANK_MIN_US * 1000) / height;
		uint32_t blank = V_BLANK_MIN_US * 1000 / line_ns + 1;
		uint32_t least = V_FRONT + timing.v_sync + V_BACK_MIN;

		timing.v_blank = blank > least ? blank : least;
		clock = (uint64_t)refresh * (width + H_BLANK) * (height + timing.v_blank) / 10000;
		/* Rather slower than not at all. */
		if (clock <= clock_max || refresh == 1)
			break;
	}
	/* A slower clock is taken for no timing at all. */
	timing.clock_10khz = clock > CLOCK_MIN ? (uint32_t)clock : CLOCK_MIN;
	return timing;
}

/* -- The base block ---------------------------------------------------------- */

static void put_detailed(uint8_t *bytes, const struct timing *timing, uint32_t width_mm,
			 uint32_t height_mm)
{
	uint32_t width = timing->width, height = timing->height;

	put16(bytes, timing->clock_10khz);
	bytes[2] = (uint8_t)width;
	bytes[3] = (uint8_t)H_BLANK;
	bytes[4] = (uint8_t)(width >> 8 << 4 | H_BLANK >> 8);
	bytes[5] = (uint8_t)height;
	bytes[6] = (uint8_t)timing->v_blank;
	bytes[7] = (uint8_t)(height >> 8 << 4 | timing->v_blank >> 8);
	bytes[8] = H_FRONT;
	bytes[9] = H_SYNC;
	bytes[10] = (uint8_t)(V_FRONT << 4 | timing->v_sync);
	bytes[12] = (uint8_t)width_mm;
	bytes[13] = (uint8_t)height_mm;
	bytes[14] = (uint8_t)(width_mm >> 8 << 4 | height_mm >> 8);
	bytes[17] = 0x1a; /* digital, separate; horizontal +, vertical - */
}

#define TAG_NAME  0xfc
#define TAG_DUMMY 0x10

static void put_text(uint8_t *bytes, uint8_t tag, const char *text)
{
	size_t length = strnlen(text, EDID_NAME_MAX);

	bytes[3] = tag;
	memset(bytes + 5, ' ', EDID_NAME_MAX);
	memcpy(bytes + 5, text, length);
	if (length < EDID_NAME_MAX)
		bytes[5 + length] = '\n';
}

static void put_identity(uint8_t *block, const struct edid_monitor *monitor)
{
	static const uint8_t header[8] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};

	memcpy(block, header, sizeof(header));
	/* "LNX", five bits a letter, highest byte first: as Linux names monitors that are none. */
	block[8] = ('L' - '@') << 2 | ('N' - '@') >> 3;
	block[9] = (uint8_t)(('N' - '@') << 5 | ('X' - '@'));
	put16(block + 10, 1);
	put16(block + 12, monitor->serial);
	put16(block + 14, monitor->serial >> 16);
	block[16] = 0xff; /* no week: the year is the model's */
	block[17] = MODEL_YEAR - FIRST_MODEL_YEAR;
	block[18] = 1;
	block[19] = 4;
}

static void put_colours(uint8_t *block)
{
	static const uint8_t srgb[10] = {0xee, 0x91, 0xa3, 0x54, 0x4c,
					 0x99, 0x26, 0x0f, 0x50, 0x54};

	block[20] = 0xa5; /* digital, 8 bits a colour, DisplayPort */
	block[23] = 120;  /* gamma 2.2 */
	block[24] = 0x06; /* sRGB; the preferred timing is the native one */
	memcpy(block + 25, srgb, sizeof(srgb));
}

static uint32_t millimetres(uint32_t given, uint32_t pixels)
{
	return given ? given : (pixels * 254 + 480) / 960;
}

static uint8_t centimetres(uint32_t mm)
{
	uint32_t cm = (mm + 5) / 10;

	return (uint8_t)(cm == 0 ? 1 : cm > 255 ? 255 : cm);
}

static uint32_t at_most(uint32_t value, uint32_t max)
{
	return value < max ? value : max;
}

static void put_base(uint8_t *block, const struct edid_monitor *monitor, bool has_extension)
{
	uint32_t width_mm = millimetres(monitor->width_mm, monitor->width);
	uint32_t height_mm = millimetres(monitor->height_mm, monitor->height);
	uint8_t *descriptor = block + 54;

	put_identity(block, monitor);
	put_colours(block);
	block[21] = centimetres(width_mm);
	block[22] = centimetres(height_mm);
	memset(block + 38, 1, 16); /* no standard timings */

	/* A side beyond its reach would be a lie here; the extension says it. */
	if (has_extension) {
		descriptor[3] = TAG_DUMMY;
	} else {
		struct timing timing = timing_of(monitor->width, monitor->height,
						 DETAILED_CLOCK_MAX);

		put_detailed(descriptor, &timing, at_most(width_mm, DETAILED_MM_MAX),
			     at_most(height_mm, DETAILED_MM_MAX));
	}
	put_text(descriptor + 18, TAG_NAME, monitor->name);
	descriptor[2 * 18 + 3] = TAG_DUMMY;
	descriptor[3 * 18 + 3] = TAG_DUMMY;
	block[126] = has_extension;
	block[127] = checksum(block, 127);
}

/* -- The extension ----------------------------------------------------------- */

#define CLOCK_MAX     0xffffff
#define POSITIVE_SYNC 0x8000

static void put_displayid(uint8_t *block, const struct edid_monitor *monitor)
{
	struct timing timing = timing_of(monitor->width, monitor->height, CLOCK_MAX);
	uint8_t *section = block + 1;
	uint8_t *data = section + 4;
	uint8_t *detail = data + 3;

	block[0] = 0x70;
	section[0] = 0x13; /* version 1.3 */
	section[1] = 3 + 20;
	section[2] = 3; /* a monitor that stands alone */
	data[0] = 3;	/* detailed timings, type I */
	data[2] = 20;
	/* Everything is said less one. */
	put16(detail, timing.clock_10khz - 1);
	detail[2] = (uint8_t)((timing.clock_10khz - 1) >> 16);
	detail[3] = 0x88; /* preferred; the aspect ratio is as it is */
	put16(detail + 4, timing.width - 1);
	put16(detail + 6, H_BLANK - 1);
	put16(detail + 8, (H_FRONT - 1) | POSITIVE_SYNC);
	put16(detail + 10, H_SYNC - 1);
	put16(detail + 12, timing.height - 1);
	put16(detail + 14, timing.v_blank - 1);
	put16(detail + 16, V_FRONT - 1);
	put16(detail + 18, timing.v_sync - 1);
	section[4 + section[1]] = checksum(section, 4 + section[1]);
	block[127] = checksum(block, 127);
}

size_t edid_make(const struct edid_monitor *monitor, uint8_t ret_edid[EDID_SIZE_MAX])
{
	bool has_extension = monitor->width > DETAILED_SIDE_MAX ||
			     monitor->height > DETAILED_SIDE_MAX;

	assert(monitor->width > 0 && monitor->width <= EDID_SIDE_MAX);
	assert(monitor->height > 0 && monitor->height <= EDID_SIDE_MAX);
	memset(ret_edid, 0, EDID_SIZE_MAX);
	put_base(ret_edid, monitor, has_extension);
	if (!has_extension)
		return BLOCK_SIZE;
	put_displayid(ret_edid + BLOCK_SIZE, monitor);
	return 2 * BLOCK_SIZE;
}

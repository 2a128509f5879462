/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * EDID
 *
 * What a monitor says about itself (VESA E-EDID 1.4), made for the one size that an
 * output is to have: its timing, its physical size, its name. Sides of more than 4095
 * pixels, which EDID itself cannot say, are in a DisplayID 1.3 extension.
 */

#include <stddef.h>
#include <stdint.h>

/* Two blocks. */
#define EDID_SIZE_MAX 256

/* The longest side that a mode can have here. */
#define EDID_SIDE_MAX 16384

/* What of a name is said. */
#define EDID_NAME_MAX 13

struct edid_monitor {
	const char *name;
	uint32_t serial;
	uint32_t width; /* at least 1, at most EDID_SIDE_MAX, as is the height */
	uint32_t height;
	uint16_t width_mm; /* 0: of 96 dots an inch, as is the height */
	uint16_t height_mm;
};

/** Writes the blocks. Returns their size in bytes, a multiple of 128. */
size_t edid_make(const struct edid_monitor *monitor, uint8_t ret_edid[EDID_SIZE_MAX]);

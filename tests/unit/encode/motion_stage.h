/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Motion's stage
 *
 * A head on which a scene is played, in a time of its own. After each frame its regions
 * are looked at: whatever happens, they have to be sound.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/motion.h"

#define STAGE_WIDTH  1920
#define STAGE_HEIGHT 1080

#define MS     UINT64_C(1000)
#define SECOND UINT64_C(1000000)

struct stage {
	struct motion *motion;
	uint32_t width;
	uint32_t height;
	uint64_t now_us;
	unsigned plans;	    /* changes of the regions */
	unsigned settlings; /* times that something settled */
	unsigned seed;
};

struct stage stage_open(uint32_t width, uint32_t height);
void stage_close(struct stage *stage);

unsigned stage_random(struct stage *stage, unsigned end);

/** A frame with this damage, or, with NULL, none. */
void stage_note(struct stage *stage, const pixman_region32_t *damage);
void stage_note_box(struct stage *stage, int x, int y, int width, int height);

/** Lets time pass, keeping motion's deadlines. */
void stage_pass(struct stage *stage, uint64_t us);

/** Adds a box as the frame store finds it: whole tiles of 64x16. */
void stage_add_tiles(pixman_region32_t *damage, int x1, int y1, int x2, int y2);

/** Adds a needle from its pivot, at an angle in degrees. */
void stage_add_needle(pixman_region32_t *damage, int x, int y, int length, double degrees);

unsigned stage_regions(struct stage *stage);
long stage_covered_pixels(struct stage *stage);
long stage_uncovered_pixels(struct stage *stage, int x, int y, int width, int height);
bool stage_is_covered(struct stage *stage, int x, int y, int width, int height);

/** Prints how the scene went. */
void stage_print(struct stage *stage, const char *what);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Comparison
 *
 * Whether a picture is the one that was expected, and where it is not.
 *
 * Pixels that do not count are taken from the reference, so that they differ from
 * nothing and that filters that look around a pixel see nothing of them.
 *
 * Threads: any.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "picture/picture.h"

/* A part that has a verdict of its own. */
struct comparison_area {
	const char *name;
	struct picture_box box; /* inside of the picture */
};

struct comparison {
	/* FLIP's error up to which a pixel is as good as the same; 0: the very same colour. */
	float tolerance;

	/* How many pixels of an area may be off by more than that. */
	uint64_t allowed;

	/* What counts; none: everything, and there is one verdict. */
	const struct comparison_area *areas;
	size_t areas_count;

	/* What does not count, wherever it is. It need not be inside of the picture. */
	const struct picture_box *ignored;
	size_t ignored_count;
};

struct comparison_verdict {
	bool is_same;
	uint64_t pixels;	   /* that count */
	uint64_t different;	   /* of those, beyond the tolerance */
	struct picture_box bounds; /* of the different ones, if there are any */

	/* FLIP's errors, of those that count. */
	float worst;
	uint32_t worst_x; /* where it is, if there is any error */
	uint32_t worst_y;
	double mean;
};

/**
 * Whether any pixel that counts has another colour, whatever the tolerance. The areas, and what
 * is ignored, need not be inside of the pictures; those of two sizes differ.
 */
bool comparison_finds_change(const struct comparison *comparison, const struct picture *before,
			     const struct picture *after);

/**
 * Compares two pictures of one size. Writes a verdict for each area, or one.
 *
 * `ret_difference`, unless it is NULL, becomes a picture of where they differ: the
 * reference, dark and grey, on it errors from blue (small) by red to yellow, and a white frame
 * around each area's.
 *
 * Returns 0, or -ENOMEM.
 */
int comparison_run(const struct comparison *comparison, const struct picture *reference,
		   const struct picture *actual, struct comparison_verdict *ret_verdicts,
		   struct picture **ret_difference);

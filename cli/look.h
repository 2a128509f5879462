/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Look
 *
 * How a guest looks on the way through a scenario, saved in a folder (cli/manifest.h), and
 * whether another looks the same. Saving and checking are runs of `windscreen run`: of the
 * scenario as it is, and of the same one with a reference in place of each picture.
 */

#include <stdbool.h>
#include <stddef.h>

#include "cli/target.h"

#define LOOK_IMAGES_MAX 16

struct look_save {
	const char *folder;
	const char *scenario;
	const char *sign; /* a private key; NULL: it is not signed */
	size_t images_count;
	const char *images[LOOK_IMAGES_MAX]; /* that the guest was started from */

	/* Where a step does not say so; NULL: as on one renderer. */
	const char *cross_tolerance;
	const char *cross_allowed;
};

struct look_check {
	const char *folder;
	const char *report;
	const char *verify; /* a public key; NULL: whoever has signed it, if anybody */
};

/** Each returns the program's exit status. */
int look_save(const struct target *target, const struct look_save *save);
int look_check(const struct target *target, const struct look_check *check);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Descriptors: that an input leaves none open.
 *
 * Those from the lowest free one on are looked at each time, and all are counted now and then,
 * which takes longer than an input. Others in this process may open some between inputs.
 */

/* As many pictures as are kept, and what libraries and the target itself have open. */
#define DESCRIPTORS_MAX 192

struct descriptors {
	int first_free;
	unsigned taken; /* of those that follow it: a bit for each */
	unsigned count; /* 0: not counted */
};

/** Before an input. */
struct descriptors descriptors_now(void);

/** After it: ends the program when some are left. */
void descriptors_check(const struct descriptors *before);

/** The same where numbers change, though there are as many. */
void descriptors_check_count(const struct descriptors *before);

/** In place of that, for what keeps some: there are never DESCRIPTORS_MAX. */
void descriptors_check_bound(void);

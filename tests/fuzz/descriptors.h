/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Descriptors: that an input leaves none open.
 *
 * The lowest free one is looked at each time, and all are counted now and then, which takes
 * longer than an input. Others in this process may open some between inputs.
 */

struct descriptors {
	int first_free;
	unsigned count; /* 0: not counted */
};

/** Before an input. */
struct descriptors descriptors_now(void);

/** After it: ends the program when some are left. */
void descriptors_check(const struct descriptors *before);

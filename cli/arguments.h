/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Arguments
 *
 * Words of the command line as numbers. Each returns false, leaving its
 * output untouched, for anything that is not one, whole and in range.
 */

#include <stdbool.h>

bool unsigned_from_text(const char *text, unsigned max, unsigned *ret_number);

/** From -`max` to `max`. */
bool int_from_text(const char *text, int max, int *ret_number);

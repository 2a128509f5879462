/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Arguments
 *
 * Words of the command line as numbers, or as several. Each returns false, leaving its
 * output untouched, for anything that is not one, whole and in range.
 */

#include <stdbool.h>
#include <stdint.h>

#include "picture/picture.h"

bool unsigned_from_text(const char *text, unsigned max, unsigned *ret_number);

/** From -`max` to `max`. */
bool int_from_text(const char *text, int max, int *ret_number);

/** A time in whole ms, s, m or h, such as 500ms or 2m, at most `max_ms`. */
bool time_from_text(const char *text, unsigned max_ms, unsigned *ret_ms);

/** The same, at most an hour. */
bool duration_from_text(const char *text, unsigned *ret_ms);

/** Bytes, or so many K, M or G of them (powers of 1024): from 1 to 1023G. */
bool size_from_text(const char *text, uint64_t *ret_bytes);

/** From 0 to 1, in decimals with a point. */
bool fraction_from_text(const char *text, double *ret_number);

/** A part of a picture, which is not empty: "X,Y,WxH". */
bool box_from_text(const char *text, struct picture_box *ret_box);

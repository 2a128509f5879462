/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Pattern
 *
 * What the benchmarks' displays show: the demo guest's dashboard, of which some part
 * changes from frame to frame, with the frame's number in the corner.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"

enum bench_pattern_kind {
	BENCH_STILL,   /* nothing, but for the marker when a key was pressed */
	BENCH_MOTION,  /* all of it: a list scrolls, and beside it a map */
	BENCH_REGION,  /* a map of 640x360 scrolls in a still dashboard */
	BENCH_SCATTER, /* 5 % of the picture, in tiles of 64x16 */
};

struct bench_pattern;

/** False for another word than "still", "motion", "region" and "scatter". */
bool bench_pattern_from_name(const char *name, enum bench_pattern_kind *ret_kind);

/** Of at most 1920x1080. */
struct bench_pattern *bench_pattern_create(uint32_t width, uint32_t height);

/** Accepts NULL. */
void bench_pattern_destroy(struct bench_pattern *pattern);

void bench_pattern_set_kind(struct bench_pattern *pattern, enum bench_pattern_kind kind);

/** The next frame answers one key more. */
void bench_pattern_note_key(struct bench_pattern *pattern);

/**
 * Draws the next frame over the one before, whose pixels `pixels` has (width x height of
 * x8r8g8b8 without gaps), and adds what it touched to `damage`. Returns the frame's number; 0,
 * drawing nothing, when nothing changes.
 */
uint32_t bench_pattern_draw(struct bench_pattern *pattern, uint32_t *pixels,
			    pixman_region32_t *damage);

DEFINE_CLEANUP(struct bench_pattern *, bench_pattern_destroy)

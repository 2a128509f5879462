/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Recording
 *
 * One or several heads' films in one file, on one timeline, with what happened meanwhile as
 * subtitles: Matroska (.mkv), or MP4 (.mp4) without subtitles.
 *
 * The file begins with the first picture of a head, once each head has had one. A picture is shown
 * from its own time on until the next one's, the last until the end. What is there a second
 * after it came can be played whatever happens then; where the disk gets full, all of it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/film_reader.h"
#include "common/cleanup.h"

struct recording;

/* As many as there can be heads. */
#define RECORDING_TRACKS_MAX 16

/** By the end of the file's name. */
bool recording_can_be(const char *path);
bool recording_has_captions(const char *path);

/** `titles` of the tracks are copied. Nothing is written yet. */
struct recording *recording_create(const char *path, unsigned tracks_count,
				   const char *const *titles);

/** Without an end. Accepts NULL. */
void recording_destroy(struct recording *recording);

/** Each returns 0, or a negative errno after which the recording should be finished: -ENOSPC. */
int recording_put_unit(struct recording *recording, unsigned track, const struct film_record *unit);
int recording_put_time(struct recording *recording, uint64_t time_us);
int recording_put_caption(struct recording *recording, uint64_t time_us, const char *text);

/** How long it is by now; 0: it has not begun. */
uint64_t recording_duration_us(const struct recording *recording);

/** About how large the file will be, if it is finished now. */
uint64_t recording_size(const struct recording *recording);

/** Writes the end. Returns 0; -ENODATA when there was no picture, and so is no file; or another
 * negative errno: what there is can be played, as far as it was written. */
int recording_finish(struct recording *recording);

DEFINE_CLEANUP(struct recording *, recording_destroy)

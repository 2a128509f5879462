/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Recording file
 *
 * The bytes of a recording on their way to the disk. It keeps room for what a recording ends
 * with: where the disk gets full, that is known before a byte is lost.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct recording_file;

/** Creates the file at `path`, or empties it. Returns 0 or negative errno. */
int recording_file_create(const char *path, struct recording_file **ret_file);

/** Closes it as it is. Accepts NULL. */
void recording_file_close(struct recording_file *file);

/** Writes where it stands. After an error nothing more is written. Returns 0 or negative errno. */
int recording_file_write(struct recording_file *file, const void *bytes, size_t size);

/** Goes elsewhere in the file. */
void recording_file_seek(struct recording_file *file, uint64_t position);

/** Where it stands. */
uint64_t recording_file_position(const struct recording_file *file);

/** Its size. */
uint64_t recording_file_size(const struct recording_file *file);

/** 0; a negative errno once there is room for the end and no more, or something was not written. */
int recording_file_error(const struct recording_file *file);

/** Whether something was not written. */
bool recording_file_is_damaged(const struct recording_file *file);

/** What was written so far is worth keeping: recording_file_cut() goes back to here. */
void recording_file_mark(struct recording_file *file);

/** Leaves what comes after the last mark out. */
void recording_file_cut(struct recording_file *file);

DEFINE_CLEANUP(struct recording_file *, recording_file_close)

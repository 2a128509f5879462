/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Output file
 *
 * A file that is there whole or not at all: it is written beside its place,
 * and moved there once every byte is on its way to the disk.
 */

#include <stddef.h>

/**
 * Writes `path`, replacing what is there. What is no regular file (a pipe, a
 * terminal, /dev/null) is written to directly; a symbolic link is followed.
 * "-" is standard output.
 *
 * Returns 0 or negative errno.
 */
int output_file_write(const char *path, const void *data, size_t size);

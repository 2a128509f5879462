/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Files in the state directory: small texts that are made once and kept, and
 * that only the gateway's own user may read.
 */

#include <stddef.h>

/* What is read at most: a long chain of certificates. */
#define STATE_FILE_MAX 65536

/**
 * Reads a whole file, ending it with a NUL. The caller frees.
 *
 * Returns 0; -EFBIG beyond STATE_FILE_MAX, -EINVAL for one with a NUL in it, or
 * what open(2) or read(2) said.
 */
int state_file_read(const char *path, char **ret_text);

/** state_file_read(), but -EPERM when others than the owner may read or write the file. */
int state_file_read_private(const char *path, char **ret_text);

/** Makes a directory, mode 0700, with those above it. Returns 0 or negative errno. */
int state_directory_make(const char *directory);

/**
 * Writes a file with mode 0600, whole or not at all. Makes the directory, mode
 * 0700, with those above it. Returns 0 or negative errno.
 */
int state_file_write(const char *directory, const char *name, const char *text);

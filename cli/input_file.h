/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input file
 *
 * A file's content, bounded.
 */

#include <stddef.h>
#include <stdint.h>

/**
 * Reads all of `path`, at most `max` bytes. The caller frees `*ret_bytes`, after
 * which there is a NUL. Returns 0, -EFBIG, or negative errno.
 */
int input_file_read(const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size);

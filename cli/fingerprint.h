/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fingerprint
 *
 * SHA-256, in hexadecimal as sha256sum(1) prints it.
 */

#include <stddef.h>
#include <stdint.h>

#define FINGERPRINT_LENGTH 64

void fingerprint_bytes(const void *bytes, size_t size, char ret_text[FINGERPRINT_LENGTH + 1]);

/** That of a file of any size, which is `*ret_size`. Returns 0 or negative errno. */
int fingerprint_file(const char *path, char ret_text[FINGERPRINT_LENGTH + 1], uint64_t *ret_size);

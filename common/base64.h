/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Base64
 *
 * Bytes as a text in JSON: RFC 4648, section 4, with padding and without line ends.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The caller frees. */
char *base64_encode(const uint8_t *bytes, size_t size);

/** The caller frees `*ret_bytes`. Returns false for what is no base64, or nothing. */
bool base64_decode(const char *text, uint8_t **ret_bytes, size_t *ret_size);

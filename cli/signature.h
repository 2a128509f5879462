/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Signature
 *
 * Who says so: an Ed25519 signature (RFC 8032) over a file's content, as `openssl pkeyutl
 * -rawin` makes and verifies it. Keys are PEM files, as `openssl genpkey` and `openssl pkey`
 * write them.
 *
 * Each function returns 0, or the program's exit status, having said why.
 */

#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_SIZE 64

/** Signs with the private key in a file, which has no password. */
int signature_make(const char *key_path, const void *bytes, size_t size,
		   uint8_t ret_signature[SIGNATURE_SIZE]);

/** Checks with the public key in a file. `what` is called wrong if the signature is. */
int signature_check(const char *key_path, const char *what, const void *bytes, size_t size,
		    const uint8_t *signature, size_t signature_size);

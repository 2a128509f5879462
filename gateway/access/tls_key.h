/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The TLS key and certificate: those given, or a pair made at first start and
 * kept, since clients pin what they saw.
 */

/* PEM texts. */
struct tls_key {
	char *certificate; /* with those of a chain after it, where the file has them */
	char *key;
};

/**
 * Reads `certificate_file` and `key_file`; when both are NULL, reads
 * `state_dir`/tls-cert.pem and tls-key.pem, after making them (RSA 2048,
 * self-signed for `name`, 10 years, key mode 0600) if they are not there.
 *
 * Returns 0; or negative errno, having logged which file was wrong and why.
 */
int tls_key_load(const char *certificate_file, const char *key_file, const char *state_dir,
		 const char *name, struct tls_key *ret_key);

/** Accepts one that is zeroed, and leaves it so. */
void tls_key_finish(struct tls_key *key);

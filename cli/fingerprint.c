/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/xalloc.h"

#define CHUNK_SIZE ((size_t)1 << 16)

DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

static EVP_MD_CTX *begin(void)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();

	if (!digest || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
		abort();
	return digest;
}

static void end(EVP_MD_CTX *digest, char *text)
{
	uint8_t bytes[FINGERPRINT_LENGTH / 2];

	EVP_DigestFinal_ex(digest, bytes, NULL);
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

void fingerprint_bytes(const void *bytes, size_t size, char ret_text[FINGERPRINT_LENGTH + 1])
{
	CLEANUP(EVP_MD_CTX_freep) EVP_MD_CTX *digest = begin();

	EVP_DigestUpdate(digest, bytes, size);
	end(digest, ret_text);
}

int fingerprint_file(const char *path, char ret_text[FINGERPRINT_LENGTH + 1], uint64_t *ret_size)
{
	CLEANUP(close_fdp) int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(EVP_MD_CTX_freep) EVP_MD_CTX *digest = begin();
	CLEANUP(freep) uint8_t *chunk = xcalloc(1, CHUNK_SIZE);
	uint64_t size = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	while ((got = read(fd, chunk, CHUNK_SIZE)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		EVP_DigestUpdate(digest, chunk, (size_t)got);
		size += (uint64_t)got;
	}
	end(digest, ret_text);
	*ret_size = size;
	return 0;
}

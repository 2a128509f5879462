/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

char *base64_encode(const uint8_t *bytes, size_t size)
{
	char *text = xcalloc(1, (size + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	return text;
}

bool base64_decode(const char *text, uint8_t **ret_bytes, size_t *ret_size)
{
	size_t length = strlen(text);
	uint8_t *bytes;
	int size;

	if (length == 0 || length % 4 != 0 || length > INT_MAX)
		return false;
	bytes = malloc(length / 4 * 3);
	size = bytes ? EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) : -1;
	if (size < 0) {
		free(bytes);
		return false;
	}
	/* It counts what the padding stands for. */
	*ret_bytes = bytes;
	*ret_size = (size_t)size - (text[length - 1] == '=') - (text[length - 2] == '=');
	return true;
}

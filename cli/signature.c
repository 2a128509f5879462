/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/signature.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "common/cleanup.h"

DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

/* A key with a password is not asked for it: scripts have nobody who could answer. */
static int refuse_password(char *buffer, int size, int is_writing, void *data)
{
	return -1;
}

static int read_key(const char *path, bool is_private, EVP_PKEY **ret_key)
{
	FILE *file = fopen(path, "re");
	CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = NULL;

	if (!file)
		return could_not("cannot read %s: %s", path, strerror(errno));
	key = is_private ? PEM_read_PrivateKey(file, NULL, refuse_password, NULL)
			 : PEM_read_PUBKEY(file, NULL, refuse_password, NULL);
	fclose(file);
	if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519)
		return could_not("%s is no %s Ed25519 key in PEM without a password", path,
				 is_private ? "private" : "public");
	*ret_key = TAKE(key);
	return STATUS_DONE;
}

int signature_make(const char *key_path, const void *bytes, size_t size,
		   uint8_t ret_signature[SIGNATURE_SIZE])
{
	CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = NULL;
	CLEANUP(EVP_MD_CTX_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t length = SIGNATURE_SIZE;
	int status = read_key(key_path, true, &key);

	if (status != STATUS_DONE)
		return status;
	if (!context || EVP_DigestSignInit(context, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(context, ret_signature, &length, bytes, size) != 1 ||
	    length != SIGNATURE_SIZE)
		return could_not("cannot sign with %s", key_path);
	return STATUS_DONE;
}

int signature_check(const char *key_path, const char *what, const void *bytes, size_t size,
		    const uint8_t *signature, size_t signature_size)
{
	CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = NULL;
	CLEANUP(EVP_MD_CTX_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();
	int status = read_key(key_path, false, &key);

	if (status != STATUS_DONE)
		return status;
	if (!context || EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestVerify(context, signature, signature_size, bytes, size) != 1)
		return could_not("%s was not signed by the key in %s, or was changed since", what,
				 key_path);
	return STATUS_DONE;
}

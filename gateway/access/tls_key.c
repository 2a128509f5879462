/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/access/tls_key.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/access/state_file.h"

#define CERTIFICATE_FILE "tls-cert.pem"
#define KEY_FILE	 "tls-key.pem"

#define RSA_BITS   2048
#define VALID_DAYS (10 * 365)

DEFINE_CLEANUP(BIO *, BIO_free_all)
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(X509 *, X509_free)

/* OpenSSL would ask on the terminal for the passphrase of an encrypted key. */
static int refuse_passphrase(char *text, int size, int is_writing, void *data)
{
	return -1;
}

static int parse_certificate(const char *path, const char *text, X509 **ret_certificate)
{
	CLEANUP(BIO_free_allp) BIO *bio = BIO_new_mem_buf(text, -1);

	*ret_certificate = PEM_read_bio_X509(bio, NULL, refuse_passphrase, NULL);
	if (*ret_certificate)
		return 0;
	ERR_clear_error();
	log_error("%s: there is no certificate in PEM form in it", path);
	return -EINVAL;
}

static int parse_key(const char *path, const char *text, EVP_PKEY **ret_key)
{
	CLEANUP(BIO_free_allp) BIO *bio = BIO_new_mem_buf(text, -1);

	*ret_key = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, NULL);
	if (*ret_key)
		return 0;
	ERR_clear_error();
	log_error("%s: there is no private key in PEM form, without a passphrase, in it", path);
	return -EINVAL;
}

static int read_pem(const char *path, int (*read)(const char *path, char **ret_text),
		    char **ret_text)
{
	int r = read(path, ret_text);

	if (r == -EPERM)
		log_error("%s: others may read or write this key: chmod 600 it", path);
	else if (r < 0)
		log_error("%s: cannot read it: %s", path, strerror(-r));
	return r;
}

/* Servers fail far from here, and say little, when the two do not fit. */
static int check_pair(const char *certificate_file, const char *key_file,
		      const struct tls_key *pair)
{
	CLEANUP(X509_freep) X509 *certificate = NULL;
	CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = NULL;
	int r;

	r = parse_certificate(certificate_file, pair->certificate, &certificate);
	if (r < 0)
		return r;
	r = parse_key(key_file, pair->key, &key);
	if (r < 0)
		return r;
	if (X509_check_private_key(certificate, key) != 1) {
		ERR_clear_error();
		log_error("%s: this key is not that of the certificate in %s", key_file,
			  certificate_file);
		return -EINVAL;
	}
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
		log_warning("%s: this certificate has expired: clients will complain",
			    certificate_file);
	return 0;
}

static int read_pair(const char *certificate_file, const char *key_file,
		     int (*read_key)(const char *path, char **ret_text), struct tls_key *pair)
{
	int r = read_pem(certificate_file, state_file_read, &pair->certificate);

	if (r == 0)
		r = read_pem(key_file, read_key, &pair->key);
	if (r == 0)
		r = check_pair(certificate_file, key_file, pair);
	return r;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	int ok;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ok = extension && X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return ok;
}

static bool describe(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	uint64_t serial;

	/* Browsers refuse two certificates of one issuer with the same serial number. */
	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	       X509_set_version(certificate, X509_VERSION_3) &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
	       X509_time_adj_ex(X509_getm_notAfter(certificate), VALID_DAYS, 0, NULL) &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
					  -1, -1, 0) &&
	       X509_set_issuer_name(certificate, subject) &&
	       add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
	       /* Reached through a tunnel, whatever the machine is called. */
	       add_extension(certificate, NID_subject_alt_name,
			     "DNS:localhost,IP:127.0.0.1,IP:::1");
}

static char *text_of(BIO *bio)
{
	char *bytes;
	long size = BIO_get_mem_data(bio, &bytes);

	return xasprintf("%.*s", (int)size, bytes);
}

static int make_pair(const char *name, struct tls_key *ret_pair)
{
	CLEANUP(EVP_PKEY_freep) EVP_PKEY *key = EVP_RSA_gen(RSA_BITS);
	CLEANUP(X509_freep) X509 *certificate = X509_new();
	CLEANUP(BIO_free_allp) BIO *certificate_text = BIO_new(BIO_s_mem());
	CLEANUP(BIO_free_allp) BIO *key_text = BIO_new(BIO_s_mem());

	if (!key || !certificate || !certificate_text || !key_text ||
	    !describe(certificate, name) || !X509_set_pubkey(certificate, key) ||
	    !X509_sign(certificate, key, EVP_sha256()) ||
	    !PEM_write_bio_X509(certificate_text, certificate) ||
	    !PEM_write_bio_PrivateKey(key_text, key, NULL, NULL, 0, NULL, NULL)) {
		log_error("cannot make a TLS key for \"%s\": %s", name,
			  ERR_reason_error_string(ERR_peek_last_error()) ?: "unknown error");
		ERR_clear_error();
		return -EINVAL;
	}
	ret_pair->certificate = text_of(certificate_text);
	ret_pair->key = text_of(key_text);
	return 0;
}

static int make_and_store(const char *state_dir, const char *name, struct tls_key *pair)
{
	int r = make_pair(name, pair);

	if (r < 0)
		return r;
	/* The certificate last: while it is not there, none was made. */
	r = state_file_write(state_dir, KEY_FILE, pair->key);
	if (r == 0)
		r = state_file_write(state_dir, CERTIFICATE_FILE, pair->certificate);
	if (r < 0)
		log_error("cannot store the TLS key in %s: %s", state_dir, strerror(-r));
	else
		log_info("made a TLS key, in %s", state_dir);
	return r;
}

static int load(const char *certificate_file, const char *key_file, const char *state_dir,
		const char *name, struct tls_key *pair)
{
	CLEANUP(freep) char *kept_certificate = NULL;
	CLEANUP(freep) char *kept_key = NULL;

	if (certificate_file && key_file)
		return read_pair(certificate_file, key_file, state_file_read, pair);
	if (certificate_file || key_file) {
		log_error("%s was given without its %s", certificate_file ?: key_file,
			  certificate_file ? "key" : "certificate");
		return -EINVAL;
	}

	kept_certificate = xasprintf("%s/" CERTIFICATE_FILE, state_dir);
	kept_key = xasprintf("%s/" KEY_FILE, state_dir);
	if (access(kept_certificate, F_OK) < 0 && errno == ENOENT)
		return make_and_store(state_dir, name, pair);
	return read_pair(kept_certificate, kept_key, state_file_read_private, pair);
}

int tls_key_load(const char *certificate_file, const char *key_file, const char *state_dir,
		 const char *name, struct tls_key *ret_key)
{
	struct tls_key pair = {0};
	int r = load(certificate_file, key_file, state_dir, name, &pair);

	if (r < 0) {
		tls_key_finish(&pair);
		return r;
	}
	*ret_key = pair;
	return 0;
}

void tls_key_finish(struct tls_key *key)
{
	if (key->key)
		OPENSSL_cleanse(key->key, strlen(key->key));
	free(key->certificate);
	free(key->key);
	*key = (struct tls_key){0};
}

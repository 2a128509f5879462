/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/access/tls_key.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/support/temporary.h"

static struct tls_key load_kept(const char *directory)
{
	struct tls_key key;

	EXPECT_INT(tls_key_load(NULL, NULL, directory, "ivi", &key), 0);
	return key;
}

static int load_given(const char *directory, const char *certificate, const char *key)
{
	CLEANUP(freep) char *certificate_file = xasprintf("%s/%s", directory, certificate);
	CLEANUP(freep) char *key_file = xasprintf("%s/%s", directory, key);
	CLEANUP(tls_key_finish) struct tls_key loaded = {0};

	return tls_key_load(certificate_file, key_file, directory, "ivi", &loaded);
}

static X509 *parse(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	EXPECT(certificate);
	return certificate;
}

static void the_first_start_makes_a_certificate_for_the_guest(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key key = load_kept(directory);
	X509 *certificate = parse(key.certificate);
	char name[32];
	int days, seconds;

	X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
				  sizeof(name));
	EXPECT_STRING(name, "ivi");
	EXPECT_INT(X509_verify(certificate, X509_get0_pubkey(certificate)), 1);
	EXPECT_INT(X509_check_host(certificate, "localhost", 0, 0, NULL), 1);
	EXPECT_INT(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
	EXPECT(ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)));
	EXPECT(days == 3649 || days == 3650);
	X509_free(certificate);
}

static void the_key_is_readable_by_its_owner_only(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key key = load_kept(directory);

	EXPECT_INT(file_mode(directory, "tls-key.pem"), 0600);
}

static void the_next_start_has_the_same_key(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key first = load_kept(directory);
	CLEANUP(tls_key_finish) struct tls_key second = load_kept(directory);

	EXPECT_STRING(second.certificate, first.certificate);
	EXPECT_STRING(second.key, first.key);
}

static void a_pair_that_was_given_is_read(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key key = load_kept(directory);

	write_file(directory, "cert.pem", key.certificate, 0644);
	write_file(directory, "key.pem", key.key, 0640);
	EXPECT_INT(load_given(directory, "cert.pem", "key.pem"), 0);
}

static void a_key_of_another_certificate_is_refused(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(temporary_destroyp) char *other = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key key = load_kept(directory);
	CLEANUP(tls_key_finish) struct tls_key other_key = load_kept(other);

	write_file(directory, "key.pem", other_key.key, 0600);
	EXPECT_INT(load_given(directory, "tls-cert.pem", "key.pem"), -EINVAL);
}

static void files_that_hold_something_else_are_refused(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key key = load_kept(directory);

	write_file(directory, "noise.pem", "-----BEGIN CERTIFICATE-----\nno\n", 0600);
	EXPECT_INT(load_given(directory, "noise.pem", "tls-key.pem"), -EINVAL);
	EXPECT_INT(load_given(directory, "tls-cert.pem", "noise.pem"), -EINVAL);
	EXPECT_INT(load_given(directory, "tls-cert.pem", "tls-cert.pem"), -EINVAL);
	EXPECT_INT(load_given(directory, "nowhere.pem", "tls-key.pem"), -ENOENT);
	EXPECT_INT(load_given(directory, "tls-cert.pem", "nowhere.pem"), -ENOENT);
}

static void a_certificate_without_its_key_is_refused(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key key = load_kept(directory);
	CLEANUP(freep) char *file = xasprintf("%s/tls-cert.pem", directory);
	CLEANUP(tls_key_finish) struct tls_key loaded = {0};

	EXPECT_INT(tls_key_load(file, NULL, directory, "ivi", &loaded), -EINVAL);
	EXPECT_INT(tls_key_load(NULL, file, directory, "ivi", &loaded), -EINVAL);
}

static void a_kept_key_that_others_may_read_is_refused(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(tls_key_finish) struct tls_key key = load_kept(directory);
	CLEANUP(tls_key_finish) struct tls_key loaded = {0};

	write_file(directory, "tls-key.pem", key.key, 0644);
	EXPECT_INT(tls_key_load(NULL, NULL, directory, "ivi", &loaded), -EPERM);
}

int main(void)
{
	RUN_TEST(the_first_start_makes_a_certificate_for_the_guest);
	RUN_TEST(the_key_is_readable_by_its_owner_only);
	RUN_TEST(the_next_start_has_the_same_key);
	RUN_TEST(a_pair_that_was_given_is_read);
	RUN_TEST(a_key_of_another_certificate_is_refused);
	RUN_TEST(files_that_hold_something_else_are_refused);
	RUN_TEST(a_certificate_without_its_key_is_refused);
	RUN_TEST(a_kept_key_that_others_may_read_is_refused);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_auth.h"

#include <errno.h>

#include <freerdp/crypto/certificate.h>
#include <freerdp/crypto/privatekey.h>
#include <freerdp/error.h>
#include <freerdp/peer.h>

int rdp_auth_prepare(rdpSettings *settings, const struct tls_key *key)
{
	rdpCertificate *certificate = freerdp_certificate_new_from_pem(key->certificate);
	rdpPrivateKey *private_key = freerdp_key_new_from_pem(key->key);

	/* The settings own them from here on. */
	if (!freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerCertificate, certificate,
					      1)) {
		freerdp_certificate_free(certificate);
		freerdp_key_free(private_key);
		return -EIO;
	}
	if (!freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerRsaKey, private_key, 1)) {
		freerdp_key_free(private_key);
		return -EIO;
	}

	if (!certificate || !private_key ||
	    !freerdp_settings_set_bool(settings, FreeRDP_RdpSecurity, FALSE) ||
	    !freerdp_settings_set_bool(settings, FreeRDP_NlaSecurity, FALSE) ||
	    !freerdp_settings_set_bool(settings, FreeRDP_TlsSecurity, TRUE) ||
	    !freerdp_settings_set_uint32(settings, FreeRDP_EncryptionLevel,
					 ENCRYPTION_LEVEL_CLIENT_COMPATIBLE))
		return -EIO;
	return 0;
}

bool rdp_auth_check(rdpContext *context, struct access *access, const char *peer)
{
	const char *user = freerdp_settings_get_string(context->settings, FreeRDP_Username);
	const char *password = freerdp_settings_get_string(context->settings, FreeRDP_Password);

	if (access_check(access, user ? user : "", password ? password : "", "rdp", peer))
		return true;

	freerdp_set_error_info(context->rdp, ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES);
	/* Not peer->Close(), which sends what a client does not expect before it is active. */
	freerdp_send_error_info(context->rdp);
	return false;
}

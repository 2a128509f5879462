/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_page_policy.h"

#include <openssl/evp.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/xalloc.h"

#define MAP_BEGIN "<script type=\"importmap\">"
#define MAP_END	  "</script>"

/* Base64 of SHA-256, and a NUL */
#define HASH_TEXT_SIZE 45

/* What is between the two, as it is written; NULL when there is none. */
static const char *find_import_map(const char *html, size_t size, size_t *ret_size)
{
	const char *map = memmem(html, size, MAP_BEGIN, strlen(MAP_BEGIN));
	const char *end;

	if (!map)
		return NULL;
	map += strlen(MAP_BEGIN);
	end = memmem(map, (size_t)(html + size - map), MAP_END, strlen(MAP_END));
	if (!end)
		return NULL;
	*ret_size = (size_t)(end - map);
	return map;
}

/* ` 'sha256-…'` of the page's import map, or nothing. The caller frees. */
static char *import_map_source(const char *html, size_t size)
{
	size_t map_size = 0;
	const char *map = find_import_map(html, size, &map_size);
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[HASH_TEXT_SIZE];
	unsigned hash_size;

	if (!map || !EVP_Digest(map, map_size, hash, &hash_size, EVP_sha256(), NULL))
		return xstrdup("");
	EVP_EncodeBlock((unsigned char *)text, hash, (int)hash_size);
	return xasprintf(" 'sha256-%s'", text);
}

char *web_page_policy(const char *host, const void *html, size_t size)
{
	CLEANUP(freep) char *import_map = import_map_source(html, size);

	/* 'self' includes WebSockets only in newer browsers. Host was admitted, so it is letters,
	 * digits, dots and the like. */
	return xasprintf("default-src 'none'; script-src 'self'%s; style-src 'self'; "
			 "img-src 'self' data: blob:; connect-src 'self' ws://%s wss://%s; "
			 "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			 import_map, host, host);
}

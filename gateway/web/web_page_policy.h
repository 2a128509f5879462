/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Page policy
 *
 * What a page of ours may load, and from where, as its Content-Security-Policy. Scripts
 * are files of ours; a page's import map, which browsers take from the page alone, is let
 * through by its hash.
 *
 * Pure; any thread.
 */

#include <stddef.h>

/**
 * The policy of the page `html`, `size` bytes, that was asked for with `host` in its Host header,
 * which was admitted. The caller frees.
 */
char *web_page_policy(const char *host, const void *html, size_t size);

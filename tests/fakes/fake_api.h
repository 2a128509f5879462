/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake API
 *
 * A server of the HTTP API for clients' tests: it gives every request the
 * answer that was set, one connection at a time, and remembers what was asked.
 *
 * Threads: it has one of its own; the functions belong to the test's.
 */

#include <stddef.h>

#include "common/cleanup.h"

struct fake_api;

/** Listens on a unix socket at `path`; NULL: on a free port of 127.0.0.1. */
struct fake_api *fake_api_create(const char *path);

/** "http://127.0.0.1:PORT/". */
const char *fake_api_url(const struct fake_api *api);

/** Accepts NULL. */
void fake_api_destroy(struct fake_api *api);

/** What all requests get from now on. `body` is copied. */
void fake_api_answer(struct fake_api *api, unsigned http_status, const void *body, size_t size);

/** Announces `size` bytes more than the answers have, and closes the connection. */
void fake_api_promise_more(struct fake_api *api, size_t size);

/**
 * The requests since the last call, a line each: "POST /path body", and
 * " [Bearer token]" where it had one. The caller frees.
 */
char *fake_api_take_requests(struct fake_api *api);

DEFINE_CLEANUP(struct fake_api *, fake_api_destroy)

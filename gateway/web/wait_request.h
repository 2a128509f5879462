/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Wait request
 *
 * What the API's JSON asks to be waited for, checked.
 *
 * Threads: any.
 */

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/capture/head_wait.h"
#include "gateway/web/request_members.h"

/* An hour: no test waits longer for a picture. */
#define WAIT_TIMEOUT_MAX_MS 3600000

struct wait_request {
	struct head_wait_condition *condition; /* its reference is not there yet */
	uint64_t timeout_us;
	uint8_t *reference_png; /* NULL: it is for nothing that needs one */
	size_t reference_size;
};

/** Parses. Returns 0; or 400 with a sentence in `ret_error`. */
unsigned wait_request_parse(struct json_object *json, struct wait_request **ret_request,
			    char ret_error[REQUEST_ERROR_MAX]);

/** Frees it, with what has not been taken from it. Accepts NULL. */
void wait_request_destroy(struct wait_request *request);

DEFINE_CLEANUP(struct wait_request *, wait_request_destroy)

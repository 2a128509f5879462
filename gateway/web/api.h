/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The API's handlers, as docs/api.md has them. Each answers a request, or
 * defers it: web_request.h.
 *
 * Threads: the server's.
 */

struct api_input;
struct seat;
struct web_request;

void api_status_get(struct web_request *request);

void api_metrics_get(struct web_request *request);

void api_screenshot_get(struct web_request *request);

void api_input_key(struct web_request *request);
void api_input_type(struct web_request *request);
void api_input_pointer(struct web_request *request);
void api_input_touch(struct web_request *request);

/* The one keyboard, pointer and touch screen of the API's clients. */
struct api_input *api_input_create(struct seat *seat);

/** Lets go of all that is held. No text may be being typed. Accepts NULL. */
void api_input_destroy(struct api_input *input);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The API's handlers, as docs/api.md has them. Each answers a request, or
 * defers it: web_request.h.
 *
 * Threads: the server's.
 */

struct api_input;
struct api_input_log;
struct api_serial;
struct heads;
struct loop;
struct seat;
struct serial;
struct web_request;

void api_status_get(struct web_request *request);

void api_metrics_get(struct web_request *request);

void api_screenshot_get(struct web_request *request);

void api_input_key(struct web_request *request);
void api_input_type(struct web_request *request);
void api_input_pointer(struct web_request *request);
void api_input_touch(struct web_request *request);

void api_wait_post(struct web_request *request);

void api_video_get(struct web_request *request);

void api_power_get(struct web_request *request);
void api_power_post(struct web_request *request);

void api_serial_get(struct web_request *request);
void api_serial_post(struct web_request *request);

void api_input_log_get(struct web_request *request);

/* Those who wait for what is sent to the guest. The others outlive it. Loop thread. */
struct api_input_log *api_input_log_create(struct loop *loop, struct seat *seat,
					   struct heads *heads);

/** Nobody may wait any more. Accepts NULL. Loop thread. */
void api_input_log_destroy(struct api_input_log *input);

/* Those who wait for what the guest says. `line` outlives it; NULL: there is none. Loop thread. */
struct api_serial *api_serial_create(struct loop *loop, struct serial *line);

/** Nobody may wait any more. Accepts NULL. Loop thread. */
void api_serial_destroy(struct api_serial *serial);

/* The one keyboard, pointer and touch screen of the API's clients. */
struct api_input *api_input_create(struct seat *seat);

/** Lets go of all that is held. No text may be being typed. Accepts NULL. */
void api_input_destroy(struct api_input *input);

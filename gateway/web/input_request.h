/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input requests
 *
 * What the API's JSON asks to be done, checked and made into events. Nothing
 * of a request happens unless all of it is right.
 *
 * Each function returns 0, or the HTTP status of the refusal with one sentence
 * in `ret_error` that names what was wrong.
 *
 * Threads: any.
 */

#include <json-c/json.h>
#include <stddef.h>

#include "gateway/input/input_event.h"
#include "gateway/input/keys.h"
#include "gateway/web/request_members.h"

struct heads;

/* As many as one request makes at most, and as a seat client's queue holds at once. */
#define INPUT_EVENTS_MAX 64

struct input_events {
	unsigned count;
	struct input_event events[INPUT_EVENTS_MAX];
};

/* Where each contact of a client was last, for when it is lifted there. */
struct input_contacts {
	struct {
		unsigned head;
		uint32_t x;
		uint32_t y;
	} last[INPUT_CONTACTS_MAX];
};

/* Of one text. */
#define INPUT_TEXT_MAX 4096

unsigned input_request_key(struct json_object *json, struct input_events *ret_events,
			   char ret_error[REQUEST_ERROR_MAX]);

unsigned input_request_pointer(struct json_object *json, struct heads *heads,
			       struct input_events *ret_events, char ret_error[REQUEST_ERROR_MAX]);

unsigned input_request_touch(struct json_object *json, struct heads *heads,
			     struct input_contacts *contacts, struct input_events *ret_events,
			     char ret_error[REQUEST_ERROR_MAX]);

/** A message of the touch channel: a position outside the head is moved onto it. */
unsigned input_request_contact(struct json_object *json, struct heads *heads,
			       struct input_contacts *contacts, struct input_events *ret_events,
			       char ret_error[REQUEST_ERROR_MAX]);

/** The caller frees `*ret_keystrokes`. */
unsigned input_request_text(struct json_object *json, struct keystroke **ret_keystrokes,
			    size_t *ret_count, char ret_error[REQUEST_ERROR_MAX]);

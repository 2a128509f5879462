/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input steps
 *
 * Steps of a scenario (docs/testing-guests.md) that do to a guest what a person did. Events come
 * as GET /api/v1/input has them (docs/api.md).
 *
 * It is what they meant rather than what their hands did: keys that overlap are a text, a key
 * that was held is one press, a pointer or a finger goes straight from where it was put to where it
 * was let go of.
 */

#include <json-c/json.h>
#include <stdbool.h>

#include "common/cleanup.h"

struct input_steps;

struct input_steps *input_steps_create(void);

/** Accepts NULL. */
void input_steps_destroy(struct input_steps *steps);

void input_steps_add(struct input_steps *steps, struct json_object *event);

/** Whether a key that goes with others, a button or a finger is down: something is under way. */
bool input_steps_are_held(const struct input_steps *steps);

/** The steps since the last call, each a line; "" where there are none. The caller frees. */
char *input_steps_take(struct input_steps *steps);

DEFINE_CLEANUP(struct input_steps *, input_steps_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Source input
 *
 * The seat's input port: makes of what viewers do the events that a guest is sent,
 * by whatever way `struct source_input_ops` knows.
 *
 * What is sent has been checked. Events that wait for their answer are bounded:
 * positions are merged, and presses are dropped while a peer does not answer at all;
 * releases are always sent, for they follow presses. Fingers move at touch_pace.h's pace.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/input/seat.h"

struct heads;
struct loop;
struct source_input;

enum source_touch {
	SOURCE_TOUCH_BEGIN,
	SOURCE_TOUCH_UPDATE,
	SOURCE_TOUCH_END,
};

/* Each sends one event, and returns whether it will be answered: the answer is told
 * to source_input_answer(), that to a position or a distance to source_input_motion_answer(). */
struct source_input_ops {
	bool (*key)(void *data, uint8_t qnum, bool is_down);
	bool (*position)(void *data, unsigned head, uint32_t x, uint32_t y);
	bool (*distance)(void *data, unsigned head, int32_t dx, int32_t dy);
	bool (*button)(void *data, unsigned head, enum input_button button, bool is_down);
	bool (*touch)(void *data, unsigned head, enum source_touch kind, unsigned slot, uint32_t x,
		      uint32_t y);
};

/** All arguments must outlive the input. It has no head yet. Returns 0 or negative errno. */
int source_input_create(struct loop *loop, const struct source_input_ops *ops, void *data,
			struct heads *heads, struct seat *seat, struct source_input **ret_input);

/** The seat must have been detached. Accepts NULL. */
void source_input_destroy(struct source_input *input);

/** Takes the devices of `head` into use. Its pointer stays where it is until
 * source_input_set_mode(). */
void source_input_add(struct source_input *input, unsigned head);

/** Whether the head's pointer takes positions, or distances. */
void source_input_set_mode(struct source_input *input, unsigned head, bool is_absolute);

/** Begins to send what viewers do, with what they hold: seat_attach(). */
void source_input_attach(struct source_input *input);

/** The way to the guest is lost, and answers to what was sent with it: seat_detach(). */
void source_input_detach(struct source_input *input);

/** Whether the guest was told last that the key is down. */
bool source_input_holds_key(const struct source_input *input, uint8_t qnum);

/** Lets go of all that the guest may hold since the last time, and presses again what viewers hold.
 */
void source_input_recover(struct source_input *input);

void source_input_answer(struct source_input *input);
void source_input_motion_answer(struct source_input *input, unsigned head);

DEFINE_CLEANUP(struct source_input *, source_input_destroy)

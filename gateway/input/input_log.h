/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input log
 *
 * What the seat has sent to the guest lately, whoever did it: for those who write down what a
 * person does.
 *
 * Passwords are typed too. So nothing is kept unless somebody reads, from when they began; what
 * was kept is forgotten INPUT_LOG_UNREAD_US after they read last, and nothing is kept then.
 *
 * Threads: the loop's.
 */

#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/input/input_event.h"

/* Older ones are dropped. */
#define INPUT_LOG_LENGTH 4096

#define INPUT_LOG_UNREAD_US 120000000

struct heads;
struct input_log;
struct seat;

struct input_record {
	uint64_t time_us;
	uint64_t frame; /* that the head showed then; of a key, head 0 */

	/* A wheel's turns are one notch each; a contact is the guest's slot. */
	struct input_event event;
};

/** `clock_us` is loop_now_us(), or a test's. `on_input` is called when there is more, and must not
 * block. The seat, which has one log at most, and the heads outlive it. */
struct input_log *input_log_create(uint64_t (*clock_us)(void), struct seat *seat,
				   struct heads *heads, void (*on_input)(void *data), void *data);

/** Accepts NULL. */
void input_log_destroy(struct input_log *log);

/** The number that the next record gets. */
uint64_t input_log_end(const struct input_log *log);

/**
 * Copies the records from number `since` on, or from the first that is kept, at most `max`. Returns
 * how many, and in `*ret_start` the number of the first.
 */
size_t input_log_read(struct input_log *log, uint64_t since, struct input_record *ret_records,
		      size_t max, uint64_t *ret_start);

DEFINE_CLEANUP(struct input_log *, input_log_destroy)

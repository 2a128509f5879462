/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/input_log.h"

#include <string.h>

#include "common/xalloc.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"

struct input_log {
	uint64_t (*clock_us)(void);
	struct seat *seat;
	struct heads *heads;
	void (*on_input)(void *data);
	void *data;

	uint64_t read_us; /* when it was read last; 0: nobody does */
	uint64_t start;	  /* the number of the oldest that is kept */
	uint64_t end;
	struct input_record records[INPUT_LOG_LENGTH]; /* each at its number */
};

/* -- Who reads ------------------------------------------------------------------- */

static void forget(struct input_log *log)
{
	explicit_bzero(log->records, sizeof(log->records));
	log->start = log->end;
	log->read_us = 0;
}

/* Returns whether somebody reads. */
static bool is_read(struct input_log *log, uint64_t now_us)
{
	if (log->read_us > 0 && now_us - log->read_us > INPUT_LOG_UNREAD_US)
		forget(log);
	return log->read_us > 0;
}

/* -- What the seat sends ----------------------------------------------------------- */

static uint64_t frame_of(const struct input_log *log, unsigned index)
{
	struct head *head = heads_get(log->heads, index);
	CLEANUP(frame_unrefp) struct frame *frame = head ? head_fetch(head, 0, NULL) : NULL;

	return frame ? frame->number : 0;
}

static void append(struct input_log *log, const struct input_event *event)
{
	uint64_t now_us = log->clock_us();

	if (!is_read(log, now_us))
		return;
	log->records[log->end++ % INPUT_LOG_LENGTH] = (struct input_record){
		now_us, frame_of(log, event->head), *event};
	if (log->end - log->start > INPUT_LOG_LENGTH)
		log->start = log->end - INPUT_LOG_LENGTH;
	log->on_input(log->data);
}

static void handle_key(void *data, uint8_t qnum, bool is_down)
{
	struct input_event event = {.type = INPUT_KEY, .key = {qnum, is_down}};

	append(data, &event);
}

static void handle_motion(void *data, unsigned head, uint32_t x, uint32_t y)
{
	struct input_event event = {.type = INPUT_MOTION, .head = head, .motion = {x, y}};

	append(data, &event);
}

static void handle_relative(void *data, unsigned head, int32_t dx, int32_t dy)
{
	struct input_event event = {.type = INPUT_RELATIVE, .head = head, .relative = {dx, dy}};

	append(data, &event);
}

static void handle_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	struct input_event event = {
		.type = INPUT_BUTTON, .head = head, .button = {button, is_down}};

	if (button == INPUT_BUTTON_WHEEL_UP || button == INPUT_BUTTON_WHEEL_DOWN) {
		/* A notch is both. */
		if (!is_down)
			return;
		event.type = INPUT_WHEEL;
		event.wheel.dx = 0;
		event.wheel.dy = button == INPUT_BUTTON_WHEEL_UP ? 1 : -1;
	}
	append(data, &event);
}

static void handle_touch(void *data, unsigned head, enum input_touch kind, unsigned slot,
			 uint32_t x, uint32_t y)
{
	struct input_event event = {.type = INPUT_TOUCH, .head = head, .touch = {kind, slot, x, y}};

	append(data, &event);
}

static const struct input_port listening = {
	.key = handle_key,
	.motion = handle_motion,
	.relative = handle_relative,
	.button = handle_button,
	.touch = handle_touch,
};

/* -- The log ----------------------------------------------------------------------- */

struct input_log *input_log_create(uint64_t (*clock_us)(void), struct seat *seat,
				   struct heads *heads, void (*on_input)(void *data), void *data)
{
	struct input_log *log = xcalloc(1, sizeof(*log));

	log->clock_us = clock_us;
	log->seat = seat;
	log->heads = heads;
	log->on_input = on_input;
	log->data = data;
	seat_observe(seat, &listening, log);
	return log;
}

void input_log_destroy(struct input_log *log)
{
	if (!log)
		return;
	seat_observe(log->seat, NULL, NULL);
	forget(log);
	free(log);
}

uint64_t input_log_end(const struct input_log *log)
{
	return log->end;
}

size_t input_log_read(struct input_log *log, uint64_t since, struct input_record *ret_records,
		      size_t max, uint64_t *ret_start)
{
	uint64_t now_us = log->clock_us();
	size_t count = 0;

	is_read(log, now_us);
	log->read_us = now_us;
	if (since < log->start)
		since = log->start;
	*ret_start = since;
	for (; since < log->end && count < max; since++)
		ret_records[count++] = log->records[since % INPUT_LOG_LENGTH];
	return count;
}

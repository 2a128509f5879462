/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/source/attempts.h"
#include "gateway/source/bus_input.h"
#include "gateway/source/chardev.h"
#include "gateway/source/console.h"
#include "gateway/source/display.h"
#include "gateway/source/peer_socket.h"
#include "gateway/source/power.h"
#include "gateway/source/qmp.h"
#include "gateway/source/qmp_display.h"

/* How long the peer may take to say what it is, and to greet a listener. A VM
 * whose main loop is busy takes its time. */
#define ANSWER_LIMIT_US (5 * UINT64_C(1000000))

struct source {
	struct loop *loop;
	const struct source_address *address;
	struct heads *heads;
	struct seat *seat;

	struct qmp *qmp;     /* SOURCE_QMP only */
	struct power *power; /* NULL: nobody else has a use for the monitor */
	struct chardev *chardev;
	const char *line_id; /* of the chardev that is asked for; NULL: none */
	void (*on_line)(void *data, int fd);
	void *line_data;
	struct qmp_display *handing_over;
	struct display *display;
	struct bus_input *input;
	struct console *consoles[HEADS_MAX]; /* by head */
	unsigned consoles_count;
	struct console *registering; /* the one whose turn it is */
	bool wants_listener[HEADS_MAX];

	struct attempts *attempts;
	struct loop_timer *answer_timer;
	struct loop_timer *loss_timer; /* fires at once: what failed is taken down outside of it */
	bool is_attached;
	bool is_lost;
	bool has_new_reason; /* that the heads do not show yet */
	void (*on_size)(void *data, unsigned head, struct size size); /* or NULL */
	void *on_size_data;
	struct size resized[HEADS_MAX]; /* what source_resize() asked for; 0x0: nothing */
};

static const char *peer_name(const struct source *source)
{
	return source->address->transport == SOURCE_QMP ? "QEMU" : "the display source";
}

/* Beside a display that is a process of its own the guest runs on. */
static const char *lost_name(const struct source *source)
{
	return source->address->transport == SOURCE_QMP ? "The guest" : "The guest's display";
}

/* -- Losing and trying again -------------------------------------------------------- */

static void show_reason(struct source *source)
{
	for (unsigned i = 0; i < heads_count(source->heads); i++) {
		struct head *head = heads_get(source->heads, i);

		head_move_cursor(head, 0, 0, false);
		head_show_notice(head, attempts_reason(source->attempts));
	}
}

static void detach(struct source *source)
{
	if (source->is_attached && source->seat)
		seat_detach(source->seat);
	source->is_attached = false;
	for (unsigned i = 0; i < source->consoles_count; i++) {
		console_destroy(source->consoles[i]);
		source->consoles[i] = NULL;
		source->wants_listener[i] = false;
	}
	source->consoles_count = 0;
	source->registering = NULL;
	chardev_destroy(source->chardev);
	source->chardev = NULL;
	bus_input_destroy(source->input);
	source->input = NULL;
	display_close(source->display);
	source->display = NULL;
	if (source->qmp)
		power_detach(source->power);
	qmp_close(source->qmp);
	source->qmp = NULL;
	qmp_display_destroy(source->handing_over);
	source->handing_over = NULL;
}

static void handle_loss(void *data)
{
	struct source *source = data;

	loop_timer_disarm(source->answer_timer);
	detach(source);
	/* Not before: a picture that was under way would have replaced it. */
	if (source->has_new_reason)
		show_reason(source);
	source->is_lost = false;
	attempts_again(source->attempts);
}

/* `what` completes "it ...". */
static void lose(struct source *source, const char *what)
{
	char reason[SOURCE_REASON_MAX];

	if (source->is_lost)
		return;
	source->is_lost = true;
	if (source->is_attached)
		snprintf(reason, sizeof(reason), "%s has gone away: %s %s", lost_name(source),
			 peer_name(source), what);
	else
		snprintf(reason, sizeof(reason), "Waiting for %s at %s: it %s", peer_name(source),
			 source->address->path, what);
	source->has_new_reason = attempts_fail(source->attempts, reason, false);
	loop_timer_arm(source->loss_timer, 0);
}

static void handle_answer_limit(void *data)
{
	lose(data, "accepts the connection and does not answer");
}

static void handle_peer_lost(void *data, const char *reason)
{
	lose(data, reason);
}

/* -- Consoles ----------------------------------------------------------------------- */

static void register_next(struct source *source)
{
	if (source->registering || source->is_lost)
		return;
	for (unsigned i = 0; i < source->consoles_count; i++) {
		if (!source->wants_listener[i])
			continue;
		source->wants_listener[i] = false;
		source->registering = source->consoles[i];
		loop_timer_arm(source->answer_timer, ANSWER_LIMIT_US);
		console_register(source->consoles[i]);
		return;
	}
}

static void handle_wants_listener(void *data, struct console *console)
{
	struct source *source = data;

	for (unsigned i = 0; i < source->consoles_count; i++)
		if (source->consoles[i] == console)
			source->wants_listener[i] = true;
	register_next(source);
}

static void handle_settled(void *data, struct console *console)
{
	struct source *source = data;

	if (source->registering != console)
		return;
	source->registering = NULL;
	loop_timer_disarm(source->answer_timer);
	register_next(source);
}

static void handle_keys_lifted(void *data, struct console *console)
{
	struct source *source = data;

	if (source->seat)
		seat_repeat(source->seat);
}

static void handle_size(void *data, struct console *console, struct size size)
{
	struct source *source = data;

	for (unsigned i = 0; source->on_size && i < source->consoles_count; i++)
		if (source->consoles[i] == console)
			source->on_size(source->on_size_data, i, size);
}

static const struct console_events console_events = {
	.on_wants_listener = handle_wants_listener,
	.on_settled = handle_settled,
	.on_size = handle_size,
	.on_keys_lifted = handle_keys_lifted,
};

static int add_console(struct source *source, unsigned index, uint32_t id)
{
	struct head *head = heads_get(source->heads, index);
	struct size wanted = source->resized[index];
	bool only_if_off = false;

	if (wanted.width == 0) {
		wanted = head_policy(head)->size;
		only_if_off = head_policy(head)->is_for_switching_on;
	}
	source->consoles[index] = console_create(source->loop, display_bus(source->display), id,
						 head, wanted, only_if_off, &console_events,
						 source);
	if (!source->consoles[index])
		return -EIO;
	source->consoles_count = index + 1;
	source->wants_listener[index] = true;
	if (source->input)
		bus_input_add(source->input, index, id);
	return 0;
}

static void handle_display_ready(void *data)
{
	struct source *source = data;
	const uint32_t *ids;
	unsigned count = display_consoles(source->display, &ids);

	loop_timer_disarm(source->answer_timer);
	heads_grow(source->heads, count, "Waiting for the guest's picture");
	if (count > HEADS_MAX)
		count = HEADS_MAX;
	if (source->seat && bus_input_create(source->loop, display_bus(source->display),
					     source->heads, source->seat, &source->input) < 0) {
		lose(source, "cannot be driven: out of timers");
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		if (add_console(source, i, ids[i]) < 0) {
			lose(source, "cannot be shown: out of timers");
			return;
		}
	}
	for (unsigned i = count; i < heads_count(source->heads); i++)
		head_show_notice(heads_get(source->heads, i), "The guest has no such screen");

	source->is_attached = true;
	attempts_succeed(source->attempts);
	log_info("attached to %s at %s: guest \"%s\" with %u screen%s", peer_name(source),
		 source->address->path, display_guest_name(source->display), count,
		 count == 1 ? "" : "s");
	if (source->input)
		bus_input_attach(source->input);
	register_next(source);
	if (source->line_id &&
	    chardev_ask(display_bus(source->display), source->line_id, source->on_line,
			source->line_data, &source->chardev) < 0)
		log_warning("chardev %s cannot be asked for", source->line_id);
}

/* -- Connecting ----------------------------------------------------------------------- */

static const struct display_events display_events = {
	.on_ready = handle_display_ready,
	.on_lost = handle_peer_lost,
};

static void open_display(void *data, int fd)
{
	struct source *source = data;
	int r = display_open(source->loop, fd, &display_events, source, &source->display);

	if (r < 0) {
		lose(source, strerror(-r));
		return;
	}
	loop_timer_arm(source->answer_timer, ANSWER_LIMIT_US);
}

static const struct qmp_display_events qmp_display_events = {
	.on_display = open_display,
	.on_refused = handle_peer_lost,
};

static void handle_monitor_ready(void *data)
{
	struct source *source = data;
	int r = qmp_display_ask(source->loop, source->qmp, &qmp_display_events, source,
				&source->handing_over);

	if (r < 0)
		lose(source, strerror(-r));
	else if (source->power)
		power_attach(source->power, source->qmp);
}

static void handle_monitor_event(void *data, const char *name)
{
	struct source *source = data;

	power_note_event(source->power, name);
}

static const struct qmp_events qmp_events = {
	.on_ready = handle_monitor_ready,
	.on_event = handle_monitor_event,
	.on_failed = handle_peer_lost,
};

static void handle_attempt(void *data)
{
	struct source *source = data;
	const char *why;
	int fd = peer_socket_connect(source->address->path, &why);

	if (fd >= 0 && source->address->transport == SOURCE_DISPLAY1) {
		open_display(source, fd);
	} else if (fd >= 0) {
		int r = qmp_open(source->loop, fd, &qmp_events, source, &source->qmp);

		if (r < 0)
			lose(source, strerror(-r));
	} else {
		char reason[SOURCE_REASON_MAX];

		snprintf(reason, sizeof(reason), "Waiting for %s at %s: %s", peer_name(source),
			 source->address->path, why);
		if (attempts_fail(source->attempts, reason, peer_socket_is_absence(fd)))
			show_reason(source);
		attempts_again(source->attempts);
	}
}

/* -- The interface --------------------------------------------------------------------- */

int source_create(struct loop *loop, const struct source_address *address, struct heads *heads,
		  struct seat *seat, struct source **ret_source)
{
	CLEANUP(source_destroyp) struct source *source = xcalloc(1, sizeof(*source));
	char reason[SOURCE_REASON_MAX];
	int r;

	source->loop = loop;
	source->address = address;
	source->heads = heads;
	source->seat = seat;
	r = loop_timer_create(loop, handle_answer_limit, source, &source->answer_timer);
	if (r < 0)
		return r;
	r = loop_timer_create(loop, handle_loss, source, &source->loss_timer);
	if (r < 0)
		return r;

	snprintf(reason, sizeof(reason), "Connecting to %s at %s", peer_name(source),
		 address->path);
	r = attempts_create(loop, handle_attempt, source, reason, &source->attempts);
	if (r < 0)
		return r;
	show_reason(source);
	*ret_source = TAKE(source);
	return 0;
}

void source_destroy(struct source *source)
{
	if (!source)
		return;
	detach(source);
	attempts_destroy(source->attempts);
	loop_timer_destroy(source->answer_timer);
	loop_timer_destroy(source->loss_timer);
	free(source);
}

void source_ask_line(struct source *source, const char *chardev_id,
		     void (*on_line)(void *data, int fd), void *data)
{
	source->line_id = chardev_id;
	source->on_line = on_line;
	source->line_data = data;
}

void source_lend_monitor(struct source *source, struct power *power)
{
	source->power = power;
}

struct source_status source_status(const struct source *source)
{
	if (!source->is_attached || source->is_lost)
		return (struct source_status){.reason = attempts_reason(source->attempts)};
	return (struct source_status){
		.is_attached = true,
		.guest_name = display_guest_name(source->display),
		.guest_uuid = display_guest_uuid(source->display),
	};
}

void source_resize(struct source *source, unsigned head, struct size size)
{
	if (head >= HEADS_MAX)
		return;
	source->resized[head] = size;
	if (source->consoles[head])
		console_resize(source->consoles[head], size);
}

void source_on_size(struct source *source,
		    void (*on_size)(void *data, unsigned head, struct size size), void *data)
{
	source->on_size = on_size;
	source->on_size_data = data;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/console.h"

#include <stdio.h>
#include <string.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/source/listener.h"
#include "gateway/source/view.h"

/* Between two registrations for the sake of mapping: after each the pause is
 * doubled, so that a guest whose graphics card is copied for good is left alone. */
#define REPAIR_PAUSE_MIN_US (1 * UINT64_C(1000000))
#define REPAIR_PAUSE_MAX_US (64 * UINT64_C(1000000))

#define GPU_NOTICE \
	"QEMU shows this screen through the GPU (gl=on), which this gateway cannot read: " \
	"start it with gl=off"

struct console {
	struct loop *loop;
	sd_bus *bus;
	char path[DISPLAY1_PATH_MAX];
	struct head *head;
	struct view *view;
	const struct console_events *events;
	void *data;

	struct listener *listener;
	struct listener *replacement; /* registered, but has not been shown anything */
	sd_bus_slot *registration;
	sd_bus_slot *ping;
	struct loop_timer *repair_timer;
	uint64_t repair_pause_us;
	uint64_t repaired_us; /* when the last repair began; 0: never */
	bool is_repairing;    /* until the new listener is shown something */

	struct size wanted;
	bool only_if_off;
	bool has_asked;
};

/* -- Size --------------------------------------------------------------------- */

static int handle_uiinfo_reply(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct console *console = data;

	if (sd_bus_message_is_method_error(reply, NULL))
		log_info("head %u: the display source does not change its size: %s",
			 head_index(console->head), sd_bus_message_get_error(reply)->message);
	else
		console->events->on_size(console->data, console, console->wanted);
	return 0;
}

static void ask_size(struct console *console)
{
	console->has_asked = true;
	/* No size in millimetres: the guest's EDID then says 100 dots an inch. */
	sd_bus_call_method_async(console->bus, NULL, NULL, console->path, DISPLAY1_CONSOLE,
				 "SetUIInfo", handle_uiinfo_reply, console, "qqiiuu", 0, 0, 0, 0,
				 console->wanted.width, console->wanted.height);
}

/* Once after each attach: a guest that chooses another mode is not argued with. */
static void handle_shown(void *data)
{
	struct console *console = data;

	if (console->has_asked || console->wanted.width == 0)
		return;
	console->has_asked = true;
	if (view_is_off(console->view) ||
	    (!console->only_if_off &&
	     !view_has_size(console->view, console->wanted.width, console->wanted.height)))
		ask_size(console);
}

void console_resize(struct console *console, struct size size)
{
	console->wanted = size;
	ask_size(console);
}

/* -- Listeners come and go ---------------------------------------------------- */

static int handle_ping(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct console *console = data;

	console->ping = sd_bus_slot_unref(console->ping);
	console->events->on_keys_lifted(console->data, console);
	return 0;
}

/* QEMU lifts all keys when it sees that a listener is closed. By the time it
 * has answered another call it has seen that, so that keys pressed again after
 * the answer stay down. */
static void await_lifted_keys(struct console *console)
{
	console->ping = sd_bus_slot_unref(console->ping);
	sd_bus_call_method_async(console->bus, &console->ping, NULL, console->path,
				 "org.freedesktop.DBus.Peer", "Ping", handle_ping, console, NULL);
}

static void handle_repair_timer(void *data)
{
	struct console *console = data;

	console->repaired_us = loop_now_us();
	console->events->on_wants_listener(console->data, console);
}

/* Gets another listener, which is sent the whole picture and may map again. */
static void repair(struct console *console, const char *why)
{
	uint64_t now = loop_now_us();
	uint64_t due = now;

	if (console->is_repairing)
		return;
	console->is_repairing = true;
	log_info("head %u: %s: registering another listener", head_index(console->head), why);

	if (console->repaired_us && now - console->repaired_us > REPAIR_PAUSE_MAX_US)
		console->repair_pause_us = REPAIR_PAUSE_MIN_US;
	if (console->repaired_us)
		due = console->repaired_us + console->repair_pause_us;
	if (console->repair_pause_us < REPAIR_PAUSE_MAX_US)
		console->repair_pause_us *= 2;
	loop_timer_arm(console->repair_timer, due > now ? due - now : 0);
}

/* The first picture came by the new listener: the old one is not needed any more. */
static void note_picture(struct console *console, const struct listener *listener)
{
	if (listener != console->replacement)
		return;
	listener_destroy(console->listener);
	console->listener = console->replacement;
	console->replacement = NULL;
	console->is_repairing = false;
	await_lifted_keys(console);
}

static void drop_listener(struct console *console, struct listener *listener)
{
	if (listener == console->replacement)
		console->replacement = NULL;
	else
		console->listener = NULL;
	listener_destroy(listener);
}

static int handle_register_reply(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct console *console = data;

	console->registration = sd_bus_slot_unref(console->registration);
	if (!sd_bus_message_is_method_error(reply, NULL))
		return 0; /* the greeting on the listener comes next */
	if (sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NO_REPLY))
		return 0; /* disconnected, or too slow: the source sees to both */
	log_warning("head %u: the display source refuses a listener: %s", head_index(console->head),
		    sd_bus_message_get_error(reply)->message);
	if (!console->replacement)
		view_tell_problem(console->view, "The display source does not show this screen");
	drop_listener(console, console->replacement ? console->replacement : console->listener);
	console->is_repairing = false;
	console->events->on_settled(console->data, console);
	return 0;
}

static void handle_ready(void *data, struct listener *listener)
{
	struct console *console = data;

	console->events->on_settled(console->data, console);
}

static void handle_closed(void *data, struct listener *listener)
{
	struct console *console = data;

	drop_listener(console, listener);
	await_lifted_keys(console);
	if (console->listener || console->replacement)
		return;
	console->is_repairing = false;
	repair(console, "the display source closed its listener");
}

/* -- What a listener is told -------------------------------------------------- */

static int handle_scanout_map(void *data, struct listener *listener, int fd, uint32_t offset,
			      const struct surface_shape *shape, char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;

	note_picture(console, listener);
	return view_map(console->view, fd, offset, shape, ret_refusal);
}

static int handle_update_map(void *data, struct listener *listener, const struct surface_rect *rect,
			     char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;

	return view_update_map(console->view, rect, ret_refusal);
}

#define FELL_BACK "copies come in place of shared memory"

static int handle_scanout(void *data, struct listener *listener, const struct surface_shape *shape,
			  const void *bytes, size_t size, char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;
	/* A copy of what could be mapped: QEMU has given up on mapping. A card
	 * whose modes are copied comes with another size. */
	bool fell_back = view_is_mapped(console->view) &&
			 view_has_size(console->view, shape->width, shape->height);
	int r;

	note_picture(console, listener);
	r = view_copy(console->view, shape, bytes, size, ret_refusal);
	if (r == 0 && fell_back)
		repair(console, FELL_BACK);
	return r;
}

static int handle_update(void *data, struct listener *listener, const struct surface_rect *rect,
			 const struct surface_shape *shape, const void *bytes, size_t size,
			 char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;
	int r;

	note_picture(console, listener);
	if (view_is_mapped(console->view)) {
		/* The rest of the picture is missing. */
		repair(console, FELL_BACK);
		return 0;
	}
	r = view_update_copy(console->view, rect, shape, bytes, size, ret_refusal);
	/* QEMU may begin a new surface with a part of it: have the whole sent. */
	if (r < 0)
		repair(console, "a part of a picture came without the whole");
	return r;
}

static void handle_scanout_dmabuf(void *data, struct listener *listener,
				  char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;

	/* Mapping such a buffer would wait for the GPU on the loop, if it could
	 * be mapped at all. */
	note_picture(console, listener);
	snprintf(ret_refusal, REFUSAL_MAX, "%s", GPU_NOTICE);
	view_tell_problem(console->view, GPU_NOTICE);
}

static void handle_disable(void *data, struct listener *listener)
{
	struct console *console = data;

	note_picture(console, listener);
	view_switch_off(console->view);
}

static int handle_cursor(void *data, int32_t width, int32_t height, int32_t hot_x, int32_t hot_y,
			 const void *pixels, size_t size, char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;

	return view_define_cursor(console->view, width, height, hot_x, hot_y, pixels, size,
				  ret_refusal);
}

static void handle_cursor_move(void *data, int32_t x, int32_t y, bool is_visible)
{
	struct console *console = data;

	view_move_cursor(console->view, x, y, is_visible);
}

static void handle_refused(void *data, const char *refusal)
{
	struct console *console = data;

	view_tell_refusal(console->view, refusal);
}

static const struct listener_events console_listener_events = {
	.on_ready = handle_ready,
	.on_closed = handle_closed,
	.on_scanout_map = handle_scanout_map,
	.on_update_map = handle_update_map,
	.on_scanout = handle_scanout,
	.on_update = handle_update,
	.on_scanout_dmabuf = handle_scanout_dmabuf,
	.on_disable = handle_disable,
	.on_cursor = handle_cursor,
	.on_cursor_move = handle_cursor_move,
	.on_refused = handle_refused,
};

/* -- Life --------------------------------------------------------------------- */

void console_register(struct console *console)
{
	CLEANUP(listener_destroyp) struct listener *listener = NULL;
	CLEANUP(close_fdp) int peer = -1;
	int r;

	/* Our end is ready before QEMU is told: it answers the call, and then
	 * authenticates on the socket with a blocking call of its own. */
	r = listener_create(console->loop, &console_listener_events, console, &listener, &peer);
	if (r >= 0)
		r = sd_bus_call_method_async(console->bus, &console->registration, NULL,
					     console->path, DISPLAY1_CONSOLE, "RegisterListener",
					     handle_register_reply, console, "h", peer);
	if (r < 0) {
		log_error("head %u: cannot register a listener: %s", head_index(console->head),
			  strerror(-r));
		console->is_repairing = false;
		console->events->on_settled(console->data, console);
		return;
	}
	if (console->listener) {
		listener_destroy(console->replacement);
		console->replacement = TAKE(listener);
	} else {
		console->listener = TAKE(listener);
		console->is_repairing = false;
	}
}

struct console *console_create(struct loop *loop, sd_bus *bus, uint32_t id, struct head *head,
			       struct size wanted, bool only_if_off,
			       const struct console_events *events, void *data)
{
	CLEANUP(console_destroyp) struct console *console = xcalloc(1, sizeof(*console));

	console->loop = loop;
	console->bus = bus;
	display1_console_path(id, console->path);
	console->head = head;
	console->wanted = wanted;
	console->only_if_off = only_if_off;
	console->events = events;
	console->data = data;
	console->repair_pause_us = REPAIR_PAUSE_MIN_US;
	console->view = view_create(loop, head, handle_shown, console);
	if (!console->view ||
	    loop_timer_create(loop, handle_repair_timer, console, &console->repair_timer) < 0)
		return NULL;
	return TAKE(console);
}

void console_destroy(struct console *console)
{
	if (!console)
		return;
	sd_bus_slot_unref(console->registration);
	sd_bus_slot_unref(console->ping);
	listener_destroy(console->replacement);
	listener_destroy(console->listener);
	loop_timer_destroy(console->repair_timer);
	view_destroy(console->view);
	free(console);
}

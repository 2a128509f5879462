/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/console.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/source/display1.h"
#include "gateway/source/listener.h"
#include "gateway/source/placeholder.h"

/* A scanout is followed by an update at once; should none come, it is shown all the same. */
#define SHOW_DELAY_US 20000

/* Between two registrations for the sake of mapping: after each the pause is
 * doubled, so that a guest whose graphics card is copied for good is left alone. */
#define REPAIR_PAUSE_MIN_US (1 * UINT64_C(1000000))
#define REPAIR_PAUSE_MAX_US (64 * UINT64_C(1000000))

/* A peer that keeps sending nonsense gets one line in this time. */
#define REFUSAL_LOG_PAUSE_US (10 * UINT64_C(1000000))

#define OFF_NOTICE "This screen is off: the guest has not switched it on"
#define GPU_NOTICE \
	"QEMU shows this screen through the GPU (gl=on), which this gateway cannot read: " \
	"start it with gl=off"

enum view {
	VIEW_NOTHING, /* yet */
	VIEW_PICTURE,
	VIEW_OFF,
	VIEW_REFUSED, /* a notice says what was wrong */
};

struct console {
	struct loop *loop;
	sd_bus *bus;
	uint32_t id;
	char path[DISPLAY1_PATH_MAX];
	struct head *head;
	const struct console_events *events;
	void *data;

	struct listener *listener;
	struct listener *replacement; /* registered, but has not been shown anything */
	sd_bus_slot *registration;
	sd_bus_slot *ping;
	struct loop_timer *repair_timer;
	uint64_t repair_pause_us;
	uint64_t repaired_us; /* when the last repair began */
	bool is_repairing;    /* the timer runs, or a registration was asked for */

	struct surface surface;
	bool is_unseen; /* the surface is new, and nothing of it has been shown */
	struct loop_timer *show_timer;
	enum view view;

	struct size wanted;
	bool has_asked;

	int32_t cursor_x; /* of its top left corner */
	int32_t cursor_y;
	bool cursor_is_visible;
	struct cursor_image *cursor;

	uint64_t refusal_logged_us;
	uint64_t refusals_unlogged;
};

/* -- Size --------------------------------------------------------------------- */

static int handle_uiinfo_reply(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct console *console = data;

	if (sd_bus_message_is_method_error(reply, NULL))
		log_info("head %u: the display source does not change its size: %s",
			 head_index(console->head), sd_bus_message_get_error(reply)->message);
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
static void ask_size_if_needed(struct console *console)
{
	const struct surface_shape *shape = &console->surface.shape;

	if (console->has_asked || console->wanted.width == 0)
		return;
	if (console->view == VIEW_OFF || shape->width != console->wanted.width ||
	    shape->height != console->wanted.height)
		ask_size(console);
	console->has_asked = true;
}

void console_resize(struct console *console, struct size size)
{
	console->wanted = size;
	ask_size(console);
}

/* -- Refusals ------------------------------------------------------------------ */

static void show_refusal(struct console *console, const char *notice)
{
	/* A notice costs a picture: one, whatever else is refused. */
	if (console->view == VIEW_REFUSED)
		return;
	console->view = VIEW_REFUSED;
	head_show_notice(console->head, notice);
}

static void handle_refused(void *data, const char *refusal)
{
	struct console *console = data;
	uint64_t now = loop_now_us();
	char notice[NOTICE_MAX];

	snprintf(notice, sizeof(notice), "The display source sent %s: it cannot be shown", refusal);
	show_refusal(console, notice);

	if (console->refusal_logged_us && now - console->refusal_logged_us < REFUSAL_LOG_PAUSE_US) {
		console->refusals_unlogged++;
		return;
	}
	log_warning("head %u: the display source sent %s: refused", head_index(console->head),
		    refusal);
	if (console->refusals_unlogged)
		log_warning("head %u: and %" PRIu64 " refused since the last such line",
			    head_index(console->head), console->refusals_unlogged);
	console->refusal_logged_us = now;
	console->refusals_unlogged = 0;
}

/* -- Cursor -------------------------------------------------------------------- */

/* QEMU tells where the image's corner is; everyone else wants to know where it points. */
static void place_cursor(struct console *console)
{
	int32_t hot_x = console->cursor ? (int32_t)console->cursor->hot_x : 0;
	int32_t hot_y = console->cursor ? (int32_t)console->cursor->hot_y : 0;

	head_move_cursor(console->head, console->cursor_x + hot_x, console->cursor_y + hot_y,
			 console->cursor_is_visible);
}

/* -- Showing -------------------------------------------------------------------- */

static void handle_unshown(struct console *console, int r)
{
	char notice[NOTICE_MAX];

	snprintf(notice, sizeof(notice), "This screen has %ux%u pixels: %s",
		 console->surface.shape.width, console->surface.shape.height,
		 r == -EFBIG ? "too many for the gateway's frame memory" : strerror(-r));
	if (console->view != VIEW_REFUSED)
		log_error("head %u: %s", head_index(console->head), notice);
	show_refusal(console, notice);
}

static void switch_off(struct console *console)
{
	if (console->view == VIEW_OFF)
		return;
	console->view = VIEW_OFF;
	console->cursor_is_visible = false;
	place_cursor(console);
	head_show_notice(console->head, OFF_NOTICE);
}

/* Hands the surface to the head. `rect` is what changed; NULL: everything. */
static void show(struct console *console, const struct surface_rect *rect)
{
	pixman_region32_t damage;
	struct pixels pixels;
	bool is_off;
	int r = 0;

	if (console->is_unseen)
		rect = NULL;
	pixels = surface_begin(&console->surface);
	is_off = console->surface.may_be_placeholder &&
		 (console->is_unseen || console->view == VIEW_OFF) && placeholder_is(&pixels);
	console->is_unseen = false;
	loop_timer_disarm(console->show_timer);

	if (!is_off) {
		if (rect)
			pixman_region32_init_rect(&damage, rect->x, rect->y, (unsigned)rect->width,
						  (unsigned)rect->height);
		r = head_show(console->head, &pixels, rect ? &damage : NULL, loop_now_us());
		if (rect)
			pixman_region32_fini(&damage);
	}
	if (!surface_end(&console->surface)) {
		handle_refused(console, "memory, and took it away again");
		return;
	}

	if (is_off)
		switch_off(console);
	else if (r < 0 && r != -EAGAIN)
		handle_unshown(console, r);
	else
		console->view = VIEW_PICTURE;
	ask_size_if_needed(console);
}

static void handle_show_timer(void *data)
{
	struct console *console = data;

	if (console->surface.kind != SURFACE_NONE)
		show(console, NULL);
}

/* The head had no room for the last pictures, and has some now. */
static void handle_room(void *data)
{
	struct console *console = data;

	if (console->surface.kind != SURFACE_NONE && console->view == VIEW_PICTURE)
		show(console, NULL);
}

/* -- Listeners ------------------------------------------------------------------- */

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
	uint64_t due;

	if (console->is_repairing)
		return;
	console->is_repairing = true;
	log_info("head %u: %s: registering another listener", head_index(console->head), why);
	if (now - console->repaired_us > REPAIR_PAUSE_MAX_US)
		console->repair_pause_us = REPAIR_PAUSE_MIN_US;
	due = console->repaired_us ? console->repaired_us + console->repair_pause_us : now;
	if (console->repair_pause_us < REPAIR_PAUSE_MAX_US)
		console->repair_pause_us *= 2;
	loop_timer_arm(console->repair_timer, due > now ? due - now : 0);
}

static int handle_ping(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct console *console = data;

	console->events->on_keys_lifted(console->data, console);
	return 0;
}

/* The first picture came by the new listener: the old one is not needed any more. */
static void promote_replacement(struct console *console)
{
	listener_destroy(console->listener);
	console->listener = console->replacement;
	console->replacement = NULL;
	console->is_repairing = false;

	/* QEMU lifts all keys when it sees that the old one is closed. By the
	 * time it has answered another call it has seen that, so that keys
	 * pressed again after the answer stay down. */
	console->ping = sd_bus_slot_unref(console->ping);
	sd_bus_call_method_async(console->bus, &console->ping, NULL, console->path,
				 "org.freedesktop.DBus.Peer", "Ping", handle_ping, console, NULL);
}

static void note_picture(struct console *console, const struct listener *listener)
{
	if (listener == console->replacement)
		promote_replacement(console);
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
		show_refusal(console, "The display source does not show this screen");
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
	if (console->listener)
		return;
	console->is_repairing = false;
	if (!console->replacement)
		repair(console, "the display source closed its listener");
}

/* -- What the listener is told ---------------------------------------------------- */

static int handle_scanout_map(void *data, struct listener *listener, int fd, uint32_t offset,
			      const struct surface_shape *shape, char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;
	int r;

	note_picture(console, listener);
	r = surface_map(&console->surface, fd, offset, shape, ret_refusal);
	if (r < 0)
		return r;
	console->is_unseen = true;
	loop_timer_arm(console->show_timer, SHOW_DELAY_US);
	return 0;
}

static int handle_update_map(void *data, struct listener *listener, const struct surface_rect *rect,
			     char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;
	int r;

	r = surface_check_rect(&console->surface, rect, ret_refusal);
	if (r < 0)
		return r;
	show(console, rect);
	return 0;
}

static int handle_scanout(void *data, struct listener *listener, const struct surface_shape *shape,
			  const void *bytes, size_t size, char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;
	/* A copy of what could be mapped: QEMU has given up on mapping. A card
	 * whose modes are copied comes with another size. */
	bool fell_back = console->surface.kind == SURFACE_MAPPED &&
			 console->surface.shape.width == shape->width &&
			 console->surface.shape.height == shape->height;
	int r;

	note_picture(console, listener);
	r = surface_copy(&console->surface, shape, bytes, size, ret_refusal);
	if (r < 0)
		return r;
	if (fell_back)
		repair(console, "copies come in place of shared memory");
	console->is_unseen = true;
	show(console, NULL);
	return 0;
}

static int handle_update(void *data, struct listener *listener, const struct surface_rect *rect,
			 const struct surface_shape *shape, const void *bytes, size_t size,
			 char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;
	int r;

	note_picture(console, listener);
	if (console->surface.kind == SURFACE_MAPPED) {
		/* The rest of the picture is missing. */
		repair(console, "copies come in place of shared memory");
		return 0;
	}
	r = surface_patch(&console->surface, rect, shape, bytes, size, ret_refusal);
	if (r < 0) {
		/* QEMU may begin a new surface with a part of it: have the whole sent. */
		repair(console, "a part of a picture came without the whole");
		return r;
	}
	show(console, rect);
	return 0;
}

static void handle_scanout_dmabuf(void *data, struct listener *listener,
				  char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;

	/* Mapping such a buffer would wait for the GPU on the loop, if it could
	 * be mapped at all. */
	note_picture(console, listener);
	surface_clear(&console->surface);
	loop_timer_disarm(console->show_timer);
	snprintf(ret_refusal, REFUSAL_MAX, "%s", GPU_NOTICE);
	if (console->view == VIEW_REFUSED)
		return;
	log_warning("head %u: %s", head_index(console->head), GPU_NOTICE);
	show_refusal(console, GPU_NOTICE);
}

static void handle_disable(void *data, struct listener *listener)
{
	struct console *console = data;

	note_picture(console, listener);
	surface_clear(&console->surface);
	loop_timer_disarm(console->show_timer);
	switch_off(console);
	ask_size_if_needed(console);
}

static int handle_cursor(void *data, int32_t width, int32_t height, int32_t hot_x, int32_t hot_y,
			 const void *pixels, size_t size, char ret_refusal[REFUSAL_MAX])
{
	struct console *console = data;
	CLEANUP(freep) uint32_t *copy = NULL;

	if (width <= 0 || height <= 0 || width > CURSOR_SIDE_MAX || height > CURSOR_SIDE_MAX ||
	    size < (size_t)width * (size_t)height * 4) {
		snprintf(ret_refusal, REFUSAL_MAX, "a cursor of %dx%d pixels in %zu bytes", width,
			 height, size);
		return -EINVAL;
	}
	/* In D-Bus bytes need not be aligned to words. */
	copy = xcalloc((size_t)width * (size_t)height, sizeof(*copy));
	memcpy(copy, pixels, (size_t)width * (size_t)height * 4);
	cursor_image_unref(console->cursor);
	console->cursor = cursor_image_create((uint32_t)width, (uint32_t)height, hot_x, hot_y,
					      copy);
	head_set_cursor(console->head, console->cursor);
	place_cursor(console);
	return 0;
}

static void handle_cursor_move(void *data, int32_t x, int32_t y, bool is_visible)
{
	struct console *console = data;

	/* Far outside is outside: sums with it must not overflow. */
	if (x < -INT16_MAX || x > INT16_MAX || y < -INT16_MAX || y > INT16_MAX)
		is_visible = false;
	else if (is_visible) {
		console->cursor_x = x;
		console->cursor_y = y;
	}
	console->cursor_is_visible = is_visible;
	place_cursor(console);
}

static const struct listener_events listener_events = {
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

/* -- Life -------------------------------------------------------------------------- */

void console_register(struct console *console)
{
	CLEANUP(listener_destroyp) struct listener *listener = NULL;
	CLEANUP(close_fdp) int peer = -1;
	int r;

	/* Our end is ready before QEMU is told: it answers the call, and then
	 * authenticates on the socket with a blocking call of its own. */
	r = listener_create(console->loop, &listener_events, console, &listener, &peer);
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
			       struct size wanted, const struct console_events *events, void *data)
{
	CLEANUP(console_destroyp) struct console *console = xcalloc(1, sizeof(*console));

	console->loop = loop;
	console->bus = bus;
	console->id = id;
	display1_console_path(id, console->path);
	console->head = head;
	console->wanted = wanted;
	console->events = events;
	console->data = data;
	console->repair_pause_us = REPAIR_PAUSE_MIN_US;
	if (loop_timer_create(loop, handle_repair_timer, console, &console->repair_timer) < 0 ||
	    loop_timer_create(loop, handle_show_timer, console, &console->show_timer) < 0)
		return NULL;
	head_set_writer(head, handle_room, console);
	return TAKE(console);
}

void console_destroy(struct console *console)
{
	if (!console)
		return;
	head_set_writer(console->head, NULL, NULL);
	sd_bus_slot_unref(console->registration);
	sd_bus_slot_unref(console->ping);
	listener_destroy(console->replacement);
	listener_destroy(console->listener);
	loop_timer_destroy(console->repair_timer);
	loop_timer_destroy(console->show_timer);
	surface_clear(&console->surface);
	cursor_image_unref(console->cursor);
	free(console);
}

uint32_t console_id(const struct console *console)
{
	return console->id;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/bus/display_listener.h"

#include <errno.h>
#include <string.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/bus/bus_handshake.h"

/* Answers that a viewer may owe before changes are merged: enough that a viewer
 * which answers at once never waits for the next change. */
#define UPDATES_MAX  4
#define POINTERS_MAX 4

/* More rectangles than this become the one around them. */
#define RECTS_MAX 16

/* What an array may have in D-Bus. */
#define COPY_BYTES_MAX (64u << 20)

/* How a surface is told. */
enum way {
	BY_COPIES,
	BY_MAP,
	BY_DMABUF,
};

struct display_listener {
	const struct display *display;
	unsigned output;
	const struct display_listener_events *events;
	void *data;
	struct bus_handshake *handshake;
	sd_bus *bus;
	bool is_ready; /* it has said what it can do */
	bool can_map;
	bool takes_dmabufs;
	enum way way; /* of the surface that it was told last */
	bool needs_pixels;
	bool is_off; /* it was told of no surface, or of none that it can be shown */

	/* Answers that it owes: all of them, and those that hold something back. */
	unsigned owes;
	bool owes_surface;
	unsigned owes_updates;
	unsigned owes_pointers;

	/* Runs while it owes one, in steps of half its patience. */
	struct loop_timer *timer;
	uint64_t step_us;
	bool timer_runs;
	bool is_silent;	 /* since the last step */
	bool was_silent; /* in the whole step before */

	/* What it has not been told. */
	bool surface_waits;
	bool cursor_waits;
	bool pointer_waits;
	pixman_region32_t damage; /* of the surface that it was told last */
};

/* -- Calls ------------------------------------------------------------------- */

static int new_call(struct display_listener *listener, const char *interface, const char *member,
		    sd_bus_message **ret_call)
{
	return sd_bus_message_new_method_call(listener->bus, ret_call, NULL, DISPLAY1_LISTENER_PATH,
					      interface, member);
}

static void start_timer(struct display_listener *listener)
{
	listener->timer_runs = true;
	listener->is_silent = true;
	loop_timer_arm(listener->timer, listener->step_us);
}

/* Sends without waiting; the answer goes to `handler`, however late. */
static int send_call(struct display_listener *listener, sd_bus_message *call,
		     sd_bus_message_handler_t handler)
{
	int r = sd_bus_call_async(listener->bus, NULL, call, handler, listener, UINT64_MAX);

	if (r < 0)
		return r;
	listener->owes++;
	if (!listener->timer_runs)
		start_timer(listener);
	return 0;
}

static void tell(struct display_listener *listener);

static void end(struct display_listener *listener, const char *reason)
{
	listener->events->on_end(listener->data, reason);
}

/*
 * A whole step in silence is followed by another one: when it is we who stood
 * still, the answers are there, and are read before that has passed.
 */
static void handle_timer(void *data)
{
	struct display_listener *listener = data;

	listener->timer_runs = false;
	if (listener->owes == 0)
		return;
	if (listener->is_silent && listener->was_silent) {
		end(listener, "it does not answer");
		return;
	}
	listener->was_silent = listener->is_silent;
	start_timer(listener);
}

/* Counts an answer; false when it only says that the connection has ended, which is told
 * otherwise. */
static bool take_answer(struct display_listener *listener)
{
	if (sd_bus_is_open(listener->bus) <= 0)
		return false;
	listener->owes--;
	listener->is_silent = false;
	listener->was_silent = false;
	return true;
}

/*
 * Other errors are the viewer's own business, as with QEMU.
 *
 * The handlers return 1: after one that closed its connection and returned 0, sd-bus
 * (252) would go on with it.
 */
static int handle_update_answer(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;

	if (!take_answer(listener))
		return 1;
	listener->owes_updates--;
	tell(listener);
	return 1;
}

static int handle_surface_answer(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;

	if (!take_answer(listener))
		return 1;
	listener->owes_surface = false;
	tell(listener);
	return 1;
}

static int handle_map_answer(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;

	/* What cannot be mapped is copied from now on. */
	if (sd_bus_message_is_method_error(answer, NULL)) {
		listener->can_map = false;
		listener->surface_waits = true;
	}
	return handle_surface_answer(answer, data, error);
}

static int handle_dmabuf_answer(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;

	/* One that cannot take this one is shown the pixels from now on. */
	if (sd_bus_message_is_method_error(answer, NULL)) {
		listener->takes_dmabufs = false;
		listener->surface_waits = true;
	}
	return handle_surface_answer(answer, data, error);
}

static int handle_pointer_answer(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;

	if (!take_answer(listener))
		return 1;
	listener->owes_pointers--;
	tell(listener);
	return 1;
}

/* -- Surfaces ---------------------------------------------------------------- */

static struct display_rect rect_from_box(const pixman_box32_t *box)
{
	return (struct display_rect){
		.x = (uint32_t)box->x1,
		.y = (uint32_t)box->y1,
		.width = (uint32_t)(box->x2 - box->x1),
		.height = (uint32_t)(box->y2 - box->y1),
	};
}

static void copy_rows(unsigned char *to, const struct display_surface *surface,
		      const struct display_rect *rect)
{
	const unsigned char *row = (const unsigned char *)surface->pixels +
				   (size_t)rect->y * surface->stride_bytes + (size_t)rect->x * 4;

	for (uint32_t y = 0; y < rect->height; y++) {
		memcpy(to, row, (size_t)rect->width * 4);
		to += (size_t)rect->width * 4;
		row += surface->stride_bytes;
	}
}

/* Pixels with no gaps between their rows. */
static int append_copy(sd_bus_message *call, const struct display_surface *surface,
		       const struct display_rect *rect)
{
	void *space;
	int r = sd_bus_message_append_array_space(call, 'y', (size_t)rect->width * rect->height * 4,
						  &space);

	if (r < 0)
		return r;
	copy_rows(space, surface, rect);
	return 0;
}

static int send_disable(struct display_listener *listener)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r = new_call(listener, DISPLAY1_LISTENER, "Disable", &call);

	if (r >= 0)
		r = send_call(listener, call, handle_surface_answer);
	if (r >= 0)
		listener->owes_surface = true;
	return r;
}

static int send_scanout_map(struct display_listener *listener,
			    const struct display_surface *surface)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r = new_call(listener, DISPLAY1_LISTENER_MAP, "ScanoutMap", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "huuuuu", surface->fd, surface->offset,
					  surface->width, surface->height, surface->stride_bytes,
					  (uint32_t)surface->format);
	if (r >= 0)
		r = send_call(listener, call, handle_map_answer);
	if (r >= 0)
		listener->owes_surface = true;
	return r;
}

static int send_scanout(struct display_listener *listener, const struct display_surface *surface)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	struct display_rect whole = {0, 0, surface->width, surface->height};
	int r = new_call(listener, DISPLAY1_LISTENER, "Scanout", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "uuuu", surface->width, surface->height,
					  surface->width * 4, (uint32_t)surface->format);
	if (r >= 0)
		r = append_copy(call, surface, &whole);
	if (r >= 0)
		r = send_call(listener, call, handle_surface_answer);
	if (r >= 0)
		listener->owes_surface = true;
	return r;
}

static int send_scanout_dmabuf(struct display_listener *listener,
			       const struct display_surface *surface)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	const struct display_dmabuf *dmabuf = surface->dmabuf;
	int r = new_call(listener, DISPLAY1_LISTENER_DMABUF2, "ScanoutDMABUF2", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "ahuuuuauauuuuutb", 1, dmabuf->fd, dmabuf->x,
					  dmabuf->y, surface->width, surface->height, 1,
					  dmabuf->offset, 1, dmabuf->stride_bytes, 1,
					  dmabuf->fourcc, dmabuf->width, dmabuf->height,
					  dmabuf->modifier, dmabuf->y_0_top);
	if (r >= 0)
		r = send_call(listener, call, handle_dmabuf_answer);
	if (r >= 0)
		listener->owes_surface = true;
	return r;
}

static enum way way_of(const struct display_listener *listener,
		       const struct display_surface *surface)
{
	if (listener->takes_dmabufs && surface->dmabuf)
		return BY_DMABUF;
	return listener->can_map ? BY_MAP : BY_COPIES;
}

/* Whether the viewer can be shown a surface at all. */
static bool can_show(const struct display_listener *listener, const struct display_surface *surface)
{
	if (listener->way != BY_COPIES ||
	    (uint64_t)surface->width * surface->height * 4 <= COPY_BYTES_MAX)
		return true;
	if (!listener->is_off)
		log_warning("output %u: %ux%u pixels are too many for a viewer that maps none",
			    listener->output, surface->width, surface->height);
	return false;
}

bool display_listener_needs_pixels(const struct display_listener *listener)
{
	return listener->needs_pixels;
}

static void set_need(struct display_listener *listener, bool needs_pixels)
{
	if (listener->needs_pixels == needs_pixels)
		return;
	listener->needs_pixels = needs_pixels;
	listener->events->on_need(listener->data);
}

/* As QEMU does it: a surface is announced, and then an update says that all of it is new.
 * A copy says both. */
static int tell_surface(struct display_listener *listener)
{
	const struct display_surface *surface = display_surface(listener->display,
								listener->output);

	listener->surface_waits = false;
	pixman_region32_clear(&listener->damage);
	if (surface)
		listener->way = way_of(listener, surface);
	listener->is_off = !surface || !can_show(listener, surface);
	set_need(listener, !listener->is_off && listener->way != BY_DMABUF);
	if (listener->is_off)
		return send_disable(listener);
	if (listener->way == BY_COPIES)
		return send_scanout(listener, surface);
	pixman_region32_union_rect(&listener->damage, &listener->damage, 0, 0, surface->width,
				   surface->height);
	return listener->way == BY_MAP ? send_scanout_map(listener, surface)
				       : send_scanout_dmabuf(listener, surface);
}

/* -- Updates ----------------------------------------------------------------- */

/* Of what the viewer has itself. */
static int send_update_of_own(struct display_listener *listener, const struct display_rect *rect)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r = listener->way == BY_MAP
			? new_call(listener, DISPLAY1_LISTENER_MAP, "UpdateMap", &call)
			: new_call(listener, DISPLAY1_LISTENER, "UpdateDMABUF", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "iiii", rect->x, rect->y, rect->width,
					  rect->height);
	return r < 0 ? r : send_call(listener, call, handle_update_answer);
}

static int send_update(struct display_listener *listener, const struct display_surface *surface,
		       const struct display_rect *rect)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r = new_call(listener, DISPLAY1_LISTENER, "Update", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "iiiiuu", rect->x, rect->y, rect->width,
					  rect->height, rect->width * 4, (uint32_t)surface->format);
	if (r >= 0)
		r = append_copy(call, surface, rect);
	return r < 0 ? r : send_call(listener, call, handle_update_answer);
}

static void merge_damage(struct display_listener *listener)
{
	pixman_region32_reset(&listener->damage, pixman_region32_extents(&listener->damage));
}

static int tell_damage(struct display_listener *listener)
{
	const struct display_surface *surface = display_surface(listener->display,
								listener->output);
	pixman_box32_t *boxes;
	int count, r = 0;

	/* A viewer's GPU draws it all again, and once is enough. */
	if (listener->way == BY_DMABUF)
		merge_damage(listener);
	boxes = pixman_region32_rectangles(&listener->damage, &count);
	for (int i = 0; i < count && r >= 0; i++) {
		struct display_rect rect = rect_from_box(&boxes[i]);

		r = listener->way == BY_COPIES ? send_update(listener, surface, &rect)
					       : send_update_of_own(listener, &rect);
		if (r >= 0)
			listener->owes_updates++;
	}
	pixman_region32_clear(&listener->damage);
	return r;
}

/* Copies are told one change at a time: what a stuck viewer can make us hold is
 * one picture. So are a GPU's buffers, since the answer says that it was drawn. Shared memory costs
 * nothing. */
static bool may_update(const struct display_listener *listener)
{
	if (listener->surface_waits || !pixman_region32_not_empty(&listener->damage))
		return false;
	if (listener->way == BY_MAP)
		return listener->owes_updates < UPDATES_MAX;
	return listener->owes_updates == 0 && !listener->owes_surface;
}

/* -- The pointer ------------------------------------------------------------- */

static int send_cursor(struct display_listener *listener)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	const struct display_cursor *cursor = display_cursor(listener->display, listener->output);
	int r = new_call(listener, DISPLAY1_LISTENER, "CursorDefine", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "iiii", DISPLAY_CURSOR_SIDE, DISPLAY_CURSOR_SIDE,
					  cursor->hot_x, cursor->hot_y);
	if (r >= 0)
		r = sd_bus_message_append_array(call, 'y', cursor->pixels, sizeof(cursor->pixels));
	return r < 0 ? r : send_call(listener, call, handle_pointer_answer);
}

static int send_pointer(struct display_listener *listener)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	struct display_pointer pointer = display_pointer(listener->display, listener->output);
	int r = new_call(listener, DISPLAY1_LISTENER, "MouseSet", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "iii", pointer.x, pointer.y, pointer.is_visible);
	return r < 0 ? r : send_call(listener, call, handle_pointer_answer);
}

static int tell_pointer(struct display_listener *listener)
{
	int r = 0;

	if (listener->cursor_waits && listener->owes_pointers < POINTERS_MAX) {
		listener->cursor_waits = false;
		r = send_cursor(listener);
		listener->owes_pointers += r >= 0;
	}
	if (r >= 0 && listener->pointer_waits && listener->owes_pointers < POINTERS_MAX) {
		listener->pointer_waits = false;
		r = send_pointer(listener);
		listener->owes_pointers += r >= 0;
	}
	return r;
}

/* -- What waits -------------------------------------------------------------- */

/* Tells as much of what waits as the viewer may be told now. */
static void tell(struct display_listener *listener)
{
	int r = 0;

	if (!listener->is_ready)
		return;
	if (listener->surface_waits && !listener->owes_surface &&
	    (listener->way != BY_COPIES || listener->owes_updates == 0))
		r = tell_surface(listener);
	if (r >= 0 && may_update(listener))
		r = tell_damage(listener);
	if (r >= 0)
		r = tell_pointer(listener);
	/* Of a connection that has ended it hears otherwise. */
	if (r < 0 && sd_bus_is_open(listener->bus) > 0)
		end(listener, strerror(-r));
}

void display_listener_surface_changed(struct display_listener *listener)
{
	listener->surface_waits = true;
	pixman_region32_clear(&listener->damage);
	tell(listener);
}

void display_listener_updated(struct display_listener *listener, const struct display_rect *rect)
{
	/* All of a surface that waits is new. */
	if (listener->surface_waits || listener->is_off)
		return;
	pixman_region32_union_rect(&listener->damage, &listener->damage, (int)rect->x, (int)rect->y,
				   rect->width, rect->height);
	if (pixman_region32_n_rects(&listener->damage) > RECTS_MAX)
		merge_damage(listener);
	tell(listener);
}

void display_listener_cursor_changed(struct display_listener *listener)
{
	listener->cursor_waits = true;
	tell(listener);
}

void display_listener_pointer_moved(struct display_listener *listener)
{
	listener->pointer_waits = true;
	tell(listener);
}

/* -- Life -------------------------------------------------------------------- */

static int read_interfaces(void *data, const char *name, const char *contents,
			   sd_bus_message *message)
{
	struct display_listener *listener = data;
	const char *interface;
	int r;

	if (strcmp(name, "Interfaces") != 0 || strcmp(contents, "as") != 0)
		return 0;
	r = sd_bus_message_enter_container(message, 'a', "s");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read(message, "s", &interface)) > 0) {
		if (strcmp(interface, DISPLAY1_LISTENER_MAP) == 0)
			listener->can_map = true;
		if (strcmp(interface, DISPLAY1_LISTENER_DMABUF2) == 0)
			listener->takes_dmabufs = true;
	}
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(message);
	return r < 0 ? r : 1;
}

static int handle_properties(sd_bus_message *answer, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;

	if (!take_answer(listener))
		return 1;
	/* One without properties is one that is sent copies. */
	if (!sd_bus_message_is_method_error(answer, NULL))
		display1_each_property(answer, read_interfaces, listener);
	listener->is_ready = true;
	tell(listener);
	return 1;
}

static int fetch_interfaces(struct display_listener *listener)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r = new_call(listener, "org.freedesktop.DBus.Properties", "GetAll", &call);

	if (r >= 0)
		r = sd_bus_message_append(call, "s", DISPLAY1_LISTENER);
	return r < 0 ? r : send_call(listener, call, handle_properties);
}

static int handle_disconnected(sd_bus_message *message, void *data, sd_bus_error *error)
{
	end(data, NULL);
	return 1;
}

int display_listener_create(struct loop *loop, const struct display *display, unsigned output,
			    int fd, uint64_t patience_us,
			    const struct display_listener_events *events, void *data,
			    struct display_listener **ret_listener)
{
	CLEANUP(display_listener_destroyp)
	struct display_listener *listener = xcalloc(1, sizeof(*listener));
	int r;

	listener->display = display;
	listener->output = output;
	listener->step_us = patience_us / 2;
	listener->events = events;
	listener->data = data;
	listener->surface_waits = true;
	listener->cursor_waits = display_cursor(display, output) != NULL;
	listener->pointer_waits = listener->cursor_waits;
	pixman_region32_init(&listener->damage);

	r = loop_timer_create(loop, handle_timer, listener, &listener->timer);
	if (r < 0) {
		close_fd(fd);
		return r;
	}
	r = bus_handshake_begin(loop, fd, &listener->handshake, &listener->bus);
	if (r < 0)
		return r;
	r = display1_watch_end(listener->bus, handle_disconnected, listener);
	if (r < 0)
		return r;
	r = fetch_interfaces(listener);
	if (r < 0)
		return r;
	*ret_listener = TAKE(listener);
	return 0;
}

void display_listener_destroy(struct display_listener *listener)
{
	if (!listener)
		return;
	loop_timer_destroy(listener->timer);
	bus_handshake_destroy(listener->handshake);
	display1_bus_close(listener->bus);
	pixman_region32_fini(&listener->damage);
	free(listener);
}

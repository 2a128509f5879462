/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/source/placeholder.h"

/* A scanout is followed by an update at once; should none come, it is shown all the same. */
#define SHOW_DELAY_US 20000

/* A peer that keeps sending nonsense gets one line in this time. */
#define REFUSAL_LOG_PAUSE_US (10 * UINT64_C(1000000))

enum state {
	STATE_NOTHING, /* yet */
	STATE_PICTURE,
	STATE_OFF,
	STATE_PROBLEM, /* a notice says which */
};

struct view {
	struct head *head;
	void (*on_shown)(void *data);
	void *data;
	enum state state;

	struct surface surface;
	bool is_unseen; /* the surface is new, and nothing of it has been shown */
	struct loop_timer *show_timer;

	struct cursor_image *cursor;
	int32_t cursor_x; /* of its corner */
	int32_t cursor_y;
	bool cursor_is_visible;

	uint64_t refusal_logged_us;
	uint64_t refusals_unlogged;
};

static void log_refusal(struct view *view, const char *refusal)
{
	uint64_t now = loop_now_us();

	if (view->refusal_logged_us && now - view->refusal_logged_us < REFUSAL_LOG_PAUSE_US) {
		view->refusals_unlogged++;
		return;
	}
	log_warning("head %u: the display source sent %s: refused", head_index(view->head),
		    refusal);
	if (view->refusals_unlogged)
		log_warning("head %u: and %" PRIu64 " refused since the last such line",
			    head_index(view->head), view->refusals_unlogged);
	view->refusal_logged_us = now;
	view->refusals_unlogged = 0;
}

/* -- Cursor ------------------------------------------------------------------- */

/* QEMU tells where the image's corner is; everyone else wants to know where it points. */
static void place_cursor(struct view *view)
{
	int32_t hot_x = view->cursor ? (int32_t)view->cursor->hot_x : 0;
	int32_t hot_y = view->cursor ? (int32_t)view->cursor->hot_y : 0;

	head_move_cursor(view->head, view->cursor_x + hot_x, view->cursor_y + hot_y,
			 view->cursor_is_visible);
}

int view_define_cursor(struct view *view, int32_t width, int32_t height, int32_t hot_x,
		       int32_t hot_y, const void *pixels, size_t size,
		       char ret_refusal[REFUSAL_MAX])
{
	CLEANUP(freep) uint32_t *copy = NULL;

	if (width <= 0 || height <= 0 || width > CURSOR_SIDE_MAX || height > CURSOR_SIDE_MAX ||
	    size < (size_t)width * (size_t)height * 4) {
		snprintf(ret_refusal, REFUSAL_MAX, "a cursor of %dx%d pixels in %zu bytes", width,
			 height, size);
		/* No reason to hide the picture. */
		log_refusal(view, ret_refusal);
		return -EINVAL;
	}
	/* In D-Bus bytes need not be aligned to words. */
	copy = xcalloc((size_t)width * (size_t)height, sizeof(*copy));
	memcpy(copy, pixels, (size_t)width * (size_t)height * 4);
	cursor_image_unref(view->cursor);
	view->cursor = cursor_image_create((uint32_t)width, (uint32_t)height, hot_x, hot_y, copy);
	head_set_cursor(view->head, view->cursor);
	place_cursor(view);
	return 0;
}

void view_move_cursor(struct view *view, int32_t x, int32_t y, bool is_visible)
{
	/* Far outside is outside: sums with it must not overflow. */
	if (x < -INT16_MAX || x > INT16_MAX || y < -INT16_MAX || y > INT16_MAX) {
		is_visible = false;
	} else if (is_visible) {
		view->cursor_x = x;
		view->cursor_y = y;
	}
	view->cursor_is_visible = is_visible;
	place_cursor(view);
}

/* -- Notices ------------------------------------------------------------------ */

static void drop_surface(struct view *view)
{
	surface_clear(&view->surface);
	loop_timer_disarm(view->show_timer);
}

static void show_problem(struct view *view, const char *notice)
{
	/* A notice costs a picture: one, whatever else goes wrong until the next. */
	if (view->state == STATE_PROBLEM)
		return;
	view->state = STATE_PROBLEM;
	head_show_notice(view->head, notice);
}

void view_tell_problem(struct view *view, const char *notice)
{
	drop_surface(view);
	if (view->state != STATE_PROBLEM)
		log_warning("head %u: %s", head_index(view->head), notice);
	show_problem(view, notice);
}

void view_tell_refusal(struct view *view, const char *refusal)
{
	char notice[NOTICE_MAX];

	log_refusal(view, refusal);
	snprintf(notice, sizeof(notice), "The display source sent %s: it cannot be shown", refusal);
	show_problem(view, notice);
}

static void show_off(struct view *view)
{
	if (view->state == STATE_OFF)
		return;
	view->state = STATE_OFF;
	view->cursor_is_visible = false;
	place_cursor(view);
	head_show_notice(view->head, "This screen is off: the guest has not switched it on");
}

void view_switch_off(struct view *view)
{
	drop_surface(view);
	show_off(view);
	view->on_shown(view->data);
}

/* -- Pictures ----------------------------------------------------------------- */

static void note_result(struct view *view, int r)
{
	char notice[NOTICE_MAX];

	/* The head asks for the whole again when it has room. */
	if (r >= 0 || r == -EAGAIN) {
		view->state = STATE_PICTURE;
		return;
	}
	snprintf(notice, sizeof(notice), "This screen has %ux%u pixels: %s",
		 view->surface.shape.width, view->surface.shape.height,
		 r == -EFBIG ? "too many for the gateway's frame memory" : strerror(-r));
	if (view->state != STATE_PROBLEM)
		log_error("head %u: %s", head_index(view->head), notice);
	show_problem(view, notice);
}

static int show_pixels(struct view *view, const struct pixels *pixels,
		       const struct surface_rect *rect)
{
	pixman_region32_t damage;
	int r;

	if (!rect)
		return head_show(view->head, pixels, NULL, loop_now_us());
	pixman_region32_init_rect(&damage, rect->x, rect->y, (unsigned)rect->width,
				  (unsigned)rect->height);
	r = head_show(view->head, pixels, &damage, loop_now_us());
	pixman_region32_fini(&damage);
	return r;
}

/* Hands the surface to the head. `rect` is what changed; NULL: everything. */
static void show(struct view *view, const struct surface_rect *rect)
{
	struct pixels pixels = surface_begin(&view->surface);
	bool may_be_off = view->surface.may_be_placeholder &&
			  (view->is_unseen || view->state == STATE_OFF);
	bool is_off = may_be_off && placeholder_is(&pixels);
	int r = is_off ? 0 : show_pixels(view, &pixels, view->is_unseen ? NULL : rect);

	view->is_unseen = false;
	loop_timer_disarm(view->show_timer);
	if (!surface_end(&view->surface)) {
		view_tell_refusal(view, "memory, and took it away again");
		return;
	}
	if (is_off)
		show_off(view);
	else
		note_result(view, r);
	view->on_shown(view->data);
}

static void handle_show_timer(void *data)
{
	struct view *view = data;

	if (view->surface.kind != SURFACE_NONE)
		show(view, NULL);
}

/* The head had no room for the last pictures, and has some now. */
static void handle_room(void *data)
{
	struct view *view = data;

	if (view->surface.kind != SURFACE_NONE && view->state == STATE_PICTURE)
		show(view, NULL);
}

int view_map(struct view *view, int fd, uint32_t offset, const struct surface_shape *shape,
	     char ret_refusal[REFUSAL_MAX])
{
	int r = surface_map(&view->surface, fd, offset, shape, ret_refusal);

	if (r < 0)
		return r;
	view->is_unseen = true;
	loop_timer_arm(view->show_timer, SHOW_DELAY_US);
	return 0;
}

int view_update_map(struct view *view, const struct surface_rect *rect,
		    char ret_refusal[REFUSAL_MAX])
{
	int r = surface_check_rect(&view->surface, rect, ret_refusal);

	if (r < 0)
		return r;
	show(view, rect);
	return 0;
}

int view_copy(struct view *view, const struct surface_shape *shape, const void *bytes, size_t size,
	      char ret_refusal[REFUSAL_MAX])
{
	int r = surface_copy(&view->surface, shape, bytes, size, ret_refusal);

	if (r < 0)
		return r;
	view->is_unseen = true;
	show(view, NULL);
	return 0;
}

int view_update_copy(struct view *view, const struct surface_rect *rect,
		     const struct surface_shape *shape, const void *bytes, size_t size,
		     char ret_refusal[REFUSAL_MAX])
{
	int r = surface_patch(&view->surface, rect, shape, bytes, size, ret_refusal);

	if (r < 0)
		return r;
	show(view, rect);
	return 0;
}

bool view_is_mapped(const struct view *view)
{
	return view->surface.kind == SURFACE_MAPPED;
}

bool view_has_size(const struct view *view, uint32_t width, uint32_t height)
{
	return view->surface.kind != SURFACE_NONE && view->surface.shape.width == width &&
	       view->surface.shape.height == height;
}

bool view_is_off(const struct view *view)
{
	return view->state == STATE_OFF;
}

/* -- Life --------------------------------------------------------------------- */

struct view *view_create(struct loop *loop, struct head *head, void (*on_shown)(void *data),
			 void *data)
{
	struct view *view = xcalloc(1, sizeof(*view));

	view->head = head;
	view->on_shown = on_shown;
	view->data = data;
	if (loop_timer_create(loop, handle_show_timer, view, &view->show_timer) < 0) {
		free(view);
		return NULL;
	}
	head_set_writer(head, handle_room, view);
	return view;
}

void view_destroy(struct view *view)
{
	if (!view)
		return;
	head_set_writer(view->head, NULL, NULL);
	loop_timer_destroy(view->show_timer);
	surface_clear(&view->surface);
	cursor_image_unref(view->cursor);
	free(view);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * View
 *
 * What a head is shown of a console: its pictures, its cursor, and a notice
 * where there is no picture to show.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/head.h"
#include "gateway/source/surface.h"

struct view;

/**
 * Creates the view of `head`, which shows what it did until something comes.
 * `on_shown(data)` is called after each picture, and when the guest turns out to
 * have switched the screen off. Returns NULL when the system is out of timers.
 */
struct view *view_create(struct loop *loop, struct head *head, void (*on_shown)(void *data),
			 void *data);

/** Accepts NULL. The head keeps what it shows. */
void view_destroy(struct view *view);

/* These show what the peer sent, and return as the functions of surface.h do. */

/** The picture follows with the first update. */
int view_map(struct view *view, int fd, uint32_t offset, const struct surface_shape *shape,
	     char ret_refusal[REFUSAL_MAX]);
int view_update_map(struct view *view, const struct surface_rect *rect,
		    char ret_refusal[REFUSAL_MAX]);
int view_copy(struct view *view, const struct surface_shape *shape, const void *bytes, size_t size,
	      char ret_refusal[REFUSAL_MAX]);
int view_update_copy(struct view *view, const struct surface_rect *rect,
		     const struct surface_shape *shape, const void *bytes, size_t size,
		     char ret_refusal[REFUSAL_MAX]);
int view_define_cursor(struct view *view, int32_t width, int32_t height, int32_t hot_x,
		       int32_t hot_y, const void *pixels, size_t size,
		       char ret_refusal[REFUSAL_MAX]);

/** `x` and `y` are those of the image's corner. */
void view_move_cursor(struct view *view, int32_t x, int32_t y, bool is_visible);

/** The guest shows nothing. */
void view_switch_off(struct view *view);

/** The peer sent something that was refused: `refusal` completes "it sent ...". */
void view_tell_refusal(struct view *view, const char *refusal);

/** There is no picture, for a reason that the peer's operator can do something about. */
void view_tell_problem(struct view *view, const char *notice);

/** What the present picture is, if there is one. */
bool view_is_mapped(const struct view *view);
bool view_has_size(const struct view *view, uint32_t width, uint32_t height);

/** Whether the guest has switched the screen off. */
bool view_is_off(const struct view *view);

DEFINE_CLEANUP(struct view *, view_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Head
 *
 * One output of the guest as viewers see it: its newest frame, its cursor,
 * and, while there is nothing to see, a notice that says why.
 *
 * The source writes a head, on the loop thread. Viewers read it from threads
 * of their own, and are woken when something changes.
 *
 * Heads are numbered from 0, in the guest's order, and live as long as the
 * gateway: one that the guest switched off shows a notice.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/frame_store.h"

struct cursor_image;
struct frame;
struct head;
struct wakeup;

/* As many as virtio-gpu has. */
#define HEADS_MAX 16

/* How much of a notice is kept, with its end. */
#define NOTICE_MAX 256

struct size {
	uint32_t width;
	uint32_t height;
};

/* What fixes a head's size, from the configuration. */
struct head_policy {
	struct size size;	  /* asked of the guest; 0x0: leave it alone */
	bool is_for_switching_on; /* the size is asked of a head that is off only */
	bool viewers_may_resize;  /* resize=viewer */
};

struct cursor {
	struct cursor_image *image; /* NULL: none defined; one reference */
	int32_t x;		    /* of the hot spot */
	int32_t y;
	bool is_visible;
};

/* -- The loop's side: its thread ------------------------------------------ */

struct head *head_create(struct loop *loop, unsigned index, struct frame_budget *budget,
			 const struct head_policy *policy);

/** Nobody may watch it any more. Accepts NULL. */
void head_destroy(struct head *head);

/**
 * Shows the guest's picture: frame_store_update() with its arguments and
 * results, but that -EAGAIN is repeated by the head itself: `on_room(data)`,
 * set by head_set_writer(), is called when the source should give the whole of
 * its present picture again.
 */
int head_show(struct head *head, const struct pixels *picture, const pixman_region32_t *declared,
	      uint64_t time_us);

/** Whom to tell that there is room again for a picture. NULL: nobody. */
void head_set_writer(struct head *head, void (*on_room)(void *data), void *data);

/**
 * Shows `text` over the last picture, darkened, or over an empty screen of the
 * head's configured size. Lines are broken to fit. Capture then refuses, with
 * this text as the reason.
 */
void head_show_notice(struct head *head, const char *text);

/** Has `on_frame(data)` called for each newer frame, before those who watch are woken. NULL: no
 * more. There is one observer: the head's feed. */
void head_observe(struct head *head, void (*on_frame)(void *data), void *data);

/** Takes a reference to `image`; NULL when none is defined. */
void head_set_cursor(struct head *head, struct cursor_image *image);

void head_move_cursor(struct head *head, int32_t x, int32_t y, bool is_visible);

/* -- The viewers' side: any thread --------------------------------------- */

unsigned head_index(const struct head *head);

/** As configured; does not change. */
const struct head_policy *head_policy(const struct head *head);

/** frame_store_fetch(). Never NULL: a head shows at least a notice. */
struct frame *head_fetch(struct head *head, uint64_t since, pixman_region32_t *ret_damage);

/** frame_store_compare(): what differs between frame `since` and `frame`. */
void head_compare(struct head *head, uint64_t since, const struct frame *frame,
		  pixman_region32_t *ret_damage);

/** The present frame's size. */
struct size head_size(struct head *head);

/** What the cursor is now. The caller owns a reference to `image`. */
struct cursor head_cursor(struct head *head);

/**
 * Copies the present notice, or "" while the guest's picture is shown.
 * Returns whether there is a notice.
 */
bool head_notice(struct head *head, char ret_text[NOTICE_MAX]);

/* What a wakeup may wait for. */
enum head_change {
	HEAD_FRAMES = 1 << 0, /* a newer frame: for those without a feed's view */
	HEAD_SIZE = 1 << 1,   /* a frame of another size */
	HEAD_CURSOR = 1 << 2, /* its picture, place or visibility */
	HEAD_NOTICE = 1 << 3,
};

/**
 * Has `wakeup` signalled at each of `changes` (head_change) until head_unwatch().
 * One wakeup may watch several heads.
 */
void head_watch(struct head *head, struct wakeup *wakeup, unsigned changes);

/** When this returns, `wakeup` is not used any more. Does nothing if it did not watch. */
void head_unwatch(struct head *head, struct wakeup *wakeup);

DEFINE_CLEANUP(struct head *, head_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Listener
 *
 * Our end of a connection on which the peer tells what one console shows:
 * org.qemu.Display1.Listener and its Unix.Map extension.
 *
 * QEMU calls ScanoutMap synchronously on the VM's main loop, and greets a new
 * listener there too. So each call is answered before anything is made of it,
 * and nothing here ever waits.
 *
 * Threads: the loop's. One message is handled at a turn of the loop, so that
 * a peer that floods holds up nobody else.
 */

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/source/surface.h"

struct listener;

/* What happens on a listener. Those that return an int refuse what was sent
 * with -EINVAL and the reason. None may destroy the listener, but by
 * listener_destroy() as the last thing that it does. */
struct listener_events {
	/* The peer has greeted us: another listener may be registered. */
	void (*on_ready)(void *data, struct listener *listener);
	/* The peer closed the connection. */
	void (*on_closed)(void *data, struct listener *listener);

	int (*on_scanout_map)(void *data, struct listener *listener, int fd, uint32_t offset,
			      const struct surface_shape *shape, char ret_refusal[REFUSAL_MAX]);
	int (*on_update_map)(void *data, struct listener *listener, const struct surface_rect *rect,
			     char ret_refusal[REFUSAL_MAX]);
	int (*on_scanout)(void *data, struct listener *listener, const struct surface_shape *shape,
			  const void *bytes, size_t size, char ret_refusal[REFUSAL_MAX]);
	int (*on_update)(void *data, struct listener *listener, const struct surface_rect *rect,
			 const struct surface_shape *shape, const void *bytes, size_t size,
			 char ret_refusal[REFUSAL_MAX]);
	/* A scanout that lives in a GPU: always refused. */
	void (*on_scanout_dmabuf)(void *data, struct listener *listener,
				  char ret_refusal[REFUSAL_MAX]);
	void (*on_disable)(void *data, struct listener *listener);

	int (*on_cursor)(void *data, int32_t width, int32_t height, int32_t hot_x, int32_t hot_y,
			 const void *pixels, size_t size, char ret_refusal[REFUSAL_MAX]);
	void (*on_cursor_move)(void *data, int32_t x, int32_t y, bool is_visible);

	/* A picture was refused: `refusal` completes "the display source sent ...". */
	void (*on_refused)(void *data, const char *refusal);
};

/**
 * Starts serving. `*ret_peer_fd` is the other end, for RegisterListener; the
 * caller owns it. Returns 0 or negative errno.
 */
int listener_create(struct loop *loop, const struct listener_events *events, void *data,
		    struct listener **ret_listener, int *ret_peer_fd);

/** Closes the connection, upon which QEMU lifts the console's keys. Accepts NULL. */
void listener_destroy(struct listener *listener);

DEFINE_CLEANUP(struct listener *, listener_destroy)

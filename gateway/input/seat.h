/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Seat
 *
 * The one keyboard, pointer and touch screen that all viewers share.
 *
 * It merges them: the last pointer wins; a key or a button is down while any
 * viewer holds it; each contact of a viewer gets one of the guest's ten slots.
 * A viewer that leaves lets go of all it holds. A source that attaches again is
 * told what is still held.
 *
 * Each origin of input opens a client. Its queue is bounded: pointer motion
 * that the loop has not seen yet is merged, and nothing else is dropped; a
 * full queue is an error, upon which the viewer is to be disconnected.
 *
 * Threads: a client is used on any one thread at a time; the rest on the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/input/input_event.h"

struct heads;
struct seat;
struct seat_client;

/* Where input goes: a source's devices. All are called on the loop's thread,
 * with values that have been checked against the head's present size. */
struct input_port {
	void (*key)(void *data, uint8_t qnum, bool is_down);
	void (*motion)(void *data, unsigned head, uint32_t x, uint32_t y);
	void (*relative)(void *data, unsigned head, int32_t dx, int32_t dy);
	/* Wheel buttons come as a press and a release for each notch. */
	void (*button)(void *data, unsigned head, enum input_button button, bool is_down);
	void (*touch)(void *data, unsigned head, enum input_touch kind, unsigned slot, uint32_t x,
		      uint32_t y);
};

/** `heads` gives the sizes that positions are checked against. Loop thread. */
struct seat *seat_create(struct loop *loop, struct heads *heads);

/** Every client must have been closed. Accepts NULL. */
void seat_destroy(struct seat *seat);

/**
 * Sends input to `port` from now on, beginning with the keys, buttons and
 * contacts that viewers hold. The port must stay until seat_detach().
 */
void seat_attach(struct seat *seat, const struct input_port *port, void *data);

/** What viewers do from now on goes nowhere, but is remembered while held. */
void seat_detach(struct seat *seat);

/**
 * Tells `observer` of what viewers do from now on, whenever the port is told; NULL: nobody. There
 * is one. It must stay until then.
 */
void seat_observe(struct seat *seat, const struct input_port *observer, void *data);

/** Whether what viewers do goes anywhere. Any thread. */
bool seat_is_attached(const struct seat *seat);

/** Tells the port again of all that is held: for a source that lost it. */
void seat_repeat(struct seat *seat);

/** Which lock keys the guest has on (enum input_lock): told by the source. */
void seat_set_locks(struct seat *seat, unsigned locks);

/** Opens an origin of input. Any thread. */
struct seat_client *seat_client_open(struct seat *seat);

/**
 * Hands in one event. Positions beyond the head's edge are moved onto it, since
 * a viewer's window may be a frame behind; events for heads that do not exist
 * are dropped. Any thread.
 *
 * Returns 0, or -ENOBUFS when the queue is full: disconnect the viewer.
 */
int seat_client_send(struct seat_client *client, const struct input_event *event);

/** Lets go of all that the client holds. Any thread. Accepts NULL. */
void seat_client_close(struct seat_client *client);

DEFINE_CLEANUP(struct seat *, seat_destroy)
DEFINE_CLEANUP(struct seat_client *, seat_client_close)

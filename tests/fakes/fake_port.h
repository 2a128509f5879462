/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake port
 *
 * Stands in for the guest's keyboard, pointer and touch screen: it writes down
 * in words what the seat sends to it, joined by ", ":
 *
 *     key 1e down                    the qnum, in hexadecimal
 *     motion 0 10,20                 the head, and where on it
 *     relative 0 -3,4
 *     button 0 wheel-up down
 *     touch 0 slot 2 cancel 10,20
 *
 * Threads: the loop's.
 */

#include <stddef.h>

struct loop;
struct seat;

/* Room for several queues of input; a test that brings more fails. */
#define FAKE_PORT_RECORD_MAX 16384

struct fake_port {
	char record[FAKE_PORT_RECORD_MAX]; /* since it was forgotten last */
	size_t length;			   /* of it */
	unsigned count;			   /* of events in it */
};

/** Attaches a port to the seat, with an empty record. It must stay until seat_detach(). */
void fake_port_attach(struct fake_port *port, struct seat *seat);

/** Turns the loop until there is that much of a record, expects exactly this, and forgets it. */
void fake_port_expect(struct fake_port *port, struct loop *loop, const char *record);

/** Expects exactly this as it is now, and forgets it. */
void fake_port_expect_now(struct fake_port *port, const char *record);

void fake_port_forget(struct fake_port *port);

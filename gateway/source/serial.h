/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Serial
 *
 * The guest's serial line: what it has said lately, kept and numbered, and what
 * somebody says to it. All who read or write share the one line, as they would a cable.
 *
 * The line is a stream socket. One with a path is opened again whenever it was closed, with growing
 * pauses. It is read at once: a guest that writes to it never waits for us.
 *
 * Threads: the loop's.
 */

#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"

struct serial;

/* How much of what the guest said is kept: the newest. */
#define SERIAL_KEPT_MAX (1u << 20)

/* How much may wait to be said to it. */
#define SERIAL_WAITING_MAX 65536

/** Connects to the unix socket at `path`, which is copied, and keeps to it; NULL: the line is given
 * by serial_adopt(). Returns 0 or negative errno; that nobody listens there yet is no error. */
int serial_create(struct loop *loop, const char *path, struct serial **ret_serial);

/** Takes `fd`, the line from now on, in place of any that there is. Not with a path. */
void serial_adopt(struct serial *serial, int fd);

/** Nobody may observe it any more. Accepts NULL. */
void serial_destroy(struct serial *serial);

/** Why it is not connected; NULL while it is. Valid until the next event. */
const char *serial_reason(const struct serial *serial);

/**
 * What the guest said from byte `since` on, counted since this was created, and at most
 * `max` bytes. Where so old bytes are not kept, or `since` lies ahead, it begins with the oldest
 * that is, or the end. Sets `*ret_start` to the number of the first; the caller frees `*ret_bytes`,
 * which may be none. Returns how many.
 */
size_t serial_read(const struct serial *serial, uint64_t since, size_t max, uint64_t *ret_start,
		   uint8_t **ret_bytes);

/** The number that the next byte will have. */
uint64_t serial_end(const struct serial *serial);

/** Says all of `bytes` or nothing. Returns 0; -ENOTCONN; or -EAGAIN when too much waits. */
int serial_write(struct serial *serial, const void *bytes, size_t size);

/** Has `on_output(data)` called when the guest has said something. There is one observer; NULL: no
 * more. */
void serial_observe(struct serial *serial, void (*on_output)(void *data), void *data);

DEFINE_CLEANUP(struct serial *, serial_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Serial
 *
 * Lines in and out on the console, which never makes the cockpit wait. What a
 * reader does not take in time is dropped by whole lines, and counted.
 */

#include <stdbool.h>

#define SERIAL_MAX_UNSENT 32768 /* bytes; then lines are dropped, and "lost N" is said later */

struct serial;

/** Opens the console and makes it raw. Aborts without memory; without a console nothing is said or
 * heard. */
struct serial *serial_open(const char *path);

/** To be polled for reading, and for writing while serial_has_unsent(). */
int serial_fd(const struct serial *serial);
bool serial_has_unsent(const struct serial *serial);

/** Queues one line; the newline is added. */
void serial_printf(struct serial *serial, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Writes as much as goes without waiting. */
void serial_flush(struct serial *serial);

/** Reads, and calls back for each line. A line that is too long is given cut, longer than any
 * command is. */
void serial_read(struct serial *serial, void (*on_line)(void *data, const char *line), void *data);

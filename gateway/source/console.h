/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Console
 *
 * One console of the peer, shown on one head: its listeners, and the size that
 * the guest is asked for.
 *
 * After one late answer QEMU stops sharing memory with a listener, and sends
 * copies for good. The console notices, and registers another listener before
 * it closes the first.
 *
 * Threads: the loop's.
 */

#include <stdint.h>
#include <systemd/sd-bus.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/head.h"

struct console;

struct console_events {
	/* It needs a listener: console_register() when it is its turn. */
	void (*on_wants_listener)(void *data, struct console *console);

	/* The registration is over, well or not: another may begin. */
	void (*on_settled)(void *data, struct console *console);

	/* The peer took the size that was asked for. */
	void (*on_size)(void *data, struct console *console, struct size size);

	/* The peer let go of the keys that were pressed on this console. */
	void (*on_keys_lifted)(void *data, struct console *console);
};

/**
 * Starts to show console `id` of `bus` on `head`; all outlive the console.
 * `wanted` is asked of the guest when it shows another size or nothing, or with
 * `only_if_off` when it shows nothing; 0x0: whatever it likes. It needs console_register() to begin
 * with. Returns NULL when the system is out of timers.
 */
struct console *console_create(struct loop *loop, sd_bus *bus, uint32_t id, struct head *head,
			       struct size wanted, bool only_if_off,
			       const struct console_events *events, void *data);

/** Accepts NULL. The head keeps what it shows. */
void console_destroy(struct console *console);

/**
 * Registers a listener. Only one registration may be under way on a peer:
 * QEMU's main loop stands still until it is done, and two would wait for each
 * other.
 */
void console_register(struct console *console);

/** Asks the guest for a mode. */
void console_resize(struct console *console, struct size size);

DEFINE_CLEANUP(struct console *, console_destroy)

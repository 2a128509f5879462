/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Source
 *
 * Where frames come from and input goes: a peer that speaks
 * org.qemu.Display1, reached through QEMU's monitor or on a socket of its own.
 *
 * The source attaches by itself, and again whenever the peer went away, with
 * growing pauses between attempts. It writes what the guest shows to the heads,
 * and a notice to each of them while there is nothing to show. It can never
 * hold up the VM: it answers the peer's calls at once, and makes none that it
 * waits for.
 *
 * Threads: the loop's only.
 */

#include <stdbool.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/head.h"
#include "gateway/input/seat.h"

struct heads;
struct power;
struct source;

/* Room for a reason that is shown to people, with its end. */
#define SOURCE_REASON_MAX NOTICE_MAX

enum source_transport {
	SOURCE_QMP,	 /* qmp:PATH: QMP getfd and add_client */
	SOURCE_DISPLAY1, /* display1:PATH: a unix socket that speaks org.qemu.Display1 */
};

struct source_address {
	enum source_transport transport;
	char *path;
};

/**
 * Parses `--attach`. On success the caller frees `ret_address->path`.
 * Returns 0, or -EINVAL.
 */
int source_address_parse(const char *text, struct source_address *ret_address);

/* What the gateway knows about the guest. Valid until the next event. */
struct source_status {
	bool is_attached;
	const char *reason; /* why not, while it is not attached */
	const char *guest_name;
	const char *guest_uuid;
};

/**
 * Starts attaching to `address`, which must outlive the source. Input comes
 * from `seat`; NULL: it goes elsewhere. Returns 0 or negative errno; that the peer
 * is not there is no error.
 */
int source_create(struct loop *loop, const struct source_address *address, struct heads *heads,
		  struct seat *seat, struct source **ret_source);

/** Detaches. The heads keep what they show. Accepts NULL. */
void source_destroy(struct source *source);

/** Has QEMU's chardev handed over at each time that the source attaches: `on_line(data, fd)` takes
 * our end. `chardev_id` outlives the source. Before the loop runs. */
void source_ask_line(struct source *source, const char *chardev_id,
		     void (*on_line)(void *data, int fd), void *data);

/** Lends the monitor, where there is one, to `power`, which outlives the source. Before the loop
 * runs. */
void source_lend_monitor(struct source *source, struct power *power);

struct source_status source_status(const struct source *source);

/**
 * Asks the guest for a mode, through SetUIInfo. Where the peer is away, the
 * size is asked for when it comes back.
 */
void source_resize(struct source *source, unsigned head, struct size size);

/**
 * `on_size` is called when the peer took a size that it was asked for. To be set before the loop
 * runs.
 */
void source_on_size(struct source *source,
		    void (*on_size)(void *data, unsigned head, struct size size), void *data);

DEFINE_CLEANUP(struct source *, source_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP output
 *
 * How pictures reach a client: through the graphics pipeline, or as bitmap
 * updates to a client without it.
 *
 * Threads: the viewer's.
 */

#include <pixman.h>
#include <stdbool.h>
#include <sys/types.h>

#include "gateway/frame/frame.h"
#include "gateway/rdp/rdp_layout.h"

struct rdp_output;

/*
 * Encoded bytes after which an update ends, and the rest goes into the next
 * one: what a slow link has to swallow before input is looked at again.
 */
#define RDP_UPDATE_BYTES (256 * 1024)

struct rdp_output_ops {
	const char *name; /* "shown by ..." */

	/* Whether it can take an update now. */
	bool (*has_room)(const struct rdp_output *output);

	/* Makes the client's desktop this one, blank. Returns 0 or negative errno. */
	int (*arrange)(struct rdp_output *output, const struct rdp_layout *layout);

	/* Sends what fits in an update of a place's `stale` pixels, and takes it out of there.
	 * Returns the bytes sent or negative errno. */
	ssize_t (*send)(struct rdp_output *output, unsigned place, const struct frame *frame,
			pixman_region32_t *stale);
};

struct rdp_output {
	const struct rdp_output_ops *ops;
	bool is_blank; /* the client has nothing of ours: arrange, and send all */
};

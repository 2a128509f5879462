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

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/encode/feed.h"
#include "gateway/rdp/rdp_layout.h"

struct log_subject;
struct rdp_output;
struct viewer_counters;
struct rdp_change;

/*
 * Encoded bytes of lossless pixels after which an update ends, however fast the line is, and
 * the rest goes into the next one: what it has to swallow before input is looked at again.
 */
#define RDP_UPDATE_BYTES (256 * 1024)

struct rdp_output_ops {
	const char *name; /* "shown by ..." */

	/* Whether it can take an update now. */
	bool (*has_room)(const struct rdp_output *output);

	/* Makes the client's desktop this one, blank. Returns 0 or negative errno. */
	int (*arrange)(struct rdp_output *output, const struct rdp_layout *layout);

	/* Sends an update with a place's change: all of its video, and as much as fits of its
	 * `rest`, which it takes out of there; with nothing to send, lets go of what it does not
	 * need any more. Returns the bytes sent or negative errno. */
	ssize_t (*send)(struct rdp_output *output, unsigned place, struct rdp_change *change);

	/* What the client's line takes; 0: that is not known. */
	uint32_t (*kbps)(const struct rdp_output *output);
};

struct rdp_output {
	const struct rdp_output_ops *ops;
	bool is_blank;		  /* the client has nothing of ours: arrange, and send all */
	enum rendition rendition; /* what video it takes; may change while it is blank */
	struct viewer_counters *counters;  /* from the first arrange() on */
	const struct log_subject *subject; /* the viewer's, from then on */
};

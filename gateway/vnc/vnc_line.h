/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC line
 *
 * What the way to one viewer takes. Under continuous updates each update is followed by a
 * fence, which the viewer answers once it has digested what came before: few are on
 * their way at a time, so that a slow line shows the newest picture and not a queue of old
 * ones. A viewer that knows no fences is paced by its requests and by its socket.
 *
 * Threads: the viewer's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/encode/rate.h"
#include "gateway/latency.h"

struct feed_view;
struct viewer_counters;
struct vnc_client;

struct vnc_line {
	struct vnc_client *client;
	struct feed_view *view;		  /* is told what the line takes */
	struct viewer_counters *counters; /* the viewer's */

	bool is_metered; /* updates are followed by fences */
	struct rate_meter meter;
	unsigned doublings; /* of how long an update may be, while the meter knows no limit */
	struct latency_flights flights;
	uint64_t frame_us; /* the time of the frame that is being written; 0: of none that is new */
	uint64_t reported_us; /* when the view was told */
	bool is_odd;	      /* the viewer's answers are, which was logged */
};

/** Updates are followed by fences from now on, or are not. */
void vnc_line_meter(struct vnc_line *line, bool is_metered);

bool vnc_line_has_room(struct vnc_line *line);

/** How long one update may be when a more urgent one may follow. Bytes. */
size_t vnc_line_update_max(const struct vnc_line *line);

/** The same when none is going to: up to `bytes_max` on a line that limits nothing, which
 * shows little by little. */
size_t vnc_line_whole_update_max(const struct vnc_line *line, size_t bytes_max);

/** An update of so many bytes was sent, the first to show a frame of `frame_us` (0: it shows
 * nothing new). */
void vnc_line_sent(struct vnc_line *line, uint64_t bytes, uint64_t frame_us);

/** The socket has taken all that was sent. */
void vnc_line_note_written(struct vnc_line *line);

/** The viewer has answered the fence after update `number`. */
void vnc_line_note_answer(struct vnc_line *line, uint32_t number);

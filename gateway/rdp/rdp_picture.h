/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP picture
 *
 * What one viewer sees: its heads, how they lie on its desktop, and what
 * it has of each.
 *
 * Threads: the viewer's. The layout is copied out by rdp_picture_head_of_monitor()
 * on any.
 */

#include <pthread.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/frame/heads.h"
#include "gateway/rdp/rdp_layout.h"
#include "gateway/rdp/rdp_output.h"
#include "gateway/viewers.h"

struct feeds;
struct rdp_options;
struct rdp_picture;
struct wakeup;

/** `wakeup` is signalled when a shown head changes. All must outlive the picture. */
struct rdp_picture *rdp_picture_create(struct heads *heads, struct feeds *feeds,
				       const struct rdp_options *options, struct wakeup *wakeup);

/** Accepts NULL. */
void rdp_picture_destroy(struct rdp_picture *picture);

/** Says how the client's monitors lie: `lefts` has the x position of each. */
void rdp_picture_set_monitors(struct rdp_picture *picture, const int32_t *lefts, unsigned count);

/** Brings the layout up to the heads' number and sizes, and returns it. */
const struct rdp_layout *rdp_picture_arrange(struct rdp_picture *picture);

/** The layout that positions from the client refer to. */
const struct rdp_layout *rdp_picture_layout(const struct rdp_picture *picture);

/** Marks part of the desktop as not sent: the client asked for it. */
void rdp_picture_expose(struct rdp_picture *picture, int32_t x, int32_t y, uint32_t width,
			uint32_t height);

/**
 * Sends at most one update for each head through `output`.
 *
 * Returns 1 when more is to be sent as soon as there is room, 0 when the client
 * has all there is, or negative errno. Counts in `counters`.
 */
int rdp_picture_send(struct rdp_picture *picture, struct rdp_output *output,
		     struct viewer_counters *counters);

/** All that was sent has been written to the socket. */
void rdp_picture_note_written(struct rdp_picture *picture, struct viewer_counters *counters);

/** The head shown on the client's monitor `monitor`, or -1. Any thread. */
int rdp_picture_head_of_monitor(struct rdp_picture *picture, unsigned monitor);

DEFINE_CLEANUP(struct rdp_picture *, rdp_picture_destroy)

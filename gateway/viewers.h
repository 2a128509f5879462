/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Viewers
 *
 * The register of who watches, by whatever protocol: for `windscreen status`,
 * for log lines, and as the bound on how many there are.
 *
 * Threads: any.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "gateway/frame/head.h"
#include "gateway/latency.h"

struct viewer;
struct viewers;

#define VIEWERS_MAX	64
#define VIEWER_PEER_MAX 64

/* What a viewer counts about itself, while others read it. */
struct viewer_counters {
	_Atomic uint64_t frames;  /* updates sent */
	_Atomic uint64_t dropped; /* frames never sent, a newer one being there: ledger->dropped */
	_Atomic uint64_t units;	  /* of video, of those updates */
	_Atomic uint64_t bytes;
	_Atomic uint32_t heads;	     /* a bit for each head that it shows */
	_Atomic uint32_t kbps;	     /* what its line takes: rate_meter_kbps() */
	_Atomic uint32_t rendition;  /* enum rendition of feed.h, of its first head */
	struct latency written;	     /* viewer_note_written() */
	struct latency acknowledged; /* latency_flights_acknowledged() */
};

/* A viewer as others see it. */
struct viewer_info {
	uint64_t id;
	const char *protocol; /* "rdp", "vnc" or "web" */
	char peer[VIEWER_PEER_MAX];
	uint64_t since_us; /* CLOCK_MONOTONIC */
	uint64_t frames;
	uint64_t dropped;
	uint64_t units;
	uint64_t bytes;
	uint32_t heads;
	uint64_t kbps;
	const char *video; /* the rendition's name: "none", "main", "cheaper" or "whole" */
	struct latency_count written;
	struct latency_count acknowledged;
};

struct viewers *viewers_create(void);

/** Every viewer must have left. Accepts NULL. */
void viewers_destroy(struct viewers *viewers);

/**
 * Registers a viewer that passed its login, and logs that it is there.
 * `protocol` is a literal; `peer` an address or "" and is copied.
 *
 * Returns NULL, logged, when VIEWERS_MAX are there: turn it away.
 */
struct viewer *viewers_join(struct viewers *viewers, const char *protocol, const char *peer);

/** Takes the viewer out, and logs why (`reason`: "closed the connection", say). Accepts NULL. */
void viewer_leave(struct viewer *viewer, const char *reason);

/** Valid until viewer_leave(). */
struct viewer_counters *viewer_counters(struct viewer *viewer);

/**
 * The last byte of an update has been written, which is the first to show the frame of
 * time `frame_us`. Not for a viewer's first picture, nor for refinement of a frame that
 * was shown before: how old those are says nothing about us.
 *
 * For the time until the acknowledgement: latency_flights_sent() with the update's number
 * and the same time, and latency_flights_acknowledged() with counters->acknowledged.
 */
void viewer_note_written(struct viewer_counters *counters, uint64_t frame_us);

/** For log_write(). Valid until viewer_leave(). */
const struct log_subject *viewer_subject(const struct viewer *viewer);

/** Copies up to `max` viewers, oldest first. Returns how many. */
size_t viewers_list(struct viewers *viewers, struct viewer_info *ret_list, size_t max);

DEFINE_CLEANUP(struct viewers *, viewers_destroy)

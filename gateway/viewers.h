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

struct viewer;
struct viewers;

#define VIEWERS_MAX	64
#define VIEWER_PEER_MAX 64

/* What a viewer counts about itself, while others read it. */
struct viewer_counters {
	_Atomic uint64_t frames; /* updates sent */
	_Atomic uint64_t bytes;
	_Atomic uint32_t heads; /* a bit for each head that it shows */
};

/* A viewer as others see it. */
struct viewer_info {
	uint64_t id;
	const char *protocol; /* "rdp", "vnc" or "web" */
	char peer[VIEWER_PEER_MAX];
	uint64_t since_us; /* CLOCK_MONOTONIC */
	uint64_t frames;
	uint64_t bytes;
	uint32_t heads;
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

/** For log_write(). Valid until viewer_leave(). */
const struct log_subject *viewer_subject(const struct viewer *viewer);

/** Copies up to `max` viewers, oldest first. Returns how many. */
size_t viewers_list(struct viewers *viewers, struct viewer_info *ret_list, size_t max);

DEFINE_CLEANUP(struct viewers *, viewers_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Reel
 *
 * What one recording is given: the units of its head's film and what happened between
 * them, as the bytes that docs/api.md has for it. Units are shared with the other
 * recordings; what waits to be read has a bound. Who reads too slowly misses units, and
 * goes on at a key frame.
 *
 * Threads: one puts in, the loop's; one reads, any.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct packet;
struct reel;

/* What may wait to be read. A single unit may be longer. */
#define REEL_BYTES_MAX	 (16u << 20)
#define REEL_RECORDS_MAX 1024

/* The kinds of records, and the sizes of what they begin with. */
enum reel_kind {
	REEL_UNIT = 1,
	REEL_NOTICE = 2,
	REEL_TIME = 3,
	REEL_END = 4,
	REEL_EVENT = 5,
};
#define REEL_HEADER_SIZE      16
#define REEL_UNIT_HEADER_SIZE 20
#define REEL_FLAG_KEY	      1

/* A unit, and what it shows. */
struct reel_unit {
	struct packet *packet;
	uint64_t time_us; /* from when on it is shown */
	uint32_t width;	  /* of its picture */
	uint32_t height;
};

/** `on_bytes(data)` is called on the loop's thread when there is something to read where there was
 * nothing. */
struct reel *reel_create(void (*on_bytes)(void *data), void *data);

/** Accepts NULL. */
void reel_destroy(struct reel *reel);

/* -- The loop's side --------------------------------------------------------------- */

/** Puts in a unit, with a reference of its own. Returns false when the recording misses it. */
bool reel_put_unit(struct reel *reel, const struct reel_unit *unit);

/** Whether it has missed units and has room again: it needs a key frame. */
bool reel_wants_key(struct reel *reel);

/** The head shows this in place of the guest's picture; "": that again. */
void reel_put_notice(struct reel *reel, uint64_t time_us, const char *text);

/** Something happened to the VM. Where too much waits already, it is left out. */
void reel_put_event(struct reel *reel, uint64_t time_us, const char *what);

/** It is so late. Said only where nothing else waits to be read. */
void reel_put_time(struct reel *reel, uint64_t time_us);

/** Nothing more comes, for this reason. */
void reel_put_end(struct reel *reel, uint64_t time_us, const char *reason);

/* -- The reader's side ------------------------------------------------------------- */

/** Takes up to `max` bytes. Returns how many; 0: there is nothing for now. */
size_t reel_read(struct reel *reel, uint8_t *buffer, size_t max);

bool reel_has_bytes(struct reel *reel);

/** Whether all has been read and nothing more comes. */
bool reel_is_over(struct reel *reel);

DEFINE_CLEANUP(struct reel *, reel_destroy)

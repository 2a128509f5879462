/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Film
 *
 * The whole of a head as video, for its recordings: while at least one is open, each new
 * frame is encoded once, whoever records. One encode is under way at a time; of the frames
 * that come meanwhile the newest is next. A key frame comes when a recording joins, and every few
 * seconds, so that players can seek.
 *
 * What the gateway draws, when the guest is away, is not filmed: the last picture stays, and the
 * recordings are told of the notice. A head of another size goes on in the same film, with a key
 * frame.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/encode/encoder.h"

struct film;
struct head;
struct loop;
struct reel;
struct workers;

/* Of a head. */
#define FILM_RECORDINGS_MAX 16

/* Players can go there. */
#define FILM_KEY_INTERVAL_US UINT64_C(5000000)

struct film_config {
	struct loop *loop;
	struct workers *workers;
	struct head *head;
	enum encoder_choice encoder;
};

/** Everything in `config`, the workers apart, outlives the film. */
struct film *film_create(const struct film_config *config);

/** Nobody records any more, and the workers are gone. Accepts NULL. */
void film_destroy(struct film *film);

/**
 * Begins a recording; `on_bytes` as for reel_create(). The reel is the film's, until film_leave().
 *
 * Returns 0, -EOPNOTSUPP where no video is encoded, -E2BIG for a head whose size cannot be
 * encoded, -EBUSY when there are FILM_RECORDINGS_MAX already.
 */
int film_join(struct film *film, void (*on_bytes)(void *data), void *data, struct reel **ret_reel);

/** Frees the reel. */
void film_leave(struct film *film, struct reel *reel);

/** Something happened to the VM: its recordings are told. */
void film_note_event(struct film *film, const char *what);

struct film_count {
	unsigned recordings; /* open now */
	uint64_t units;	     /* since the gateway started */
	uint64_t key_units;
	uint64_t unit_bytes;
	uint64_t encode_us; /* of processor time */
	uint64_t missed;    /* units that recordings missed, all of them together */
};

struct film_count film_count(const struct film *film);

DEFINE_CLEANUP(struct film *, film_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Film reader
 *
 * Takes a head's film apart as it comes: the records of docs/api.md, in whatever parts the
 * network brings them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct film_reader;

enum film_kind {
	FILM_UNIT = 1,
	FILM_NOTICE = 2,
	FILM_TIME = 3,
	FILM_END = 4,
	FILM_EVENT = 5,
};

struct film_record {
	enum film_kind kind;
	uint64_t time_us;

	/* Of a unit: */
	bool is_key;
	uint64_t frame;
	uint32_t width;
	uint32_t height;
	uint32_t missed; /* before it */
	const uint8_t *data;
	size_t size;

	/* Of a notice, an end and an event. */
	const char *text;
};

/** `on_record` returns whether to go on. */
struct film_reader *
film_reader_create(bool (*on_record)(void *data, const struct film_record *record), void *data);

/** Accepts NULL. */
void film_reader_destroy(struct film_reader *reader);

/** Returns 0; -ECANCELED when on_record() did not want to go on; -EBADMSG for what is no film; or
 * -ENOMEM. Records of a kind that is not known are left out. */
int film_reader_feed(struct film_reader *reader, const uint8_t *bytes, size_t size);

DEFINE_CLEANUP(struct film_reader *, film_reader_destroy)

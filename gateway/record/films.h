/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Films
 *
 * One for each head, made when somebody asks for it first.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "gateway/record/film.h"

struct films;
struct heads;

/** `workers` run the encoders, and must be gone when the films are destroyed; the others outlive
 * them. */
struct films *films_create(struct loop *loop, struct workers *workers, struct heads *heads,
			   enum encoder_choice encoder);

/** Accepts NULL. */
void films_destroy(struct films *films);

/** The film of head `index`, or NULL beyond the last. */
struct film *films_get(struct films *films, unsigned index);

/** film_note_event() of all. */
void films_note_event(struct films *films, const char *what);

DEFINE_CLEANUP(struct films *, films_destroy)

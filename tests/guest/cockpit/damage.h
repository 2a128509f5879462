/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Damage: a short list of rectangles to be redrawn. Ones that touch become
 * one, and when the list is full the new one joins the last.
 */

#include "canvas.h"

#define DAMAGE_MAX_RECTS 12

struct damage {
	struct rect rects[DAMAGE_MAX_RECTS];
	int n_rects;
};

/** Adds a rectangle; an empty one adds nothing. */
void damage_add(struct damage *damage, struct rect rect);

/** Adds every rectangle of `other`. */
void damage_add_all(struct damage *damage, const struct damage *other);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "damage.h"

static bool overlap(struct rect a, struct rect b)
{
	return !rect_is_empty(rect_intersection(a, b));
}

void damage_add(struct damage *damage, struct rect rect)
{
	if (rect_is_empty(rect))
		return;
	if (damage->n_rects == DAMAGE_MAX_RECTS) {
		rect = rect_union(rect, damage->rects[DAMAGE_MAX_RECTS - 1]);
		damage->n_rects--;
	}
	/* A union may reach others: start over after each. */
	for (int i = 0; i < damage->n_rects;) {
		if (overlap(damage->rects[i], rect)) {
			rect = rect_union(damage->rects[i], rect);
			damage->rects[i] = damage->rects[--damage->n_rects];
			i = 0;
		} else {
			i++;
		}
	}
	damage->rects[damage->n_rects++] = rect;
}

void damage_add_all(struct damage *damage, const struct damage *other)
{
	for (int i = 0; i < other->n_rects; i++)
		damage_add(damage, other->rects[i]);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_layout.h"

#include <assert.h>
#include <string.h>

void rdp_choose_one(struct rdp_choice *choice, unsigned head)
{
	*choice = (struct rdp_choice){
		.count = 1,
		.heads = {head},
		.monitors = 1,
		.monitor_heads = {head},
	};
}

void rdp_choose_all(struct rdp_choice *choice, unsigned heads)
{
	*choice = (struct rdp_choice){0};
	for (unsigned i = 0; i < heads && i < HEADS_MAX; i++) {
		choice->heads[choice->count++] = i;
		choice->monitor_heads[choice->monitors++] = i;
	}
}

void rdp_choose_by_monitors(struct rdp_choice *choice, const int32_t *lefts, unsigned monitors,
			    unsigned heads)
{
	unsigned count = monitors < heads ? monitors : heads;

	if (count < 2) {
		rdp_choose_one(choice, 0);
		return;
	}

	rdp_choose_all(choice, count);
	/* Few and nearly sorted: insertion keeps monitors at the same x in their order. */
	for (unsigned i = 1; i < choice->count; i++) {
		unsigned head = choice->heads[i];
		unsigned at = i;

		for (; at > 0 && lefts[choice->heads[at - 1]] > lefts[head]; at--)
			choice->heads[at] = choice->heads[at - 1];
		choice->heads[at] = head;
	}
}

void rdp_layout_arrange(struct rdp_layout *layout, const struct rdp_choice *choice,
			const struct size *sizes)
{
	*layout = (struct rdp_layout){0};
	for (unsigned i = 0; i < choice->count && layout->count < RDP_PLACES_MAX; i++) {
		struct size size = sizes[i];

		assert(size.width > 0 && size.height > 0);
		if (layout->size.width + size.width > RDP_DESKTOP_SIDE_MAX)
			break;
		layout->places[layout->count++] = (struct rdp_place){
			.head = choice->heads[i],
			.x = layout->size.width,
			.size = size,
		};
		layout->size.width += size.width;
		if (size.height > layout->size.height)
			layout->size.height = size.height;
	}
}

bool rdp_layout_is_equal(const struct rdp_layout *a, const struct rdp_layout *b)
{
	return a->count == b->count &&
	       memcmp(a->places, b->places, a->count * sizeof(a->places[0])) == 0;
}

const struct rdp_place *rdp_layout_find(const struct rdp_layout *layout, int32_t *x, int32_t *y)
{
	const struct rdp_place *place = &layout->places[0];

	assert(layout->count > 0);
	for (unsigned i = 1; i < layout->count; i++)
		if (*x >= (int64_t)layout->places[i].x)
			place = &layout->places[i];

	int64_t on_x = (int64_t)*x - place->x;
	int64_t on_y = (int64_t)*y - place->y;
	int64_t last_x = (int64_t)place->size.width - 1;
	int64_t last_y = (int64_t)place->size.height - 1;

	*x = (int32_t)(on_x < 0 ? 0 : on_x > last_x ? last_x : on_x);
	*y = (int32_t)(on_y < 0 ? 0 : on_y > last_y ? last_y : on_y);
	return place;
}

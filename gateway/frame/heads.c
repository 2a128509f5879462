/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/heads.h"

#include <assert.h>
#include <stdatomic.h>

#include "common/log.h"
#include "common/xalloc.h"

struct observer {
	void (*on_added)(struct head *head, void *data);
	void *data;
};

struct heads {
	struct loop *loop;
	struct frame_budget *budget;
	const struct head_policy *policies;
	struct observer equipper;
	struct observer observers[HEADS_OBSERVERS_MAX];
	unsigned observers_count;

	/* A head is in place before the count that makes it visible. */
	struct head *heads[HEADS_MAX];
	_Atomic unsigned count;
};

struct heads *heads_create(struct loop *loop, uint64_t budget_bytes,
			   const struct head_policy *policies)
{
	struct heads *heads = xcalloc(1, sizeof(*heads));

	heads->loop = loop;
	heads->budget = frame_budget_create(budget_bytes);
	heads->policies = policies;
	heads_grow(heads, 1, "Starting");
	return heads;
}

void heads_destroy(struct heads *heads)
{
	if (!heads)
		return;
	for (unsigned i = 0; i < heads->count; i++)
		head_destroy(heads->heads[i]);
	frame_budget_destroy(heads->budget);
	free(heads);
}

void heads_grow(struct heads *heads, unsigned count, const char *notice)
{
	loop_assert_thread(heads->loop);
	if (count > HEADS_MAX) {
		log_warning("the guest has %u heads: showing the first %u", count, HEADS_MAX);
		count = HEADS_MAX;
	}
	for (unsigned i = heads->count; i < count; i++) {
		struct head *head = head_create(heads->loop, i, heads->budget, &heads->policies[i]);

		head_show_notice(head, notice);
		heads->heads[i] = head;
		if (heads->equipper.on_added)
			heads->equipper.on_added(head, heads->equipper.data);
		atomic_store(&heads->count, i + 1);
		for (unsigned o = 0; o < heads->observers_count; o++)
			heads->observers[o].on_added(head, heads->observers[o].data);
	}
}

unsigned heads_count(struct heads *heads)
{
	return atomic_load(&heads->count);
}

struct head *heads_get(struct heads *heads, unsigned index)
{
	return index < heads_count(heads) ? heads->heads[index] : NULL;
}

void heads_equip(struct heads *heads, void (*equip)(struct head *head, void *data), void *data)
{
	assert(!heads->equipper.on_added);
	heads->equipper = (struct observer){equip, data};
	for (unsigned i = 0; i < heads->count; i++)
		equip(heads->heads[i], data);
}

void heads_observe(struct heads *heads, void (*on_added)(struct head *head, void *data), void *data)
{
	assert(heads->observers_count < HEADS_OBSERVERS_MAX);
	heads->observers[heads->observers_count++] = (struct observer){on_added, data};
}

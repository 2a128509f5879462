/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feeds.h"

#include <stdatomic.h>

#include "common/xalloc.h"
#include "gateway/frame/heads.h"

struct feeds {
	struct feed_config config; /* of each, but for its head */
	_Atomic(struct feed *) feeds[HEADS_MAX];
};

static void handle_head(struct head *head, void *data)
{
	struct feeds *feeds = data;
	struct feed_config config = feeds->config;

	config.head = head;
	atomic_store(&feeds->feeds[head_index(head)], feed_create(&config));
}

struct feeds *feeds_create(struct loop *loop, struct workers *workers, struct heads *heads,
			   enum encoder_choice encoder)
{
	struct feeds *feeds = xcalloc(1, sizeof(*feeds));

	feeds->config = (struct feed_config){.loop = loop, .workers = workers, .encoder = encoder};
	heads_equip(heads, handle_head, feeds);
	return feeds;
}

void feeds_destroy(struct feeds *feeds)
{
	if (!feeds)
		return;
	for (unsigned i = 0; i < HEADS_MAX; i++)
		feed_destroy(atomic_load(&feeds->feeds[i]));
	free(feeds);
}

struct feed *feeds_get(struct feeds *feeds, unsigned index)
{
	return index < HEADS_MAX ? atomic_load(&feeds->feeds[index]) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/viewers.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/encode/feed.h"

struct viewer {
	struct viewers *viewers;
	struct log_subject subject;
	char peer[VIEWER_PEER_MAX];
	uint64_t since_us;
	struct viewer_counters counters;
	struct viewer *next; /* viewers.first */
};

struct viewers {
	pthread_mutex_t lock;
	/* protected by lock: */
	struct viewer *first; /* the oldest */
	unsigned count;
	uint64_t last_id;
};

struct viewers *viewers_create(void)
{
	struct viewers *viewers = xcalloc(1, sizeof(*viewers));

	pthread_mutex_init(&viewers->lock, NULL);
	return viewers;
}

void viewers_destroy(struct viewers *viewers)
{
	if (!viewers)
		return;
	assert(viewers->count == 0);
	pthread_mutex_destroy(&viewers->lock);
	free(viewers);
}

static bool add(struct viewers *viewers, struct viewer *viewer)
{
	bool has_room;

	pthread_mutex_lock(&viewers->lock);
	has_room = viewers->count < VIEWERS_MAX;
	if (has_room) {
		struct viewer **link = &viewers->first;

		while (*link)
			link = &(*link)->next;
		*link = viewer;
		viewers->count++;
		viewer->subject.viewer = ++viewers->last_id;
	}
	pthread_mutex_unlock(&viewers->lock);
	return has_room;
}

static void remove_viewer(struct viewers *viewers, struct viewer *viewer)
{
	struct viewer **link = &viewers->first;

	pthread_mutex_lock(&viewers->lock);
	while (*link != viewer)
		link = &(*link)->next;
	*link = viewer->next;
	viewers->count--;
	pthread_mutex_unlock(&viewers->lock);
}

struct viewer *viewers_join(struct viewers *viewers, const char *protocol, const char *peer)
{
	struct viewer *viewer = xcalloc(1, sizeof(*viewer));

	snprintf(viewer->peer, sizeof(viewer->peer), "%s", peer);
	viewer->viewers = viewers;
	viewer->subject.protocol = protocol;
	viewer->subject.peer = viewer->peer;
	viewer->since_us = loop_now_us();
	if (!add(viewers, viewer)) {
		log_warning("turned %s viewer %s away: %d are there already", protocol, peer,
			    VIEWERS_MAX);
		free(viewer);
		return NULL;
	}
	log_write(LOG_LEVEL_INFO, &viewer->subject, "joined");
	return viewer;
}

void viewer_leave(struct viewer *viewer, const char *reason)
{
	if (!viewer)
		return;
	log_write(LOG_LEVEL_INFO, &viewer->subject, "left: %s", reason);
	remove_viewer(viewer->viewers, viewer);
	free(viewer);
}

struct viewer_counters *viewer_counters(struct viewer *viewer)
{
	return &viewer->counters;
}

void viewer_note_written(struct viewer_counters *counters, uint64_t frame_us)
{
	uint64_t now_us = loop_now_us();

	if (now_us >= frame_us)
		latency_note(&counters->written, now_us - frame_us);
}

const struct log_subject *viewer_subject(const struct viewer *viewer)
{
	return &viewer->subject;
}

static const char *const rendition_names[RENDITIONS] = {
	[RENDITION_NONE] = "none",
	[RENDITION_MAIN] = "main",
	[RENDITION_CHEAPER] = "cheaper",
	[RENDITION_WHOLE] = "whole",
};

static void describe(const struct viewer *viewer, struct viewer_info *info)
{
	const struct viewer_counters *counters = &viewer->counters;

	info->id = viewer->subject.viewer;
	info->protocol = viewer->subject.protocol;
	memcpy(info->peer, viewer->peer, sizeof(info->peer));
	info->since_us = viewer->since_us;
	info->frames = atomic_load(&counters->frames);
	info->dropped = atomic_load(&counters->dropped);
	info->units = atomic_load(&counters->units);
	info->bytes = atomic_load(&counters->bytes);
	info->heads = atomic_load(&counters->heads);
	info->kbps = atomic_load(&counters->kbps);
	info->video = rendition_names[atomic_load(&counters->rendition) % RENDITIONS];
	info->written = latency_count(&counters->written);
	info->acknowledged = latency_count(&counters->acknowledged);
}

size_t viewers_list(struct viewers *viewers, struct viewer_info *ret_list, size_t max)
{
	size_t count = 0;

	pthread_mutex_lock(&viewers->lock);
	for (struct viewer *viewer = viewers->first; viewer && count < max; viewer = viewer->next)
		describe(viewer, &ret_list[count++]);
	pthread_mutex_unlock(&viewers->lock);
	return count;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_picture.h"

#include <string.h>

#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/frame/frame.h"
#include "gateway/rdp/rdp_server.h"

/* One head as this viewer has it. */
struct view {
	uint64_t seen;		 /* number of the frame that `stale` is up to */
	pixman_region32_t stale; /* not sent, or changed since */
};

struct rdp_picture {
	struct heads *heads;
	const struct rdp_options *options;
	struct wakeup *wakeup;
	unsigned monitors;
	int32_t lefts[HEADS_MAX];
	struct rdp_layout layout;
	struct view views[RDP_PLACES_MAX]; /* of the layout's places */
	unsigned next;			   /* the place whose turn it is */
	bool is_changed;		   /* the client does not know this layout */

	pthread_mutex_t lock;
	/* protected by lock: written by the viewer's thread alone */
	struct rdp_choice choice;
};

struct rdp_picture *rdp_picture_create(struct heads *heads, const struct rdp_options *options,
				       struct wakeup *wakeup)
{
	struct rdp_picture *picture = xcalloc(1, sizeof(*picture));

	picture->heads = heads;
	picture->options = options;
	picture->wakeup = wakeup;
	picture->monitors = 1;
	for (unsigned i = 0; i < RDP_PLACES_MAX; i++)
		pixman_region32_init(&picture->views[i].stale);
	pthread_mutex_init(&picture->lock, NULL);
	return picture;
}

static void unwatch(struct rdp_picture *picture)
{
	for (unsigned i = 0; i < picture->choice.count; i++)
		head_unwatch(heads_get(picture->heads, picture->choice.heads[i]), picture->wakeup);
}

void rdp_picture_destroy(struct rdp_picture *picture)
{
	if (!picture)
		return;
	unwatch(picture);
	for (unsigned i = 0; i < RDP_PLACES_MAX; i++)
		pixman_region32_fini(&picture->views[i].stale);
	pthread_mutex_destroy(&picture->lock);
	free(picture);
}

void rdp_picture_set_monitors(struct rdp_picture *picture, const int32_t *lefts, unsigned count)
{
	picture->monitors = count < HEADS_MAX ? count : HEADS_MAX;
	for (unsigned i = 0; i < picture->monitors; i++)
		picture->lefts[i] = lefts[i];
}

static void choose(const struct rdp_picture *picture, struct rdp_choice *choice)
{
	const struct rdp_options *options = picture->options;
	unsigned heads = heads_count(picture->heads);

	*choice = (struct rdp_choice){0};
	if (!options->heads_are_given)
		rdp_choose_by_monitors(choice, picture->lefts, picture->monitors, heads);
	else if (options->heads == RDP_HEADS_ALL)
		rdp_choose_all(choice, heads);
	else /* until there is such a head, the first one says why */
		rdp_choose_one(choice,
			       (unsigned)options->heads < heads ? (unsigned)options->heads : 0);
}

/* Watches the heads that there are now. */
static void choose_again(struct rdp_picture *picture)
{
	struct rdp_choice choice;

	choose(picture, &choice);
	if (choice.count == picture->choice.count &&
	    memcmp(choice.heads, picture->choice.heads, sizeof(choice.heads)) == 0)
		return;

	unwatch(picture);
	for (unsigned i = 0; i < choice.count; i++)
		head_watch(heads_get(picture->heads, choice.heads[i]), picture->wakeup,
			   HEAD_FRAMES | HEAD_CURSOR | HEAD_NOTICE);
	pthread_mutex_lock(&picture->lock);
	picture->choice = choice;
	pthread_mutex_unlock(&picture->lock);
}

const struct rdp_layout *rdp_picture_arrange(struct rdp_picture *picture)
{
	struct size sizes[HEADS_MAX];
	struct rdp_layout layout;

	choose_again(picture);
	for (unsigned i = 0; i < picture->choice.count; i++)
		sizes[i] = head_size(heads_get(picture->heads, picture->choice.heads[i]));
	rdp_layout_arrange(&layout, &picture->choice, sizes);
	if (!rdp_layout_is_equal(&layout, &picture->layout)) {
		picture->layout = layout;
		picture->is_changed = true;
	}
	return &picture->layout;
}

const struct rdp_layout *rdp_picture_layout(const struct rdp_picture *picture)
{
	return &picture->layout;
}

void rdp_picture_expose(struct rdp_picture *picture, int32_t x, int32_t y, uint32_t width,
			uint32_t height)
{
	for (unsigned i = 0; i < picture->layout.count; i++) {
		const struct rdp_place *place = &picture->layout.places[i];
		pixman_region32_t *stale = &picture->views[i].stale;

		pixman_region32_union_rect(stale, stale, x - (int32_t)place->x,
					   y - (int32_t)place->y, width, height);
		pixman_region32_intersect_rect(stale, stale, 0, 0, place->size.width,
					       place->size.height);
	}
}

/* The client shows nothing of this layout yet. */
static int begin_anew(struct rdp_picture *picture, struct rdp_output *output,
		      struct viewer_counters *counters)
{
	uint32_t shown = 0;

	picture->is_changed = false;
	output->is_blank = false;
	picture->next = 0;
	for (unsigned i = 0; i < picture->layout.count; i++) {
		picture->views[i].seen = 0;
		shown |= UINT32_C(1) << picture->layout.places[i].head;
	}
	atomic_store(&counters->heads, shown);
	return output->ops->arrange(output, &picture->layout);
}

/* Returns 1 when something is left, 0 when not, -EAGAIN when the head has another size by now. */
static int send_view(struct rdp_picture *picture, unsigned index, struct rdp_output *output,
		     struct viewer_counters *counters)
{
	const struct rdp_place *place = &picture->layout.places[index];
	struct view *view = &picture->views[index];
	pixman_region32_t damage;

	pixman_region32_init(&damage);
	CLEANUP(frame_unrefp)
	struct frame *frame = head_fetch(heads_get(picture->heads, place->head), view->seen,
					 &damage);
	if (view->seen == 0)
		pixman_region32_clear(&view->stale);
	pixman_region32_union(&view->stale, &view->stale, &damage);
	pixman_region32_fini(&damage);

	if (frame->width != place->size.width || frame->height != place->size.height)
		return -EAGAIN;
	view->seen = frame->number;
	if (!pixman_region32_not_empty(&view->stale))
		return 0;

	ssize_t sent = output->ops->send(output, index, frame, &view->stale);
	if (sent < 0)
		return (int)sent;
	atomic_fetch_add(&counters->frames, 1);
	atomic_fetch_add(&counters->bytes, (uint64_t)sent);
	return pixman_region32_not_empty(&view->stale);
}

int rdp_picture_send(struct rdp_picture *picture, struct rdp_output *output,
		     struct viewer_counters *counters)
{
	int more = 0;

	if (!output->ops->has_room(output))
		return 1;

	rdp_picture_arrange(picture);
	if (picture->is_changed || output->is_blank) {
		int r = begin_anew(picture, output, counters);
		if (r < 0)
			return r;
	}

	for (unsigned n = 0; n < picture->layout.count; n++) {
		if (!output->ops->has_room(output))
			return 1;

		int r = send_view(picture, picture->next, output, counters);
		if (r == -EAGAIN)
			return 1;
		if (r < 0)
			return r;
		more |= r;
		picture->next = (picture->next + 1) % picture->layout.count;
	}
	return more;
}

int rdp_picture_head_of_monitor(struct rdp_picture *picture, unsigned monitor)
{
	int head = -1;

	pthread_mutex_lock(&picture->lock);
	if (monitor < picture->choice.monitors)
		head = (int)picture->choice.monitor_heads[monitor];
	pthread_mutex_unlock(&picture->lock);
	return head;
}

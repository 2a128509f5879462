/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/ledger.h"

#include <string.h>

#include "gateway/encode/packet.h"
#include "gateway/frame/damage.h"
#include "gateway/frame/frame.h"

/* A smaller picture is there exactly before a still of it would be decoded. */
#define STILL_PIXELS_MIN (256 * 256)

/* A still is worth its bytes when at least one part in so many of the picture is stale. */
#define STILL_SHARE 2

/* What a unit repaints is made coarser beyond this: each rectangle is a message of RDP's. */
#define PAINTED_RECTS_MAX 16

void ledger_init(struct ledger *ledger, enum ledger_paint paint)
{
	*ledger = (struct ledger){.paint = paint};
	pixman_region32_init(&ledger->stale);
	pixman_region32_init(&ledger->lossy);
}

void ledger_finish(struct ledger *ledger)
{
	pixman_region32_fini(&ledger->stale);
	pixman_region32_fini(&ledger->lossy);
}

void ledger_reset(struct ledger *ledger)
{
	ledger->seen = 0;
	pixman_region32_clear(&ledger->stale);
	pixman_region32_clear(&ledger->lossy);
	memset(ledger->streams, 0, sizeof(ledger->streams));
}

static void cut_to_box(pixman_region32_t *region, const pixman_box32_t *box)
{
	pixman_region32_intersect_rect(region, region, box->x1, box->y1,
				       (unsigned)(box->x2 - box->x1),
				       (unsigned)(box->y2 - box->y1));
}

static void add_box(pixman_region32_t *region, const pixman_box32_t *box)
{
	pixman_region32_union_rect(region, region, box->x1, box->y1, (unsigned)(box->x2 - box->x1),
				   (unsigned)(box->y2 - box->y1));
}

static void take_box_out(pixman_region32_t *region, const pixman_box32_t *box)
{
	pixman_region32_t taken;

	pixman_region32_init_with_extents(&taken, box);
	pixman_region32_subtract(region, region, &taken);
	pixman_region32_fini(&taken);
}

static pixman_box32_t whole(const struct ledger *ledger)
{
	return (pixman_box32_t){0, 0, (int32_t)ledger->width, (int32_t)ledger->height};
}

void ledger_expose(struct ledger *ledger, const pixman_box32_t *box)
{
	pixman_box32_t bounds = whole(ledger);

	if (box->x1 >= box->x2 || box->y1 >= box->y2)
		return;
	add_box(&ledger->stale, box);
	cut_to_box(&ledger->stale, &bounds);
}

void ledger_lose_stream(struct ledger *ledger, uint64_t stream)
{
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		if (ledger->streams[i].id == stream)
			ledger->streams[i].unit = 0;
}

void ledger_lose_all_streams(struct ledger *ledger)
{
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		ledger->streams[i].unit = 0;
}

/* -- Taking a picture ------------------------------------------------------ */

/* One without units has nothing to show: what it covers counts as having no video. */
static bool is_live(const struct feed_stream *stream)
{
	return stream->units_count > 0;
}

static const struct packet *last_unit(const struct feed_stream *stream)
{
	return stream->units[stream->units_count - 1];
}

/* Puts the streams that the picture has in its order, and forgets the others. */
static void follow_streams(struct ledger *ledger, const struct feed_picture *picture)
{
	struct ledger_stream before[MOTION_REGIONS_MAX];

	memcpy(before, ledger->streams, sizeof(before));
	memset(ledger->streams, 0, sizeof(ledger->streams));
	for (unsigned i = 0; i < picture->streams_count; i++) {
		ledger->streams[i].id = picture->streams[i].id;
		for (unsigned k = 0; k < MOTION_REGIONS_MAX; k++)
			if (before[k].id == picture->streams[i].id)
				ledger->streams[i].unit = before[k].unit;
	}
}

/* Whether the units that come after the viewer's last one are all there. */
static bool is_in_step(const struct ledger_stream *mine, const struct feed_stream *stream)
{
	return mine->unit > 0 && stream->units[0]->number <= mine->unit + 1;
}

/* Adds what the units after number `unit` changed. */
static void add_changes_after(pixman_region32_t *region, const struct feed_stream *stream,
			      uint64_t unit)
{
	for (unsigned i = 0; i < stream->units_count; i++)
		if (stream->units[i]->number > unit)
			pixman_region32_union(region, region, &stream->units[i]->damage);
}

/*
 * Damage is an upper bound, made coarser where it is old or has many rectangles. What
 * the units that the viewer has not got changed is another one: inside a stream's box
 * nothing differs but what is in both. Without this, damage beside a box that was made to
 * reach into it would wait there for a unit that never comes.
 */
static void trim_damage(const struct ledger *ledger, const struct feed_picture *picture,
			pixman_region32_t *damage)
{
	for (unsigned i = 0; i < picture->streams_count; i++) {
		const struct feed_stream *stream = &picture->streams[i];
		pixman_region32_t changed;

		if (!is_live(stream) || !is_in_step(&ledger->streams[i], stream))
			continue;
		pixman_region32_init(&changed);
		add_changes_after(&changed, stream, ledger->streams[i].unit);
		cut_to_box(&changed, &stream->box);
		pixman_region32_intersect(&changed, &changed, damage);
		take_box_out(damage, &stream->box);
		pixman_region32_union(damage, damage, &changed);
		pixman_region32_fini(&changed);
	}
}

static void take_damage(struct ledger *ledger, const struct feed_picture *picture)
{
	pixman_box32_t bounds = whole(ledger);
	pixman_region32_t damage;

	pixman_region32_init(&damage);
	pixman_region32_copy(&damage, &picture->damage);
	trim_damage(ledger, picture, &damage);
	pixman_region32_union(&ledger->stale, &ledger->stale, &damage);
	cut_to_box(&ledger->stale, &bounds);
	pixman_region32_fini(&damage);
}

void ledger_take(struct ledger *ledger, const struct feed_picture *picture)
{
	const struct frame *frame = picture->frame;

	if (frame->width != ledger->width || frame->height != ledger->height)
		ledger_reset(ledger);
	ledger->width = frame->width;
	ledger->height = frame->height;
	follow_streams(ledger, picture);

	pixman_box32_t bounds = whole(ledger);
	if (ledger->seen == 0) {
		pixman_region32_reset(&ledger->stale, &bounds);
	} else {
		/* After a change of rendition it may also be older. */
		if (frame->number > ledger->seen)
			ledger->dropped += frame->number - ledger->seen - 1;
		take_damage(ledger, picture);
	}
	damage_simplify(&ledger->stale, LEDGER_RECTS_MAX, &bounds);
	damage_simplify(&ledger->lossy, LEDGER_RECTS_MAX, &bounds);
	ledger->seen = frame->number;
}

/* -- Stills ----------------------------------------------------------------- */

static uint64_t area(const pixman_region32_t *region)
{
	uint64_t pixels = 0;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);

	for (int i = 0; i < count; i++)
		pixels += (uint64_t)(boxes[i].x2 - boxes[i].x1) *
			  (uint64_t)(boxes[i].y2 - boxes[i].y1);
	return pixels;
}

bool ledger_wants_still(const struct ledger *ledger, const struct feed_picture *picture)
{
	uint64_t pixels = (uint64_t)ledger->width * ledger->height;
	pixman_region32_t rest;
	uint64_t stale;

	if (pixels < STILL_PIXELS_MIN)
		return false;
	pixman_region32_init(&rest);
	pixman_region32_copy(&rest, &ledger->stale);
	for (unsigned i = 0; i < picture->streams_count; i++) {
		unsigned first;

		if (ledger_units(ledger, picture, i, &first) > 0)
			take_box_out(&rest, &picture->streams[i].box);
	}
	stale = area(&rest);
	pixman_region32_fini(&rest);
	return stale * STILL_SHARE >= pixels;
}

bool ledger_is_mended_by_still(const struct ledger *ledger, const pixman_region32_t *differs)
{
	pixman_region32_t mended;
	bool is_most;

	pixman_region32_init(&mended);
	pixman_region32_subtract(&mended, &ledger->stale, differs);
	is_most = 2 * area(&mended) >= area(&ledger->stale);
	pixman_region32_fini(&mended);
	return is_most;
}

void ledger_sent_still(struct ledger *ledger, const pixman_box32_t *box,
		       const pixman_region32_t *differs)
{
	pixman_region32_t wrong;

	pixman_region32_init(&wrong);
	pixman_region32_copy(&wrong, differs);
	cut_to_box(&wrong, box);
	take_box_out(&ledger->stale, box);
	pixman_region32_union(&ledger->stale, &ledger->stale, &wrong);
	add_box(&ledger->lossy, box);
	pixman_region32_fini(&wrong);
}

/* -- Streams ---------------------------------------------------------------- */

unsigned ledger_units(const struct ledger *ledger, const struct feed_picture *picture,
		      unsigned index, unsigned *ret_first)
{
	const struct feed_stream *stream = &picture->streams[index];
	const struct ledger_stream *mine = &ledger->streams[index];

	/* What comes before a key frame need not be decoded any more. */
	for (unsigned i = stream->units_count; i > 0 && stream->units[i - 1]->number > mine->unit;
	     i--) {
		if (stream->units[i - 1]->is_key) {
			*ret_first = i - 1;
			return stream->units_count - *ret_first;
		}
	}
	if (!is_live(stream) || !is_in_step(mine, stream) ||
	    last_unit(stream)->number <= mine->unit)
		return 0;
	*ret_first = (unsigned)(mine->unit + 1 - stream->units[0]->number);
	return stream->units_count - *ret_first;
}

/* Adds what moves and has not been still for a moment. */
static void add_restless(pixman_region32_t *region, const struct feed_picture *picture)
{
	pixman_region32_t restless;

	pixman_region32_init(&restless);
	pixman_region32_subtract(&restless, &picture->moving, &picture->settled);
	pixman_region32_union(region, region, &restless);
	pixman_region32_fini(&restless);
}

/* What is left to a stream: all that its units repaint. Where they leave alone what does not
 * move, exact pixels are sent and stay. */
static void set_to_covered(pixman_region32_t *region, const struct ledger *ledger,
			   const struct feed_picture *picture, unsigned index)
{
	const struct feed_stream *stream = &picture->streams[index];

	pixman_region32_clear(region);
	if (!is_live(stream))
		return;
	if (ledger->paint == LEDGER_PAINTS_BOX) {
		add_box(region, &stream->box);
		return;
	}
	add_restless(region, picture);
	cut_to_box(region, &stream->box);
}

void ledger_painted(const struct ledger *ledger, const struct feed_picture *picture, unsigned index,
		    unsigned unit, pixman_region32_t *ret_painted)
{
	pixman_region32_t covered;

	pixman_region32_clear(ret_painted);
	if (unit + 1 < picture->streams[index].units_count)
		return;
	pixman_region32_init(&covered);
	set_to_covered(&covered, ledger, picture, index);
	pixman_region32_intersect(ret_painted, &covered, &ledger->stale);
	/* More than it has to, but nothing that does not move. */
	if (pixman_region32_n_rects(ret_painted) > PAINTED_RECTS_MAX) {
		damage_simplify(ret_painted, PAINTED_RECTS_MAX, &picture->streams[index].box);
		pixman_region32_intersect(ret_painted, ret_painted, &covered);
	}
	pixman_region32_fini(&covered);
}

/* All of the box shows the unit's frame; what later units change is still to come. */
static void note_box_painted(struct ledger *ledger, const struct feed_stream *stream, unsigned unit)
{
	pixman_region32_t later;

	pixman_region32_init(&later);
	add_changes_after(&later, stream, stream->units[unit]->number);
	cut_to_box(&later, &stream->box);
	take_box_out(&ledger->stale, &stream->box);
	pixman_region32_union(&ledger->stale, &ledger->stale, &later);
	add_box(&ledger->lossy, &stream->box);
	pixman_region32_fini(&later);
}

void ledger_sent_unit(struct ledger *ledger, const struct feed_picture *picture, unsigned index,
		      unsigned unit)
{
	const struct feed_stream *stream = &picture->streams[index];

	if (ledger->paint == LEDGER_PAINTS_BOX) {
		note_box_painted(ledger, stream, unit);
	} else {
		pixman_region32_t painted;

		pixman_region32_init(&painted);
		ledger_painted(ledger, picture, index, unit, &painted);
		ledger_sent_lossy(ledger, &painted);
		pixman_region32_fini(&painted);
	}
	ledger->streams[index].unit = stream->units[unit]->number;
}

bool ledger_wants_key(const struct ledger *ledger, const struct feed_picture *picture,
		      unsigned index)
{
	const struct feed_stream *stream = &picture->streams[index];
	pixman_region32_t waiting;
	unsigned first;
	bool wants;

	if (!is_live(stream) || is_in_step(&ledger->streams[index], stream) ||
	    ledger_units(ledger, picture, index, &first) > 0)
		return false;
	/* A key frame costs all viewers: only for something to be shown. */
	pixman_region32_init(&waiting);
	set_to_covered(&waiting, ledger, picture, index);
	pixman_region32_intersect(&waiting, &waiting, &ledger->stale);
	wants = pixman_region32_not_empty(&waiting);
	pixman_region32_fini(&waiting);
	return wants;
}

/* -- Pieces ----------------------------------------------------------------- */

static void leave_to_streams(const struct ledger *ledger, const struct feed_picture *picture,
			     pixman_region32_t *region)
{
	pixman_region32_t covered;

	pixman_region32_init(&covered);
	for (unsigned i = 0; i < picture->streams_count; i++) {
		set_to_covered(&covered, ledger, picture, i);
		pixman_region32_subtract(region, region, &covered);
	}
	pixman_region32_fini(&covered);
}

void ledger_exact(const struct ledger *ledger, const struct feed_picture *picture,
		  pixman_region32_t *ret_exact)
{
	pixman_region32_t restless;

	pixman_region32_init(&restless);
	add_restless(&restless, picture);
	pixman_region32_subtract(ret_exact, &ledger->lossy, &restless);
	pixman_region32_union(ret_exact, ret_exact, &ledger->stale);
	if (ledger->takes_lossy)
		pixman_region32_subtract(ret_exact, ret_exact, &restless);
	leave_to_streams(ledger, picture, ret_exact);
	pixman_region32_fini(&restless);
}

void ledger_moving(const struct ledger *ledger, const struct feed_picture *picture,
		   pixman_region32_t *ret_moving)
{
	pixman_region32_clear(ret_moving);
	if (!ledger->takes_lossy)
		return;
	add_restless(ret_moving, picture);
	pixman_region32_intersect(ret_moving, ret_moving, &ledger->stale);
	leave_to_streams(ledger, picture, ret_moving);
}

void ledger_sent_exact(struct ledger *ledger, const pixman_region32_t *sent)
{
	pixman_region32_subtract(&ledger->stale, &ledger->stale, sent);
	pixman_region32_subtract(&ledger->lossy, &ledger->lossy, sent);
}

void ledger_sent_lossy(struct ledger *ledger, const pixman_region32_t *sent)
{
	pixman_region32_subtract(&ledger->stale, &ledger->stale, sent);
	pixman_region32_union(&ledger->lossy, &ledger->lossy, sent);
}

bool ledger_is_exact(const struct ledger *ledger)
{
	return ledger->seen > 0 && !pixman_region32_not_empty(&ledger->stale) &&
	       !pixman_region32_not_empty(&ledger->lossy);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/ledger.h"

#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "tests/support/test.h"

#define BOX(x, y, width, height) \
	(pixman_box32_t) \
	{ \
		(x), (y), (x) + (width), (y) + (height), \
	}

#define HEAD_WIDTH  640
#define HEAD_HEIGHT 481 /* odd: its last row is in no stream */

static const pixman_box32_t whole_head = {0, 0, HEAD_WIDTH, HEAD_HEIGHT};

/* What a feed would hand out, and a viewer's ledger. */
struct story {
	struct ledger ledger;
	struct frame frame;
	struct feed_picture picture;
};

static void begin(struct story *story, enum ledger_paint paint)
{
	*story = (struct story){
		.frame = {.number = 1, .width = HEAD_WIDTH, .height = HEAD_HEIGHT},
	};
	story->picture.frame = &story->frame;
	pixman_region32_init_with_extents(&story->picture.damage, &whole_head);
	pixman_region32_init(&story->picture.moving);
	pixman_region32_init(&story->picture.settled);
	ledger_init(&story->ledger, paint);
}

static void drop_units(struct feed_stream *stream, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		packet_unref(stream->units[i]);
	stream->units_count -= count;
	memmove(stream->units, stream->units + count,
		stream->units_count * sizeof(stream->units[0]));
}

static void end_stream(struct story *story)
{
	drop_units(&story->picture.streams[0], story->picture.streams[0].units_count);
	story->picture.streams_count = 0;
	pixman_region32_clear(&story->picture.moving);
	pixman_region32_clear(&story->picture.settled);
}

static void end(struct story *story)
{
	end_stream(story);
	pixman_region32_fini(&story->picture.damage);
	pixman_region32_fini(&story->picture.moving);
	pixman_region32_fini(&story->picture.settled);
	ledger_finish(&story->ledger);
}

DEFINE_CLEANUP(struct story *, end)
#define STORY(name, paint) \
	struct story name##_story; \
	CLEANUP(endp) struct story *(name) = &(name##_story); \
	begin(name, paint)

static void add_box(pixman_region32_t *region, pixman_box32_t box)
{
	pixman_region32_union_rect(region, region, box.x1, box.y1, (unsigned)(box.x2 - box.x1),
				   (unsigned)(box.y2 - box.y1));
}

/* The next picture, with the same streams. */
static void next_frame(struct story *story, pixman_box32_t damage)
{
	story->frame.number++;
	pixman_region32_reset(&story->picture.damage, &damage);
}

/* The same picture again. */
static void same_frame(struct story *story)
{
	pixman_region32_clear(&story->picture.damage);
}

static void begin_stream(struct story *story, uint64_t id, pixman_box32_t box)
{
	story->picture.streams[story->picture.streams_count++] = (struct feed_stream){.id = id,
										      .box = box};
	add_box(&story->picture.moving, box);
}

static void add_unit(struct story *story, uint64_t number, pixman_box32_t damage)
{
	struct feed_stream *stream = &story->picture.streams[0];
	struct packet *unit = packet_create(0);

	if (stream->units_count == FEED_UNITS_MAX)
		drop_units(stream, 1);
	unit->number = number;
	unit->frame = story->frame.number;
	pixman_region32_reset(&unit->damage, &damage);
	stream->units[stream->units_count++] = unit;
}

static void add_key(struct story *story, uint64_t number)
{
	struct feed_stream *stream = &story->picture.streams[0];

	add_unit(story, number, stream->box);
	stream->units[stream->units_count - 1]->is_key = true;
}

static void take(struct story *story)
{
	ledger_take(&story->ledger, &story->picture);
}

/* Sends the units that are due. Returns how many. */
static unsigned send_units(struct story *story)
{
	unsigned first = 0;
	unsigned count = ledger_units(&story->ledger, &story->picture, 0, &first);

	for (unsigned i = first; i < first + count; i++)
		ledger_sent_unit(&story->ledger, &story->picture, 0, i);
	return count;
}

static void send_exact(struct story *story)
{
	pixman_region32_t exact;

	pixman_region32_init(&exact);
	ledger_exact(&story->ledger, &story->picture, &exact);
	ledger_sent_exact(&story->ledger, &exact);
	pixman_region32_fini(&exact);
}

static void expect_region(int line, pixman_region32_t *region, const char *expected)
{
	char text[512] = "";
	int count;
	pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);

	for (int i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%dx%d+%d+%d",
			 i > 0 ? " " : "", boxes[i].x2 - boxes[i].x1, boxes[i].y2 - boxes[i].y1,
			 boxes[i].x1, boxes[i].y1);
	if (strcmp(text, expected) != 0)
		test_fail(__FILE__, line, "\"%s\", expected \"%s\"", text, expected);
}

static void expect_exact(int line, struct story *story, const char *expected)
{
	pixman_region32_t exact;

	pixman_region32_init(&exact);
	ledger_exact(&story->ledger, &story->picture, &exact);
	expect_region(line, &exact, expected);
	pixman_region32_fini(&exact);
}

static void expect_moving(int line, struct story *story, const char *expected)
{
	pixman_region32_t moving;

	pixman_region32_init(&moving);
	ledger_moving(&story->ledger, &story->picture, &moving);
	expect_region(line, &moving, expected);
	pixman_region32_fini(&moving);
}

static void expect_painted(int line, struct story *story, unsigned unit, const char *expected)
{
	pixman_region32_t painted;

	pixman_region32_init(&painted);
	ledger_painted(&story->ledger, &story->picture, 0, unit, &painted);
	expect_region(line, &painted, expected);
	pixman_region32_fini(&painted);
}

#define EXPECT_EXACT(story, expected)	      expect_exact(__LINE__, story, expected)
#define EXPECT_MOVING(story, expected)	      expect_moving(__LINE__, story, expected)
#define EXPECT_PAINTED(story, unit, expected) expect_painted(__LINE__, story, unit, expected)
#define EXPECT_STALE(story, expected)	      expect_region(__LINE__, &(story)->ledger.stale, expected)
#define EXPECT_LOSSY(story, expected)	      expect_region(__LINE__, &(story)->ledger.lossy, expected)

/* The viewer has the first picture exactly. */
static void show_first_picture(struct story *story)
{
	take(story);
	send_exact(story);
	EXPECT(ledger_is_exact(&story->ledger));
}

/* And a stream, up to unit 1, over the box that the stories use. */
#define STREAM	   7
#define STREAM_BOX BOX(64, 64, 320, 240)
static void show_stream(struct story *story)
{
	show_first_picture(story);
	next_frame(story, STREAM_BOX);
	begin_stream(story, STREAM, STREAM_BOX);
	add_key(story, 1);
	take(story);
	EXPECT_INT(send_units(story), 1);
}

static void the_first_picture_is_stale_all_over(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	EXPECT(!ledger_is_exact(&story->ledger));
	take(story);
	EXPECT_EXACT(story, "640x481+0+0");
	EXPECT(!ledger_is_exact(&story->ledger));
	send_exact(story);
	EXPECT(ledger_is_exact(&story->ledger));
}

static void what_changes_where_nothing_moves_is_sent_exactly(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	next_frame(story, BOX(10, 20, 30, 40));
	take(story);
	EXPECT_EXACT(story, "30x40+10+20");
	next_frame(story, BOX(100, 20, 30, 40));
	take(story);
	EXPECT_EXACT(story, "30x40+10+20 30x40+100+20");
}

static void damage_outside_the_picture_does_not_count(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	next_frame(story, BOX(600, 400, 500, 500));
	take(story);
	EXPECT_EXACT(story, "40x81+600+400");
}

static void a_unit_in_rfb_repaints_all_of_its_box(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	EXPECT_STALE(story, "");
	EXPECT_LOSSY(story, "320x240+64+64");

	next_frame(story, BOX(70, 70, 8, 8));
	add_unit(story, 2, BOX(70, 70, 8, 8));
	take(story);
	EXPECT_INT(send_units(story), 1);
	EXPECT_LOSSY(story, "320x240+64+64");
	EXPECT_EXACT(story, "");
}

static void a_unit_in_rdp_repaints_what_is_stale_and_no_more(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);

	show_first_picture(story);
	next_frame(story, BOX(80, 80, 100, 100));
	begin_stream(story, STREAM, STREAM_BOX);
	add_key(story, 1);
	take(story);
	EXPECT_PAINTED(story, 0, "100x100+80+80");
	EXPECT_INT(send_units(story), 1);
	EXPECT_LOSSY(story, "100x100+80+80");

	next_frame(story, BOX(200, 200, 10, 10));
	add_unit(story, 2, BOX(200, 200, 10, 10));
	take(story);
	EXPECT_PAINTED(story, 1, "10x10+200+200");
}

static void what_is_stale_in_many_places_is_repainted_as_few_that_move(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);
	pixman_box32_t box = BOX(64, 64, 256, 256);
	pixman_region32_t painted;

	begin_stream(story, 3, box);
	add_key(story, 1);
	take(story);
	send_units(story);
	send_exact(story);

	/* The left half moves on, here and there; the right half has settled. */
	add_box(&story->picture.settled, BOX(192, 64, 128, 256));
	next_frame(story, BOX(64, 64, 1, 1));
	for (int y = 64; y < 320; y += 8)
		add_box(&story->picture.damage, BOX(64 + y % 128, y, 4, 4));
	add_unit(story, 2, box);
	take(story);

	pixman_region32_init(&painted);
	ledger_painted(&story->ledger, &story->picture, 0, 1, &painted);
	EXPECT(pixman_region32_n_rects(&painted) <= 16);
	EXPECT(pixman_region32_not_empty(&painted));
	pixman_region32_intersect(&painted, &painted, &story->picture.settled);
	EXPECT(!pixman_region32_not_empty(&painted));
	pixman_region32_fini(&painted);
}

static void units_before_the_last_are_decoded_and_not_shown_in_rdp(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);
	unsigned first;

	show_stream(story);
	next_frame(story, BOX(80, 80, 10, 10));
	add_unit(story, 2, BOX(80, 80, 10, 10));
	next_frame(story, BOX(80, 80, 30, 10));
	add_unit(story, 3, BOX(100, 80, 10, 10));
	take(story);
	EXPECT_INT(ledger_units(&story->ledger, &story->picture, 0, &first), 2);
	EXPECT_INT(first, 1);
	EXPECT_PAINTED(story, 1, "");
	EXPECT_PAINTED(story, 2, "10x10+80+80 10x10+100+80");
}

static void a_unit_that_is_not_the_newest_leaves_stale_what_came_later(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	next_frame(story, BOX(80, 80, 10, 10));
	add_unit(story, 2, BOX(80, 80, 10, 10));
	next_frame(story, BOX(80, 80, 30, 10));
	add_unit(story, 3, BOX(100, 80, 10, 10));
	take(story);
	ledger_sent_unit(&story->ledger, &story->picture, 0, 1);
	EXPECT_STALE(story, "10x10+100+80");
	EXPECT_EXACT(story, "");

	/* The next turn goes on from there. */
	same_frame(story);
	take(story);
	EXPECT_INT(send_units(story), 1);
	EXPECT_STALE(story, "");
}

static void what_came_to_rest_in_a_moving_box_becomes_exact_in_rdp(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);

	show_stream(story);
	EXPECT_EXACT(story, "");
	same_frame(story);
	add_box(&story->picture.settled, BOX(64, 64, 160, 240));
	take(story);
	EXPECT_EXACT(story, "160x240+64+64");
	send_exact(story);
	EXPECT_LOSSY(story, "160x240+224+64");
}

static void what_came_to_rest_in_a_moving_box_waits_in_rfb(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	same_frame(story);
	add_box(&story->picture.settled, BOX(64, 64, 160, 240));
	take(story);
	EXPECT_EXACT(story, "");
}

static void exact_pixels_in_a_moving_box_are_lossy_again_once_a_unit_paints_them(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);

	show_stream(story);
	same_frame(story);
	add_box(&story->picture.settled, STREAM_BOX);
	take(story);
	send_exact(story);
	EXPECT(ledger_is_exact(&story->ledger));

	next_frame(story, BOX(100, 100, 20, 20));
	pixman_region32_clear(&story->picture.settled);
	add_unit(story, 2, BOX(100, 100, 20, 20));
	take(story);
	EXPECT_INT(send_units(story), 1);
	EXPECT_LOSSY(story, "20x20+100+100");
	EXPECT(!ledger_is_exact(&story->ledger));
}

static void when_a_region_ends_its_box_is_sent_exactly(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	same_frame(story);
	end_stream(story);
	take(story);
	EXPECT_EXACT(story, "320x240+64+64");
}

static void units_that_were_missed_when_a_region_ends_are_stale(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	next_frame(story, BOX(100, 100, 16, 16));
	add_unit(story, 2, BOX(100, 100, 16, 16));
	take(story); /* and no room to send */
	same_frame(story);
	end_stream(story);
	take(story);
	EXPECT_STALE(story, "16x16+100+100");
	EXPECT_LOSSY(story, "320x240+64+64");
	EXPECT_EXACT(story, "320x240+64+64");
}

static void a_viewer_that_lags_behind_the_kept_units_needs_a_key_frame(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	for (unsigned n = 2; n <= FEED_UNITS_MAX + 2; n++) {
		next_frame(story, STREAM_BOX);
		add_unit(story, n, STREAM_BOX);
	}
	take(story);
	EXPECT_INT(send_units(story), 0);
	EXPECT(ledger_wants_key(&story->ledger, &story->picture, 0));
	EXPECT_EXACT(story, "");

	next_frame(story, STREAM_BOX);
	add_key(story, FEED_UNITS_MAX + 3);
	take(story);
	EXPECT(!ledger_wants_key(&story->ledger, &story->picture, 0));
	EXPECT_INT(send_units(story), 1);
	EXPECT_STALE(story, "");
}

static void a_viewer_that_lags_behind_within_the_kept_units_gets_them_all(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	for (unsigned n = 2; n <= FEED_UNITS_MAX + 1; n++) {
		next_frame(story, STREAM_BOX);
		add_unit(story, n, STREAM_BOX);
	}
	take(story);
	EXPECT(!ledger_wants_key(&story->ledger, &story->picture, 0));
	EXPECT_INT(send_units(story), FEED_UNITS_MAX);
}

static void a_viewer_goes_on_at_the_newest_key_frame(void)
{
	STORY(story, LEDGER_PAINTS_BOX);
	unsigned first;

	show_stream(story);
	next_frame(story, STREAM_BOX);
	add_unit(story, 2, STREAM_BOX);
	add_key(story, 3);
	add_unit(story, 4, STREAM_BOX);
	take(story);
	EXPECT_INT(ledger_units(&story->ledger, &story->picture, 0, &first), 2);
	EXPECT_INT(first, 2);
}

static void a_viewer_that_comes_late_waits_for_a_key_frame(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);

	begin_stream(story, STREAM, STREAM_BOX);
	add_unit(story, 9, STREAM_BOX);
	take(story);
	EXPECT_INT(send_units(story), 0);
	EXPECT(ledger_wants_key(&story->ledger, &story->picture, 0));
	/* what the stream covers is left to it */
	EXPECT_EXACT(story, "640x64+0+0 64x240+0+64 256x240+384+64 640x177+0+304");
}

static void no_key_frame_is_asked_for_where_nothing_is_to_be_shown(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	next_frame(story, BOX(0, 0, 16, 16));
	begin_stream(story, STREAM, STREAM_BOX);
	add_unit(story, 9, STREAM_BOX);
	take(story);
	EXPECT(!ledger_wants_key(&story->ledger, &story->picture, 0));
}

static void a_lost_decoder_needs_a_key_frame(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	next_frame(story, STREAM_BOX);
	add_unit(story, 2, STREAM_BOX);
	take(story);
	ledger_lose_stream(&story->ledger, STREAM);
	EXPECT_INT(send_units(story), 2); /* from the one that is still kept */

	drop_units(&story->picture.streams[0], 1);
	next_frame(story, STREAM_BOX);
	add_unit(story, 3, STREAM_BOX);
	take(story);
	ledger_lose_stream(&story->ledger, STREAM);
	EXPECT(ledger_wants_key(&story->ledger, &story->picture, 0));
	EXPECT_INT(send_units(story), 0);
}

static void a_stream_that_comes_again_begins_anew(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	same_frame(story);
	end_stream(story);
	take(story);
	next_frame(story, STREAM_BOX);
	begin_stream(story, STREAM, STREAM_BOX);
	add_unit(story, 2, STREAM_BOX);
	take(story);
	EXPECT_INT(send_units(story), 0);
}

static void a_stream_without_units_is_none(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	next_frame(story, BOX(100, 100, 16, 16));
	begin_stream(story, STREAM, STREAM_BOX);
	take(story);
	EXPECT_INT(send_units(story), 0);
	EXPECT(!ledger_wants_key(&story->ledger, &story->picture, 0));
	EXPECT_EXACT(story, "16x16+100+100");
}

static void damage_that_is_too_large_does_not_wait_for_a_unit_in_rfb(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	/* Something changed beside the box, and the damage reaches into it. */
	next_frame(story, BOX(0, 0, 128, 128));
	take(story);
	EXPECT_STALE(story, "128x64+0+0 64x64+0+64");
}

static void what_does_not_move_in_a_whole_heads_stream_is_sent_exactly_in_rdp(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);

	show_first_picture(story);
	begin_stream(story, STREAM, BOX(0, 0, HEAD_WIDTH, HEAD_HEIGHT - 1));
	pixman_region32_reset(&story->picture.moving, &STREAM_BOX);
	next_frame(story, BOX(64, 64, 32, 32));
	add_box(&story->picture.damage, BOX(500, 400, 16, 16));
	add_key(story, 1);
	take(story);
	EXPECT_PAINTED(story, 0, "32x32+64+64");
	EXPECT_EXACT(story, "16x16+500+400");
}

static void the_odd_last_row_is_sent_exactly(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	next_frame(story, whole_head);
	begin_stream(story, STREAM, BOX(0, 0, HEAD_WIDTH, HEAD_HEIGHT - 1));
	add_key(story, 1);
	take(story);
	EXPECT_INT(send_units(story), 1);
	EXPECT_EXACT(story, "640x1+0+480");
}

static void a_picture_that_is_new_is_shown_as_a_still_first(void)
{
	STORY(story, LEDGER_PAINTS_BOX);
	pixman_box32_t box = BOX(0, 0, HEAD_WIDTH, HEAD_HEIGHT - 1);
	pixman_region32_t differs;

	take(story);
	EXPECT(ledger_wants_still(&story->ledger, &story->picture));
	pixman_region32_init_rect(&differs, 32, 32, 16, 16);
	ledger_sent_still(&story->ledger, &box, &differs);
	pixman_region32_fini(&differs);
	EXPECT(!ledger_wants_still(&story->ledger, &story->picture));
	EXPECT_STALE(story, "16x16+32+32 640x1+0+480");
	EXPECT_LOSSY(story, "640x480+0+0");
	EXPECT_EXACT(story, "640x481+0+0");
}

static void a_still_that_shows_little_that_is_new_does_not_help(void)
{
	STORY(story, LEDGER_PAINTS_BOX);
	pixman_region32_t differs;

	take(story);
	pixman_region32_init_rect(&differs, 0, 0, HEAD_WIDTH, HEAD_HEIGHT / 3);
	EXPECT(ledger_is_mended_by_still(&story->ledger, &differs));
	pixman_region32_reset(&differs, &whole_head);
	EXPECT(!ledger_is_mended_by_still(&story->ledger, &differs));
	pixman_region32_fini(&differs);
}

static void what_streams_show_anyway_needs_no_still(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	begin_stream(story, STREAM, BOX(0, 0, HEAD_WIDTH, 320));
	add_key(story, 1);
	take(story);
	EXPECT(!ledger_wants_still(&story->ledger, &story->picture));
	ledger_lose_stream(&story->ledger, STREAM);
	drop_units(&story->picture.streams[0], 1);
	add_unit(story, 2, STREAM_BOX);
	take(story);
	EXPECT(ledger_wants_still(&story->ledger, &story->picture));
}

static void little_that_is_new_needs_no_still(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	next_frame(story, BOX(0, 0, HEAD_WIDTH, 200));
	take(story);
	EXPECT(!ledger_wants_still(&story->ledger, &story->picture));
}

static void what_was_exposed_is_stale(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);
	pixman_box32_t box = BOX(600, 440, 100, 100);
	pixman_box32_t nothing = BOX(5, 5, 0, 10);
	pixman_box32_t elsewhere = BOX(-50, 0, 20, 20);

	show_first_picture(story);
	ledger_expose(&story->ledger, &nothing);
	ledger_expose(&story->ledger, &elsewhere);
	EXPECT(ledger_is_exact(&story->ledger));
	ledger_expose(&story->ledger, &box);
	EXPECT_STALE(story, "40x41+600+440");
}

static void what_was_exposed_in_a_moving_box_comes_with_the_next_unit(void)
{
	STORY(story, LEDGER_PAINTS_DAMAGE);
	pixman_box32_t box = BOX(100, 100, 50, 50);

	show_stream(story);
	ledger_expose(&story->ledger, &box);
	EXPECT_EXACT(story, "");
	next_frame(story, BOX(200, 200, 1, 1));
	add_unit(story, 2, BOX(200, 200, 1, 1));
	take(story);
	EXPECT_PAINTED(story, 1, "50x50+100+100 1x1+200+200");
}

static void a_new_size_begins_anew(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	story->frame.height = 200;
	next_frame(story, BOX(0, 0, 1, 1));
	end_stream(story);
	take(story);
	EXPECT_STALE(story, "640x200+0+0");
	EXPECT_LOSSY(story, "");
}

static void a_picture_older_than_the_viewers_is_stale_where_they_differ(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	next_frame(story, whole_head);
	show_first_picture(story);
	next_frame(story, BOX(64, 64, 128, 96));
	story->frame.number = 1;
	take(story);
	EXPECT_EXACT(story, "128x96+64+64");
	EXPECT_INT(story->ledger.dropped, 0);
}

static void frames_that_were_passed_over_are_counted(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	story->frame.number = 40;
	take(story);
	EXPECT_INT(story->ledger.dropped, 0);
	story->frame.number = 41;
	take(story);
	take(story);
	EXPECT_INT(story->ledger.dropped, 0);
	story->frame.number = 45;
	take(story);
	EXPECT_INT(story->ledger.dropped, 3);
}

static void motion_without_video_is_exact_for_who_does_not_take_jpeg(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	next_frame(story, BOX(64, 64, 32, 32));
	add_box(&story->picture.moving, STREAM_BOX);
	take(story);
	EXPECT_MOVING(story, "");
	EXPECT_EXACT(story, "32x32+64+64");
}

static void motion_without_video_is_jpeg_for_who_takes_it_and_exact_once_it_rests(void)
{
	STORY(story, LEDGER_PAINTS_BOX);
	pixman_region32_t sent;

	show_first_picture(story);
	story->ledger.takes_lossy = true;
	next_frame(story, BOX(64, 64, 32, 32));
	add_box(&story->picture.damage, BOX(500, 0, 16, 16));
	add_box(&story->picture.moving, STREAM_BOX);
	take(story);
	EXPECT_MOVING(story, "32x32+64+64");
	EXPECT_EXACT(story, "16x16+500+0");

	pixman_region32_init_rect(&sent, 64, 64, 32, 32);
	ledger_sent_lossy(&story->ledger, &sent);
	pixman_region32_fini(&sent);
	send_exact(story);
	EXPECT_MOVING(story, "");
	EXPECT_EXACT(story, "");
	EXPECT_LOSSY(story, "32x32+64+64");

	same_frame(story);
	add_box(&story->picture.settled, STREAM_BOX);
	take(story);
	EXPECT_MOVING(story, "");
	EXPECT_EXACT(story, "32x32+64+64");
}

static void a_viewer_that_was_reset_has_nothing(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_stream(story);
	ledger_reset(&story->ledger);
	EXPECT(!ledger_is_exact(&story->ledger));
	take(story);
	EXPECT_STALE(story, "640x481+0+0");
	EXPECT_INT(send_units(story), 1); /* the key frame is still there */
}

static void regions_do_not_grow_without_bound(void)
{
	STORY(story, LEDGER_PAINTS_BOX);

	show_first_picture(story);
	for (int y = 0; y < 480; y += 4) {
		for (int x = 0; x < 640; x += 64) {
			next_frame(story, BOX(x, y, 2, 2));
			take(story);
		}
	}
	EXPECT(pixman_region32_n_rects(&story->ledger.stale) <= LEDGER_RECTS_MAX);
}

int main(void)
{
	RUN_TEST(the_first_picture_is_stale_all_over);
	RUN_TEST(what_changes_where_nothing_moves_is_sent_exactly);
	RUN_TEST(damage_outside_the_picture_does_not_count);
	RUN_TEST(a_unit_in_rfb_repaints_all_of_its_box);
	RUN_TEST(a_unit_in_rdp_repaints_what_is_stale_and_no_more);
	RUN_TEST(what_is_stale_in_many_places_is_repainted_as_few_that_move);
	RUN_TEST(units_before_the_last_are_decoded_and_not_shown_in_rdp);
	RUN_TEST(a_unit_that_is_not_the_newest_leaves_stale_what_came_later);
	RUN_TEST(what_came_to_rest_in_a_moving_box_becomes_exact_in_rdp);
	RUN_TEST(what_came_to_rest_in_a_moving_box_waits_in_rfb);
	RUN_TEST(exact_pixels_in_a_moving_box_are_lossy_again_once_a_unit_paints_them);
	RUN_TEST(when_a_region_ends_its_box_is_sent_exactly);
	RUN_TEST(units_that_were_missed_when_a_region_ends_are_stale);
	RUN_TEST(a_viewer_that_lags_behind_the_kept_units_needs_a_key_frame);
	RUN_TEST(a_viewer_that_lags_behind_within_the_kept_units_gets_them_all);
	RUN_TEST(a_viewer_goes_on_at_the_newest_key_frame);
	RUN_TEST(a_viewer_that_comes_late_waits_for_a_key_frame);
	RUN_TEST(no_key_frame_is_asked_for_where_nothing_is_to_be_shown);
	RUN_TEST(a_lost_decoder_needs_a_key_frame);
	RUN_TEST(a_stream_that_comes_again_begins_anew);
	RUN_TEST(a_stream_without_units_is_none);
	RUN_TEST(damage_that_is_too_large_does_not_wait_for_a_unit_in_rfb);
	RUN_TEST(what_does_not_move_in_a_whole_heads_stream_is_sent_exactly_in_rdp);
	RUN_TEST(the_odd_last_row_is_sent_exactly);
	RUN_TEST(a_picture_that_is_new_is_shown_as_a_still_first);
	RUN_TEST(a_still_that_shows_little_that_is_new_does_not_help);
	RUN_TEST(what_streams_show_anyway_needs_no_still);
	RUN_TEST(little_that_is_new_needs_no_still);
	RUN_TEST(what_was_exposed_is_stale);
	RUN_TEST(what_was_exposed_in_a_moving_box_comes_with_the_next_unit);
	RUN_TEST(a_new_size_begins_anew);
	RUN_TEST(a_picture_older_than_the_viewers_is_stale_where_they_differ);
	RUN_TEST(frames_that_were_passed_over_are_counted);
	RUN_TEST(motion_without_video_is_exact_for_who_does_not_take_jpeg);
	RUN_TEST(motion_without_video_is_jpeg_for_who_takes_it_and_exact_once_it_rests);
	RUN_TEST(a_viewer_that_was_reset_has_nothing);
	RUN_TEST(regions_do_not_grow_without_bound);
	return 0;
}

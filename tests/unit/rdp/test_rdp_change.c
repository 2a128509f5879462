/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a viewer is sent, from a feed that hands out what the test says.
 */
#include "gateway/rdp/rdp_change.h"

#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "tests/support/test.h"

#define WIDTH  640
#define HEIGHT 480

/* -- The feed --------------------------------------------------------------------- */

struct feed_view {
	struct frame frame;
	enum rendition rendition;
	pixman_region32_t damage;
	pixman_region32_t moving;
	unsigned streams_count;
	struct feed_stream streams[MOTION_REGIONS_MAX];
	struct packet *still;
	pixman_region32_t still_differs;
	uint64_t asked_key;
};

struct pieces *feed_pieces(struct feed *feed)
{
	return NULL;
}

enum rendition feed_view_rendition(const struct feed_view *view)
{
	return view->rendition;
}

bool feed_view_fetch(struct feed_view *view, uint64_t since, struct feed_picture *picture)
{
	*picture = (struct feed_picture){.frame = &view->frame,
					 .streams_count = view->streams_count};
	memcpy(picture->streams, view->streams, sizeof(picture->streams));
	pixman_region32_init(&picture->damage);
	if (since != view->frame.number)
		pixman_region32_copy(&picture->damage, &view->damage);
	pixman_region32_init(&picture->moving);
	pixman_region32_copy(&picture->moving, &view->moving);
	pixman_region32_init(&picture->settled);
	return true;
}

void feed_picture_finish(struct feed_picture *picture)
{
	pixman_region32_fini(&picture->damage);
	pixman_region32_fini(&picture->moving);
	pixman_region32_fini(&picture->settled);
}

void feed_view_request_key(struct feed_view *view, uint64_t stream)
{
	view->asked_key = stream;
}

struct packet *feed_view_still(struct feed_view *view, const struct feed_picture *picture,
			       pixman_region32_t *ret_differs)
{
	pixman_region32_copy(ret_differs, &view->still_differs);
	return view->still ? packet_ref(view->still) : NULL;
}

pixman_box32_t feed_still_box(uint32_t width, uint32_t height)
{
	return (pixman_box32_t){0, 0, (int32_t)width, (int32_t)height};
}

/* -- The stage --------------------------------------------------------------------- */

struct stage {
	struct feed_view view;
	struct ledger ledger;
	struct rdp_change change;
	bool has_change;
};

static void open_stage(struct stage *stage)
{
	*stage = (struct stage){
		.view =
			{
				.frame = {.number = 0, .width = WIDTH, .height = HEIGHT},
				.rendition = RENDITION_MAIN,
			},
	};
	pixman_region32_init(&stage->view.damage);
	pixman_region32_init(&stage->view.moving);
	pixman_region32_init(&stage->view.still_differs);
	ledger_init(&stage->ledger, LEDGER_PAINTS_DAMAGE);
}

static void drop_units(struct feed_stream *stream)
{
	for (unsigned i = 0; i < stream->units_count; i++)
		packet_unref(stream->units[i]);
	stream->units_count = 0;
}

static void close_stage(struct stage *stage)
{
	if (stage->has_change)
		rdp_change_finish(&stage->change);
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		drop_units(&stage->view.streams[i]);
	packet_unref(stage->view.still);
	ledger_finish(&stage->ledger);
	pixman_region32_fini(&stage->view.damage);
	pixman_region32_fini(&stage->view.moving);
	pixman_region32_fini(&stage->view.still_differs);
}

#define STAGE \
	__attribute__((cleanup(close_stage))) struct stage stage; \
	open_stage(&stage)

/* The guest draws: a newer frame that differs there. */
static void draw(struct stage *stage, pixman_box32_t box)
{
	stage->view.frame.number++;
	pixman_region32_reset(&stage->view.damage, &box);
}

/* A part of the head moves, as stream `id`, of which there are units from `first` to `last`. */
static void move(struct stage *stage, uint64_t id, pixman_box32_t box, uint64_t first,
		 uint64_t last, uint64_t key)
{
	struct feed_stream *stream = &stage->view.streams[0];

	drop_units(stream);
	stage->view.streams_count = 1;
	stream->id = id;
	stream->box = box;
	for (uint64_t number = first; number <= last; number++) {
		struct packet *unit = packet_create(1);

		unit->number = number;
		unit->is_key = number == key;
		pixman_region32_reset(&unit->damage, &box);
		stream->units[stream->units_count++] = unit;
	}
	pixman_region32_reset(&stage->view.moving, &box);
}

static void compose(struct stage *stage)
{
	if (stage->has_change)
		rdp_change_finish(&stage->change);
	stage->has_change = true;
	rdp_change_begin(&stage->change, NULL, &stage->view, &stage->ledger);
	rdp_change_compose(&stage->change, &stage->view, &stage->ledger);
}

/* All of it is sent. Returns whether there is more. */
static bool send_all(struct stage *stage)
{
	pixman_region32_clear(&stage->change.rest);
	return rdp_change_sent(&stage->change, &stage->ledger);
}

static void compose_and_send(struct stage *stage)
{
	compose(stage);
	send_all(stage);
}

static bool is_box(const pixman_region32_t *region, pixman_box32_t box)
{
	pixman_region32_t other;

	pixman_region32_init_with_extents(&other, &box);
	bool is_equal = pixman_region32_equal(region, &other);
	pixman_region32_fini(&other);
	return is_equal;
}

static const pixman_box32_t whole = {0, 0, WIDTH, HEIGHT};
static const pixman_box32_t map = {64, 32, 224, 128};

/* -- Sentences ----------------------------------------------------------------------- */

static void without_video_what_changed_is_sent_exactly(void)
{
	STAGE;
	pixman_box32_t part = {10, 20, 30, 40};

	stage.view.rendition = RENDITION_NONE;
	stage.view.still = packet_create(1);
	draw(&stage, whole);
	compose(&stage);
	EXPECT(is_box(&stage.change.exact, whole));
	EXPECT(!stage.change.still);
	EXPECT(!send_all(&stage));
	draw(&stage, part);
	compose(&stage);
	EXPECT(is_box(&stage.change.exact, part));
}

static void what_did_not_fit_comes_with_the_next_update(void)
{
	STAGE;
	pixman_box32_t rest = {0, 100, WIDTH, HEIGHT};

	draw(&stage, whole);
	compose(&stage);
	pixman_region32_reset(&stage.change.rest, &rest);
	EXPECT(rdp_change_sent(&stage.change, &stage.ledger));
	compose(&stage);
	EXPECT(is_box(&stage.change.exact, rest));
}

static void only_what_shows_something_new_has_an_age(void)
{
	STAGE;

	draw(&stage, whole);
	stage.view.frame.time_us = 1000;
	compose_and_send(&stage);
	EXPECT_INT(stage.change.drawn_us, 0);
	draw(&stage, map);
	stage.view.frame.time_us = 2000;
	compose(&stage);
	EXPECT_INT(stage.change.drawn_us, 2000);
	compose(&stage);
	EXPECT_INT(stage.change.drawn_us, 0);
}

static void a_first_picture_is_a_still_and_then_exact(void)
{
	STAGE;

	stage.view.still = packet_create(1);
	draw(&stage, whole);
	compose(&stage);
	EXPECT(stage.change.still);
	EXPECT(!rdp_change_is_empty(&stage.change));
	EXPECT(send_all(&stage));
	compose(&stage);
	EXPECT(!stage.change.still);
	EXPECT(stage.change.is_refining);
	EXPECT(is_box(&stage.change.exact, whole));
	EXPECT(!send_all(&stage));
	EXPECT(ledger_is_exact(&stage.ledger));
}

static void a_still_that_shows_nothing_new_is_not_sent(void)
{
	STAGE;

	stage.view.still = packet_create(1);
	draw(&stage, whole);
	compose_and_send(&stage);
	EXPECT(stage.change.still);

	/* All is other than it was in the still. */
	draw(&stage, whole);
	pixman_region32_reset(&stage.view.still_differs, (pixman_box32_t *)&whole);
	compose(&stage);
	EXPECT(!stage.change.still);
	EXPECT(is_box(&stage.change.exact, whole));
}

static void what_moves_is_sent_as_units_and_the_rest_exactly(void)
{
	STAGE;
	pixman_region32_t expected;

	draw(&stage, whole);
	move(&stage, 3, map, 1, 1, 1);
	compose(&stage);
	EXPECT_INT(stage.change.units_count, 1);
	EXPECT(is_box(&stage.change.units[0].painted, map));
	pixman_region32_init_with_extents(&expected, (pixman_box32_t *)&whole);
	pixman_region32_t moving;
	pixman_region32_init_with_extents(&moving, (pixman_box32_t *)&map);
	pixman_region32_subtract(&expected, &expected, &moving);
	EXPECT(pixman_region32_equal(&stage.change.exact, &expected));
	pixman_region32_fini(&expected);
	pixman_region32_fini(&moving);
}

static void who_missed_some_units_gets_all_of_them_in_order(void)
{
	STAGE;

	draw(&stage, whole);
	move(&stage, 3, map, 1, 1, 1);
	compose_and_send(&stage);
	draw(&stage, map);
	move(&stage, 3, map, 1, 4, 1);
	compose(&stage);
	EXPECT_INT(stage.change.units_count, 3);
	for (unsigned i = 0; i < 3; i++)
		EXPECT_INT(stage.change.units[i].packet->number, i + 2);
	EXPECT(is_box(&stage.change.units[2].painted, map));
	EXPECT_INT(stage.view.asked_key, 0);
}

static void who_missed_too_many_asks_for_a_key_frame(void)
{
	STAGE;

	draw(&stage, whole);
	move(&stage, 3, map, 1, 1, 1);
	compose_and_send(&stage);
	draw(&stage, map);
	move(&stage, 3, map, 7, 9, 0);
	compose(&stage);
	EXPECT_INT(stage.change.units_count, 0);
	EXPECT_INT(stage.view.asked_key, 3);
	EXPECT(rdp_change_is_empty(&stage.change));
}

static void after_a_still_a_stream_of_the_whole_head_begins_again(void)
{
	STAGE;

	stage.view.rendition = RENDITION_WHOLE;
	draw(&stage, whole);
	move(&stage, 3, whole, 1, 1, 1);
	compose_and_send(&stage);
	EXPECT_INT(stage.change.units_count, 1);

	/* It falls behind, and is shown a still. */
	stage.view.still = packet_create(1);
	draw(&stage, whole);
	move(&stage, 3, whole, 7, 8, 0);
	compose_and_send(&stage);
	EXPECT(stage.change.still);

	packet_unref(TAKE(stage.view.still));
	/* Its decoder has seen another picture now: what follows unit 1 is of no use. */
	draw(&stage, whole);
	move(&stage, 3, whole, 2, 9, 0);
	compose(&stage);
	EXPECT_INT(stage.change.units_count, 0);
	EXPECT_INT(stage.view.asked_key, 3);
}

int main(void)
{
	RUN_TEST(without_video_what_changed_is_sent_exactly);
	RUN_TEST(what_did_not_fit_comes_with_the_next_update);
	RUN_TEST(only_what_shows_something_new_has_an_age);
	RUN_TEST(a_first_picture_is_a_still_and_then_exact);
	RUN_TEST(a_still_that_shows_nothing_new_is_not_sent);
	RUN_TEST(what_moves_is_sent_as_units_and_the_rest_exactly);
	RUN_TEST(who_missed_some_units_gets_all_of_them_in_order);
	RUN_TEST(who_missed_too_many_asks_for_a_key_frame);
	RUN_TEST(after_a_still_a_stream_of_the_whole_head_begins_again);
	return 0;
}

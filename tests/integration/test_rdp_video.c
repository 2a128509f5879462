/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What RDP clients see of a guest that moves: video meanwhile, and its very
 * pixels once it rests, each client as it can.
 */
#include "common/xalloc.h"
#include "tests/integration/rdp_stage.h"

#define FRAME_US 33333

/* What moves is as near as this to the guest's picture, on average. */
#define MEAN_DIFFERENCE_MAX 8.0

/* -- The scene: a part of the head that moves ---------------------------------------- */

struct scene {
	unsigned head;
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

static const struct scene map = {0, 192, 96, 256, 160};

static uint32_t wave(uint32_t at)
{
	uint32_t phase = at & 0xff;

	return phase < 128 ? phase : 255 - phase;
}

/* Soft shapes that wander, as in a map or from a camera. */
static void draw_scene(struct stage *stage, const struct scene *scene, uint32_t time)
{
	struct screen *screen = &stage->screens[scene->head];

	for (uint32_t y = scene->y; y < scene->y + scene->height; y++)
		for (uint32_t x = scene->x; x < scene->x + scene->width; x++)
			screen->pixels[(size_t)y * screen->size.width + x] =
				wave(x + time * 3) << 17 | wave(y * 2 + time * 5) << 8 |
				wave(x + y + time * 7);
	stage_show(stage, scene->head);
}

static void run_for(struct stage *stage, uint64_t us)
{
	uint64_t until = loop_now_us() + us;

	for (uint64_t now = loop_now_us(); now < until; now = loop_now_us())
		sd_event_run(loop_event(stage->loop), until - now);
}

/* Plays `frames` of each scene, thirty a second. */
static void play(struct stage *stage, const struct scene *scenes, unsigned count, uint32_t frames)
{
	static uint32_t time;

	for (uint32_t i = 0; i < frames; i++) {
		for (unsigned k = 0; k < count; k++)
			draw_scene(stage, &scenes[k], ++time);
		run_for(stage, FRAME_US);
	}
}

/* Plays until the client has been sent `units` of video. */
static void play_until(struct stage *stage, const struct scene *scenes, unsigned count,
		       struct rdp_client *client, uint64_t units)
{
	uint64_t until = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000);

	while (rdp_client_video(client).units + rdp_client_video(client).units_in_place < units) {
		EXPECT(loop_now_us() < until);
		play(stage, scenes, count, 1);
	}
}

static struct rdp_client_difference scene_difference(struct stage *stage, struct rdp_client *client,
						     const struct scene *scene)
{
	struct screen *screen = &stage->screens[scene->head];
	CLEANUP(freep)
	uint32_t *pixels = xcalloc((size_t)scene->width * scene->height, sizeof(*pixels));

	for (uint32_t y = 0; y < scene->height; y++)
		memcpy(pixels + (size_t)y * scene->width,
		       screen->pixels + (size_t)(scene->y + y) * screen->size.width + scene->x,
		       scene->width * sizeof(*pixels));
	return rdp_client_difference(client, scene->x, scene->y, scene->width, scene->height,
				     pixels);
}

/* That most frames are there, by video, before the next one is. */
static void expect_near_in_motion(struct stage *stage, struct rdp_client *client,
				  const struct scene *scene)
{
	unsigned near = 0;

	for (unsigned i = 0; i < 20; i++) {
		uint64_t pieces = rdp_client_video(client).pieces;

		play(stage, scene, 1, 1);
		if (scene_difference(stage, client, scene).mean < MEAN_DIFFERENCE_MAX &&
		    rdp_client_video(client).pieces == pieces)
			near++;
	}
	printf("  %u of 20 frames in time\n", near);
	EXPECT(near >= 10);
}

/* What video cannot touch, whatever moves. */
static void expect_flawless(struct rdp_client *client)
{
	struct rdp_client_video video = rdp_client_video(client);

	EXPECT_INT(video.bad_rects, 0);
	EXPECT_INT(video.errors, 0);
}

/* Waits until head 0 is exact, and says how long that took. */
static void expect_exact_at_rest(struct stage *stage, struct rdp_client *client)
{
	uint64_t since = loop_now_us();

	stage_expect_shown(stage, client);
	printf("  exact %u ms after the last change\n", (unsigned)((loop_now_us() - since) / 1000));
	expect_flawless(client);
}

static struct rdp_client *connect_with_video(struct stage *stage)
{
	struct rdp_client_options options = stage_client_options(stage);

	options.takes_video = true;
	return stage_connect(stage, &options);
}

/* -- Sentences ------------------------------------------------------------------------- */

static void what_moves_is_video_and_exact_at_rest(void)
{
	STAGE(NULL);
	CLIENT client = connect_with_video(&stage);

	play_until(&stage, &map, 1, client, 20);
	EXPECT_STRING(stage_first_viewer(&stage).video, "main");
	EXPECT(rdp_client_video(client).copies > 0);
	EXPECT(rdp_client_video(client).surfaces > 1);
	expect_near_in_motion(&stage, client, &map);
	expect_exact_at_rest(&stage, client);
	WAIT_UNTIL(&stage, rdp_client_video(client).surfaces == 1);
}

static void what_rests_beside_it_stays_exact(void)
{
	STAGE(NULL);
	CLIENT client = connect_with_video(&stage);
	const uint32_t *pixels = stage.screens[0].pixels;

	play_until(&stage, &map, 1, client, 5);
	for (unsigned i = 0; i < 20; i++) {
		play(&stage, &map, 1, 1);
		EXPECT(rdp_client_shows(client, 0, 0, WIDTH, map.y - 32, pixels));
	}
	expect_exact_at_rest(&stage, client);
}

/* -- Colours --------------------------------------------------------------------------- */

#define BAR_WIDTH 32

/* What full-range BT.709 and 8 bits leave of a colour. */
#define COLOUR_DIFFERENCE_MAX 3

static const uint32_t colours[] = {
	0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0x00ffff,
	0xff00ff, 0x808080, 0x101010, 0xf0f0f0, 0x3366cc, 0xcc6633, 0x204060,
};

#define COLOURS (sizeof(colours) / sizeof(colours[0]))

static uint32_t bar_colour(uint32_t bar, uint32_t time)
{
	return colours[(bar + time) % COLOURS];
}

/* Bars of one colour each, which take turns. */
static void draw_bars(struct stage *stage, uint32_t time)
{
	uint32_t *pixels = stage->screens[0].pixels;

	for (uint32_t y = map.y; y < map.y + map.height; y++)
		for (uint32_t x = map.x; x < map.x + map.width; x++)
			pixels[(size_t)y * WIDTH + x] = bar_colour((x - map.x) / BAR_WIDTH, time);
	stage_show(stage, 0);
}

/* How far the middle of each bar is from its colour: beside its edges it has half of another. */
static unsigned bars_difference(struct rdp_client *client, uint32_t time)
{
	uint32_t pixels[(BAR_WIDTH - 16) * 64];
	unsigned greatest = 0;

	for (uint32_t bar = 0; bar < map.width / BAR_WIDTH; bar++) {
		for (size_t i = 0; i < sizeof(pixels) / sizeof(pixels[0]); i++)
			pixels[i] = bar_colour(bar, time);
		struct rdp_client_difference difference = rdp_client_difference(
			client, map.x + bar * BAR_WIDTH + 8, map.y + 48, BAR_WIDTH - 16, 64,
			pixels);
		if (difference.greatest > greatest)
			greatest = difference.greatest;
	}
	return greatest;
}

static void colours_survive_being_video(void)
{
	STAGE(NULL);
	CLIENT client = connect_with_video(&stage);
	unsigned worst = 0;

	play_until(&stage, &map, 1, client, 5);
	for (uint32_t time = 0; time < 2 * COLOURS; time++) {
		uint64_t units = rdp_client_video(client).units;

		draw_bars(&stage, time);
		WAIT_UNTIL(&stage, rdp_client_video(client).units > units);
		run_for(&stage, FRAME_US);
		unsigned difference = bars_difference(client, time);
		/* The first time round, what is left of the waves is in it too. */
		if (time >= COLOURS && difference > worst)
			worst = difference;
	}
	printf("  at most %u of 255 away\n", worst);
	EXPECT(worst <= COLOUR_DIFFERENCE_MAX);
	expect_flawless(client);
}

static void a_first_picture_of_a_large_head_is_video_and_then_exact(void)
{
	STAGE(NULL);

	stage_paint(&stage, 0, 1280, 720, 3);
	CLIENT client = connect_with_video(&stage);
	EXPECT_INT(rdp_client_video(client).units_in_place, 1);
	expect_flawless(client);
}

static void clients_with_and_without_video_see_the_same(void)
{
	STAGE(NULL);
	CLIENT with = connect_with_video(&stage);
	CLIENT without = stage_connect(&stage, NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.is_without_graphics = true;
	CLIENT plain = stage_connect(&stage, &options);

	play_until(&stage, &map, 1, with, 20);
	EXPECT_INT(rdp_client_video(without).units + rdp_client_video(without).units_in_place, 0);
	expect_exact_at_rest(&stage, with);
	stage_expect_shown(&stage, without);
	stage_expect_shown(&stage, plain);
}

static void the_whole_head_can_be_one_stream(void)
{
	struct rdp_options whole = {.video = RDP_VIDEO_WHOLE};
	STAGE(&whole);
	CLIENT client = connect_with_video(&stage);

	play_until(&stage, &map, 1, client, 20);
	EXPECT_STRING(stage_first_viewer(&stage).video, "whole");
	EXPECT_INT(rdp_client_video(client).units, 0);
	EXPECT_INT(rdp_client_video(client).surfaces, 1);
	expect_near_in_motion(&stage, client, &map);
	expect_exact_at_rest(&stage, client);
}

static void video_can_be_switched_off(void)
{
	struct rdp_options off = {.video = RDP_VIDEO_OFF};
	STAGE(&off);
	CLIENT client = connect_with_video(&stage);

	play(&stage, &map, 1, 30);
	expect_exact_at_rest(&stage, client);
	EXPECT_INT(rdp_client_video(client).units + rdp_client_video(client).units_in_place, 0);
}

static void each_head_has_its_own_video(void)
{
	struct rdp_options all = {.heads_are_given = true, .heads = RDP_HEADS_ALL};
	STAGE(&all);
	const struct scene scenes[] = {map, {1, 32, 32, 160, 128}};

	heads_grow(stage.services.heads, 2, "Starting");
	stage_paint(&stage, 1, 320, 200, 2);
	CLIENT client = connect_with_video(&stage);
	stage_expect_shown_at(&stage, client, 1, WIDTH);

	play_until(&stage, scenes, 2, client, 40);
	EXPECT(rdp_client_video(client).surfaces >= 4);
	expect_exact_at_rest(&stage, client);
	stage_expect_shown_at(&stage, client, 1, WIDTH);
}

static void a_head_of_odd_size_moves_up_to_its_edge(void)
{
	STAGE(NULL);
	const struct scene corner = {0, 801, 577, 200, 200};

	stage_paint(&stage, 0, 1001, 777, 3);
	CLIENT client = connect_with_video(&stage);
	play_until(&stage, &corner, 1, client, 20);
	expect_exact_at_rest(&stage, client);
}

static void a_change_of_size_ends_what_moved(void)
{
	STAGE(NULL);
	CLIENT client = connect_with_video(&stage);

	for (uint32_t width = 700; width < 703; width++) {
		play_until(&stage, &map, 1, client, rdp_client_video(client).units + 5);
		stage_paint(&stage, 0, width, 500, width);
		play(&stage, &map, 1, 5);
	}
	expect_exact_at_rest(&stage, client);
}

static void a_client_may_begin_anew_with_video_or_without(void)
{
	STAGE(NULL);
	CLIENT client = connect_with_video(&stage);

	play_until(&stage, &map, 1, client, 10);
	rdp_client_advertise(client, true);
	play_until(&stage, &map, 1, client, rdp_client_video(client).units + 10);
	expect_exact_at_rest(&stage, client);

	rdp_client_advertise(client, false);
	WAIT_UNTIL(&stage, strcmp(stage_first_viewer(&stage).video, "none") == 0);
	uint64_t units = rdp_client_video(client).units;
	play(&stage, &map, 1, 20);
	expect_exact_at_rest(&stage, client);
	EXPECT_INT(rdp_client_video(client).units, units);
}

static void a_client_that_is_silent_holds_up_nobody_and_gets_little(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.takes_video = true;
	options.is_silent = true;
	CLIENT silent = rdp_client_start(&options);
	CLIENT other = connect_with_video(&stage);
	play_until(&stage, &map, 1, other, 30);
	EXPECT(rdp_client_video(silent).frames <= 32);
	EXPECT(!rdp_client_has_ended(silent));
	expect_exact_at_rest(&stage, other);
}

static void acknowledgements_of_frames_never_sent_change_nothing(void)
{
	STAGE(NULL);
	CLIENT client = connect_with_video(&stage);

	for (uint32_t i = 0; i < 100; i++) {
		rdp_client_acknowledge(client, 0);
		rdp_client_acknowledge(client, 1000 + i);
		rdp_client_acknowledge(client, UINT32_MAX - i);
	}
	play_until(&stage, &map, 1, client, 10);
	expect_exact_at_rest(&stage, client);
	EXPECT(!rdp_client_has_ended(client));
}

static void a_client_that_stood_still_catches_up(void)
{
	STAGE(NULL);
	CLIENT client = connect_with_video(&stage);
	CLIENT other = connect_with_video(&stage);

	play_until(&stage, &map, 1, client, 5);
	rdp_client_pause(client, true);
	play_until(&stage, &map, 1, other, rdp_client_video(other).units + 30);
	rdp_client_pause(client, false);
	play_until(&stage, &map, 1, client, rdp_client_video(client).units + 20);
	expect_exact_at_rest(&stage, client);
	expect_exact_at_rest(&stage, other);
}

int main(void)
{
	RUN_TEST(what_moves_is_video_and_exact_at_rest);
	RUN_TEST(what_rests_beside_it_stays_exact);
	RUN_TEST(colours_survive_being_video);
	RUN_TEST(a_first_picture_of_a_large_head_is_video_and_then_exact);
	RUN_TEST(clients_with_and_without_video_see_the_same);
	RUN_TEST(the_whole_head_can_be_one_stream);
	RUN_TEST(video_can_be_switched_off);
	RUN_TEST(each_head_has_its_own_video);
	RUN_TEST(a_head_of_odd_size_moves_up_to_its_edge);
	RUN_TEST(a_change_of_size_ends_what_moved);
	RUN_TEST(a_client_may_begin_anew_with_video_or_without);
	RUN_TEST(a_client_that_is_silent_holds_up_nobody_and_gets_little);
	RUN_TEST(acknowledgements_of_frames_never_sent_change_nothing);
	RUN_TEST(a_client_that_stood_still_catches_up);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/stream.h"

#include <errno.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/yuv.h"
#include "gateway/frame/frame.h"
#include "tests/support/test.h"

#define HEAD_WIDTH  320
#define HEAD_HEIGHT 240

static const pixman_box32_t box = {64, 32, 192, 160};
static const pixman_box32_t head = {0, 0, HEAD_WIDTH, HEAD_HEIGHT};

/* -- An encoder that notes what it is given ------------------------------------ */

static struct {
	unsigned created;
	unsigned given_up;
	struct encoder_config config;
	uint32_t kbps_max; /* as set_rate() had it; 0: not called */
	pixman_box32_t changed;
	uint8_t luma[3]; /* in the picture's corner, in what changed, and in its end */
	bool is_key;
	int error; /* with which encode() fails */
} fake;

static int fake_set_rate(struct encoder *encoder, uint32_t kbps_max)
{
	fake.kbps_max = kbps_max;
	return 0;
}

static int fake_encode(struct encoder *encoder, const struct yuv_picture *picture,
		       const pixman_region32_t *changed, bool is_key, struct packet **ret_packet)
{
	if (fake.error < 0)
		return fake.error;
	fake.changed = *pixman_region32_extents((pixman_region32_t *)changed);
	fake.luma[0] = picture->luma[0];
	fake.luma[1] = picture->luma[(size_t)fake.changed.y1 * picture->stride_bytes +
				     (size_t)fake.changed.x1];
	fake.luma[2] = picture->luma[(size_t)(picture->height - 1) * picture->stride_bytes +
				     picture->width - 1];
	fake.is_key = is_key;
	*ret_packet = packet_create(1);
	(*ret_packet)->is_key = is_key;
	return 0;
}

static const struct encoder_ops fake_ops = {.set_rate = fake_set_rate, .encode = fake_encode};

int encoder_create(enum encoder_choice choice, const struct encoder_config *config,
		   struct encoder **ret_encoder)
{
	fake.created++;
	fake.config = *config;
	*ret_encoder = xcalloc(1, sizeof(**ret_encoder));
	(*ret_encoder)->ops = &fake_ops;
	return 0;
}

void encoder_destroy(struct encoder *encoder)
{
	free(encoder);
}

void encoder_give_up(struct encoder *encoder, int error)
{
	fake.given_up++;
	EXPECT_INT(error, fake.error);
	encoder_destroy(encoder);
}

/* -- A head -------------------------------------------------------------------- */

static uint32_t pixels[HEAD_WIDTH * HEAD_HEIGHT];
static struct frame frame;

/* All of the head in one shade of grey. */
static void draw(uint8_t grey)
{
	memset(pixels, grey, sizeof(pixels));
	frame = (struct frame){
		.number = frame.number + 5,
		.width = HEAD_WIDTH,
		.height = HEAD_HEIGHT,
		.stride_bytes = HEAD_WIDTH * 4,
		.pixels = pixels,
	};
}

static struct stream *test_stream(void)
{
	memset(&fake, 0, sizeof(fake));
	draw(10);
	return stream_create(&(struct stream_config){
		.encoder = ENCODER_X264, .box = box, .quality = 20, .kbps_max = 500});
}

static int try_to_encode(struct stream *stream, const pixman_box32_t *damaged, bool is_key,
			 struct packet **ret_packet)
{
	pixman_region32_t damage;

	pixman_region32_init_with_extents(&damage, (pixman_box32_t *)damaged);
	int r = stream_encode(stream, &frame, &damage, is_key, ret_packet);
	pixman_region32_fini(&damage);
	return r;
}

static struct packet *encode(struct stream *stream, const pixman_box32_t *damaged, bool is_key)
{
	struct packet *packet = NULL;

	EXPECT_INT(try_to_encode(stream, damaged, is_key, &packet), 0);
	return packet;
}

static void expect_box(const pixman_box32_t *actual, int32_t x1, int32_t y1, int32_t x2, int32_t y2)
{
	EXPECT_INT(actual->x1, x1);
	EXPECT_INT(actual->y1, y1);
	EXPECT_INT(actual->x2, x2);
	EXPECT_INT(actual->y2, y2);
}

static void expect_damage(struct packet *packet, const pixman_box32_t *damaged)
{
	expect_box(pixman_region32_extents(&packet->damage), damaged->x1, damaged->y1, damaged->x2,
		   damaged->y2);
}

/* -- Sentences ------------------------------------------------------------------- */

static void boxes_are_made_to_fit(void)
{
	static const struct {
		uint32_t width, height;
		pixman_box32_t box, fit; /* `fit` empty: refused */
	} cases[] = {
		{1920, 1080, {0, 0, 1920, 1080}, {0, 0, 1920, 1080}},
		{1920, 1080, {100, 50, 101, 51}, {96, 48, 112, 64}},
		{1366, 766, {1300, 700, 1366, 766}, {1296, 688, 1366, 766}},
		{1365, 767, {0, 0, 1365, 767}, {0, 0, 1364, 766}},
		/* slivers at the end of the head */
		{1366, 766, {1365, 765, 1366, 766}, {1344, 736, 1366, 766}},
		{1921, 1081, {1920, 1080, 1921, 1081}, {0}},
		/* damage that is outside */
		{1920, 1080, {-500, -1, 1, 9999}, {0, 0, 16, 1080}},
		{1920, 1080, {INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX}, {0, 0, 1920, 1080}},
		{1920, 1080, {1920, 0, 2000, 100}, {0}},
		{1920, 1080, {-100, 0, -50, 100}, {0}},
		{1920, 1080, {50, 50, 50, 50}, {0}},
		/* heads too small and too large */
		{1, 1, {0, 0, 1, 1}, {0}},
		{15, 15, {0, 0, 15, 15}, {0}},
		{16, 16, {3, 3, 4, 4}, {0, 0, 16, 16}},
		{4096, 2304, {0, 0, 4096, 2304}, {0, 0, 4096, 2304}},
		{4096, 2320, {0, 0, 4096, 2320}, {0}},
		{8192, 8192, {0, 0, 8192, 8192}, {0}},
		{8192, 8192, {8000, 8000, 8192, 8192}, {8000, 8000, 8192, 8192}},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pixman_box32_t fit = cases[i].box, expected = cases[i].fit;
		bool is_possible = expected.x2 > 0;

		EXPECT_INT(stream_fit_box(&fit, cases[i].width, cases[i].height), is_possible);
		expected = is_possible ? expected : cases[i].box;
		expect_box(&fit, expected.x1, expected.y1, expected.x2, expected.y2);
	}
}

static void nothing_is_made_before_the_first_unit(void)
{
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();

	EXPECT_INT(fake.created, 0);
	CLEANUP(packet_unrefp) struct packet *packet = encode(stream, &head, false);
	EXPECT_INT(fake.created, 1);
	EXPECT_INT(fake.config.width, 128);
	EXPECT_INT(fake.config.height, 128);
	EXPECT_INT(fake.config.quality, 20);
	EXPECT_INT(fake.config.kbps_max, 500);
}

static void the_first_unit_is_all_of_the_box_whatever_was_damaged(void)
{
	static const pixman_box32_t nothing = {0};
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();
	CLEANUP(packet_unrefp) struct packet *packet = encode(stream, &nothing, false);

	EXPECT(packet->is_key);
	expect_box(&fake.changed, 0, 0, 128, 128);
	EXPECT_INT(fake.luma[0], 10);
	EXPECT_INT(fake.luma[2], 10);
	expect_damage(packet, &box);
}

/* Everything changes, and a little of it is declared. */
static void later_units_are_the_damage_within_the_box(void)
{
	static const pixman_box32_t damaged = {180, 100, 300, 120};
	static const pixman_box32_t within = {180, 100, 192, 120};
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();
	CLEANUP(packet_unrefp) struct packet *first = encode(stream, &head, false);

	draw(200);
	CLEANUP(packet_unrefp) struct packet *second = encode(stream, &damaged, false);
	EXPECT(!second->is_key);
	expect_damage(second, &within);
	expect_box(&fake.changed, 180 - 64, 100 - 32, 192 - 64, 120 - 32);
	EXPECT_INT(fake.luma[0], 10);
	EXPECT_INT(fake.luma[1], 200);
	EXPECT_INT(fake.luma[2], 10);
}

static void a_key_frame_says_that_all_of_the_box_differs(void)
{
	static const pixman_box32_t little = {64, 32, 66, 34};
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();
	CLEANUP(packet_unrefp) struct packet *first = encode(stream, &head, false);
	CLEANUP(packet_unrefp) struct packet *key = encode(stream, &little, true);

	EXPECT(fake.is_key);
	expect_box(&fake.changed, 0, 0, 2, 2);
	expect_damage(key, &box);
}

static void units_are_numbered_without_gaps(void)
{
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();

	for (unsigned n = 1; n <= 3; n++) {
		CLEANUP(packet_unrefp) struct packet *packet = encode(stream, &head, false);

		EXPECT_INT(packet->number, n);
		EXPECT_INT(packet->frame, frame.number);
		draw(20);
	}
}

static void after_a_failure_comes_a_key_frame_of_a_new_encoder(void)
{
	static const pixman_box32_t little = {64, 32, 66, 34};
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();
	CLEANUP(packet_unrefp) struct packet *first = encode(stream, &head, false);
	struct packet *none = NULL;

	draw(200);
	fake.error = -EIO;
	EXPECT_INT(try_to_encode(stream, &head, false, &none), -EIO);
	EXPECT(!none);
	EXPECT_INT(fake.given_up, 1);

	fake.error = 0;
	CLEANUP(packet_unrefp) struct packet *second = encode(stream, &little, false);
	EXPECT_INT(fake.created, 2);
	EXPECT(second->is_key);
	EXPECT_INT(second->number, 2);
	EXPECT_INT(fake.luma[2], 200);
	expect_damage(second, &box);
}

static void a_rate_is_told_with_the_next_unit(void)
{
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();
	CLEANUP(packet_unrefp) struct packet *first = encode(stream, &head, false);

	stream_set_rate(stream, 300);
	EXPECT_INT(fake.kbps_max, 0);
	CLEANUP(packet_unrefp) struct packet *second = encode(stream, &head, false);
	EXPECT_INT(fake.kbps_max, 300);
	fake.kbps_max = 0;
	CLEANUP(packet_unrefp) struct packet *third = encode(stream, &head, false);
	EXPECT_INT(fake.kbps_max, 0);
	EXPECT_INT(stream_config(stream)->kbps_max, 500);
}

static void a_new_encoder_begins_with_the_newest_rate(void)
{
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();

	stream_set_rate(stream, 300);
	CLEANUP(packet_unrefp) struct packet *packet = encode(stream, &head, false);
	EXPECT_INT(fake.config.kbps_max, 300);
	EXPECT_INT(fake.kbps_max, 0);
}

static void no_bound_is_so_low_that_nothing_fits(void)
{
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();

	stream_set_rate(stream, 1);
	CLEANUP(packet_unrefp) struct packet *bounded = encode(stream, &head, false);
	EXPECT_INT(fake.config.kbps_max, ENCODER_KBPS_MIN);
	fake.kbps_max = 1;
	stream_set_rate(stream, 0);
	CLEANUP(packet_unrefp) struct packet *unbounded = encode(stream, &head, false);
	EXPECT_INT(fake.kbps_max, 0);
}

static void a_frame_that_has_become_too_small_is_refused(void)
{
	CLEANUP(stream_destroyp) struct stream *stream = test_stream();
	CLEANUP(packet_unrefp) struct packet *first = encode(stream, &head, false);
	struct packet *none = NULL;

	frame.height = 100;
	EXPECT_INT(try_to_encode(stream, &head, false, &none), -EINVAL);
	EXPECT(!none);
	EXPECT_INT(fake.given_up, 0);
}

int main(void)
{
	RUN_TEST(boxes_are_made_to_fit);
	RUN_TEST(nothing_is_made_before_the_first_unit);
	RUN_TEST(the_first_unit_is_all_of_the_box_whatever_was_damaged);
	RUN_TEST(later_units_are_the_damage_within_the_box);
	RUN_TEST(a_key_frame_says_that_all_of_the_box_differs);
	RUN_TEST(units_are_numbered_without_gaps);
	RUN_TEST(after_a_failure_comes_a_key_frame_of_a_new_encoder);
	RUN_TEST(a_rate_is_told_with_the_next_unit);
	RUN_TEST(a_new_encoder_begins_with_the_newest_rate);
	RUN_TEST(no_bound_is_so_low_that_nothing_fits);
	RUN_TEST(a_frame_that_has_become_too_small_is_refused);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Encodes pictures of 1920x1080 as video, and prints what one takes: processor time of one
 * core, conversion included, and bytes; the median of some.
 *
 * The head shows the demo guest's dashboard. What moves is its map, which scrolls as maps do, or
 * turns as well, as a camera's picture does: no part of it is then a copy of one before.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/encode/packet.h"
#include "gateway/encode/stream.h"
#include "gateway/encode/yuv.h"
#include "gateway/frame/frame.h"
#include "tests/bench/bench_pictures.h"
#include "tests/guest/cockpit/map.h"

#define WIDTH	 BENCH_WIDTH
#define HEIGHT	 BENCH_HEIGHT
#define PICTURES 45

#define QUALITY 23

static const pixman_box32_t whole = {0, 0, WIDTH, HEIGHT};
static const pixman_box32_t region = {640, 352, 1280, 720}; /* 640x360, in macroblocks */

static uint32_t pixels[WIDTH * HEIGHT];
static struct frame frame = {
	.width = WIDTH, .height = HEIGHT, .stride_bytes = WIDTH * 4, .pixels = pixels};
static struct map map;

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* -- Pictures ---------------------------------------------------------------- */

/* The town after `n` steps of driving, turned by so many degrees with each. */
static void draw_map(const pixman_box32_t *box, int n, double degrees)
{
	double angle = n * degrees * M_PI / 180;
	int across = (int)(cos(angle) * 65536), along = (int)(sin(angle) * 65536);
	int side = map.canvas.width;

	for (int y = box->y1; y < box->y2; y++) {
		for (int x = box->x1; x < box->x2; x++) {
			int u = (x * across - y * along) / 65536 + 5 * n;
			int v = (x * along + y * across) / 65536 + 3 * n;

			u = (u % side + side) % side;
			v = (v % side + side) % side;
			pixels[y * WIDTH + x] = map.canvas.pixels[v * map.canvas.stride + u];
		}
	}
}

/* -- Measurements -------------------------------------------------------------- */

struct measurement {
	const char *what;
	pixman_box32_t stream;	/* what is encoded */
	pixman_box32_t moving;	/* what changes; empty: nothing */
	pixman_box32_t damaged; /* what the encoder is told has changed */
	double degrees;
	uint32_t kbps_max;
	bool is_key; /* each */
};

static int compare(const void *one, const void *other)
{
	double difference = *(const double *)one - *(const double *)other;

	return (difference > 0) - (difference < 0);
}

static void measure(const struct measurement *measurement)
{
	double times[PICTURES];
	size_t bytes = 0;
	pixman_region32_t damage;
	struct stream_config config = {
		.encoder = ENCODER_X264,
		.box = measurement->stream,
		.quality = QUALITY,
		.kbps_max = measurement->kbps_max,
	};
	CLEANUP(stream_destroyp) struct stream *stream = stream_create(&config);

	bench_pictures[0].draw(pixels);
	pixman_region32_init_with_extents(&damage, (pixman_box32_t *)&measurement->damaged);
	for (int n = -1; n < PICTURES; n++) {
		struct packet *packet;

		draw_map(&measurement->moving, n, measurement->degrees);
		frame.number++;
		double begin = cpu_ms();
		if (stream_encode(stream, &frame, &damage, measurement->is_key, &packet) < 0)
			abort();
		if (n >= 0) { /* the first is a key frame */
			times[n] = cpu_ms() - begin;
			bytes += packet->size;
		}
		packet_unref(packet);
	}
	pixman_region32_fini(&damage);
	qsort(times, PICTURES, sizeof(times[0]), compare);
	printf("%-58s %6.2f ms %8.1f KB\n", measurement->what, times[PICTURES / 2],
	       (double)bytes / PICTURES / 1000);
}

static void measure_conversion(const char *what, const pixman_box32_t *box)
{
	double times[PICTURES];
	CLEANUP(yuv_picture_destroyp) struct yuv_picture *yuv = yuv_picture_create(WIDTH, HEIGHT);

	for (int n = 0; n < PICTURES; n++) {
		double begin = cpu_ms();

		yuv_picture_convert(yuv, pixels, WIDTH * 4, box);
		times[n] = cpu_ms() - begin;
	}
	qsort(times, PICTURES, sizeof(times[0]), compare);
	printf("%-58s %6.2f ms\n", what, times[PICTURES / 2]);
}

int main(void)
{
	const double slowly = 0.5;
	const struct measurement measurements[] = {
		{"whole head, scrolling", whole, whole, whole, 0, 0, false},
		{"whole head, turning", whole, whole, whole, slowly, 0, false},
		{"whole head, turning, at most 5 Mbit/s", whole, whole, whole, slowly, 5000, false},
		{"whole head, a key frame", whole, whole, whole, 0, 0, true},
		{"region of 640x368, scrolling", region, region, region, 0, 0, false},
		{"region of 640x368, turning", region, region, region, slowly, 0, false},
		{"region of 640x368, a key frame", region, region, region, 0, 0, true},
		{"whole head where that region turns", whole, region, region, slowly, 0, false},
		{"the same, the encoder not told where", whole, region, whole, slowly, 0, false},
		{"whole head where nothing changes", whole, {0}, {0}, 0, 0, false},
	};

	map_init(&map, 1);
	bench_pictures[0].draw(pixels);
	measure_conversion("conversion alone, whole head", &whole);
	measure_conversion("conversion alone, region of 640x368", &region);
	for (size_t i = 0; i < sizeof(measurements) / sizeof(measurements[0]); i++)
		measure(&measurements[i]);
	map_finish(&map);
	return 0;
}

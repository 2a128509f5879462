/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench-rdp-viewer: an RDP viewer without a window, on FreeRDP, which decodes and
 * acknowledges what comes, or, with --blind, acknowledges alone. bench_target.h says what it obeys.
 */

#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winpr/wlog.h>
#include <zlib.h>

#include "common/wakeup.h"
#include "common/xalloc.h"
#include "tests/bench/bench_sight.h"
#include "tests/bench/bench_target.h"
#include "tests/bench/bench_watch.h"
#include "tests/fakes/rdp_client.h"

#define WIDTH  1920
#define HEIGHT 1080

#define CONNECT_LIMIT_MS 10000
#define KBD_FLAGS_DOWN	 0x4000 /* [MS-RDPBCGR] 2.2.8.1.1.3.1.1.1 */
#define KBD_FLAGS_UP	 0x8000

/* Set 1 scancodes of a to z. */
static const uint8_t scancodes[26] = {30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50,
				      49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44};

struct rdp_viewer {
	struct rdp_client *client;
	struct wakeup *wakeup;
	bool is_blind;
	struct bench_sight sight;
	uint32_t *copy; /* of the picture, for its checksum */

	pthread_mutex_t lock;
	/* protected by lock: */
	struct bench_box watched;
	struct bench_watch watch;
	bool was_touched;
	uint64_t updates;
	uint64_t painted_us; /* when what was painted last was received */
};

/* By its green. */
static struct bench_brightness brightness(const uint32_t *pixels, size_t stride_bytes)
{
	return (struct bench_brightness){(const uint8_t *)pixels + 1, sizeof(*pixels),
					 stride_bytes};
}

/* The client's thread. */
static void note_paint(void *data, const struct rdp_client_paint *paint)
{
	struct rdp_viewer *viewer = data;
	struct bench_box box = {paint->x, paint->y, paint->width, paint->height};
	static const struct bench_box corner = {0, 0, BENCH_MARKER_WIDTH, BENCH_MARKER_HEIGHT};
	struct bench_brightness picture = brightness(paint->pixels, paint->stride_bytes);

	if (bench_boxes_meet(&corner, &box))
		bench_sight_look(&viewer->sight, (const uint8_t *)paint->pixels, 4,
				 paint->stride_bytes, paint->received_us);
	pthread_mutex_lock(&viewer->lock);
	viewer->updates++;
	viewer->painted_us = paint->received_us;
	if (bench_boxes_meet(&viewer->watched, &box) &&
	    bench_watch_sees_change(&viewer->watch, &picture))
		viewer->was_touched = true;
	pthread_mutex_unlock(&viewer->lock);
	wakeup_signal(viewer->wakeup);
}

static bool turn(void *data, int also_fd, int timeout_ms)
{
	struct rdp_viewer *viewer = data;
	struct pollfd fds[] = {{wakeup_fd(viewer->wakeup), POLLIN, 0}, {also_fd, POLLIN, 0}};

	poll(fds, 2, timeout_ms);
	wakeup_clear(viewer->wakeup);
	if (rdp_client_has_ended(viewer->client))
		bench_fail("the server closed");
	return fds[1].revents;
}

static void press(void *data, char letter, bool is_down)
{
	struct rdp_viewer *viewer = data;

	rdp_client_key(viewer->client, is_down ? KBD_FLAGS_DOWN : KBD_FLAGS_UP,
		       scancodes[letter - 'a']);
}

struct beginning {
	struct rdp_viewer *viewer;
	const struct bench_box *box;
};

static void begin_to_watch(void *data, const uint32_t *pixels, size_t stride_bytes, uint32_t width,
			   uint32_t height)
{
	struct beginning *beginning = data;
	struct rdp_viewer *viewer = beginning->viewer;
	struct bench_brightness picture = brightness(pixels, stride_bytes);

	pthread_mutex_lock(&viewer->lock);
	bench_watch_begin(&viewer->watch, beginning->box, &picture);
	viewer->watched = *beginning->box;
	viewer->was_touched = false;
	pthread_mutex_unlock(&viewer->lock);
}

static void watch(void *data, const struct bench_box *box)
{
	struct rdp_viewer *viewer = data;
	struct beginning beginning = {viewer, box};

	rdp_client_look(viewer->client, begin_to_watch, &beginning);
}

static bool was_touched(void *data)
{
	struct rdp_viewer *viewer = data;
	bool is_touched;

	pthread_mutex_lock(&viewer->lock);
	is_touched = viewer->was_touched;
	pthread_mutex_unlock(&viewer->lock);
	return is_touched;
}

static uint64_t painted(struct rdp_viewer *viewer)
{
	uint64_t updates;

	pthread_mutex_lock(&viewer->lock);
	updates = viewer->updates;
	pthread_mutex_unlock(&viewer->lock);
	return updates;
}

static struct bench_count count(void *data)
{
	struct rdp_viewer *viewer = data;
	struct rdp_client_video video = rdp_client_video(viewer->client);

	return (struct bench_count){viewer->is_blind ? video.frames : painted(viewer), video.bytes,
				    video.units + video.units_in_place};
}

static void stall(void *data, bool is_stalled)
{
	rdp_client_pause(((struct rdp_viewer *)data)->client, is_stalled);
}

struct look {
	struct rdp_viewer *viewer;
	unsigned long checksum;
	uint64_t us;
};

static void take_checksum(void *data, const uint32_t *pixels, size_t stride_bytes, uint32_t width,
			  uint32_t height)
{
	struct look *look = data;
	struct rdp_viewer *viewer = look->viewer;
	size_t count = (size_t)width * height;

	viewer->copy = xrealloc(viewer->copy, count, sizeof(uint32_t));
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			viewer->copy[(size_t)y * width + x] =
				pixels[y * (stride_bytes / sizeof(uint32_t)) + x] & 0xffffff;
	look->checksum = crc32(0, (const Bytef *)viewer->copy, (uInt)(count * sizeof(uint32_t)));
	pthread_mutex_lock(&viewer->lock);
	look->us = viewer->painted_us;
	pthread_mutex_unlock(&viewer->lock);
}

static unsigned long checksum(void *data, uint64_t *ret_us)
{
	struct look look = {.viewer = data};

	rdp_client_look(look.viewer->client, take_checksum, &look);
	*ret_us = look.us;
	return look.checksum;
}

static void wait_for_first_picture(struct rdp_viewer *viewer)
{
	for (int waited_ms = 0;
	     !rdp_client_is_connected(viewer->client) || count(viewer).updates == 0;
	     waited_ms += 10) {
		if (waited_ms > CONNECT_LIMIT_MS)
			bench_fail("no picture came");
		turn(viewer, -1, 10);
	}
}

static _Noreturn void usage(void)
{
	fputs("usage: bench-rdp-viewer [--blind] [--video] [--size WxH] PORT USER PASSWORD\n",
	      stderr);
	exit(2);
}

static char **parse(int argc, char **argv, struct rdp_client_options *ret_options)
{
	static const struct option options[] = {{"blind", no_argument, NULL, 'b'},
						{"video", no_argument, NULL, 'v'},
						{"size", required_argument, NULL, 's'},
						{0}};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'b')
			ret_options->is_blind = true;
		else if (option == 'v')
			ret_options->takes_video = true;
		else if (option != 's' ||
			 sscanf(optarg, "%ux%u", &ret_options->width, &ret_options->height) != 2)
			usage();
	}
	if (argc - optind != 3)
		usage();
	return argv + optind;
}

int main(int argc, char **argv)
{
	struct bench_target target = {turn,  press, watch, was_touched,
				      count, stall, NULL,  checksum};
	struct rdp_viewer viewer = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct rdp_client_options options = {
		.width = WIDTH,
		.height = HEIGHT,
		.on_paint = note_paint,
		.data = &viewer,
	};
	char **arguments = parse(argc, argv, &options);

	/* FreeRDP's log goes to standard output, where the answers are. */
	WLog_SetLogLevel(WLog_GetRoot(), WLOG_OFF);
	options.port = (uint16_t)atoi(arguments[0]);
	options.user = arguments[1];
	options.password = arguments[2];
	viewer.is_blind = options.is_blind;
	bench_sight_init(&viewer.sight);
	target.sight = options.is_blind ? NULL : &viewer.sight;
	if (wakeup_create(&viewer.wakeup) < 0)
		bench_fail("no more descriptors");
	viewer.client = rdp_client_start(&options);
	wait_for_first_picture(&viewer);
	bench_obey(&target, &viewer);
	rdp_client_destroy(viewer.client);
	wakeup_destroy(viewer.wakeup);
	bench_sight_finish(&viewer.sight);
	bench_watch_finish(&viewer.watch);
	free(viewer.copy);
	return 0;
}

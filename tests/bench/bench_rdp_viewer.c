/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench-rdp-viewer: an RDP viewer without a window, on FreeRDP, which decodes and
 * acknowledges what comes. bench_target.h says what it obeys.
 */

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <winpr/wlog.h>

#include "common/wakeup.h"
#include "tests/bench/bench_target.h"
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

	pthread_mutex_t lock;
	/* protected by lock: */
	struct bench_box watched;
	bool was_touched;
	uint64_t updates;
	uint64_t bytes;
};

/* The client's thread. */
static void note_paint(void *data, const struct rdp_client_paint *paint)
{
	struct rdp_viewer *viewer = data;
	struct bench_box box = {paint->x, paint->y, paint->width, paint->height};

	pthread_mutex_lock(&viewer->lock);
	viewer->updates++;
	viewer->bytes = paint->bytes_received;
	if (bench_boxes_meet(&viewer->watched, &box))
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

static void watch(void *data, const struct bench_box *box)
{
	struct rdp_viewer *viewer = data;

	pthread_mutex_lock(&viewer->lock);
	viewer->watched = *box;
	viewer->was_touched = false;
	pthread_mutex_unlock(&viewer->lock);
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

static void count(void *data, uint64_t *ret_updates, uint64_t *ret_bytes)
{
	struct rdp_viewer *viewer = data;

	pthread_mutex_lock(&viewer->lock);
	*ret_updates = viewer->updates;
	*ret_bytes = viewer->bytes;
	pthread_mutex_unlock(&viewer->lock);
}

static const struct bench_target target = {turn, press, watch, was_touched, count};

static void wait_for_first_picture(struct rdp_viewer *viewer)
{
	uint64_t updates = 0, bytes;

	for (int waited_ms = 0; updates == 0; waited_ms += 10) {
		if (waited_ms > CONNECT_LIMIT_MS)
			bench_fail("no picture came");
		turn(viewer, -1, 10);
		count(viewer, &updates, &bytes);
	}
}

int main(int argc, char **argv)
{
	struct rdp_viewer viewer = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct rdp_client_options options = {
		.width = WIDTH,
		.height = HEIGHT,
		.on_paint = note_paint,
		.data = &viewer,
	};

	if (argc != 4) {
		fputs("usage: bench-rdp-viewer PORT USER PASSWORD\n", stderr);
		return 2;
	}
	/* FreeRDP's log goes to standard output, where the answers are. */
	WLog_SetLogLevel(WLog_GetRoot(), WLOG_OFF);
	options.port = (uint16_t)atoi(argv[1]);
	options.user = argv[2];
	options.password = argv[3];
	if (wakeup_create(&viewer.wakeup) < 0)
		bench_fail("no more descriptors");
	viewer.client = rdp_client_start(&options);
	wait_for_first_picture(&viewer);
	bench_obey(&target, &viewer);
	rdp_client_destroy(viewer.client);
	wakeup_destroy(viewer.wakeup);
	return 0;
}

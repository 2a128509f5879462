/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench-vnc-viewer: a VNC viewer that parses what comes and asks for more, as a
 * real one does, but decodes nothing unless it is asked to. bench_target.h says what it obeys.
 */

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "tests/bench/bench_sight.h"
#include "tests/bench/bench_target.h"
#include "tests/bench/bench_watch.h"
#include "tests/bench/bench_websocket.h"
#include "tests/fakes/rfb_client.h"
#include "tests/fakes/rfb_decode.h"
#include "tests/support/h264.h"

/* The pseudo-encoding by which a viewer asks for little compression: without it
 * QEMU compresses as hard as it can, which nobody would want on loopback. */
#define COMPRESS_LEVEL_1 -255

#define SILENCE_MAX_MS 5000

struct vnc_viewer {
	struct rfb_client *client;
	bool is_continuous;
	bool is_stalled;
	unsigned answered;   /* updates that were followed by a request */
	uint64_t painted_us; /* when the last picture rectangle was received */
	uint64_t checked_us; /* its value when the checksum was made */
	unsigned long checksum;
	struct bench_sight sight;
	struct bench_box watched;
	struct bench_watch watch;
	uint8_t *luma; /* of the picture that it decodes; video is painted nowhere else */
	bool was_touched;
};

static bool has_corner(uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
	return x == 0 && y == 0 && width >= BENCH_MARKER_WIDTH && height >= BENCH_MARKER_HEIGHT;
}

static struct bench_brightness brightness(const struct vnc_viewer *viewer)
{
	return (struct bench_brightness){viewer->luma, 1, viewer->client->width};
}

/* As video has it: ITU-R BT.709. */
static uint8_t luma_of(uint32_t pixel)
{
	return (uint8_t)(((pixel >> 16 & 0xff) * 54 + (pixel >> 8 & 0xff) * 183 +
			  (pixel & 0xff) * 19) >>
			 8);
}

static void note_exact(struct vnc_viewer *viewer, const struct bench_box *box)
{
	static const struct bench_box corner = {0, 0, BENCH_MARKER_WIDTH, BENCH_MARKER_HEIGHT};
	struct rfb_client *client = viewer->client;

	for (int32_t y = box->y; y < box->y + box->height; y++)
		for (int32_t x = box->x; x < box->x + box->width; x++) {
			size_t i = (size_t)y * client->width + (size_t)x;

			viewer->luma[i] = luma_of(client->pixels[i]);
		}
	if (bench_boxes_meet(&corner, box))
		bench_sight_look(&viewer->sight, (const uint8_t *)client->pixels, 4,
				 client->width * sizeof(uint32_t), client->received_us);
}

static void note_rect(void *data, uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
	struct vnc_viewer *viewer = data;
	struct rfb_client *client = viewer->client;
	struct bench_box box = {x, y, width, height};
	struct bench_brightness picture;

	viewer->painted_us = client->received_us;
	if (client->decodes && client->last_encoding != RFB_H264)
		note_exact(viewer, &box);
	if (!bench_boxes_meet(&viewer->watched, &box))
		return;
	picture = brightness(viewer);
	if (!client->decodes || bench_watch_sees_change(&viewer->watch, &picture))
		viewer->was_touched = true;
}

/* Nobody looks at the picture but for the marker, and for whether it is exact, which video
 * never is: so it is not converted and painted, but spoilt. */
static void note_video(void *data, const struct rfb_rect *rect, const struct h264_picture *picture)
{
	struct vnc_viewer *viewer = data;
	struct rfb_client *client = viewer->client;

	if (has_corner(rect->x, rect->y, rect->width, rect->height))
		bench_sight_look(&viewer->sight, picture->planes[0], 1, picture->strides[0],
				 client->received_us);
	for (unsigned y = 0; y < rect->height; y++) {
		size_t begin = (size_t)(rect->y + y) * client->width + rect->x;

		memset(client->pixels + begin, 0xff, rect->width * sizeof(uint32_t));
		memcpy(viewer->luma + begin, picture->planes[0] + y * picture->strides[0],
		       rect->width);
	}
}

/* As TigerVNC does: continuous updates where the server has them, else a request after each. */
static void ask_for_more(struct vnc_viewer *viewer)
{
	struct rfb_client *client = viewer->client;

	if (client->state == RFB_STATE_READY && client->has_continuous_updates &&
	    !viewer->is_continuous) {
		rfb_send_continuous(client, true);
		viewer->is_continuous = true;
	}
	if (client->updates != viewer->answered && !viewer->is_continuous)
		rfb_send_request(client, true);
	viewer->answered = client->updates;
}

static bool turn(void *data, int also_fd, int timeout_ms)
{
	struct vnc_viewer *viewer = data;
	struct rfb_client *client = viewer->client;
	struct pollfd fds[] = {{viewer->is_stalled ? -1 : client->fd, POLLIN, 0},
			       {also_fd, POLLIN, 0}};

	if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
		bench_fail("poll failed");
	if (fds[0].revents && rfb_client_process(client) < 0)
		bench_fail(client->failure[0] ? client->failure : "the server closed");
	ask_for_more(viewer);
	return fds[1].revents;
}

static void press(void *data, char letter, bool is_down)
{
	struct vnc_viewer *viewer = data;

	rfb_send_key(viewer->client, (uint32_t)letter, is_down);
}

static void watch(void *data, const struct bench_box *box)
{
	struct vnc_viewer *viewer = data;
	struct bench_brightness picture = brightness(viewer);

	if (viewer->client->decodes)
		bench_watch_begin(&viewer->watch, box, &picture);
	viewer->watched = *box;
	viewer->was_touched = false;
}

static bool was_touched(void *data)
{
	return ((struct vnc_viewer *)data)->was_touched;
}

static struct bench_count count(void *data)
{
	struct rfb_client *client = ((struct vnc_viewer *)data)->client;

	return (struct bench_count){client->updates, client->bytes, client->videos};
}

static void stall(void *data, bool is_stalled)
{
	((struct vnc_viewer *)data)->is_stalled = is_stalled;
}

static unsigned long checksum(void *data, uint64_t *ret_us)
{
	struct vnc_viewer *viewer = data;
	struct rfb_client *client = viewer->client;

	if (viewer->checked_us != viewer->painted_us)
		viewer->checksum = crc32(0, (const Bytef *)client->pixels,
					 client->width * client->height * sizeof(uint32_t));
	viewer->checked_us = viewer->painted_us;
	*ret_us = viewer->painted_us;
	return viewer->checksum;
}

/* What a name on the command line stands for; Tight is what video falls back to. */
static const struct {
	const char *name;
	int32_t encodings[2];
} kinds[] = {
	{"video", {RFB_H264, RFB_TIGHT}},
	{"tight", {RFB_TIGHT, RFB_RAW}},
	{"zrle", {RFB_ZRLE, RFB_RAW}},
	{"raw", {RFB_RAW, RFB_RAW}},
};

static const int32_t *encodings_from_name(const char *name)
{
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return kinds[i].encodings;
	bench_fail("the encoding is neither video, tight, zrle nor raw");
}

static void wait_for_first_picture(struct vnc_viewer *viewer, const int32_t *first)
{
	struct rfb_client *client = viewer->client;
	const int32_t encodings[] = {
		first[0],      first[1],   COMPRESS_LEVEL_1,
		RFB_LAST_RECT, RFB_CURSOR, RFB_EXTENDED_DESKTOP_SIZE,
		RFB_QEMU_KEYS, RFB_FENCE,  RFB_CONTINUOUS_UPDATES,
	};

	while (client->state != RFB_STATE_READY)
		turn(viewer, -1, SILENCE_MAX_MS);
	if (client->decodes)
		viewer->luma = xcalloc(client->width, client->height);
	rfb_send_encodings(client, encodings, sizeof(encodings) / sizeof(encodings[0]));
	rfb_send_request(client, false);
	while (client->picture_area < (uint64_t)client->width * client->height)
		turn(viewer, -1, SILENCE_MAX_MS);
}

static int connect_to(const char *where)
{
	unsigned port, head;

	if (strncmp(where, "unix:", 5) == 0)
		return rfb_connect_unix(where + 5);
	if (sscanf(where, "web:%u/%u", &port, &head) == 2)
		return bench_websocket_connect((uint16_t)port, head);
	return rfb_connect_tcp((uint16_t)atoi(where));
}

static _Noreturn void usage(void)
{
	fputs("usage: bench-vnc-viewer [--decode] video|tight|zrle|raw\n"
	      "                        unix:PATH|PORT|web:PORT/HEAD [PASSWORD]\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"decode", no_argument, NULL, 'd'}, {0}};
	struct bench_target target = {turn,  press, watch, was_touched,
				      count, stall, NULL,  checksum};
	struct vnc_viewer viewer = {0};
	bool decodes = false;
	int option, fd;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option != 'd')
			usage();
		decodes = true;
	}
	argc -= optind;
	argv += optind;
	if (argc < 2 || argc > 3)
		usage();
	fd = connect_to(argv[1]);
	if (fd < 0)
		bench_fail(strerror(-fd));
	bench_sight_init(&viewer.sight);
	target.sight = decodes ? &viewer.sight : NULL;
	viewer.client = rfb_client_create(fd, argc > 2 ? argv[2] : NULL, decodes);
	viewer.client->on_rect = note_rect;
	viewer.client->on_video = note_video;
	viewer.client->data = &viewer;
	wait_for_first_picture(&viewer, encodings_from_name(argv[0]));
	bench_obey(&target, &viewer);
	rfb_client_destroy(viewer.client);
	bench_sight_finish(&viewer.sight);
	bench_watch_finish(&viewer.watch);
	free(viewer.luma);
	return 0;
}

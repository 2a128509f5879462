/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench-vnc-viewer: a VNC viewer that parses what comes and asks for more, as a
 * real one does, but decodes nothing. bench_target.h says what it obeys.
 */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_target.h"
#include "tests/fakes/rfb_client.h"

/* The pseudo-encoding by which a viewer asks for little compression: without it
 * QEMU compresses as hard as it can, which nobody would want on loopback. */
#define COMPRESS_LEVEL_1 -255

#define SILENCE_MAX_MS 5000

struct vnc_viewer {
	struct rfb_client *client;
	bool is_continuous;
	unsigned answered; /* updates that were followed by a request */
	struct bench_box watched;
	bool was_touched;
};

static void note_rect(void *data, uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
	struct vnc_viewer *viewer = data;

	if (bench_boxes_meet(&viewer->watched, &(struct bench_box){x, y, width, height}))
		viewer->was_touched = true;
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
	struct pollfd fds[] = {{client->fd, POLLIN, 0}, {also_fd, POLLIN, 0}};

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

	viewer->watched = *box;
	viewer->was_touched = false;
}

static bool was_touched(void *data)
{
	return ((struct vnc_viewer *)data)->was_touched;
}

static void count(void *data, uint64_t *ret_updates, uint64_t *ret_bytes)
{
	struct vnc_viewer *viewer = data;

	*ret_updates = viewer->client->updates;
	*ret_bytes = viewer->client->bytes;
}

static const struct bench_target target = {turn, press, watch, was_touched, count};

static void wait_for_first_picture(struct vnc_viewer *viewer, int32_t encoding)
{
	struct rfb_client *client = viewer->client;
	const int32_t encodings[] = {encoding,	    COMPRESS_LEVEL_1, RFB_RAW,
				     RFB_LAST_RECT, RFB_CURSOR,	      RFB_EXTENDED_DESKTOP_SIZE,
				     RFB_QEMU_KEYS, RFB_FENCE,	      RFB_CONTINUOUS_UPDATES};

	while (client->state != RFB_STATE_READY)
		turn(viewer, -1, SILENCE_MAX_MS);
	rfb_send_encodings(client, encodings, sizeof(encodings) / sizeof(encodings[0]));
	rfb_send_request(client, false);
	while (client->picture_area < (uint64_t)client->width * client->height)
		turn(viewer, -1, SILENCE_MAX_MS);
}

static int connect_to(const char *where)
{
	if (strncmp(where, "unix:", 5) == 0)
		return rfb_connect_unix(where + 5);
	return rfb_connect_tcp((uint16_t)atoi(where));
}

static int32_t encoding_from_name(const char *name)
{
	if (strcmp(name, "tight") == 0)
		return RFB_TIGHT;
	if (strcmp(name, "zrle") == 0)
		return RFB_ZRLE;
	if (strcmp(name, "raw") == 0)
		return RFB_RAW;
	bench_fail("the encoding is neither tight, zrle nor raw");
}

int main(int argc, char **argv)
{
	struct vnc_viewer viewer = {0};
	int fd;

	if (argc < 3 || argc > 4) {
		fputs("usage: bench-vnc-viewer tight|zrle|raw unix:PATH|PORT [PASSWORD]\n", stderr);
		return 2;
	}
	fd = connect_to(argv[2]);
	if (fd < 0)
		bench_fail(strerror(-fd));
	viewer.client = rfb_client_create(fd, argc > 3 ? argv[3] : NULL, false);
	viewer.client->on_rect = note_rect;
	viewer.client->data = &viewer;
	wait_for_first_picture(&viewer, encoding_from_name(argv[1]));
	bench_obey(&target, &viewer);
	rfb_client_destroy(viewer.client);
	return 0;
}

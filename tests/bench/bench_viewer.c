/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench-viewer: a VNC viewer for benchmarks. It parses what comes and asks for
 * more, as a real one does, but decodes nothing; and it measures from a key press to
 * the pixels that answer it.
 *
 *   bench-viewer tight|zrle|raw unix:PATH|PORT [PASSWORD]
 *
 * Says READY once it has a whole picture. Then it takes lines, and answers each
 * with one:
 *
 *   count                   updates and bytes since it was started
 *   press N X Y W H         presses N keys one after the other; the milliseconds
 *                           until an update touched that rectangle ("-": none came)
 */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/loop.h"
#include "tests/fakes/rfb_client.h"

/* The pseudo-encoding by which a viewer asks for little compression: without it
 * QEMU compresses as hard as it can, which nobody would want on loopback. */
#define COMPRESS_LEVEL_1 -255

#define ANSWER_LIMIT_US 2000000
#define PAUSE_MIN_US	60000
#define PAUSE_SPREAD_US 80000
#define PRESSES_MAX	1000
#define LINE_MAX_BYTES	128

struct box {
	unsigned x, y, width, height;
};

struct bench {
	struct rfb_client *client;
	int32_t encoding; /* enum rfb_encoding */
	bool is_continuous;
	unsigned answered; /* updates that were followed by a request */
	struct box watched;
	bool was_touched;
};

static void note_rect(void *data, uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
	struct bench *bench = data;
	const struct box *box = &bench->watched;

	if (x < box->x + box->width && box->x < (unsigned)x + width && y < box->y + box->height &&
	    box->y < (unsigned)y + height)
		bench->was_touched = true;
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "bench-viewer: %s\n", what);
	exit(3);
}

/* Waits for the server or, where `also_fd` is given, for that. Returns whether that is ready. */
static bool turn(struct bench *bench, int also_fd, int timeout_ms)
{
	struct rfb_client *client = bench->client;
	struct pollfd fds[] = {{client->fd, POLLIN, 0}, {also_fd, POLLIN, 0}};
	int r;

	if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
		fail("poll failed");
	if (fds[0].revents) {
		r = rfb_client_process(client);
		if (r < 0)
			fail(client->failure[0] ? client->failure : "the server closed");
	}
	if (client->state == RFB_STATE_READY && client->has_continuous_updates &&
	    !bench->is_continuous) {
		rfb_send_continuous(client, true);
		bench->is_continuous = true;
	}
	if (client->updates != bench->answered && !bench->is_continuous)
		rfb_send_request(client, true);
	bench->answered = client->updates;
	return fds[1].revents;
}

static void wait_for_first_picture(struct bench *bench)
{
	static const int32_t encodings[] = {RFB_TIGHT,	   RFB_ZRLE,   RFB_RAW,
					    RFB_LAST_RECT, RFB_CURSOR, RFB_EXTENDED_DESKTOP_SIZE,
					    RFB_QEMU_KEYS, RFB_FENCE,  RFB_CONTINUOUS_UPDATES};
	struct rfb_client *client = bench->client;

	while (client->state != RFB_STATE_READY)
		turn(bench, -1, 5000);
	rfb_send_encodings(client, encodings, sizeof(encodings) / sizeof(encodings[0]));
	rfb_send_request(client, false);
	while (client->picture_area < (uint64_t)client->width * client->height)
		turn(bench, -1, 5000);
}

static void pause_for(struct bench *bench, uint64_t pause_us)
{
	uint64_t until_us = loop_now_us() + pause_us;

	while (loop_now_us() < until_us)
		turn(bench, -1, (int)((until_us - loop_now_us()) / 1000) + 1);
}

/* Milliseconds from the press to the pixels, or a negative number. */
static double press(struct bench *bench, uint32_t keysym)
{
	uint64_t begun_us = loop_now_us();
	double taken_ms = -1;

	bench->was_touched = false;
	rfb_send_key(bench->client, keysym, true);
	while (!bench->was_touched && loop_now_us() - begun_us < ANSWER_LIMIT_US)
		turn(bench, -1, 100);
	if (bench->was_touched)
		taken_ms = (double)(loop_now_us() - begun_us) / 1000;
	rfb_send_key(bench->client, keysym, false);
	return taken_ms;
}

static void press_many(struct bench *bench, unsigned count)
{
	uint32_t random = 12345;

	for (unsigned i = 0; i < count; i++) {
		double taken_ms;

		/* Presses must not keep step with anybody's timer. */
		random = random * 1103515245 + 12345;
		pause_for(bench, PAUSE_MIN_US + (random >> 8) % PAUSE_SPREAD_US);
		taken_ms = press(bench, 'a' + i % 26);
		if (taken_ms < 0)
			printf("%s-", i ? " " : "");
		else
			printf("%s%.2f", i ? " " : "", taken_ms);
	}
	puts("");
}

static void handle_line(struct bench *bench, const char *line)
{
	unsigned count;

	if (strcmp(line, "count\n") == 0)
		printf("%u %" PRIu64 "\n", bench->client->updates, bench->client->bytes);
	else if (sscanf(line, "press %u %u %u %u %u", &count, &bench->watched.x, &bench->watched.y,
			&bench->watched.width, &bench->watched.height) == 5 &&
		 count <= PRESSES_MAX)
		press_many(bench, count);
	else
		puts("error");
	fflush(stdout);
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
	fail("the encoding is neither tight, zrle nor raw");
}

int main(int argc, char **argv)
{
	struct bench bench = {0};
	char line[LINE_MAX_BYTES];
	int fd;

	if (argc < 3 || argc > 4) {
		fputs("usage: bench-viewer tight|zrle|raw unix:PATH|PORT [PASSWORD]\n", stderr);
		return 2;
	}
	bench.encoding = encoding_from_name(argv[1]);
	fd = connect_to(argv[2]);
	if (fd < 0)
		fail(strerror(-fd));
	bench.client = rfb_client_create(fd, argc > 3 ? argv[3] : NULL, false);
	bench.client->on_rect = note_rect;
	bench.client->data = &bench;
	wait_for_first_picture(&bench);
	puts("READY");
	fflush(stdout);

	for (;;) {
		ssize_t size;

		if (!turn(&bench, STDIN_FILENO, -1))
			continue;
		size = read(STDIN_FILENO, line, sizeof(line) - 1);
		if (size <= 0)
			break;
		line[size] = '\0';
		handle_line(&bench, line);
	}
	rfb_client_destroy(bench.client);
	return 0;
}

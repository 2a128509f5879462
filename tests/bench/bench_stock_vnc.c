/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench-stock-vnc: libvncserver as it comes, with a thread for each viewer, that shows
 * what bench-display does at a port of 127.0.0.1: what VNC costs when each viewer is encoded for
 *
 * It says READY, and draws frames of which all moves, FPS a second, until its standard input ends.
 * It answers each line there with the number of frames so far.
 */

#include <poll.h>
#include <rfb/rfb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "tests/bench/bench_pattern.h"

/* Nobody waits for the updates that are being encoded, which may be torn: as with most programs
 * that use libvncserver, and to its advantage here. */
static void show(rfbScreenInfoPtr screen, struct bench_pattern *pattern)
{
	pixman_region32_t damage;
	const pixman_box32_t *box;

	pixman_region32_init(&damage);
	bench_pattern_draw(pattern, (uint32_t *)(void *)screen->frameBuffer, &damage);
	box = pixman_region32_extents(&damage);
	rfbMarkRectAsModified(screen, box->x1, box->y1, box->x2, box->y2);
	pixman_region32_fini(&damage);
}

static void run(rfbScreenInfoPtr screen, struct bench_pattern *pattern, unsigned fps)
{
	struct pollfd input = {STDIN_FILENO, POLLIN, 0};
	uint64_t next_us = loop_now_us();
	unsigned frames = 0;
	char bytes[64];

	for (;;) {
		uint64_t now_us = loop_now_us();

		if (now_us >= next_us) {
			show(screen, pattern);
			frames++;
			next_us += 1000000 / fps;
			if (next_us < now_us)
				next_us = now_us;
			continue;
		}
		if (poll(&input, 1, (int)((next_us - now_us) / 1000) + 1) <= 0)
			continue;
		if (read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0)
			return;
		printf("%u\n", frames);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	uint32_t width = 1920, height = 1080;
	struct bench_pattern *pattern;
	rfbScreenInfoPtr screen;

	if (argc != 3 || atoi(argv[2]) <= 0) {
		fputs("usage: bench-stock-vnc PORT FPS\n", stderr);
		return 2;
	}
	rfbLogEnable(0);
	screen = rfbGetScreen(NULL, NULL, (int)width, (int)height, 8, 3, 4);
	screen->frameBuffer = xcalloc((size_t)width * height, sizeof(uint32_t));
	screen->serverFormat.depth = 24;
	screen->serverFormat.redShift = 16;
	screen->serverFormat.greenShift = 8;
	screen->serverFormat.blueShift = 0;
	screen->cursor = NULL;
	screen->alwaysShared = TRUE;
	screen->deferUpdateTime = 0;
	screen->port = atoi(argv[1]);
	screen->ipv6port = -1;
	screen->listenInterface = htonl(INADDR_LOOPBACK);
	rfbInitServer(screen);
	rfbRunEventLoop(screen, -1, TRUE);
	pattern = bench_pattern_create(width, height);
	bench_pattern_set_kind(pattern, BENCH_MOTION);
	puts("READY");
	fflush(stdout);
	run(screen, pattern, (unsigned)atoi(argv[2]));
	/* libvncserver's threads are not all joined when it closes: they end with the program. */
	_exit(0);
}

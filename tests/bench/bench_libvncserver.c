/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_libvncserver.h"

#include <pthread.h>
#include <rfb/rfb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/xalloc.h"
#include "tests/bench/bench_pictures.h"

/* As libvncserver maps RFB's qualities, when a viewer asks for them. */
static const int jpeg_qualities[] = {15, 29, 41, 42, 62, 77, 79, 86, 92, 100};
static const int jpeg_subsamplings[] = {1, 1, 1, 2, 2, 2, 0, 0, 0, 0};

struct bench_libvncserver {
	rfbScreenInfoPtr screen;
	rfbClientPtr client;
	int viewer_fd;
	pthread_t viewer;
};

static void *run_viewer(void *data)
{
	struct bench_libvncserver *server = data;
	static char buffer[1 << 16];

	while (read(server->viewer_fd, buffer, sizeof(buffer)) > 0)
		;
	return NULL;
}

struct bench_libvncserver *bench_libvncserver_create(uint32_t *pixels)
{
	struct bench_libvncserver *server = xcalloc(1, sizeof(*server));
	int fds[2];

	rfbLogEnable(0);
	server->screen = rfbGetScreen(NULL, NULL, BENCH_WIDTH, BENCH_HEIGHT, 8, 3, 4);
	server->screen->frameBuffer = (char *)pixels;
	server->screen->serverFormat.redShift = 16;
	server->screen->serverFormat.greenShift = 8;
	server->screen->serverFormat.blueShift = 0;
	server->screen->cursor = NULL;
	/* With its version there already, the viewer is not waited for. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 ||
	    write(fds[1], "RFB 003.008\n", 12) != 12)
		abort();
	server->client = rfbNewClient(server->screen, fds[0]);
	if (!server->client)
		abort();
	server->client->tightCompressLevel = 1;
	server->client->enableLastRectEncoding = TRUE;
	server->viewer_fd = fds[1];
	pthread_create(&server->viewer, NULL, run_viewer, server);
	return server;
}

void bench_libvncserver_destroy(struct bench_libvncserver *server)
{
	shutdown(server->viewer_fd, SHUT_RDWR);
	pthread_join(server->viewer, NULL);
	rfbClientConnectionGone(server->client);
	rfbScreenCleanup(server->screen);
	close(server->viewer_fd);
	free(server);
}

static double thread_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

size_t bench_libvncserver_encode(struct bench_libvncserver *server, const pixman_region32_t *region,
				 int quality, double *ret_ms)
{
	rfbClientPtr client = server->client;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)region,
								 &count);
	double begin = thread_ms();

	client->tightQualityLevel = quality;
	client->turboQualityLevel = quality < 0 ? -1 : jpeg_qualities[quality];
	client->turboSubsampLevel = quality < 0 ? 0 : jpeg_subsamplings[quality];
	rfbResetStats(client);
	for (int i = 0; i < count; i++)
		if (!rfbSendRectEncodingTight(client, boxes[i].x1, boxes[i].y1,
					      boxes[i].x2 - boxes[i].x1, boxes[i].y2 - boxes[i].y1))
			abort();
	rfbSendUpdateBuf(client);
	*ret_ms = thread_ms() - begin;
	return (size_t)rfbStatGetSentBytes(client);
}

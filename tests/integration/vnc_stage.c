/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/vnc_stage.h"

#include <stdio.h>
#include <string.h>

#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/encode/feeds.h"
#include "gateway/input/seat.h"
#include "gateway/resize.h"
#include "gateway/viewers.h"
#include "tests/support/temporary.h"

#define BUDGET (256u << 20)

#define MOTION_INTERVAL_US 33333

/* -- The guest ---------------------------------------------------------------- */

static void handle_resize(void *data, unsigned head, struct size size)
{
	struct stage *stage = data;

	stage->asked_size = size;
}

void stage_show(struct stage *stage)
{
	struct pixels pixels = {stage->picture, stage->width, stage->height, stage->width * 4,
				PIXMAN_x8r8g8b8};

	EXPECT(head_show(heads_get(stage->services.heads, 0), &pixels, NULL, loop_now_us()) >= 0);
}

/* Flat parts, few colours, gradients and noise: something for each way to encode. */
static uint32_t colour_at(uint32_t x, uint32_t y, uint32_t seed)
{
	uint32_t noise = (x * 2654435761u ^ y * 40503u ^ seed) * 2246822519u;

	switch (x / 40 % 5) {
	case 0:
		return 0x203040 + seed;
	case 1:
		return (x + y) % 7 == 0 ? 0xffffff : 0x101010;
	case 2:
		return (x % 256) << 16 | (y % 256) << 8 | (x + y) % 256;
	case 3:
		return (x / 3 + y / 5) % 13 * 0x112233 & 0xffffff;
	default:
		return noise >> 8;
	}
}

void stage_paint(struct stage *stage, uint32_t width, uint32_t height, uint32_t seed)
{
	free(stage->picture);
	stage->picture = xcalloc((size_t)width * height, sizeof(uint32_t));
	stage->width = width;
	stage->height = height;
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			stage->picture[(size_t)y * width + x] = colour_at(x, y, seed);
	stage_show(stage);
}

/* -- Motion ---------------------------------------------------------------------- */

/* Soft shapes that slide, with an edge here and there: as video is. */
static uint32_t motion_at(int32_t x, int32_t y, uint32_t tick)
{
	uint32_t u = (uint32_t)x + tick * 3;
	uint32_t v = (uint32_t)y + tick * 2;
	uint32_t edge = (u / 90 + v / 70) % 2 ? 0x404040 : 0;

	return (u / 2 % 128) << 16 | (v / 2 % 128) << 8 | ((u + v) / 4 % 128) | edge;
}

static void step(void *data)
{
	struct stage *stage = data;
	const pixman_box32_t *box = &stage->moving;

	stage->tick++;
	for (int32_t y = box->y1; y < box->y2 && y < (int32_t)stage->height; y++)
		for (int32_t x = box->x1; x < box->x2 && x < (int32_t)stage->width; x++)
			stage->picture[(size_t)y * stage->width + (size_t)x] = motion_at(
				x, y, stage->tick);
	stage_show(stage);
	loop_timer_arm(stage->timer, MOTION_INTERVAL_US);
}

void stage_move(struct stage *stage, int32_t x, int32_t y, int32_t width, int32_t height)
{
	stage->moving = (pixman_box32_t){x, y, x + width, y + height};
	loop_timer_arm(stage->timer, MOTION_INTERVAL_US);
}

void stage_rest(struct stage *stage)
{
	loop_timer_disarm(stage->timer);
}

/* -- The stage ------------------------------------------------------------------ */

void stage_open(struct stage *stage, enum access_mode mode, bool is_unix)
{
	CLEANUP(freep) char *unix_address = NULL;
	struct services *services = &stage->services;

	*stage = (struct stage){0};
	stage->directory = temporary_create();
	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->policies[0].viewers_may_resize = true;
	services->loop = stage->loop;
	services->heads = heads_create(stage->loop, BUDGET, stage->policies);
	EXPECT_INT(workers_create(stage->loop, 2, HEADS_MAX * RENDITIONS, &stage->encoders), 0);
	services->feeds = feeds_create(stage->loop, stage->encoders, services->heads, ENCODER_X264);
	services->seat = seat_create(stage->loop, services->heads);
	services->viewers = viewers_create();
	services->resize = resize_create(stage->loop, services->heads, handle_resize, stage);
	EXPECT_INT(access_create(mode, stage->directory, &services->access), 0);
	fake_port_attach(&stage->port, services->seat);
	EXPECT_INT(loop_timer_create(stage->loop, step, stage, &stage->timer), 0);
	stage_paint(stage, WIDTH, HEIGHT, 1);
	unix_address = xasprintf("unix:%s/vnc", stage->directory);
	EXPECT_INT(listen_address_parse(is_unix ? unix_address : "127.0.0.1:0", &stage->address),
		   0);
	EXPECT_INT(vnc_server_create(services, &stage->address, &stage->server), 0);
}

void stage_close(struct stage *stage)
{
	struct services *services = &stage->services;

	vnc_server_destroy(stage->server);
	workers_destroy(stage->encoders);
	feeds_destroy(services->feeds);
	resize_destroy(services->resize);
	seat_detach(services->seat);
	seat_destroy(services->seat);
	viewers_destroy(services->viewers);
	heads_destroy(services->heads);
	access_destroy(services->access);
	loop_timer_destroy(stage->timer);
	loop_destroy(stage->loop);
	free(stage->picture);
	temporary_destroy(stage->directory);
}

struct rfb_client *stage_connect(struct stage *stage, const char *password)
{
	int fd = rfb_connect_tcp(vnc_server_address(stage->server, 0)->port);

	EXPECT(fd >= 0);
	return rfb_client_create(fd, password, true);
}

void stage_settle(struct stage *stage, struct rfb_client *client)
{
	unsigned answers = client->fence_answers;

	EXPECT_INT(rfb_send_fence(client, 0x80000000, "", 0), 0);
	UNTIL(stage, client, client->fence_answers > answers);
}

struct rfb_client *stage_connect_ready(struct stage *stage, const int32_t *encodings, size_t count)
{
	struct rfb_client *client = stage_connect(stage, NULL);

	UNTIL(stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_encodings(client, encodings, count), 0);
	return client;
}

bool stage_is_shown(const struct stage *stage, const struct rfb_client *client)
{
	size_t area = (size_t)stage->width * stage->height;

	if (client->width != stage->width || client->height != stage->height)
		return false;
	for (size_t i = 0; i < area; i++)
		if ((client->pixels[i] ^ stage->picture[i]) & 0xffffff)
			return false;
	return true;
}

double stage_difference(const struct stage *stage, const struct rfb_client *client)
{
	size_t area = (size_t)stage->width * stage->height;
	uint64_t sum = 0;

	EXPECT(client->width == stage->width && client->height == stage->height);
	for (size_t i = 0; i < area; i++)
		for (int shift = 0; shift < 24; shift += 8)
			sum += (uint64_t)abs((int)(client->pixels[i] >> shift & 0xff) -
					     (int)(stage->picture[i] >> shift & 0xff));
	return (double)sum / (3.0 * (double)area);
}

unsigned stage_viewers(struct stage *stage)
{
	struct viewer_info list[VIEWERS_MAX];

	return (unsigned)viewers_list(stage->services.viewers, list, VIEWERS_MAX);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/rdp_stage.h"

#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/access/access.h"
#include "gateway/encode/feeds.h"
#include "gateway/input/seat.h"
#include "gateway/resize.h"
#include "tests/support/temporary.h"

#define BUDGET (256u << 20)

/* -- The guest ------------------------------------------------------------------ */

static void handle_resize(void *data, unsigned head, struct size size)
{
	struct stage *stage = data;

	stage->asked_size = size;
}

/* Gradients, text-like edges and noise: what compresses and what does not. */
static uint32_t colour_at(uint32_t x, uint32_t y, uint32_t seed)
{
	if (x / 64 % 3 == 0)
		return (x * 3 & 0xff) << 16 | (y * 5 & 0xff) << 8 | (seed & 0xff);
	if (x / 64 % 3 == 1)
		return (x ^ y) & 4 ? 0xf0f0f0 : 0x202020 + seed;
	return (x * 2654435761u ^ y * 40503u ^ seed * 97) & 0xffffff;
}

void stage_show(struct stage *stage, unsigned head)
{
	struct screen *screen = &stage->screens[head];
	struct pixels pixels = {screen->pixels, screen->size.width, screen->size.height,
				screen->size.width * 4, PIXMAN_x8r8g8b8};

	EXPECT(head_show(heads_get(stage->services.heads, head), &pixels, NULL, loop_now_us()) >=
	       0);
}

void stage_paint(struct stage *stage, unsigned head, uint32_t width, uint32_t height, uint32_t seed)
{
	struct screen *screen = &stage->screens[head];

	free(screen->pixels);
	screen->size = (struct size){width, height};
	screen->pixels = xcalloc((size_t)width * height, 4);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			screen->pixels[(size_t)y * width + x] = colour_at(x, y, seed);
	stage_show(stage, head);
}

void stage_expect_input(struct stage *stage, const char *record)
{
	fake_port_expect(&stage->port, stage->loop, record);
}

/* -- The stage -------------------------------------------------------------------- */

/* Of all stages: making one takes a second. */
static struct tls_key key;

static void drop_key(void)
{
	tls_key_finish(&key);
}

static void load_key(const char *directory)
{
	if (key.key)
		return;
	EXPECT_INT(tls_key_load(NULL, NULL, directory, "test", &key), 0);
	EXPECT_INT(atexit(drop_key), 0);
}

void stage_open(struct stage *stage, const struct rdp_options *options)
{
	struct services *services = &stage->services;
	struct rdp_options all = options ? *options : (struct rdp_options){0};

	*stage = (struct stage){.directory = temporary_create()};
	stage->policies[0].viewers_may_resize = true;
	EXPECT_INT(loop_create(&stage->loop), 0);
	services->loop = stage->loop;
	services->heads = heads_create(stage->loop, BUDGET, stage->policies);
	EXPECT_INT(workers_create(stage->loop, 1, HEADS_MAX * RENDITIONS, &services->workers), 0);
	services->feeds = feeds_create(stage->loop, services->workers, services->heads,
				       ENCODER_X264);
	services->seat = seat_create(stage->loop, services->heads);
	services->resize = resize_create(stage->loop, services->heads, handle_resize, stage);
	services->viewers = viewers_create();
	EXPECT_INT(access_create(ACCESS_PASSWORD, stage->directory, &services->access), 0);
	load_key(stage->directory);
	fake_port_attach(&stage->port, services->seat);
	stage_paint(stage, 0, WIDTH, HEIGHT, 1);

	all.key = &key;
	EXPECT_INT(listen_address_parse("127.0.0.1:0", &all.address), 0);
	EXPECT_INT(rdp_server_create(services, &all, &stage->server), 0);
}

void stage_close(struct stage *stage)
{
	struct services *services = &stage->services;

	rdp_server_destroy(stage->server);
	workers_destroy(services->workers);
	feeds_destroy(services->feeds);
	seat_detach(services->seat);
	access_destroy(services->access);
	viewers_destroy(services->viewers);
	resize_destroy(services->resize);
	seat_destroy(services->seat);
	heads_destroy(services->heads);
	loop_destroy(stage->loop);
	for (unsigned i = 0; i < HEADS_USED; i++)
		free(stage->screens[i].pixels);
	temporary_destroy(stage->directory);
}

/* -- Clients ---------------------------------------------------------------------- */

struct rdp_client_options stage_client_options(struct stage *stage)
{
	return (struct rdp_client_options){
		.port = rdp_server_address(stage->server)->port,
		.user = ACCESS_USER,
		.password = access_password(stage->services.access),
		.width = WIDTH,
		.height = HEIGHT,
	};
}

struct rdp_client *stage_connect(struct stage *stage, const struct rdp_client_options *options)
{
	struct rdp_client_options usual = stage_client_options(stage);
	struct rdp_client *client = rdp_client_start(options ?: &usual);

	stage_expect_shown(stage, client);
	return client;
}

static bool is_shown(struct rdp_client *client, const struct screen *screen, uint32_t x)
{
	return rdp_client_shows(client, x, 0, screen->size.width, screen->size.height,
				screen->pixels);
}

void stage_expect_shown_at(struct stage *stage, struct rdp_client *client, unsigned head,
			   uint32_t x)
{
	WAIT_UNTIL(stage, is_shown(client, &stage->screens[head], x));
}

void stage_expect_shown(struct stage *stage, struct rdp_client *client)
{
	stage_expect_shown_at(stage, client, 0, 0);
}

static size_t count_viewers(struct stage *stage)
{
	struct viewer_info list[VIEWERS_MAX];

	return viewers_list(stage->services.viewers, list, VIEWERS_MAX);
}

void stage_expect_viewers(struct stage *stage, size_t count)
{
	WAIT_UNTIL(stage, count_viewers(stage) == count);
}

struct viewer_info stage_first_viewer(struct stage *stage)
{
	struct viewer_info viewer;

	EXPECT_INT(viewers_list(stage->services.viewers, &viewer, 1), 1);
	return viewer;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The VNC server with real heads, a real seat and real viewers' connections;
 * only the guest and the viewers themselves are stand-ins.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/fd_pass.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/access/access.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"
#include "gateway/resize.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_server.h"
#include "tests/fakes/rfb_client.h"
#include "tests/support/test.h"

#define WIDTH	   320
#define HEIGHT	   200
#define BIG_WIDTH  1920
#define BIG_HEIGHT 1080
#define BUDGET	   (256u << 20)
#define INPUTS_MAX 64

#define WEBSOCKET_HANDSHAKE \
	"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nOrigin: http://evil\r\n" \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

static const int32_t all_extensions[] = {
	RFB_RAW,       RFB_CURSOR,	     RFB_DESKTOP_SIZE, RFB_EXTENDED_DESKTOP_SIZE,
	RFB_QEMU_KEYS, RFB_EXTENDED_BUTTONS, RFB_FENCE,	       RFB_CONTINUOUS_UPDATES};

struct stage {
	struct loop *loop;
	struct head_policy policies[HEADS_MAX];
	struct services services;
	struct vnc_server *server;
	char directory[32];
	struct listen_address address;

	uint32_t *picture; /* what the guest shows on head 0 */
	uint32_t width;
	uint32_t height;

	char inputs[INPUTS_MAX][48]; /* what reached the guest, in words */
	unsigned input_count;
	struct size asked_size; /* of the guest */
};

/* -- The guest ---------------------------------------------------------------- */

static void note_input(struct stage *stage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note_input(struct stage *stage, const char *format, ...)
{
	va_list arguments;

	EXPECT(stage->input_count < INPUTS_MAX);
	va_start(arguments, format);
	vsnprintf(stage->inputs[stage->input_count++], sizeof(stage->inputs[0]), format, arguments);
	va_end(arguments);
}

static void port_key(void *data, uint8_t qnum, bool is_down)
{
	note_input(data, "key %02x %s", qnum, is_down ? "down" : "up");
}

static void port_motion(void *data, unsigned head, uint32_t x, uint32_t y)
{
	note_input(data, "motion %u %u,%u", head, x, y);
}

static void port_relative(void *data, unsigned head, int32_t dx, int32_t dy)
{
	note_input(data, "relative %u %d,%d", head, dx, dy);
}

static void port_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	note_input(data, "button %u %d %s", head, button, is_down ? "down" : "up");
}

static void port_touch(void *data, unsigned head, enum input_touch kind, unsigned slot, uint32_t x,
		       uint32_t y)
{
	note_input(data, "touch %u %d %u %u,%u", head, kind, slot, x, y);
}

static const struct input_port port = {
	.key = port_key,
	.motion = port_motion,
	.relative = port_relative,
	.button = port_button,
	.touch = port_touch,
};

static void handle_resize(void *data, unsigned head, struct size size)
{
	struct stage *stage = data;

	stage->asked_size = size;
}

static void show(struct stage *stage, const pixman_region32_t *damage)
{
	struct pixels pixels = {stage->picture, stage->width, stage->height, stage->width * 4,
				PIXMAN_x8r8g8b8};

	EXPECT(head_show(heads_get(stage->services.heads, 0), &pixels, damage, loop_now_us()) >= 0);
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

static void paint(struct stage *stage, uint32_t width, uint32_t height, uint32_t seed)
{
	free(stage->picture);
	stage->picture = xcalloc((size_t)width * height, sizeof(uint32_t));
	stage->width = width;
	stage->height = height;
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			stage->picture[(size_t)y * width + x] = colour_at(x, y, seed);
	show(stage, NULL);
}

/* -- The stage ------------------------------------------------------------------ */

static void open_stage(struct stage *stage, enum access_mode mode, bool is_unix)
{
	CLEANUP(freep) char *unix_address = NULL;
	struct services *services = &stage->services;

	*stage = (struct stage){0};
	strcpy(stage->directory, "/tmp/windscreen-vnc-XXXXXX");
	EXPECT(mkdtemp(stage->directory));
	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->policies[0].viewers_may_resize = true;
	services->loop = stage->loop;
	services->heads = heads_create(stage->loop, BUDGET, stage->policies);
	services->seat = seat_create(stage->loop, services->heads);
	services->viewers = viewers_create();
	services->resize = resize_create(stage->loop, services->heads, handle_resize, stage);
	EXPECT_INT(access_create(mode, stage->directory, &services->access), 0);
	seat_attach(services->seat, &port, stage);
	paint(stage, WIDTH, HEIGHT, 1);
	unix_address = xasprintf("unix:%s/vnc", stage->directory);
	EXPECT_INT(listen_address_parse(is_unix ? unix_address : "127.0.0.1:0", &stage->address),
		   0);
	EXPECT_INT(vnc_server_create(services, &stage->address, &stage->server), 0);
}

static void remove_file(const char *directory, const char *name)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", directory, name);

	unlink(path);
}

static void close_stage(struct stage *stage)
{
	struct services *services = &stage->services;

	vnc_server_destroy(stage->server);
	resize_destroy(services->resize);
	seat_detach(services->seat);
	seat_destroy(services->seat);
	viewers_destroy(services->viewers);
	heads_destroy(services->heads);
	access_destroy(services->access);
	loop_destroy(stage->loop);
	free(stage->picture);
	remove_file(stage->directory, "password");
	remove_file(stage->directory, "vnc-password");
	EXPECT_INT(rmdir(stage->directory), 0);
}

#define STAGE(mode) \
	CLEANUP(close_stage) struct stage stage; \
	open_stage(&stage, mode, false)

static struct rfb_client *connect_with(struct stage *stage, const char *password)
{
	int fd = rfb_connect_tcp(vnc_server_address(stage->server, 0)->port);

	EXPECT(fd >= 0);
	return rfb_client_create(fd, password, true);
}

/* Runs the loop and the client until the condition holds. */
#define UNTIL(stage, client, condition) \
	do { \
		uint64_t deadline_ = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000); \
		while (rfb_client_process(client), !(condition)) { \
			if (loop_now_us() > deadline_) \
				test_fail(__FILE__, __LINE__, "never came: %s (\"%s\")", \
					  #condition, (client)->failure); \
			sd_event_run(loop_event((stage)->loop), 1000); \
		} \
	} while (0)

/* Until the server has handled all that this client sent so far: it answers a fence in turn. */
static void settle(struct stage *stage, struct rfb_client *client)
{
	unsigned answers = client->fence_answers;

	EXPECT_INT(rfb_send_fence(client, 0x80000000, "", 0), 0);
	UNTIL(stage, client, client->fence_answers > answers);
}

static struct rfb_client *connect_ready(struct stage *stage, const int32_t *encodings, size_t count)
{
	struct rfb_client *client = connect_with(stage, NULL);

	UNTIL(stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_encodings(client, encodings, count), 0);
	return client;
}

#define CONNECT(stage, encodings) \
	connect_ready(stage, encodings, sizeof(encodings) / sizeof((encodings)[0]))

static bool shows_picture(const struct stage *stage, const struct rfb_client *client)
{
	size_t area = (size_t)stage->width * stage->height;

	if (client->width != stage->width || client->height != stage->height)
		return false;
	for (size_t i = 0; i < area; i++)
		if ((client->pixels[i] ^ stage->picture[i]) & 0xffffff)
			return false;
	return true;
}

static unsigned viewers_count(struct stage *stage)
{
	struct viewer_info list[VIEWERS_MAX];

	return (unsigned)viewers_list(stage->services.viewers, list, VIEWERS_MAX);
}

/* -- Pictures ---------------------------------------------------------------- */

static void expect_exact(const int32_t *encodings, size_t count, uint32_t width, uint32_t height)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;

	paint(&stage, width, height, 7);
	client = connect_ready(&stage, encodings, count);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area == (uint64_t)width * height);
	EXPECT(shows_picture(&stage, client));
	EXPECT_INT(client->last_encoding, encodings[0]);

	/* And so is every later one, whose compressed streams go on. */
	for (uint32_t seed = 2; seed < 6; seed++) {
		paint(&stage, width, height, seed * 99);
		EXPECT_INT(rfb_send_request(client, true), 0);
		UNTIL(&stage, client, shows_picture(&stage, client));
	}
}

#define EXPECT_EXACT(width, height, ...) \
	do { \
		const int32_t encodings_[] = {__VA_ARGS__}; \
		expect_exact(encodings_, sizeof(encodings_) / sizeof(encodings_[0]), width, \
			     height); \
	} while (0)

static void a_raw_viewer_sees_the_exact_picture(void)
{
	EXPECT_EXACT(WIDTH, HEIGHT, RFB_RAW, RFB_CURSOR);
	EXPECT_EXACT(333, 77, RFB_RAW, RFB_CURSOR);
}

static void a_zrle_viewer_sees_the_exact_picture(void)
{
	EXPECT_EXACT(WIDTH, HEIGHT, RFB_ZRLE, RFB_CURSOR);
	EXPECT_EXACT(333, 77, RFB_ZRLE, RFB_CURSOR);
}

static void a_tight_viewer_sees_the_exact_picture_also_when_it_asks_for_jpeg(void)
{
	EXPECT_EXACT(WIDTH, HEIGHT, RFB_TIGHT, RFB_CURSOR, RFB_TIGHT_QUALITY_8);
	EXPECT_EXACT(333, 77, RFB_TIGHT, RFB_CURSOR, RFB_LAST_RECT, RFB_TIGHT_QUALITY_8);
	EXPECT_EXACT(BIG_WIDTH, BIG_HEIGHT, RFB_TIGHT, RFB_CURSOR, RFB_LAST_RECT);
}

static void a_viewer_without_encodings_gets_raw(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = connect_with(&stage, NULL);

	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area == WIDTH * HEIGHT);
	EXPECT(shows_picture(&stage, client));
}

static void only_what_changed_is_sent(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	uint64_t area;

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	area = client->picture_area;
	EXPECT_INT(rfb_send_request(client, true), 0);
	settle(&stage, client);
	EXPECT_INT(client->picture_area, area);

	for (uint32_t y = 50; y < 60; y++)
		memset(stage.picture + y * WIDTH + 100, 0x55, 10 * 4);
	show(&stage, NULL);
	UNTIL(&stage, client, client->picture_area > area);
	EXPECT(shows_picture(&stage, client));
	EXPECT(client->picture_area - area <= WIDTH * HEIGHT / 4);
}

static void nothing_is_sent_that_was_not_asked_for(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned updates;

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	updates = client->updates;
	paint(&stage, WIDTH, HEIGHT, 3);
	settle(&stage, client);
	EXPECT_INT(client->updates, updates);
	EXPECT_INT(rfb_send_request(client, true), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
}

static void a_new_size_comes_with_the_whole_picture(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned sizes;

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT_INT(rfb_send_request(client, true), 0);
	settle(&stage, client);
	sizes = client->sizes;

	/* For the one request that waits. */
	paint(&stage, 400, 300, 5);
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT_INT(client->sizes, sizes + 1);

	/* Smaller in one direction, larger in the other. */
	EXPECT_INT(rfb_send_request(client, true), 0);
	paint(&stage, 640, 120, 6);
	UNTIL(&stage, client, shows_picture(&stage, client));
}

static void a_viewer_with_another_pixel_format_is_served(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	/* Four bytes, but red and blue the other way round. */
	EXPECT_INT(rfb_send_pixel_format(client, 32, 24, 255, 0, 8, 16), 0);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area == WIDTH * HEIGHT);
	for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
		uint32_t pixel = stage.picture[i];

		EXPECT_INT(client->pixels[i],
			   (pixel & 0xff) << 16 | (pixel & 0xff00) | (pixel >> 16 & 0xff));
	}
}

/* -- Cursor ------------------------------------------------------------------- */

static struct cursor_image *test_cursor(uint32_t width, uint32_t height)
{
	CLEANUP(freep) uint32_t *pixels = xcalloc((size_t)width * height, sizeof(uint32_t));

	for (size_t i = 0; i < (size_t)width * height; i++)
		pixels[i] = i % 3 ? 0xff00ff00 : i % 2 ? 0x80800000 : 0;
	return cursor_image_create(width, height, 2, 3, pixels);
}

static void place_cursor(struct stage *stage, int32_t x, int32_t y, uint32_t side)
{
	struct head *head = heads_get(stage->services.heads, 0);
	CLEANUP(cursor_image_unrefp) struct cursor_image *image = test_cursor(side, side);

	head_set_cursor(head, image);
	head_move_cursor(head, x, y, true);
}

static void a_viewer_that_takes_cursors_gets_the_shape_and_a_clean_picture(void)
{
	static const int32_t encodings[] = {RFB_ZRLE, RFB_CURSOR, RFB_ALPHA_CURSOR};
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	struct head *head = heads_get(stage.services.heads, 0);

	place_cursor(&stage, 30, 40, 24);
	client = CONNECT(&stage, encodings);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT_INT(client->cursor.count, 1);
	EXPECT_INT(client->cursor.width, 24);
	EXPECT_INT(client->cursor.hot_x, 2);
	EXPECT_INT(client->cursor.hot_y, 3);
	EXPECT_INT(client->cursor.pixels[0], 0);
	EXPECT_INT(client->cursor.pixels[1], 0xff00ff00);
	EXPECT_INT(client->cursor.pixels[3], 0x80800000);

	/* A large one has no problem with the library's buffer. */
	EXPECT_INT(rfb_send_request(client, true), 0);
	place_cursor(&stage, 30, 40, 256);
	UNTIL(&stage, client, client->cursor.count == 2 && client->cursor.width == 256);
	head_move_cursor(head, 31, 40, false);
	UNTIL(&stage, client, client->cursor.count == 3);
	EXPECT_INT(client->cursor.width, 0);
}

static void a_viewer_without_alpha_gets_the_shape_with_a_mask(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;

	place_cursor(&stage, 30, 40, 20);
	client = CONNECT(&stage, all_extensions);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT_INT(client->cursor.width, 20);
	EXPECT_INT(client->cursor.pixels[0], 0);
	EXPECT_INT(client->cursor.pixels[1], 0xff00ff00);
	EXPECT_INT(client->cursor.pixels[3], 0xffff0000);
}

static void a_viewer_that_takes_no_cursors_sees_it_in_the_picture(void)
{
	static const int32_t plain[] = {RFB_RAW};
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = CONNECT(&stage, all_extensions);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, plain);
	struct head *head = heads_get(stage.services.heads, 0);

	place_cursor(&stage, 30, 40, 24);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area >= WIDTH * HEIGHT);
	EXPECT_INT(client->pixels[37 * WIDTH + 28], stage.picture[37 * WIDTH + 28]);
	EXPECT_INT(client->pixels[37 * WIDTH + 29], 0x00ff00);

	/* It leaves nothing behind, over the edge too, and is in nobody else's picture. */
	EXPECT_INT(rfb_send_request(client, true), 0);
	head_move_cursor(head, WIDTH - 1, HEIGHT - 1, true);
	UNTIL(&stage, client, client->pixels[37 * WIDTH + 29] == stage.picture[37 * WIDTH + 29]);
	EXPECT_INT(client->pixels[(HEIGHT - 4) * WIDTH + WIDTH - 2], 0x00ff00);
	EXPECT_INT(rfb_send_request(other, false), 0);
	UNTIL(&stage, other, shows_picture(&stage, other));
	EXPECT_INT(rfb_send_request(client, true), 0);
	head_move_cursor(head, 0, 0, false);
	UNTIL(&stage, client, shows_picture(&stage, client));
}

/* -- Continuous updates and fences --------------------------------------------- */

static void continuous_updates_come_unasked_until_they_are_switched_off(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned updates;

	UNTIL(&stage, client, client->has_continuous_updates && client->fence_requests == 1);
	EXPECT_INT(rfb_send_continuous(client, true), 0);
	for (uint32_t seed = 20; seed < 25; seed++) {
		UNTIL(&stage, client, shows_picture(&stage, client));
		paint(&stage, WIDTH, HEIGHT, seed);
	}
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT(client->fence_requests > 5);

	EXPECT_INT(rfb_send_continuous(client, false), 0);
	UNTIL(&stage, client, client->ends_of_continuous_updates == 1);
	updates = client->updates;
	paint(&stage, WIDTH, HEIGHT, 30);
	settle(&stage, client);
	EXPECT_INT(client->updates, updates);
}

static void a_viewer_that_answers_no_fence_gets_two_updates_and_then_the_newest(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned updates;

	UNTIL(&stage, client, client->fence_requests == 1);
	client->ignores_fences = true;
	updates = client->updates;
	EXPECT_INT(rfb_send_continuous(client, true), 0);
	UNTIL(&stage, client, client->fence_requests == 2);
	paint(&stage, WIDTH, HEIGHT, 40);
	UNTIL(&stage, client, client->fence_requests == 3);
	for (uint32_t seed = 41; seed < 50; seed++) {
		paint(&stage, WIDTH, HEIGHT, seed);
		settle(&stage, client);
	}
	EXPECT_INT(client->fence_requests, 3);
	EXPECT(!shows_picture(&stage, client));

	/* The answer to the second stands for both. */
	client->ignores_fences = false;
	EXPECT_INT(rfb_send_fence(client, 1, "\0\0\0\2", 4), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT(client->updates > updates);
}

static void a_fence_comes_back_with_its_payload_after_what_was_before_it(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send_fence(client, 0x80000000 | 3, "some payload", 12), 0);
	UNTIL(&stage, client, client->fence_answers == 1);
	EXPECT_INT(client->fence_flags, 3);

	/* SyncNext: after the next message. */
	EXPECT_INT(rfb_send_fence(client, 0x80000000 | 4, "x", 1), 0);
	settle(&stage, client);
	EXPECT_INT(client->fence_answers, 3);
}

/* -- Input --------------------------------------------------------------------- */

static void expect_inputs(struct stage *stage, struct rfb_client *client, const char *const *inputs,
			  unsigned count)
{
	UNTIL(stage, client, stage->input_count >= count);
	settle(stage, client);
	loop_run_posts(stage->loop);
	for (unsigned i = 0; i < count; i++)
		EXPECT_STRING(stage->inputs[i], inputs[i]);
	EXPECT_INT(stage->input_count, count);
	stage->input_count = 0;
}

#define EXPECT_INPUTS(stage, client, ...) \
	do { \
		const char *const inputs_[] = {__VA_ARGS__}; \
		expect_inputs(stage, client, inputs_, sizeof(inputs_) / sizeof(inputs_[0])); \
	} while (0)

static void keys_and_pointer_reach_the_guest(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send_request(client, true), 0);
	UNTIL(&stage, client, client->has_qemu_keys && client->has_extended_buttons);

	rfb_send_key(client, 'a', true);
	rfb_send_key(client, 'a', false);
	EXPECT_INPUTS(&stage, client, "key 1e down", "key 1e up");

	rfb_send_qemu_key(client, 0xffe4, 0x9d, true);
	rfb_send_qemu_key(client, 0xffe4, 0x9d, false);
	EXPECT_INPUTS(&stage, client, "key 9d down", "key 9d up");

	rfb_send_pointer(client, 10, 20, 0);
	rfb_send_pointer(client, 10, 20, 1);
	rfb_send_pointer(client, 11, 20, 0);
	EXPECT_INPUTS(&stage, client, "motion 0 10,20", "button 0 0 down", "motion 0 11,20",
		      "button 0 0 up");

	rfb_send_pointer(client, 11, 20, 1 << 3);
	rfb_send_pointer(client, 11, 20, 0);
	EXPECT_INPUTS(&stage, client, "button 0 3 down", "button 0 3 up");

	rfb_send_pointer(client, 11, 20, 1 << 8);
	rfb_send_pointer(client, 11, 20, 0);
	EXPECT_INPUTS(&stage, client, "button 0 6 down", "button 0 6 up");

	rfb_send_pointer(client, 60000, 60000, 0);
	EXPECT_INPUTS(&stage, client, "motion 0 319,199");
}

static void a_viewer_that_leaves_lets_go_of_its_keys(void)
{
	STAGE(ACCESS_OPEN);
	struct rfb_client *client = CONNECT(&stage, all_extensions);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = NULL;

	rfb_send_key(client, 'q', true);
	EXPECT_INPUTS(&stage, client, "key 10 down");
	rfb_client_destroy(client);
	other = CONNECT(&stage, all_extensions);
	EXPECT_INPUTS(&stage, other, "key 10 up");
}

/* -- Sizes -------------------------------------------------------------------- */

static bool has_asked(void *data)
{
	struct stage *stage = data;

	return stage->asked_size.width == 800 && stage->asked_size.height == 600;
}

static void a_viewer_may_ask_for_a_size_where_the_configuration_lets_it(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT_INT(rfb_send_request(client, true), 0);
	EXPECT_INT(rfb_send_desktop_size(client, 800, 600), 0);
	UNTIL(&stage, client, client->size_reason == 1);
	EXPECT_INT(client->size_status, 4); /* forwarded */
	EXPECT(test_wait(stage.loop, has_asked, &stage));

	EXPECT_INT(rfb_send_request(client, true), 0);
	EXPECT_INT(rfb_send_desktop_size(client, 1, 1), 0);
	UNTIL(&stage, client, client->size_status == 3); /* invalid */

	stage.policies[0].viewers_may_resize = false;
	EXPECT_INT(rfb_send_request(client, true), 0);
	EXPECT_INT(rfb_send_desktop_size(client, 1024, 768), 0);
	UNTIL(&stage, client, client->size_status == 1); /* prohibited */
	EXPECT(shows_picture(&stage, client));
}

/* -- Logins and heads ----------------------------------------------------------- */

static void the_right_password_opens_and_a_wrong_one_does_not(void)
{
	STAGE(ACCESS_PASSWORD);
	const char *password = access_vnc_password(stage.services.access);
	CLEANUP(rfb_client_destroyp) struct rfb_client *good = connect_with(&stage, password);
	CLEANUP(rfb_client_destroyp) struct rfb_client *bad = connect_with(&stage, "wrong");
	CLEANUP(rfb_client_destroyp) struct rfb_client *none = connect_with(&stage, NULL);

	UNTIL(&stage, good, good->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(good, false), 0);
	UNTIL(&stage, good, shows_picture(&stage, good));
	UNTIL(&stage, bad, bad->state == RFB_STATE_CLOSED);
	EXPECT_STRING(bad->failure, "wrong password");
	UNTIL(&stage, none, none->state == RFB_STATE_CLOSED);
	EXPECT_STRING(none->failure, "security type 1 is not offered");
	EXPECT_INT(viewers_count(&stage), 1);
}

static void a_peer_that_takes_a_type_that_was_not_offered_is_turned_away(void)
{
	STAGE(ACCESS_PASSWORD);
	/* While a browser's connection, which needs no password, is there. */
	CLEANUP(rfb_client_destroyp) struct rfb_client *browser = NULL;
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	int pair[2];

	EXPECT_INT(fd_pass_pair(pair), 0);
	EXPECT_INT(vnc_server_adopt(stage.server, pair[0], 0, "10.0.0.1"), 0);
	browser = rfb_client_create(pair[1], NULL, true);
	UNTIL(&stage, browser, browser->state == RFB_STATE_READY);
	client = connect_with(&stage, NULL);
	/* READY: it does not look at what is offered. */
	client->state = RFB_STATE_READY;
	EXPECT_INT(rfb_send(client, "RFB 003.008\n\1", 13), 0);
	UNTIL(&stage, client, client->state == RFB_STATE_CLOSED);
	EXPECT_INT(viewers_count(&stage), 1);
}

static void an_adopted_connection_is_served_without_a_password(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	struct viewer_info info;
	int pair[2];

	EXPECT_INT(fd_pass_pair(pair), 0);
	EXPECT_INT(vnc_server_adopt(stage.server, pair[0], 0, "10.0.0.1"), 0);
	client = rfb_client_create(pair[1], NULL, true);
	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
	EXPECT_INT(viewers_list(stage.services.viewers, &info, 1), 1);
	EXPECT_STRING(info.protocol, "web");
	EXPECT_STRING(info.peer, "10.0.0.1");
	EXPECT_INT(info.heads, 1);
	EXPECT(info.frames > 0 && info.bytes >= WIDTH * HEIGHT * 4);

	EXPECT_INT(fd_pass_pair(pair), 0);
	EXPECT_INT(vnc_server_adopt(stage.server, pair[0], 7, ""), -ENODEV);
	EXPECT_INT(fcntl(pair[0], F_GETFD), -1);
	close(pair[1]);
}

static void a_head_that_appears_later_gets_a_port_of_its_own(void)
{
	STAGE(ACCESS_OPEN);
	uint16_t first = vnc_server_address(stage.server, 0)->port;
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;

	EXPECT(!vnc_server_address(stage.server, 1));
	heads_grow(stage.services.heads, 2, "not there yet");
	/* Somebody else of this machine may have the port. */
	if (!vnc_server_address(stage.server, 1))
		return;
	EXPECT_INT(vnc_server_address(stage.server, 1)->port, first + 1);
	client = rfb_client_create(rfb_connect_tcp((uint16_t)(first + 1)), NULL, true);
	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_STRING(client->name, "Windscreen head 1");
	EXPECT_INT(client->width, 1920);
}

static void heads_are_served_on_unix_sockets(void)
{
	CLEANUP(close_stage) struct stage stage;
	CLEANUP(freep) char *second = NULL;
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	struct stat status;

	open_stage(&stage, ACCESS_OPEN, true);
	second = xasprintf("%s.1", stage.address.path);
	EXPECT_INT(stat(second, &status), -1);
	heads_grow(stage.services.heads, 2, "not there yet");
	EXPECT_INT(stat(second, &status), 0);
	client = rfb_client_create(rfb_connect_unix(stage.address.path), NULL, true);
	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, shows_picture(&stage, client));
}

/* -- Peers that behave badly ------------------------------------------------------ */

static void what_is_no_rfb_is_turned_away_at_the_door(void)
{
	static const char *const openings[] = {
		WEBSOCKET_HANDSHAKE, "\x16\x03\x01\x02", "RFB 004.001\n",
		"RFB three.8\n",     "SSH-2.0-x\r\n",
	};
	STAGE(ACCESS_OPEN);

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		CLEANUP(rfb_client_destroyp) struct rfb_client *client = connect_with(&stage, NULL);

		/* READY: nothing of the handshake is answered any more. */
		client->state = RFB_STATE_READY;
		EXPECT_INT(rfb_send(client, openings[i], strlen(openings[i])), 0);
		UNTIL(&stage, client, client->state == RFB_STATE_CLOSED);
		EXPECT_INT(viewers_count(&stage), 0);
	}
}

static void expect_closed_alone(const void *bytes, size_t size)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = CONNECT(&stage, all_extensions);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	settle(&stage, client);
	EXPECT_INT(rfb_send(client, bytes, size), 0);
	UNTIL(&stage, client, client->state == RFB_STATE_CLOSED);
	EXPECT_INT(rfb_send_request(other, false), 0);
	UNTIL(&stage, other, shows_picture(&stage, other));
	EXPECT_INT(viewers_count(&stage), 1);
}

static void a_viewer_that_asks_for_scaling_is_closed_alone(void)
{
	expect_closed_alone("\x08\x02\0\0", 4);
	expect_closed_alone("\x0f\x02\0\0", 4);
}

static void a_viewer_that_asks_for_file_transfer_is_closed_alone(void)
{
	expect_closed_alone("\x07\x03\0\0\0\0\0\0\0\0\0\0", 12);
}

static void a_viewer_that_sends_what_is_malformed_is_closed_alone(void)
{
	static const char cut_text[] = "\x06\0\0\0\x7f\xff\xff\xff";
	static const char fence[] = "\xf8\0\0\0\x80\0\0\0\xff";
	static const char qemu[] = "\xff\x07\0\0\0\0\0\0\0\0\0\0";
	static const char format[] = "\0\0\0\0\x07\x07\0\x01\0\xff\0\xff\0\xff\0\0\0\0\0\0";

	expect_closed_alone("\x63", 1);
	expect_closed_alone(cut_text, sizeof(cut_text) - 1);
	expect_closed_alone(fence, sizeof(fence) - 1);
	expect_closed_alone(qemu, sizeof(qemu) - 1);
	expect_closed_alone(format, sizeof(format) - 1);
}

static void pasted_text_is_read_past(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send(client, "\x06\0\0\0\0\0\0\x05hello", 13), 0);
	EXPECT_INT(rfb_send(client,
			    "\x06\0\0\0\xff\xff\xff\xfb"
			    "abcde",
			    13),
		   0);
	settle(&stage, client);
}

static void a_viewer_that_reads_nothing_holds_up_nobody(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = NULL;
	CLEANUP(rfb_client_destroyp) struct rfb_client *stuck = NULL;
	uint64_t begin;

	paint(&stage, BIG_WIDTH, BIG_HEIGHT, 60);
	stuck = CONNECT(&stage, all_extensions);
	EXPECT_INT(rfb_send_request(stuck, false), 0);
	other = CONNECT(&stage, all_extensions);
	for (uint32_t seed = 61; seed < 66; seed++) {
		EXPECT_INT(rfb_send_request(other, seed > 61), 0);
		UNTIL(&stage, other, shows_picture(&stage, other));
		paint(&stage, BIG_WIDTH, BIG_HEIGHT, seed);
	}
	/* Nor does it hold up the end. */
	begin = loop_now_us();
	vnc_server_destroy(TAKE(stage.server));
	EXPECT(loop_now_us() - begin < 2000000);
	EXPECT_INT(viewers_count(&stage), 0);
}

static void connections_that_do_not_log_in_are_few(void)
{
	STAGE(ACCESS_OPEN);
	struct rfb_client *idle[16];
	CLEANUP(rfb_client_destroyp) struct rfb_client *late = NULL;

	for (int i = 0; i < 16; i++) {
		idle[i] = connect_with(&stage, NULL);
		/* READY: it keeps silent. */
		idle[i]->state = RFB_STATE_READY;
		UNTIL(&stage, idle[i], idle[i]->bytes == 12 || idle[i]->input_size == 12);
	}
	late = connect_with(&stage, NULL);
	UNTIL(&stage, late, late->state == RFB_STATE_CLOSED);
	for (int i = 0; i < 16; i++)
		rfb_client_destroy(idle[i]);
}

int main(void)
{
	RUN_TEST(a_raw_viewer_sees_the_exact_picture);
	RUN_TEST(a_zrle_viewer_sees_the_exact_picture);
	RUN_TEST(a_tight_viewer_sees_the_exact_picture_also_when_it_asks_for_jpeg);
	RUN_TEST(a_viewer_without_encodings_gets_raw);
	RUN_TEST(only_what_changed_is_sent);
	RUN_TEST(nothing_is_sent_that_was_not_asked_for);
	RUN_TEST(a_new_size_comes_with_the_whole_picture);
	RUN_TEST(a_viewer_with_another_pixel_format_is_served);
	RUN_TEST(a_viewer_that_takes_cursors_gets_the_shape_and_a_clean_picture);
	RUN_TEST(a_viewer_without_alpha_gets_the_shape_with_a_mask);
	RUN_TEST(a_viewer_that_takes_no_cursors_sees_it_in_the_picture);
	RUN_TEST(continuous_updates_come_unasked_until_they_are_switched_off);
	RUN_TEST(a_viewer_that_answers_no_fence_gets_two_updates_and_then_the_newest);
	RUN_TEST(a_fence_comes_back_with_its_payload_after_what_was_before_it);
	RUN_TEST(keys_and_pointer_reach_the_guest);
	RUN_TEST(a_viewer_that_leaves_lets_go_of_its_keys);
	RUN_TEST(a_viewer_may_ask_for_a_size_where_the_configuration_lets_it);
	RUN_TEST(the_right_password_opens_and_a_wrong_one_does_not);
	RUN_TEST(a_peer_that_takes_a_type_that_was_not_offered_is_turned_away);
	RUN_TEST(an_adopted_connection_is_served_without_a_password);
	RUN_TEST(a_head_that_appears_later_gets_a_port_of_its_own);
	RUN_TEST(heads_are_served_on_unix_sockets);
	RUN_TEST(what_is_no_rfb_is_turned_away_at_the_door);
	RUN_TEST(a_viewer_that_asks_for_scaling_is_closed_alone);
	RUN_TEST(a_viewer_that_asks_for_file_transfer_is_closed_alone);
	RUN_TEST(a_viewer_that_sends_what_is_malformed_is_closed_alone);
	RUN_TEST(pasted_text_is_read_past);
	RUN_TEST(a_viewer_that_reads_nothing_holds_up_nobody);
	RUN_TEST(connections_that_do_not_log_in_are_few);
	return 0;
}

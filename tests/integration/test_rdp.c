/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The RDP server with real heads, a real seat and FreeRDP's own client; only
 * the guest is a stand-in.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <freerdp/error.h>
#include <freerdp/input.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/access/access.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/resize.h"
#include "gateway/viewers.h"
#include "tests/fakes/rdp_client.h"
#include "tests/support/test.h"

#define WIDTH	   640
#define HEIGHT	   400
#define BUDGET	   (256u << 20)
#define INPUTS_MAX 64
#define HEADS_USED 2

struct screen {
	uint32_t *pixels;
	struct size size;
};

struct stage {
	struct loop *loop;
	struct head_policy policies[HEADS_MAX];
	struct services services;
	struct rdp_server *server;
	char directory[32];
	struct screen screens[HEADS_USED]; /* what the guest shows */

	char inputs[INPUTS_MAX][48]; /* what reached the guest, in words */
	unsigned inputs_count;
	struct size asked_size; /* of the guest */
};

/* Of all stages: making one takes a second. */
static struct tls_key key;

/* -- The guest ------------------------------------------------------------------ */

static void note_input(struct stage *stage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note_input(struct stage *stage, const char *format, ...)
{
	va_list arguments;

	EXPECT(stage->inputs_count < INPUTS_MAX);
	va_start(arguments, format);
	vsnprintf(stage->inputs[stage->inputs_count++], sizeof(stage->inputs[0]), format,
		  arguments);
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
	note_input(data, "relative %d,%d", dx, dy);
}

static void port_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	note_input(data, "button %d %s", button, is_down ? "down" : "up");
}

static void port_touch(void *data, unsigned head, enum input_touch kind, unsigned slot, uint32_t x,
		       uint32_t y)
{
	static const char *const kinds[] = {"down", "move", "up", "cancel"};

	note_input(data, "touch %u %s %u,%u", head, kinds[kind], x, y);
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

/* Gradients, text-like edges and noise: what compresses and what does not. */
static uint32_t colour_at(uint32_t x, uint32_t y, uint32_t seed)
{
	if (x / 64 % 3 == 0)
		return (x * 3 & 0xff) << 16 | (y * 5 & 0xff) << 8 | (seed & 0xff);
	if (x / 64 % 3 == 1)
		return (x ^ y) & 4 ? 0xf0f0f0 : 0x202020 + seed;
	return (x * 2654435761u ^ y * 40503u ^ seed * 97) & 0xffffff;
}

static void show(struct stage *stage, unsigned head)
{
	struct screen *screen = &stage->screens[head];
	struct pixels pixels = {screen->pixels, screen->size.width, screen->size.height,
				screen->size.width * 4, PIXMAN_x8r8g8b8};

	EXPECT(head_show(heads_get(stage->services.heads, head), &pixels, NULL, loop_now_us()) >=
	       0);
}

static void paint(struct stage *stage, unsigned head, uint32_t width, uint32_t height,
		  uint32_t seed)
{
	struct screen *screen = &stage->screens[head];

	free(screen->pixels);
	screen->size = (struct size){width, height};
	screen->pixels = xcalloc((size_t)width * height, 4);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			screen->pixels[(size_t)y * width + x] = colour_at(x, y, seed);
	show(stage, head);
}

/* -- The stage -------------------------------------------------------------------- */

static struct stage *set_stage(const struct rdp_options *options)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));
	struct rdp_options all = options ? *options : (struct rdp_options){0};

	strcpy(stage->directory, "/tmp/test_rdp.XXXXXX");
	EXPECT(mkdtemp(stage->directory));
	stage->policies[0].viewers_may_resize = true;
	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->services.loop = stage->loop;
	stage->services.heads = heads_create(stage->loop, BUDGET, stage->policies);
	stage->services.seat = seat_create(stage->loop, stage->services.heads);
	stage->services.resize = resize_create(stage->loop, stage->services.heads, handle_resize,
					       stage);
	stage->services.viewers = viewers_create();
	EXPECT_INT(access_create(ACCESS_PASSWORD, stage->directory, &stage->services.access), 0);
	if (!key.key)
		EXPECT_INT(tls_key_load(NULL, NULL, stage->directory, "test", &key), 0);
	seat_attach(stage->services.seat, &port, stage);
	paint(stage, 0, WIDTH, HEIGHT, 1);

	all.key = &key;
	EXPECT_INT(listen_address_parse("127.0.0.1:0", &all.address), 0);
	EXPECT_INT(rdp_server_create(&stage->services, &all, &stage->server), 0);
	return stage;
}

static void strike_stage(struct stage *stage)
{
	static const char *const files[] = {"password", "vnc-password", "tls-cert.pem",
					    "tls-key.pem"};
	char path[64];

	if (!stage)
		return;
	rdp_server_destroy(stage->server);
	seat_detach(stage->services.seat);
	access_destroy(stage->services.access);
	viewers_destroy(stage->services.viewers);
	resize_destroy(stage->services.resize);
	seat_destroy(stage->services.seat);
	heads_destroy(stage->services.heads);
	loop_destroy(stage->loop);
	for (unsigned i = 0; i < HEADS_USED; i++)
		free(stage->screens[i].pixels);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", stage->directory, files[i]);
		unlink(path);
	}
	rmdir(stage->directory);
	free(stage);
}

DEFINE_CLEANUP(struct stage *, strike_stage)

static struct rdp_client_options client_options(struct stage *stage)
{
	return (struct rdp_client_options){
		.port = rdp_server_address(stage->server)->port,
		.user = ACCESS_USER,
		.password = access_password(stage->services.access),
		.width = WIDTH,
		.height = HEIGHT,
	};
}

struct wait {
	struct stage *stage;
	struct rdp_client *client;
	unsigned head;
	uint32_t x; /* of the head on the desktop */
	const char *input;
	size_t count;
	enum rdp_client_pointer pointer;
};

static bool shows_head(void *data)
{
	struct wait *wait = data;
	struct screen *screen = &wait->stage->screens[wait->head];

	return rdp_client_shows(wait->client, wait->x, 0, screen->size.width, screen->size.height,
				screen->pixels);
}

static void expect_shown_at(struct stage *stage, struct rdp_client *client, unsigned head,
			    uint32_t x)
{
	struct wait wait = {.stage = stage, .client = client, .head = head, .x = x};

	EXPECT(test_wait(stage->loop, shows_head, &wait));
}

static void expect_shown(struct stage *stage, struct rdp_client *client)
{
	expect_shown_at(stage, client, 0, 0);
}

static struct rdp_client *connect_client(struct stage *stage,
					 const struct rdp_client_options *options)
{
	struct rdp_client *client = rdp_client_start(options);

	expect_shown(stage, client);
	return client;
}

static bool got_input(void *data)
{
	struct wait *wait = data;

	for (unsigned i = 0; i < wait->stage->inputs_count; i++)
		if (strcmp(wait->stage->inputs[i], wait->input) == 0)
			return true;
	return false;
}

/* Waits for inputs that end with `last`, and expects exactly these, joined by commas. */
static void expect_inputs(struct stage *stage, const char *last, const char *all)
{
	struct wait wait = {.stage = stage, .input = last};
	char joined[1024] = "";

	if (!test_wait(stage->loop, got_input, &wait))
		printf("no \"%s\"\n", last);
	for (unsigned i = 0; i < stage->inputs_count; i++) {
		strcat(joined, i > 0 ? ", " : "");
		strcat(joined, stage->inputs[i]);
	}
	stage->inputs_count = 0;
	EXPECT_STRING(joined, all);
}

static bool has_ended(void *data)
{
	return rdp_client_has_ended(((struct wait *)data)->client);
}

static bool viewers_are(void *data)
{
	struct wait *wait = data;
	struct viewer_info list[VIEWERS_MAX];

	return viewers_list(wait->stage->services.viewers, list, VIEWERS_MAX) == wait->count;
}

static void expect_viewers(struct stage *stage, size_t count)
{
	struct wait wait = {.stage = stage, .count = count};

	EXPECT(test_wait(stage->loop, viewers_are, &wait));
}

/* -- Pictures ------------------------------------------------------------------------ */

static void the_desktop_is_the_guests_picture_exactly(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);

	for (uint32_t seed = 2; seed < 6; seed++) {
		paint(stage, 0, WIDTH, HEIGHT, seed);
		expect_shown(stage, client);
	}
}

static void a_client_without_the_graphics_pipeline_sees_it_exactly_too(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.is_without_graphics = true;
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	for (uint32_t seed = 2; seed < 6; seed++) {
		paint(stage, 0, WIDTH, HEIGHT, seed);
		expect_shown(stage, client);
	}
}

static void a_client_that_refuses_the_graphics_channel_gets_bitmap_updates(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.refuses_graphics = true;
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	paint(stage, 0, WIDTH, HEIGHT, 2);
	expect_shown(stage, client);
}

static void a_client_that_never_acknowledges_is_shown_everything(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.never_acknowledges = true;
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	for (uint32_t seed = 2; seed < 12; seed++) {
		paint(stage, 0, WIDTH, HEIGHT, seed);
		expect_shown(stage, client);
	}
}

static uint64_t frames_of_first_viewer(struct stage *stage)
{
	struct viewer_info viewer;

	EXPECT_INT(viewers_list(stage->services.viewers, &viewer, 1), 1);
	return viewer.frames;
}

static void a_minimised_client_is_sent_nothing_until_it_is_seen_again(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *hidden = connect_client(stage, &options);
	CLEANUP(rdp_client_destroyp) struct rdp_client *other = connect_client(stage, &options);

	rdp_client_minimise(hidden, true);
	/* Input comes after what was said before it. */
	rdp_client_key(hidden, 0, 0x1e);
	expect_inputs(stage, "key 1e down", "key 1e down");

	uint64_t frames = frames_of_first_viewer(stage);
	for (uint32_t seed = 2; seed < 10; seed++) {
		paint(stage, 0, WIDTH, HEIGHT, seed);
		expect_shown(stage, other);
	}
	EXPECT_INT(frames_of_first_viewer(stage), frames);
	rdp_client_minimise(hidden, false);
	expect_shown(stage, hidden);
}

static void small_changes_arrive_exactly(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	uint32_t *pixels = stage->screens[0].pixels;

	pixels[0] = 0x123456;
	pixels[WIDTH * HEIGHT - 1] = 0x654321;
	for (uint32_t x = 300; x < 317; x++)
		pixels[200 * WIDTH + x] = 0xff00ff;
	show(stage, 0);
	expect_shown(stage, client);
}

static void a_large_picture_arrives_in_several_updates(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	paint(stage, 0, 1920, 1080, 3);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	struct viewer_info viewer;
	EXPECT(!rdp_client_has_ended(client));
	EXPECT_INT(viewers_list(stage->services.viewers, &viewer, 1), 1);
	EXPECT(viewer.frames > 1);
	EXPECT(viewer.bytes > 0);
	EXPECT_INT(viewer.heads, 1);
}

static void expect_resized(struct stage *stage, struct rdp_client *client)
{
	uint32_t width, height;

	paint(stage, 0, 800, 300, 7);
	expect_shown(stage, client);
	rdp_client_desktop_size(client, &width, &height);
	EXPECT_INT(width, 800);
	EXPECT_INT(height, 300);
	paint(stage, 0, 1001, 777, 8);
	expect_shown(stage, client);
}

static void the_desktop_follows_the_guests_resize(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);

	expect_resized(stage, client);
}

static void without_the_graphics_pipeline_the_desktop_follows_too(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.is_without_graphics = true;
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	expect_resized(stage, client);
}

static void a_client_with_two_monitors_gets_the_heads_as_its_monitors(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	heads_grow(stage->services.heads, 2, "Starting");
	paint(stage, 1, 320, 200, 2);
	options.monitors = 2;
	options.monitor[0] = (struct rdp_client_monitor){0, 0, WIDTH, HEIGHT};
	options.monitor[1] = (struct rdp_client_monitor){WIDTH, 0, 320, 200};
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	expect_shown_at(stage, client, 1, WIDTH);

	/* And input finds its way to the right one. */
	rdp_client_mouse(client, PTR_FLAGS_MOVE, WIDTH + 10, 20);
	expect_inputs(stage, "motion 1 10,20", "motion 1 10,20");
}

static void a_head_that_comes_later_joins_the_desktop(void)
{
	struct rdp_options all = {.heads_are_given = true, .heads = RDP_HEADS_ALL};
	CLEANUP(strike_stagep) struct stage *stage = set_stage(&all);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);

	heads_grow(stage->services.heads, 2, "Starting");
	paint(stage, 1, 320, 200, 2);
	expect_shown_at(stage, client, 1, WIDTH);
	expect_shown(stage, client);
}

static void one_head_can_be_chosen(void)
{
	struct rdp_options second = {.heads_are_given = true, .heads = 1};
	CLEANUP(strike_stagep) struct stage *stage = set_stage(&second);
	struct rdp_client_options options = client_options(stage);

	heads_grow(stage->services.heads, 2, "Starting");
	paint(stage, 1, 320, 200, 2);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = rdp_client_start(&options);
	expect_shown_at(stage, client, 1, 0);
}

static bool has_pointer(void *data)
{
	struct wait *wait = data;
	uint32_t none;

	return rdp_client_pointer(wait->client, &none, &none, &none, &none) == wait->pointer;
}

static void expect_pointer(struct stage *stage, struct rdp_client *client,
			   enum rdp_client_pointer pointer)
{
	struct wait wait = {.client = client, .pointer = pointer};

	EXPECT(test_wait(stage->loop, has_pointer, &wait));
}

static void the_pointer_takes_the_shape_of_the_guests_cursor(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	struct head *head = heads_get(stage->services.heads, 0);
	uint32_t pixels[64 * 64] = {0};
	uint32_t width, height, hot_x, hot_y;

	expect_pointer(stage, client, RDP_CLIENT_POINTER_ARROW);

	for (unsigned y = 10; y < 40; y++)
		for (unsigned x = 20; x < 60; x++)
			pixels[y * 64 + x] = 0xff00ff00;
	CLEANUP(cursor_image_unrefp)
	struct cursor_image *image = cursor_image_create(64, 64, 22, 15, pixels);
	head_set_cursor(head, image);
	head_move_cursor(head, 5, 5, true);
	expect_pointer(stage, client, RDP_CLIENT_POINTER_SHAPE);
	rdp_client_pointer(client, &width, &height, &hot_x, &hot_y);
	EXPECT_INT(width, 40);
	EXPECT_INT(height, 30);
	EXPECT_INT(hot_x, 2);
	EXPECT_INT(hot_y, 5);

	head_move_cursor(head, 5, 5, false);
	expect_pointer(stage, client, RDP_CLIENT_POINTER_HIDDEN);
	head_move_cursor(head, 5, 5, true);
	expect_pointer(stage, client, RDP_CLIENT_POINTER_SHAPE);
}

/* -- Logins ---------------------------------------------------------------------------- */

static void expect_refused(struct stage *stage, const struct rdp_client_options *options)
{
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = rdp_client_start(options);
	struct wait wait = {.client = client};

	EXPECT(test_wait(stage->loop, has_ended, &wait));
	EXPECT(!rdp_client_is_connected(client));
	EXPECT_INT(rdp_client_error(client), FREERDP_ERROR_SERVER_INSUFFICIENT_PRIVILEGES);
	expect_viewers(stage, 0);
}

static void a_wrong_password_is_refused(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.password = "wrong";
	expect_refused(stage, &options);
	options = client_options(stage);
	options.user = "root";
	expect_refused(stage, &options);
}

/* -- Input ------------------------------------------------------------------------------ */

static void keys_reach_the_guest(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);

	rdp_client_key(client, 0, 0x1e);
	rdp_client_key(client, KBD_FLAGS_RELEASE, 0x1e);
	rdp_client_key(client, KBD_FLAGS_EXTENDED, 0x1c);
	rdp_client_key(client, KBD_FLAGS_EXTENDED | KBD_FLAGS_RELEASE, 0x1c);
	rdp_client_pause_key(client);
	expect_inputs(stage, "key c6 up",
		      "key 1e down, key 1e up, key 9c down, key 9c up, key c6 down, key c6 up");
}

static void characters_are_typed(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);

	/* With a release, without one, and what no key has. */
	rdp_client_unicode(client, 0, 'b');
	rdp_client_unicode(client, KBD_FLAGS_RELEASE, 'b');
	rdp_client_unicode(client, 0, 0x4e2d);
	rdp_client_unicode(client, 0, 'A');
	expect_inputs(stage, "key 2a up",
		      "key 30 down, key 30 up, key 2a down, key 1e down, key 1e up, key 2a up");
}

static void a_key_held_when_the_client_leaves_or_loses_focus_is_let_go(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	struct rdp_client *client = connect_client(stage, &options);

	rdp_client_key(client, 0, 0x1d);
	rdp_client_synchronize(client, 0);
	expect_inputs(stage, "key 1d up", "key 1d down, key 1d up");
	rdp_client_key(client, 0, 0x38);
	expect_inputs(stage, "key 38 down", "key 38 down");
	rdp_client_destroy(client);
	expect_inputs(stage, "key 38 up", "key 38 up");
}

static void the_mouse_reaches_the_guest(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);

	rdp_client_mouse(client, PTR_FLAGS_BUTTON1 | PTR_FLAGS_DOWN, 50, 60);
	rdp_client_mouse(client, PTR_FLAGS_BUTTON1, 50, 60);
	expect_inputs(stage, "button 0 up",
		      "motion 0 50,60, button 0 down, motion 0 50,60, button 0 up");
	rdp_client_extended_mouse(client, PTR_XFLAGS_BUTTON2 | PTR_XFLAGS_DOWN, 50, 60);
	expect_inputs(stage, "button 6 down", "motion 0 50,60, button 6 down");
	rdp_client_mouse(client, PTR_FLAGS_WHEEL | 60, 0, 0);
	rdp_client_mouse(client, PTR_FLAGS_WHEEL | 60, 0, 0);
	expect_inputs(stage, "button 3 up", "button 3 down, button 3 up");
	rdp_client_mouse(client, PTR_FLAGS_WHEEL | PTR_FLAGS_WHEEL_NEGATIVE | (0x100 - 120), 0, 0);
	expect_inputs(stage, "button 4 up", "button 4 down, button 4 up");
	rdp_client_relative_mouse(client, PTR_FLAGS_MOVE, -3, 4);
	expect_inputs(stage, "relative -3,4", "relative -3,4");
}

static bool has_touch(void *data)
{
	return rdp_client_has_touch(((struct wait *)data)->client);
}

static void touches_reach_the_guest(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.has_touch = true;
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	struct wait wait = {.client = client};

	EXPECT(test_wait(stage->loop, has_touch, &wait));
	EXPECT(rdp_client_touch(client, RDP_CLIENT_TOUCH_DOWN, 1, 100, 50));
	expect_inputs(stage, "touch 0 down 100,50", "touch 0 down 100,50");
	EXPECT(rdp_client_touch(client, RDP_CLIENT_TOUCH_MOVE, 1, 120, 60));
	expect_inputs(stage, "touch 0 move 120,60", "touch 0 move 120,60");
	EXPECT(rdp_client_touch(client, RDP_CLIENT_TOUCH_UP, 1, 120, 60));
	expect_inputs(stage, "touch 0 up 120,60", "touch 0 up 120,60");
}

static bool has_display_control(void *data)
{
	return rdp_client_has_display_control(((struct wait *)data)->client);
}

static bool was_asked(void *data)
{
	return ((struct wait *)data)->stage->asked_size.width != 0;
}

static void a_client_asks_for_another_size(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.has_display_control = true;
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	struct wait wait = {.stage = stage, .client = client};

	EXPECT(test_wait(stage->loop, has_display_control, &wait));
	rdp_client_resize(client, 1024, 600);
	EXPECT(test_wait(stage->loop, was_asked, &wait));
	EXPECT_INT(stage->asked_size.width, 1024);
	EXPECT_INT(stage->asked_size.height, 600);
}

/* -- Clients that misbehave ---------------------------------------------------------------- */

static int connect_raw(struct stage *stage)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(rdp_server_address(stage->server)->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	EXPECT(fd >= 0);
	EXPECT_INT(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static bool is_closed(void *data)
{
	char bytes[256];
	ssize_t n;

	while ((n = recv(*(int *)data, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		continue;
	return n == 0 || errno != EAGAIN;
}

static void expect_closed_after(struct stage *stage, const void *bytes, size_t size)
{
	CLEANUP(close_fdp) int fd = connect_raw(stage);

	EXPECT_INT(send(fd, bytes, size, 0), size);
	EXPECT(test_wait(stage->loop, is_closed, &fd));
}

static void garbage_ends_its_own_connection_only(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	static const char hello[] = "\x16\x03\x01 this is no TPKT, and it goes on";
	static const char bad_length[] = "\x03\x00\x00\x13\xff\xe0\x00\x00\x00\x00\x00\x01\x00"
					 "\x08\x00\x01\x00\x00\x00";
	/* A good request for TLS, and then no TLS. */
	static const char no_tls[] = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00"
				     "\x08\x00\x01\x00\x00\x00 this is no ClientHello";

	expect_closed_after(stage, hello, sizeof(hello) - 1);
	expect_closed_after(stage, bad_length, sizeof(bad_length) - 1);
	expect_closed_after(stage, no_tls, sizeof(no_tls) - 1);
	paint(stage, 0, WIDTH, HEIGHT, 2);
	expect_shown(stage, client);
}

struct admission {
	const struct rdp_client_options *options;
	struct rdp_client **client;
};

/* Tries again when it was turned away. */
static bool is_admitted(void *data)
{
	struct admission *admission = data;

	if (!rdp_client_is_connected(*admission->client) &&
	    rdp_client_has_ended(*admission->client)) {
		rdp_client_destroy(*admission->client);
		*admission->client = rdp_client_start(admission->options);
	}
	return rdp_client_is_connected(*admission->client);
}

static void a_crowd_of_strangers_is_turned_away(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	int fds[16];
	struct rdp_client_options options = client_options(stage);

	for (unsigned i = 0; i < 16; i++)
		fds[i] = connect_raw(stage);
	int late = connect_raw(stage);
	EXPECT(test_wait(stage->loop, is_closed, &late));
	for (unsigned i = 0; i < 16; i++)
		close(fds[i]);
	close(late);

	/* Once they are gone there is room again. */
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = rdp_client_start(&options);
	struct admission admission = {&options, &client};
	EXPECT(test_wait(stage->loop, is_admitted, &admission));
}

static void a_client_that_stops_reading_holds_up_nobody(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *stuck = connect_client(stage, &options);
	CLEANUP(rdp_client_destroyp) struct rdp_client *other = connect_client(stage, &options);

	options.is_without_graphics = true;
	CLEANUP(rdp_client_destroyp) struct rdp_client *stuck_too = connect_client(stage, &options);

	rdp_client_pause(stuck, true);
	rdp_client_pause(stuck_too, true);
	for (uint32_t seed = 2; seed < 40; seed++) {
		paint(stage, 0, WIDTH, HEIGHT, seed);
		expect_shown(stage, other);
	}
	rdp_client_pause(stuck, false);
	rdp_client_pause(stuck_too, false);
	expect_shown(stage, stuck);
	expect_shown(stage, stuck_too);
}

static void a_client_that_floods_the_input_is_disconnected(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);
	CLEANUP(rdp_client_destroyp) struct rdp_client *client = connect_client(stage, &options);
	struct wait wait = {.client = client};

	/* The loop does not turn meanwhile, as if the guest took nothing. */
	seat_detach(stage->services.seat);
	for (unsigned i = 0; i < 20000 && !rdp_client_has_ended(client); i++)
		rdp_client_key(client, i % 2 ? KBD_FLAGS_RELEASE : 0, 0x1e);
	EXPECT(test_wait(NULL, has_ended, &wait));
	expect_viewers(stage, 0);
}

static void a_stuck_client_does_not_keep_the_server_from_stopping(void)
{
	CLEANUP(strike_stagep) struct stage *stage = set_stage(NULL);
	struct rdp_client_options options = client_options(stage);

	options.is_without_graphics = true;
	paint(stage, 0, 1920, 1080, 1);
	CLEANUP(rdp_client_destroyp) struct rdp_client *stuck = connect_client(stage, &options);
	rdp_client_pause(stuck, true);
	/* Until nothing goes out any more: its thread waits for the socket. */
	uint64_t frames = 0;
	uint32_t seed = 2;
	for (int unchanged = 0; unchanged < 20; unchanged++) {
		paint(stage, 0, 1920, 1080, seed++);
		sd_event_run(loop_event(stage->loop), 10000);
		if (frames_of_first_viewer(stage) != frames)
			unchanged = 0;
		frames = frames_of_first_viewer(stage);
	}
	uint64_t began = loop_now_us();
	rdp_server_destroy(TAKE(stage->server));
	EXPECT(loop_now_us() - began < TEST_DEADLINE_MS * UINT64_C(1000));
	expect_viewers(stage, 0);
}

int main(void)
{
	RUN_TEST(the_desktop_is_the_guests_picture_exactly);
	RUN_TEST(a_client_without_the_graphics_pipeline_sees_it_exactly_too);
	RUN_TEST(a_client_that_refuses_the_graphics_channel_gets_bitmap_updates);
	RUN_TEST(a_client_that_never_acknowledges_is_shown_everything);
	RUN_TEST(a_minimised_client_is_sent_nothing_until_it_is_seen_again);
	RUN_TEST(small_changes_arrive_exactly);
	RUN_TEST(a_large_picture_arrives_in_several_updates);
	RUN_TEST(the_desktop_follows_the_guests_resize);
	RUN_TEST(without_the_graphics_pipeline_the_desktop_follows_too);
	RUN_TEST(a_client_with_two_monitors_gets_the_heads_as_its_monitors);
	RUN_TEST(a_head_that_comes_later_joins_the_desktop);
	RUN_TEST(one_head_can_be_chosen);
	RUN_TEST(the_pointer_takes_the_shape_of_the_guests_cursor);
	RUN_TEST(a_wrong_password_is_refused);
	RUN_TEST(keys_reach_the_guest);
	RUN_TEST(characters_are_typed);
	RUN_TEST(a_key_held_when_the_client_leaves_or_loses_focus_is_let_go);
	RUN_TEST(the_mouse_reaches_the_guest);
	RUN_TEST(touches_reach_the_guest);
	RUN_TEST(a_client_asks_for_another_size);
	RUN_TEST(garbage_ends_its_own_connection_only);
	RUN_TEST(a_crowd_of_strangers_is_turned_away);
	RUN_TEST(a_client_that_stops_reading_holds_up_nobody);
	RUN_TEST(a_client_that_floods_the_input_is_disconnected);
	RUN_TEST(a_stuck_client_does_not_keep_the_server_from_stopping);
	tls_key_finish(&key);
	return 0;
}

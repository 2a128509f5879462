/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The gateway's source as a client of gpu-bridge's display bus.
 */
#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"
#include "gateway/source/source.h"
#include "tests/integration/bus_stage.h"

#define BUDGET (64u << 20)
#define KEY_A  30

/* A gateway, as far as it deals with a guest. */
struct gateway {
	struct head_policy policies[HEADS_MAX];
	struct heads *heads;
	struct seat *seat;
	struct seat_client *viewer;
	struct source_address address;
	struct source *source;
};

static struct gateway *gateway_create(struct bus_stage *stage, struct size wanted)
{
	struct gateway *gateway = xcalloc(1, sizeof(*gateway));

	gateway->policies[0].size = wanted;
	gateway->heads = heads_create(stage->loop, BUDGET, gateway->policies);
	gateway->seat = seat_create(stage->loop, gateway->heads);
	gateway->viewer = seat_client_open(gateway->seat);
	gateway->address = (struct source_address){SOURCE_DISPLAY1, stage->path};
	EXPECT_INT(source_create(stage->loop, &gateway->address, gateway->heads, gateway->seat,
				 &gateway->source),
		   0);
	return gateway;
}

static void gateway_destroy(struct gateway *gateway)
{
	source_destroy(gateway->source);
	seat_client_close(gateway->viewer);
	seat_destroy(gateway->seat);
	heads_destroy(gateway->heads);
	free(gateway);
}

DEFINE_CLEANUP(struct gateway *, gateway_destroy)
#define GATEWAY	 CLEANUP(gateway_destroyp) struct gateway
#define ANY_SIZE ((struct size){0, 0})

static uint32_t pixel(struct gateway *gateway, unsigned head, uint32_t x, uint32_t y)
{
	CLEANUP(frame_unrefp) struct frame *frame = NULL;
	char notice[NOTICE_MAX];

	if (!heads_get(gateway->heads, head) ||
	    head_notice(heads_get(gateway->heads, head), notice))
		return UINT32_MAX;
	frame = head_fetch(heads_get(gateway->heads, head), 0, NULL);
	if (x >= frame->width || y >= frame->height)
		return UINT32_MAX;
	return frame_row(frame, y)[x] & 0xffffff;
}

static bool has_notice(struct gateway *gateway)
{
	char notice[NOTICE_MAX];

	return head_notice(heads_get(gateway->heads, 0), notice);
}

static void send(struct gateway *gateway, struct input_event event)
{
	EXPECT_INT(seat_client_send(gateway->viewer, &event), 0);
}

/* -- Pictures ----------------------------------------------------------------------------- */

static void the_gateway_shows_what_the_guest_draws(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	EXPECT_STRING(source_status(gateway->source).guest_name, "stage");
	bus_stage_draw(stage, 0, (struct display_rect){10, 20, 30, 40}, GREEN);
	WAIT_UNTIL(stage, pixel(gateway, 0, 39, 59) == GREEN);
	EXPECT_INT(pixel(gateway, 0, 40, 59), RED);
	EXPECT_INT(pixel(gateway, 0, 39, 60), RED);
	bus_stage_show(stage, 0, WIDTH, HEIGHT, BLUE);
	WAIT_UNTIL(stage, pixel(gateway, 0, 39, 60) == BLUE);
	bus_stage_show(stage, 0, 801, 603, GREEN);
	WAIT_UNTIL(stage, pixel(gateway, 0, 800, 602) == GREEN);
}

static void every_output_is_a_head(void)
{
	STAGE *stage = bus_stage_create(3);
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);

	bus_stage_show(stage, 0, WIDTH, HEIGHT, RED);
	bus_stage_show(stage, 2, 64, 48, BLUE);
	WAIT_UNTIL(stage, pixel(gateway, 0, 5, 5) == RED && pixel(gateway, 2, 63, 47) == BLUE);
	EXPECT_INT(heads_count(gateway->heads), 3);
}

static void two_gateways_watch_one_guest(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *first = gateway_create(stage, ANY_SIZE);
	GATEWAY *second = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(first, 0, 0, 0) == RED && pixel(second, 0, 0, 0) == RED);
	bus_stage_show(stage, 0, WIDTH, HEIGHT, GREEN);
	WAIT_UNTIL(stage, pixel(first, 0, 0, 0) == GREEN && pixel(second, 0, 0, 0) == GREEN);
}

static void an_output_that_goes_off_is_a_notice(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	bus_stage_disable(stage, 0);
	WAIT_UNTIL(stage, has_notice(gateway));
	bus_stage_show(stage, 0, WIDTH, HEIGHT, GREEN);
	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == GREEN);
}

static void the_size_in_the_configuration_is_what_the_guest_is_asked_for(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *gateway = gateway_create(stage, (struct size){800, 600});

	WAIT_UNTIL(stage, pixel(gateway, 0, 799, 599) == BLUE);
	EXPECT_INT(display_mode(stage->display, 0).width, 800);
}

static void an_output_that_is_off_is_switched_on(void)
{
	STAGE *stage = bus_stage_create(1);
	GATEWAY *gateway = gateway_create(stage, (struct size){800, 600});

	WAIT_UNTIL(stage, pixel(gateway, 0, 799, 599) == BLUE);
}

static void the_pointer_is_where_the_guest_has_it(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);
	struct display_cursor image = {.hot_x = 3, .hot_y = 4, .pixels = {0xff112233}};
	struct cursor cursor;

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	display_set_cursor(stage->display, 0, &image);
	display_move_pointer(stage->display, 0, &(struct display_pointer){100, 50, true});
	WAIT_UNTIL(stage, (cursor = head_cursor(heads_get(gateway->heads, 0)),
			   cursor_image_unref(cursor.image), cursor.image && cursor.x == 103));
	EXPECT_INT(cursor.y, 54);
	EXPECT(cursor.is_visible);
}

/* -- Input --------------------------------------------------------------------------------------
 */

static void input_reaches_the_devices(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	send(gateway, (struct input_event){.type = INPUT_KEY, .key = {KEY_A, true}});
	send(gateway, (struct input_event){.type = INPUT_KEY, .key = {KEY_A, false}});
	send(gateway, (struct input_event){.type = INPUT_MOTION, .motion = {100, 120}});
	send(gateway,
	     (struct input_event){.type = INPUT_BUTTON, .button = {INPUT_BUTTON_LEFT, true}});
	send(gateway,
	     (struct input_event){.type = INPUT_BUTTON, .button = {INPUT_BUTTON_LEFT, false}});
	send(gateway, (struct input_event){.type = INPUT_WHEEL, .wheel = {0, 1}});
	send(gateway,
	     (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_DOWN, 77, 5, 6}});
	send(gateway,
	     (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_MOVE, 77, 7, 8}});
	send(gateway,
	     (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_UP, 77, 7, 8}});
	WAIT_UNTIL(stage, strstr(stage->lines, "touch 0 2 0 0 0\n"));
	bus_stage_expect_input(stage, "key 0 30 1\nkey 0 30 0\nposition 0 100 120\n"
				      "button 0 0 1\nbutton 0 0 0\nbutton 0 3 1\n"
				      "touch 0 0 0 5 6\ntouch 0 1 0 7 8\ntouch 0 2 0 0 0\n");
}

static void a_relative_pointer_is_driven_by_distances(void)
{
	STAGE *stage = bus_stage_create_red();
	display_bus_set_absolute(stage->bus, 0, false);
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	send(gateway, (struct input_event){.type = INPUT_RELATIVE, .relative = {3, -4}});
	WAIT_UNTIL(stage, strstr(stage->lines, "motion 0 3 -4\n"));
}

static void the_keyboard_s_lights_are_seen(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	display_bus_set_locks(stage->bus, DISPLAY_LOCK_CAPS);
	/* The viewer's own are off: Caps Lock is tapped as soon as the guest's are known to be on.
	 */
	WAIT_UNTIL(stage, (send(gateway, (struct input_event){.type = INPUT_LOCKS, .locks = 0}),
			   sd_event_run(loop_event(stage->loop), 2000),
			   strstr(stage->lines, "key 0 58 1\nkey 0 58 0\n")));
}

/* -- Restarts ---------------------------------------------------------------------------------- */

static void a_bridge_that_comes_back_is_shown_again_and_told_what_is_held(void)
{
	STAGE *stage = bus_stage_create_red();
	GATEWAY *gateway = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	send(gateway, (struct input_event){.type = INPUT_KEY, .key = {KEY_A, true}});
	WAIT_UNTIL(stage, stage->lines_length > 0);
	bus_stage_expect_input(stage, "key 0 30 1\n");
	bus_stage_stop(stage);
	bus_stage_start(stage);
	bus_stage_expect_input(stage, "key 0 30 0\n");
	WAIT_UNTIL(stage, has_notice(gateway));
	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	WAIT_UNTIL(stage, stage->lines_length > 0);
	bus_stage_expect_input(stage, "key 0 30 1\n");
}

static void a_gateway_that_ends_lets_go(void)
{
	STAGE *stage = bus_stage_create_red();
	struct gateway *gateway = gateway_create(stage, ANY_SIZE);

	WAIT_UNTIL(stage, pixel(gateway, 0, 0, 0) == RED);
	send(gateway, (struct input_event){.type = INPUT_KEY, .key = {KEY_A, true}});
	WAIT_UNTIL(stage, stage->lines_length > 0);
	gateway_destroy(gateway);
	WAIT_UNTIL(stage, strstr(stage->lines, "key 0 30 0\n"));
	bus_stage_expect_input(stage, "key 0 30 1\nkey 0 30 0\n");
}

int main(void)
{
	RUN_TEST(the_gateway_shows_what_the_guest_draws);
	RUN_TEST(every_output_is_a_head);
	RUN_TEST(two_gateways_watch_one_guest);
	RUN_TEST(an_output_that_goes_off_is_a_notice);
	RUN_TEST(the_size_in_the_configuration_is_what_the_guest_is_asked_for);
	RUN_TEST(an_output_that_is_off_is_switched_on);
	RUN_TEST(the_pointer_is_where_the_guest_has_it);
	RUN_TEST(input_reaches_the_devices);
	RUN_TEST(a_relative_pointer_is_driven_by_distances);
	RUN_TEST(the_keyboard_s_lights_are_seen);
	RUN_TEST(a_bridge_that_comes_back_is_shown_again_and_told_what_is_held);
	RUN_TEST(a_gateway_that_ends_lets_go);
}

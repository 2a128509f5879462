/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The gateway and the command line, as programs, with a guest that is none:
 * what scripts see through the control socket.
 */

#include <json-c/json.h>
#include <signal.h>
#include <spng.h>
#include <string.h>

#include "common/xalloc.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define WORDS_MAX 16

/* What the fake guest is asked for, in the configuration. */
#define WIDTH  800
#define HEIGHT 608

static char *directory;
static struct child *guest;
static struct child *gateway;

/* What the last run of the program left: */
static int exit_status;
static struct child_output output;

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", directory, name);
}

static void run(const char *const *words)
{
	CLEANUP(freep) char *control = path_of("control.sock");
	const char *argv[WORDS_MAX + 4] = {CLI_PATH, "--control", control};

	for (unsigned i = 0; words[i]; i++) {
		EXPECT(i < WORDS_MAX);
		argv[i + 3] = words[i];
	}
	child_output_free(&output);
	exit_status = child_run(argv, &output);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void expect_done(void)
{
	if (exit_status != 0)
		test_fail(__FILE__, __LINE__, "status %d: %s", exit_status, output.err);
}

static void expect_refused(int expected_status, const char *expected)
{
	EXPECT_INT(exit_status, expected_status);
	if (!strstr(output.err, expected))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in: %s", expected, output.err);
	EXPECT(strchr(output.err, '\n') == output.err + strlen(output.err) - 1);
	EXPECT_INT(output.size, 0);
}

static void start_guest(void)
{
	CLEANUP(freep) char *path = path_of("guest.sock");

	guest = child_start((const char *const[]){FAKE_GUEST_PATH, "--path", path, "--heads", "2",
						  "--fps", "0", NULL});
	child_wait_line(guest, "READY");
}

static void start_gateway(void)
{
	CLEANUP(freep) char *config = path_of("gateway.conf");

	gateway = child_start((const char *const[]){GATEWAY_PATH, "--config", config, NULL});
	child_wait_line(gateway, "READY");
}

static void write_config(void)
{
	CLEANUP(freep)
	char *text = xasprintf("[gateway]\nname = ivi\nattach = display1:%s/guest.sock\n"
			       "control = %s/control.sock\nstate = %s\n"
			       "[head 0]\nsize = %dx%d\n[head 1]\nsize = %dx%d\n",
			       directory, directory, directory, WIDTH, HEIGHT, WIDTH, HEIGHT);

	write_file(directory, "gateway.conf", text, 0600);
}

/* Whether the guest is attached, and both heads show it at the configured size. */
static bool shows_the_guest(void *data)
{
	struct json_object *status, *heads;
	bool shows = true;

	RUN("status", "--json");
	expect_done();
	status = json_tokener_parse(output.out);
	heads = json_object_object_get(status, "heads");
	shows = json_object_array_length(heads) == 2;
	for (size_t i = 0; shows && i < 2; i++) {
		struct json_object *head = json_object_array_get_idx(heads, i);

		shows = json_object_get_int(json_object_object_get(head, "width")) == WIDTH &&
			!*json_object_get_string(json_object_object_get(head, "notice"));
	}
	json_object_put(status);
	return shows;
}

static bool shows_no_guest(void *data)
{
	return !shows_the_guest(data);
}

/* The picture in the last run's output, or the test fails. The caller frees. */
static uint8_t *decode(void)
{
	spng_ctx *decoder = spng_ctx_new(0);
	uint8_t *pixels = malloc((size_t)WIDTH * HEIGHT * 3);
	struct spng_ihdr header;

	expect_done();
	EXPECT_INT(spng_set_png_buffer(decoder, output.out, output.size), 0);
	EXPECT_INT(spng_get_ihdr(decoder, &header), 0);
	EXPECT_INT(header.width, WIDTH);
	EXPECT_INT(header.height, HEIGHT);
	EXPECT_INT(spng_decode_image(decoder, pixels, (size_t)WIDTH * HEIGHT * 3, SPNG_FMT_RGB8, 0),
		   0);
	spng_ctx_free(decoder);
	return pixels;
}

/* As the fake guest paints it, above its box. */
static void expect_background(const uint8_t *pixels, unsigned head)
{
	for (unsigned y = 0; y < HEIGHT / 2; y++) {
		for (unsigned x = 0; x < WIDTH; x++) {
			bool is_line = x % 64 == 0 || y % 64 == 0;
			const uint8_t *pixel = pixels + ((size_t)y * WIDTH + x) * 3;

			EXPECT_INT(pixel[0], is_line ? 0x40 : 0x18 + head * 0x20);
			EXPECT_INT(pixel[1], is_line ? 0x48 : (x & 0xff) >> 2);
			EXPECT_INT(pixel[2], is_line ? 0x50 : (y & 0xff) >> 1);
		}
	}
}

static void without_a_guest_a_capture_is_refused_with_the_reason(void)
{
	RUN("capture", "-");
	expect_refused(3, "guest.sock");
	RUN("status");
	expect_done();
	EXPECT(strstr(output.out, "ivi: no guest: "));
}

static void both_heads_come_at_their_sizes(void)
{
	start_guest();
	EXPECT(test_wait(NULL, shows_the_guest, NULL));
}

static void a_capture_is_what_the_guest_drew(void)
{
	RUN("capture", "-");
	CLEANUP(freep) uint8_t *first = decode();
	expect_background(first, 0);

	RUN("capture", "--head", "1", "-");
	CLEANUP(freep) uint8_t *second = decode();
	expect_background(second, 1);

	RUN("capture", "--head", "2", "-");
	expect_refused(3, "head");
}

/* The guest moves its pointer when it likes. */
static bool pointer_is_in_the_picture(void *data)
{
	RUN("capture", "--cursor", "-");

	CLEANUP(freep) uint8_t *pixels = decode();
	const uint8_t *tip = pixels + ((size_t)50 * WIDTH + 100) * 3;

	return tip[0] == 0 && tip[1] == 0 && tip[2] == 0;
}

static void the_pointer_is_drawn_only_where_that_is_asked_for(void)
{
	RUN("pointer", "100", "50");
	expect_done();
	child_wait_line(guest, "motion 0 100 50");
	EXPECT(test_wait(NULL, pointer_is_in_the_picture, NULL));

	RUN("capture", "-");
	CLEANUP(freep) uint8_t *pixels = decode();
	expect_background(pixels, 0);
}

static void a_chord_is_pressed_in_order_and_let_go_in_the_other(void)
{
	RUN("key", "ctrl+alt+delete");
	expect_done();
	child_wait_line(guest, "key 29 1");
	child_wait_line(guest, "key 56 1");
	child_wait_line(guest, "key 211 1");
	child_wait_line(guest, "key 211 0");
	child_wait_line(guest, "key 56 0");
	child_wait_line(guest, "key 29 0");
	RUN("key", "ctrl+hat");
	expect_refused(2, "hat");
}

static void a_text_is_typed_with_shift_where_it_needs_that(void)
{
	RUN("type", "aB\n");
	expect_done();
	child_wait_line(guest, "key 30 1");
	child_wait_line(guest, "key 30 0");
	child_wait_line(guest, "key 42 1");
	child_wait_line(guest, "key 48 1");
	child_wait_line(guest, "key 28 1");
	RUN("type", "a\xc3\xa4");
	expect_refused(2, "\xc3\xa4");
}

static void the_pointer_clicks_and_turns_its_wheel(void)
{
	RUN("pointer", "10", "20", "--click", "left");
	expect_done();
	child_wait_line(guest, "motion 0 10 20");
	child_wait_line(guest, "button 0 0 1");
	child_wait_line(guest, "button 0 0 0");
	RUN("pointer", "--head", "1", "30", "40", "--wheel", "-1");
	expect_done();
	child_wait_line(guest, "motion 1 30 40");
	child_wait_line(guest, "button 1 4 1");
	RUN("pointer", "800", "40");
	expect_refused(2, "800");
	RUN("pointer", "1", "2", "--click", "nose");
	expect_refused(2, "nose");
}

static void a_finger_taps(void)
{
	RUN("touch", "tap", "300", "200");
	expect_done();
	child_wait_line(guest, "touch 0 0 0 300 200");
	child_wait_line(guest, "touch 0 2 0");
	RUN("touch", "tap", "1", "608");
	expect_refused(2, "608");
}

static void a_guest_that_goes_and_returns_is_attached_again(void)
{
	child_stop(guest);
	EXPECT(test_wait(NULL, shows_no_guest, NULL));
	RUN("capture", "-");
	EXPECT_INT(exit_status, 3);
	start_guest();
	EXPECT(test_wait(NULL, shows_the_guest, NULL));
	RUN("key", "a");
	expect_done();
	child_wait_line(guest, "key 30 1");
}

static void the_passwords_are_told_on_the_control_socket(void)
{
	struct json_object *status, *access;

	RUN("status", "--json");
	expect_done();
	status = json_tokener_parse(output.out);
	access = json_object_object_get(status, "access");
	EXPECT_STRING(json_object_get_string(json_object_object_get(access, "mode")), "password");
	EXPECT(strlen(json_object_get_string(json_object_object_get(access, "password"))) > 8);
	EXPECT_INT(strlen(json_object_get_string(json_object_object_get(access, "vnc_password"))),
		   8);
	json_object_put(status);
}

static void the_gateway_ends_when_it_is_asked_to(void)
{
	CLEANUP(freep) char *control = path_of("control.sock");

	EXPECT_INT(child_stop(gateway), 0);
	EXPECT(access(control, F_OK) != 0);
	RUN("status");
	expect_refused(3, "no gateway answers at");
}

int main(void)
{
	directory = temporary_create();
	write_config();
	start_gateway();

	RUN_TEST(without_a_guest_a_capture_is_refused_with_the_reason);
	RUN_TEST(both_heads_come_at_their_sizes);
	RUN_TEST(a_capture_is_what_the_guest_drew);
	RUN_TEST(the_pointer_is_drawn_only_where_that_is_asked_for);
	RUN_TEST(a_chord_is_pressed_in_order_and_let_go_in_the_other);
	RUN_TEST(a_text_is_typed_with_shift_where_it_needs_that);
	RUN_TEST(the_pointer_clicks_and_turns_its_wheel);
	RUN_TEST(a_finger_taps);
	RUN_TEST(a_guest_that_goes_and_returns_is_attached_again);
	RUN_TEST(the_passwords_are_told_on_the_control_socket);
	RUN_TEST(the_gateway_ends_when_it_is_asked_to);

	child_stop(guest);
	child_output_free(&output);
	temporary_destroy(directory);
	return 0;
}

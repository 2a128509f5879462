/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/serial.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "common/unix_socket.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

/* A line, and QEMU's end of it. */
struct scene {
	struct loop *loop;
	char *directory;
	char *path;
	int listener; /* -1: QEMU is not there */
	int guest;    /* -1: nobody has connected */
	struct serial *serial;
	unsigned outputs; /* how often the observer was called */
};

static void handle_output(void *data)
{
	struct scene *scene = data;

	scene->outputs++;
}

static void listen_there(struct scene *scene)
{
	scene->listener = unix_socket_listen(scene->path);
	EXPECT(scene->listener >= 0);
}

static struct scene *scene_create(void)
{
	struct scene *scene = xcalloc(1, sizeof(*scene));

	scene->listener = -1;
	scene->guest = -1;
	EXPECT_INT(loop_create(&scene->loop), 0);
	scene->directory = temporary_create();
	scene->path = xasprintf("%s/serial.sock", scene->directory);
	EXPECT_INT(serial_create(scene->loop, scene->path, &scene->serial), 0);
	serial_observe(scene->serial, handle_output, scene);
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	serial_destroy(scene->serial);
	close_fd(scene->listener);
	close_fd(scene->guest);
	loop_destroy(scene->loop);
	free(scene->path);
	temporary_destroy(scene->directory);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static bool is_connected(void *data)
{
	struct scene *scene = data;

	if (scene->guest < 0)
		scene->guest = accept4(scene->listener, NULL, NULL, SOCK_NONBLOCK);
	return scene->guest >= 0 && !serial_reason(scene->serial);
}

static struct scene *connected(void)
{
	struct scene *scene = scene_create();

	listen_there(scene);
	EXPECT(test_wait(scene->loop, is_connected, scene));
	return scene;
}

static void guest_says(struct scene *scene, const void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t sent = send(scene->guest, (const char *)bytes + done, size - done, 0);

		if (sent > 0)
			done += (size_t)sent;
		else
			sd_event_run(loop_event(scene->loop), 1000);
	}
}

struct awaited {
	struct scene *scene;
	uint64_t end;
};

static bool has_come(void *data)
{
	struct awaited *awaited = data;

	return serial_end(awaited->scene->serial) >= awaited->end;
}

static void wait_for_byte(struct scene *scene, uint64_t end)
{
	struct awaited awaited = {scene, end};

	EXPECT(test_wait(scene->loop, has_come, &awaited));
}

static void expect_kept(struct scene *scene, uint64_t since, uint64_t start, const char *expected)
{
	CLEANUP(freep) uint8_t *bytes = NULL;
	uint64_t at;
	size_t size = serial_read(scene->serial, since, 100, &at, &bytes);

	EXPECT_INT(at, start);
	EXPECT_INT(size, strlen(expected));
	EXPECT(memcmp(bytes, expected, size) == 0);
}

static void what_the_guest_says_is_kept_and_numbered(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = connected();

	guest_says(scene, "hello ", 6);
	wait_for_byte(scene, 6);
	EXPECT_INT(scene->outputs, 1);
	guest_says(scene, "world\n", 6);
	wait_for_byte(scene, 12);
	expect_kept(scene, 0, 0, "hello world\n");
	expect_kept(scene, 6, 6, "world\n");
	expect_kept(scene, 12, 12, "");
	expect_kept(scene, 99, 12, "");
}

static void only_the_newest_is_kept(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = connected();
	CLEANUP(freep) char *much = xcalloc(1, SERIAL_KEPT_MAX);
	CLEANUP(freep) uint8_t *bytes = NULL;
	uint64_t start;

	memset(much, 'x', SERIAL_KEPT_MAX);
	guest_says(scene, "old", 3);
	guest_says(scene, much, SERIAL_KEPT_MAX - 2);
	wait_for_byte(scene, SERIAL_KEPT_MAX + 1);
	expect_kept(scene, SERIAL_KEPT_MAX, SERIAL_KEPT_MAX, "x");
	/* What is gone is not made up. */
	EXPECT_INT(serial_read(scene->serial, 0, SIZE_MAX, &start, &bytes), SERIAL_KEPT_MAX);
	EXPECT_INT(start, 1);
	EXPECT(memcmp(bytes, "ldx", 3) == 0);
	EXPECT_INT(bytes[SERIAL_KEPT_MAX - 1], 'x');
}

static bool guest_has_input(void *data)
{
	struct scene *scene = data;
	struct pollfd look = {scene->guest, POLLIN, 0};

	return poll(&look, 1, 0) == 1;
}

static void what_is_said_reaches_the_guest(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = connected();
	char bytes[16] = "";

	EXPECT_INT(serial_write(scene->serial, "ls\n", 3), 0);
	EXPECT(test_wait(scene->loop, guest_has_input, scene));
	EXPECT_INT(recv(scene->guest, bytes, sizeof(bytes), 0), 3);
	EXPECT_STRING(bytes, "ls\n");
}

static void a_guest_that_does_not_read_makes_us_hold_no_more(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = connected();
	CLEANUP(freep) char *much = xcalloc(1, SERIAL_WAITING_MAX);
	unsigned taken = 0;

	while (serial_write(scene->serial, much, SERIAL_WAITING_MAX) == 0 ||
	       sd_event_run(loop_event(scene->loop), 20000) > 0)
		EXPECT(++taken < 1000);
	EXPECT_INT(serial_write(scene->serial, much, SERIAL_WAITING_MAX), -EAGAIN);
	/* Nor does it keep what it says from us. */
	guest_says(scene, "busy", 4);
	wait_for_byte(scene, 4);
}

static void a_line_that_is_not_there_says_why(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	EXPECT_INT(serial_write(scene->serial, "x", 1), -ENOTCONN);
	while (sd_event_run(loop_event(scene->loop), 0) > 0)
		;
	EXPECT(strstr(serial_reason(scene->serial), "no such file"));
	listen_there(scene);
	EXPECT(test_wait(scene->loop, is_connected, scene));
}

static bool is_gone(void *data)
{
	return serial_reason(((struct scene *)data)->serial);
}

static void a_line_that_was_closed_is_opened_again_and_counts_on(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = connected();

	guest_says(scene, "first\n", 6);
	wait_for_byte(scene, 6);
	scene->guest = close_fd(scene->guest);
	EXPECT(test_wait(scene->loop, is_gone, scene));
	EXPECT(strstr(serial_reason(scene->serial), "was closed"));
	EXPECT(test_wait(scene->loop, is_connected, scene));
	guest_says(scene, "second\n", 7);
	wait_for_byte(scene, 13);
	expect_kept(scene, 0, 0, "first\nsecond\n");
}

static bool has_guest(void *data)
{
	return serial_end(((struct scene *)data)->serial) > 0;
}

static void a_line_that_others_open_is_taken_and_replaced(void)
{
	struct scene scene = {.listener = -1, .guest = -1};
	struct serial *serial;
	int first[2], second[2];
	char byte;

	EXPECT_INT(loop_create(&scene.loop), 0);
	EXPECT_INT(serial_create(scene.loop, NULL, &serial), 0);
	scene.serial = serial;
	EXPECT(strstr(serial_reason(serial), "has not handed"));
	EXPECT_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, first), 0);
	EXPECT_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, second), 0);
	serial_adopt(serial, first[0]);
	EXPECT(!serial_reason(serial));
	serial_adopt(serial, second[0]);
	EXPECT_INT(recv(first[1], &byte, 1, 0), 0);
	EXPECT_INT(send(second[1], "x", 1, 0), 1);
	EXPECT(test_wait(scene.loop, has_guest, &scene));
	close(second[1]);
	EXPECT(test_wait(scene.loop, is_gone, &scene));
	close(first[1]);
	serial_destroy(serial);
	loop_destroy(scene.loop);
}

int main(void)
{
	RUN_TEST(what_the_guest_says_is_kept_and_numbered);
	RUN_TEST(only_the_newest_is_kept);
	RUN_TEST(what_is_said_reaches_the_guest);
	RUN_TEST(a_guest_that_does_not_read_makes_us_hold_no_more);
	RUN_TEST(a_line_that_is_not_there_says_why);
	RUN_TEST(a_line_that_others_open_is_taken_and_replaced);
	RUN_TEST(a_line_that_was_closed_is_opened_again_and_counts_on);
	return 0;
}

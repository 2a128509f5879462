/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What goes wrong at the sockets of gpu-bridge's display bus.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/display1.h"
#include "common/fd_pass.h"
#include "tests/integration/bus_stage.h"

#define CLIENT ((struct fake_viewer_options){.has_no_listener = true})
#define MAPS   ((struct fake_viewer_options){.maps = true})

/* As display_bus.c has them. */
#define CLIENTS_MAX   16
#define LISTENERS_MAX 8

static const struct fake_viewer_seen *seen(const struct fake_viewer *viewer)
{
	return fake_viewer_seen(viewer);
}

static int connect_raw(struct bus_stage *stage)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, stage->path);
	EXPECT(fd >= 0);
	EXPECT_INT(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void say(int fd, const char *bytes, size_t size)
{
	EXPECT_INT(send(fd, bytes, size, MSG_NOSIGNAL), size);
}

#define SAY(fd, text) say(fd, text, sizeof(text) - 1)

static bool has_been_closed(int fd)
{
	char bytes[4096];
	ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	return got == 0 || (got < 0 && errno != EAGAIN);
}

/* A string field of a message's header, as D-Bus lays it out. */
static size_t put_field(unsigned char *to, size_t at, unsigned char code, char type,
			const char *text)
{
	uint32_t length = (uint32_t)strlen(text);
	bool is_signature = type == 'g';

	at = (at + 7) & ~(size_t)7;
	to[at++] = code;
	to[at++] = 1;
	to[at++] = (unsigned char)type;
	to[at++] = 0;
	if (is_signature) {
		to[at++] = (unsigned char)length;
	} else {
		memcpy(to + at, &length, 4);
		at += 4;
	}
	memcpy(to + at, text, length + 1);
	return at + length + 1;
}

/* Keyboard.Press(30), by hand: a peer that only writes has no use for a library. */
static size_t put_press(unsigned char to[256])
{
	const uint32_t one = 1;
	uint32_t fields, body = 4, key = 30;
	size_t at = 16;

	memset(to, 0, 256);
	to[0] = *(const unsigned char *)&one ? 'l' : 'B';
	to[1] = 1; /* a call */
	to[3] = 1; /* of this version */
	memcpy(to + 4, &body, 4);
	memcpy(to + 8, &one, 4);
	at = put_field(to, at, 1, 'o', "/org/qemu/Display1/Console_0");
	at = put_field(to, at, 2, 's', DISPLAY1_KEYBOARD);
	at = put_field(to, at, 3, 's', "Press");
	at = put_field(to, at, 8, 'g', "u");
	fields = (uint32_t)at - 16;
	memcpy(to + 12, &fields, 4);
	at = (at + 7) & ~(size_t)7;
	memcpy(to + at, &key, 4);
	return at + 4;
}

static void expect_served(struct bus_stage *stage)
{
	VIEWER *viewer = bus_stage_viewer(stage, MAPS);

	EXPECT(fake_viewer_is_all(viewer, RED));
}

static unsigned open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* -- Handshakes ------------------------------------------------------------------------ */

static void garbage_ends_its_own_connection_only(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, MAPS);
	CLEANUP(close_fdp) int first = connect_raw(stage);
	CLEANUP(close_fdp) int second = connect_raw(stage);

	SAY(first, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	SAY(second, "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n\xff\xff\xff\xff\xff\xff\xff\xff"
		    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
	WAIT_UNTIL(stage, has_been_closed(first));
	WAIT_UNTIL(stage, has_been_closed(second));
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, WIDTH, HEIGHT}, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, GREEN));
}

/* The library tells of the end from inside of the call that takes the line. */
static void a_client_may_leave_before_its_line_is_answered(void)
{
	STAGE *stage = bus_stage_create_red();
	int fd = connect_raw(stage);

	SAY(fd, "\0AUTH EXTERNAL\r\n");
	close(fd);
	expect_served(stage);
}

static void an_endless_handshake_ends(void)
{
	STAGE *stage = bus_stage_create_red();
	CLEANUP(close_fdp) int fd = connect_raw(stage);
	char line[1024];

	memset(line, 'A', sizeof(line));
	SAY(fd, "\0");
	WAIT_UNTIL(stage, send(fd, line, sizeof(line), MSG_NOSIGNAL) < 0 && errno == EPIPE);
	expect_served(stage);
}

static void a_handshake_may_come_byte_by_byte(void)
{
	STAGE *stage = bus_stage_create_red();
	CLEANUP(close_fdp) int fd = connect_raw(stage);
	static const char handshake[] =
		"\0AUTH\r\nAUTH ANONYMOUS\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";
	unsigned char press[256];

	for (size_t i = 0; i < sizeof(handshake) - 1; i++) {
		say(fd, handshake + i, 1);
		sd_event_run(loop_event(stage->loop), 0);
	}
	say(fd, (char *)press, put_press(press));
	WAIT_UNTIL(stage, stage->lines_length > 0);
	bus_stage_expect_input(stage, "key 0 30 1\n");
}

static void a_call_may_come_together_with_the_handshake(void)
{
	STAGE *stage = bus_stage_create_red();
	CLEANUP(close_fdp) int fd = connect_raw(stage);
	unsigned char all[512] = "\0AUTH ANONYMOUS\r\nBEGIN\r\n", press[256];
	size_t size = sizeof("\0AUTH ANONYMOUS\r\nBEGIN\r\n") - 1, press_size = put_press(press);

	memcpy(all + size, press, press_size);
	say(fd, (char *)all, size + press_size);
	WAIT_UNTIL(stage, stage->lines_length > 0);
	bus_stage_expect_input(stage, "key 0 30 1\n");
}

/* -- Many ---------------------------------------------------------------------------------- */

static void connections_that_say_nothing_make_place_for_others(void)
{
	STAGE *stage = bus_stage_create_red();
	int silent[3 * CLIENTS_MAX];

	for (unsigned i = 0; i < 3 * CLIENTS_MAX; i++) {
		silent[i] = connect_raw(stage);
		SAY(silent[i], "\0AUTH EXTERNAL");
		while (sd_event_run(loop_event(stage->loop), 0) > 0)
			;
	}
	WAIT_UNTIL(stage, has_been_closed(silent[0]));
	expect_served(stage);
	for (unsigned i = 0; i < 3 * CLIENTS_MAX; i++)
		close_fd(silent[i]);
}

static void one_client_too_many_is_turned_away(void)
{
	STAGE *stage = bus_stage_create_red();
	struct fake_viewer *clients[CLIENTS_MAX], *late;
	unsigned before = open_descriptors();

	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		clients[i] = bus_stage_viewer(stage, CLIENT);
		WAIT_UNTIL(stage, seen(clients[i])->is_greeted);
	}
	late = bus_stage_viewer(stage, CLIENT);
	WAIT_UNTIL(stage, seen(late)->has_left);
	fake_viewer_destroy(late);
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		EXPECT(!seen(clients[i])->has_left);
		fake_viewer_destroy(clients[i]);
	}
	WAIT_UNTIL(stage, open_descriptors() == before);
	expect_served(stage);
}

static void listeners_are_bounded_for_each_output(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);
	unsigned before;
	int pair[2];

	WAIT_UNTIL(stage, seen(client)->is_greeted);
	before = open_descriptors();
	for (unsigned i = 0; i < LISTENERS_MAX; i++)
		fake_viewer_register_mute(client);
	EXPECT_INT(fd_pass_pair(pair), 0);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_CONSOLE, "RegisterListener", "h", pair[0]),
		      DISPLAY1_ERROR_FAILED);
	close_fd(pair[0]);
	close_fd(pair[1]);
	/* Their places are free when they have gone. */
	fake_viewer_close_mutes(client);
	WAIT_UNTIL(stage, open_descriptors() == before);
	expect_served(stage);
}

static void out_of_descriptors_the_bus_waits_for_better_times(void)
{
	STAGE *stage = bus_stage_create_red();
	struct rlimit before, low;
	int waiting[4];

	for (unsigned i = 0; i < 4; i++)
		waiting[i] = connect_raw(stage);
	EXPECT_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = (rlim_t)waiting[3] + 1;
	EXPECT_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
	for (unsigned i = 0; i < 50; i++)
		sd_event_run(loop_event(stage->loop), 1000);
	EXPECT_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
	expect_served(stage);
	for (unsigned i = 0; i < 4; i++)
		close_fd(waiting[i]);
}

/* -- Clients that take nothing --------------------------------------------------------------- */

static int connect_by_hand(struct bus_stage *stage)
{
	char line[128], user[32], *to = line + 1;
	int fd = connect_raw(stage);

	snprintf(user, sizeof(user), "%u", getuid());
	line[0] = '\0';
	to += sprintf(to, "AUTH EXTERNAL ");
	for (const char *digit = user; *digit; digit++)
		to += sprintf(to, "%02x", (unsigned)*digit);
	to += sprintf(to, "\r\nBEGIN\r\n");
	say(fd, line, (size_t)(to - line));
	return fd;
}

/* Writes as much as the socket takes, of whole calls; returns false once it is closed. */
static bool flood(int fd)
{
	unsigned char press[256];
	size_t size = put_press(press);

	for (unsigned i = 0; i < 1000; i++) {
		ssize_t sent = send(fd, press, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0)
			return errno == EAGAIN;
		EXPECT_INT(sent, size);
	}
	return true;
}

static void a_client_that_reads_no_answers_is_dropped(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *other = bus_stage_viewer(stage, MAPS);
	CLEANUP(close_fdp) int fd = connect_by_hand(stage);

	WAIT_UNTIL(stage, (stage->lines_length = 0, !flood(fd)));
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, WIDTH, HEIGHT}, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(other, GREEN));
}

static void a_client_that_reads_no_signals_is_dropped(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);

	WAIT_UNTIL(stage, seen(client)->is_greeted);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_KEYBOARD, "Press", "u", 30), "");
	bus_stage_expect_input(stage, "key 0 30 1\n");
	fake_viewer_fall_asleep(client);
	/* Its keys are let go of when it is dropped. */
	for (unsigned i = 0; i < 1000000 && stage->lines_length == 0; i++)
		display_bus_set_locks(stage->bus, i % 2);
	bus_stage_expect_input(stage, "key 0 30 0\n");
}

static void a_flood_of_calls_does_not_keep_pictures_from_others(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *other = bus_stage_viewer(stage, MAPS);
	CLEANUP(close_fdp) int fd = connect_by_hand(stage);

	WAIT_UNTIL(stage, flood(fd) && stage->lines_length > 0);
	stage->lines_length = 0;
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, WIDTH, HEIGHT}, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(other, GREEN));
	/* A turn for one, a turn for the other. */
	EXPECT(stage->lines_length < 20 * strlen("key 0 30 1\n"));
}

/* -- Listeners' sockets -------------------------------------------------------------------------
 */

static void only_a_connected_unix_stream_can_be_a_listener(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);
	CLEANUP(close_fdp) int datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CLEANUP(close_fdp) int internet = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP(close_fdp) int alone = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP(close_fdp) int file = open("/dev/zero", O_RDWR | O_CLOEXEC);

	WAIT_UNTIL(stage, seen(client)->is_greeted);
	EXPECT_STRING(
		fake_viewer_call(client, DISPLAY1_CONSOLE, "RegisterListener", "h", datagrams),
		DISPLAY1_ERROR_FAILED);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_CONSOLE, "RegisterListener", "h", internet),
		      DISPLAY1_ERROR_FAILED);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_CONSOLE, "RegisterListener", "h", alone),
		      DISPLAY1_ERROR_FAILED);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_CONSOLE, "RegisterListener", "h", file),
		      DISPLAY1_ERROR_FAILED);
	expect_served(stage);
}

static void no_descriptor_stays_behind(void)
{
	STAGE *stage = bus_stage_create_red();
	unsigned before;

	expect_served(stage);
	while (sd_event_run(loop_event(stage->loop), 0) > 0)
		;
	before = open_descriptors();
	for (unsigned i = 0; i < 5; i++) {
		VIEWER *client = bus_stage_viewer(stage, CLIENT);

		expect_served(stage);
		WAIT_UNTIL(stage, seen(client)->is_greeted);
		/* One that comes with a call which has no use for it. */
		EXPECT_STRING(fake_viewer_call(client, DISPLAY1_KEYBOARD, "Press", "h", 0),
			      "org.freedesktop.DBus.Error.InvalidArgs");
		bus_stage_show(stage, 0, WIDTH, HEIGHT, RED);
	}
	WAIT_UNTIL(stage, open_descriptors() == before);
}

/* -- The listening socket --------------------------------------------------------------------- */

static void only_its_owner_can_connect(void)
{
	STAGE *stage = bus_stage_create_red();
	struct stat status;

	EXPECT_INT(stat(stage->path, &status), 0);
	EXPECT_INT(status.st_mode & 07777, 0600);
}

static void a_socket_that_is_in_use_is_left_alone(void)
{
	STAGE *stage = bus_stage_create_red();
	struct display_bus_options options = {.path = stage->path, .name = "second"};
	struct display_bus *second = NULL;

	EXPECT_INT(display_bus_create(stage->loop, stage->display, &options, &second), -EADDRINUSE);
	expect_served(stage);
}

int main(void)
{
	RUN_TEST(garbage_ends_its_own_connection_only);
	RUN_TEST(a_client_may_leave_before_its_line_is_answered);
	RUN_TEST(an_endless_handshake_ends);
	RUN_TEST(a_handshake_may_come_byte_by_byte);
	RUN_TEST(a_call_may_come_together_with_the_handshake);
	RUN_TEST(connections_that_say_nothing_make_place_for_others);
	RUN_TEST(one_client_too_many_is_turned_away);
	RUN_TEST(listeners_are_bounded_for_each_output);
	RUN_TEST(out_of_descriptors_the_bus_waits_for_better_times);
	RUN_TEST(a_client_that_reads_no_answers_is_dropped);
	RUN_TEST(a_client_that_reads_no_signals_is_dropped);
	RUN_TEST(a_flood_of_calls_does_not_keep_pictures_from_others);
	RUN_TEST(only_a_connected_unix_stream_can_be_a_listener);
	RUN_TEST(no_descriptor_stays_behind);
	RUN_TEST(only_its_owner_can_connect);
	RUN_TEST(a_socket_that_is_in_use_is_left_alone);
}

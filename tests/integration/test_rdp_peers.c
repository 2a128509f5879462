/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * RDP clients that may not log in, and those that misbehave: none harms another.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <freerdp/error.h>
#include <freerdp/input.h>

#include "gateway/input/seat.h"
#include "tests/integration/rdp_stage.h"

/* -- Strangers ---------------------------------------------------------------------- */

static void expect_refused(struct stage *stage, const struct rdp_client_options *options)
{
	CLIENT client = rdp_client_start(options);

	WAIT_UNTIL(stage, rdp_client_has_ended(client));
	EXPECT(!rdp_client_is_connected(client));
	EXPECT_INT(rdp_client_error(client), FREERDP_ERROR_SERVER_INSUFFICIENT_PRIVILEGES);
	stage_expect_viewers(stage, 0);
}

static void a_wrong_password_is_refused(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.password = "wrong";
	expect_refused(&stage, &options);
	options = stage_client_options(&stage);
	options.user = "root";
	expect_refused(&stage, &options);
}

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

static bool is_closed(int fd)
{
	char bytes[256];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		continue;
	return n == 0 || errno != EAGAIN;
}

static void expect_closed_after(struct stage *stage, const void *bytes, size_t size)
{
	CLEANUP(close_fdp) int fd = connect_raw(stage);

	EXPECT_INT(send(fd, bytes, size, 0), size);
	WAIT_UNTIL(stage, is_closed(fd));
}

static void garbage_ends_its_own_connection_only(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);
	static const char hello[] = "\x16\x03\x01 this is no TPKT, and it goes on";
	static const char bad_length[] = "\x03\x00\x00\x13\xff\xe0\x00\x00\x00\x00\x00\x01\x00"
					 "\x08\x00\x01\x00\x00\x00";
	/* A good request for TLS, and then no TLS. */
	static const char no_tls[] = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00"
				     "\x08\x00\x01\x00\x00\x00 this is no ClientHello";

	expect_closed_after(&stage, hello, sizeof(hello) - 1);
	expect_closed_after(&stage, bad_length, sizeof(bad_length) - 1);
	expect_closed_after(&stage, no_tls, sizeof(no_tls) - 1);
	stage_paint(&stage, 0, WIDTH, HEIGHT, 2);
	stage_expect_shown(&stage, client);
}

/* Tries again when it was turned away. */
static bool is_admitted(struct rdp_client **client, const struct rdp_client_options *options)
{
	if (!rdp_client_is_connected(*client) && rdp_client_has_ended(*client)) {
		rdp_client_destroy(*client);
		*client = rdp_client_start(options);
	}
	return rdp_client_is_connected(*client);
}

static void a_crowd_of_strangers_is_turned_away(void)
{
	STAGE(NULL);
	int fds[16];
	struct rdp_client_options options = stage_client_options(&stage);

	for (unsigned i = 0; i < 16; i++)
		fds[i] = connect_raw(&stage);
	int late = connect_raw(&stage);
	WAIT_UNTIL(&stage, is_closed(late));
	for (unsigned i = 0; i < 16; i++)
		close(fds[i]);
	close(late);

	/* Once they are gone there is room again. */
	CLIENT client = rdp_client_start(&options);
	WAIT_UNTIL(&stage, is_admitted(&client, &options));
}

/* -- Clients that misbehave --------------------------------------------------------- */

static void a_client_that_stops_reading_holds_up_nobody(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);
	CLIENT stuck = stage_connect(&stage, &options);
	CLIENT other = stage_connect(&stage, &options);

	options.is_without_graphics = true;
	CLIENT stuck_too = stage_connect(&stage, &options);

	rdp_client_pause(stuck, true);
	rdp_client_pause(stuck_too, true);
	for (uint32_t seed = 2; seed < 40; seed++) {
		stage_paint(&stage, 0, WIDTH, HEIGHT, seed);
		stage_expect_shown(&stage, other);
	}
	rdp_client_pause(stuck, false);
	rdp_client_pause(stuck_too, false);
	stage_expect_shown(&stage, stuck);
	stage_expect_shown(&stage, stuck_too);
}

static bool has_ended(void *data)
{
	return rdp_client_has_ended(data);
}

static void a_client_that_floods_the_input_is_disconnected(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);

	/* The loop does not turn meanwhile, as if the guest took nothing. */
	seat_detach(stage.services.seat);
	for (unsigned i = 0; i < 20000 && !rdp_client_has_ended(client); i++)
		rdp_client_key(client, i % 2 ? KBD_FLAGS_RELEASE : 0, 0x1e);
	EXPECT(test_wait(NULL, has_ended, client));
	stage_expect_viewers(&stage, 0);
}

static void a_stuck_client_does_not_keep_the_server_from_stopping(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.is_without_graphics = true;
	stage_paint(&stage, 0, 1920, 1080, 1);
	CLIENT stuck = stage_connect(&stage, &options);
	rdp_client_pause(stuck, true);
	/* Until nothing goes out any more: its thread waits for the socket. */
	uint64_t frames = 0;
	uint32_t seed = 2;
	for (int unchanged = 0; unchanged < 20; unchanged++) {
		stage_paint(&stage, 0, 1920, 1080, seed++);
		sd_event_run(loop_event(stage.loop), 10000);
		if (stage_first_viewer(&stage).frames != frames)
			unchanged = 0;
		frames = stage_first_viewer(&stage).frames;
	}
	uint64_t began = loop_now_us();
	rdp_server_destroy(TAKE(stage.server));
	EXPECT(loop_now_us() - began < TEST_DEADLINE_MS * UINT64_C(1000));
	stage_expect_viewers(&stage, 0);
}

int main(void)
{
	RUN_TEST(a_wrong_password_is_refused);
	RUN_TEST(garbage_ends_its_own_connection_only);
	RUN_TEST(a_crowd_of_strangers_is_turned_away);
	RUN_TEST(a_client_that_stops_reading_holds_up_nobody);
	RUN_TEST(a_client_that_floods_the_input_is_disconnected);
	RUN_TEST(a_stuck_client_does_not_keep_the_server_from_stopping);
	return 0;
}

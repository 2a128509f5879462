/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The gateway as a program, with a guest that moves and viewers of two protocols: that
 * what operators read counts what the viewers were shown.
 */

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "tests/fakes/rdp_client.h"
#include "tests/fakes/rfb_client.h"
#include "tests/fakes/web_client.h"
#include "tests/integration/gateway_stage.h"
#include "tests/support/child.h"
#include "tests/support/prometheus.h"
#include "tests/support/test.h"

/* Enough to be a stream of updates, and not the first picture. */
#define UPDATES 20

static struct gateway gateway;
static struct child *guest;
static struct loop *loop;
static struct web_client *client;
static struct rfb_client *vnc;
static struct rdp_client *rdp;
static char *metrics; /* as they were read last */

static void start_guest(void)
{
	CLEANUP(freep) char *path = gateway_path(&gateway, "guest.sock");

	guest = child_start((const char *const[]){FAKE_GUEST_PATH, "--path", path, "--heads", "1",
						  "--size", "640x480", "--fps", "30", NULL});
	child_wait_line(guest, "READY");
}

static void connect_client(void)
{
	struct listen_address control = {.is_unix = true};
	CLEANUP(freep) char *path = gateway_path(&gateway, "control");

	snprintf(control.path, sizeof(control.path), "%s", path);
	EXPECT_INT(loop_create(&loop), 0);
	client = web_client_connect(loop, &control);
}

static void read_metrics(void)
{
	web_client_say(client, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");

	struct web_response response = web_client_response(client);

	EXPECT_INT(response.status, 200);
	free(metrics);
	metrics = xstrdup(response.body);
	web_response_finish(&response);
	prometheus_check(metrics);
}

/* -- Viewers -------------------------------------------------------------------- */

/* Takes in what has come for some time, so that it is an attentive viewer. */
static void turn_vnc(void)
{
	struct pollfd wait = {.fd = vnc->fd, .events = POLLIN};

	while (poll(&wait, 1, 0) > 0)
		EXPECT_INT(rfb_client_process(vnc), 0);
}

static bool vnc_is_ready(void *data)
{
	turn_vnc();
	return vnc->state == RFB_STATE_READY;
}

static void start_vnc(void)
{
	static const int32_t encodings[] = {RFB_H264,	      RFB_TIGHT, RFB_DESKTOP_SIZE,
					    RFB_ALPHA_CURSOR, RFB_FENCE, RFB_CONTINUOUS_UPDATES};

	vnc = rfb_client_create(gateway_connect(&gateway, "vnc"), NULL, false);
	EXPECT(test_wait(NULL, vnc_is_ready, NULL));
	EXPECT_INT(rfb_send_encodings(vnc, encodings, sizeof(encodings) / sizeof(encodings[0])), 0);
	EXPECT_INT(rfb_send_request(vnc, true), 0);
	EXPECT_INT(rfb_send_continuous(vnc, true), 0);
}

static void start_rdp(void)
{
	rdp = rdp_client_start(&(struct rdp_client_options){
		.port = gateway.rdp_port,
		.user = "dev",
		.password = "",
		.width = 640,
		.height = 480,
	});
}

/* The counters of the viewer of `protocol` that has this number. */
static uint64_t number(const char *metric, int viewer, const char *protocol)
{
	CLEANUP(freep)
	char *series = xasprintf("windscreen_viewer_%s{viewer=\"%d\",protocol=\"%s\"}", metric,
				 viewer, protocol);

	return (uint64_t)prometheus_value(metrics, series);
}

static bool is_counted(int viewer, const char *protocol)
{
	return number("updates_total", viewer, protocol) >= UPDATES &&
	       number("sent_bytes_total", viewer, protocol) > 0 &&
	       number("written_seconds_count", viewer, protocol) >= UPDATES / 2 &&
	       number("acknowledged_seconds_count", viewer, protocol) >= UPDATES / 2;
}

static bool vnc_is_counted(void *data)
{
	turn_vnc();
	read_metrics();
	return is_counted(1, "vnc");
}

static bool rdp_is_there(void *data)
{
	turn_vnc();
	read_metrics();
	return prometheus_value(metrics, "windscreen_viewers{protocol=\"rdp\"}") == 1;
}

static bool rdp_is_gone(void *data)
{
	return !rdp_is_there(data);
}

static bool rdp_is_counted(void *data)
{
	turn_vnc();
	read_metrics();
	return is_counted(2, "rdp");
}

static void what_a_vnc_viewer_was_shown_is_counted(void)
{
	start_vnc();
	EXPECT(test_wait(loop, vnc_is_counted, NULL));
	EXPECT_INT(prometheus_value(metrics, "windscreen_viewers{protocol=\"vnc\"}"), 1);
	EXPECT_INT(prometheus_value(metrics, "windscreen_guest_attached"), 1);
	EXPECT(strstr(metrics, ",head=\"0\",video=\"main\"} 1\n"));
	EXPECT(number("video_units_total", 1, "vnc") > 0); /* its first picture */
}

static void what_an_rdp_viewer_was_shown_is_counted(void)
{
	start_rdp();
	EXPECT(test_wait(loop, rdp_is_there, NULL));
	EXPECT(test_wait(loop, rdp_is_counted, NULL));
}

static void what_is_encoded_is_counted_for_the_head(void)
{
	read_metrics();
	EXPECT(prometheus_value(metrics, "windscreen_head_frames_total{head=\"0\"}") >= UPDATES);
	EXPECT(prometheus_value(metrics, "windscreen_head_video_units_total{head=\"0\"}") > 0);
	EXPECT(prometheus_value(metrics, "windscreen_head_video_bytes_total{head=\"0\"}") > 0);
	EXPECT(prometheus_value(metrics, "windscreen_head_pieces_encoded_total{head=\"0\"}") > 0);
	EXPECT(prometheus_value(metrics,
				"windscreen_head_pieces_encode_seconds_total{head=\"0\"}") > 0);
}

static void a_viewer_that_left_has_no_series(void)
{
	rdp_client_destroy(rdp);
	EXPECT(test_wait(loop, rdp_is_gone, NULL));
	EXPECT(!strstr(metrics, "viewer=\"2\""));
}

int main(void)
{
	gateway_start(&gateway, 0, (const char *const[]){"--access", "open", NULL});
	start_guest();
	connect_client();
	RUN_TEST(what_a_vnc_viewer_was_shown_is_counted);
	RUN_TEST(what_an_rdp_viewer_was_shown_is_counted);
	RUN_TEST(what_is_encoded_is_counted_for_the_head);
	RUN_TEST(a_viewer_that_left_has_no_series);
	rfb_client_destroy(vnc);
	web_client_destroy(client);
	loop_destroy(loop);
	free(metrics);
	child_stop(guest);
	EXPECT_INT(gateway_stop(&gateway), 0);
	gateway_finish(&gateway);
	return 0;
}

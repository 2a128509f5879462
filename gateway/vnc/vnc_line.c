/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_line.h"

#include "common/loop.h"
#include "gateway/encode/feed.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_client.h"
#include "gateway/vnc/vnc_wire.h"

/* An update that took about as long as the shortest found nothing in its way: the next may be
 * twice as long. One that took much longer may have been in the way of others. */
#define SHORT_SLACK_US 30000
#define LONG_SLACK_US  100000
#define DOUBLINGS_MAX  8

#define REPORT_INTERVAL_US 500000

/* A viewer that has not answered for so long is worth a line in the log. */
#define ANSWER_PATIENCE_US UINT64_C(10000000)

void vnc_line_meter(struct vnc_line *line, bool is_metered)
{
	if (line->is_metered != is_metered)
		rate_meter_forget(&line->meter);
	line->is_metered = is_metered;
}

static void note_oddity(struct vnc_line *line, const char *what)
{
	if (!line->is_odd)
		log_write(LOG_LEVEL_INFO, line->client->subject, "%s", what);
	line->is_odd = true;
}

bool vnc_line_has_room(struct vnc_line *line)
{
	uint64_t since = rate_meter_waiting_since_us(&line->meter);
	uint64_t now = loop_now_us();

	if (!line->is_metered || rate_meter_has_room(&line->meter))
		return true;
	if (since < now && now - since > ANSWER_PATIENCE_US)
		note_oddity(line, "has not answered for a while: nothing is sent until it does");
	return false;
}

size_t vnc_line_update_max(const struct vnc_line *line)
{
	return rate_meter_update_max(&line->meter);
}

size_t vnc_line_whole_update_max(const struct vnc_line *line, size_t bytes_max)
{
	size_t max = rate_meter_update_max(&line->meter);

	if (rate_meter_kbps(&line->meter) > 0)
		return max;
	max <<= line->doublings;
	return max < bytes_max ? max : bytes_max;
}

static void send_fence(struct vnc_line *line, uint32_t number)
{
	uint8_t message[13] = {VNC_SERVER_FENCE};

	vnc_write_u32(message + 4, VNC_FENCE_REQUEST | VNC_FENCE_BLOCK_BEFORE);
	message[8] = sizeof(number);
	vnc_write_u32(message + 9, number);
	vnc_client_write(line->client, message, sizeof(message));
}

void vnc_line_sent(struct vnc_line *line, uint64_t bytes, uint64_t frame_us)
{
	uint32_t number;

	line->frame_us = frame_us;
	if (!line->is_metered)
		return;
	number = rate_meter_sent(&line->meter, (uint32_t)bytes, loop_now_us());
	latency_flights_sent(&line->flights, number, frame_us);
	send_fence(line, number);
}

void vnc_line_note_written(struct vnc_line *line)
{
	if (line->frame_us > 0)
		viewer_note_written(line->counters, line->frame_us);
	line->frame_us = 0;
}

static void learn(struct vnc_line *line, uint32_t number, uint64_t now)
{
	uint64_t took = now - line->meter.updates[number % RATE_UPDATES_MAX].sent_us;
	uint64_t shortest = line->meter.round_trip_us;

	if (took > 2 * shortest + LONG_SLACK_US)
		line->doublings /= 2;
	else if (took < shortest + shortest / 2 + SHORT_SLACK_US && line->doublings < DOUBLINGS_MAX)
		line->doublings++;
}

void vnc_line_note_answer(struct vnc_line *line, uint32_t number)
{
	uint64_t now = loop_now_us();
	uint32_t kbps;

	if (!rate_meter_acknowledged(&line->meter, number, now)) {
		note_oddity(line, "answers fences that it was not sent");
		return;
	}
	learn(line, number, now);
	latency_flights_acknowledged(&line->flights, number, now, &line->counters->acknowledged);
	if (now - line->reported_us < REPORT_INTERVAL_US)
		return;
	kbps = rate_meter_kbps(&line->meter);
	line->counters->kbps = kbps;
	feed_view_report(line->view, kbps);
	line->reported_us = now;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/rate.h"

/* An update that took so much longer than the shortest round trip found a queue: its line was the
 * limit. Less is what busy viewers, and displays of 60 Hz, take to answer. */
#define QUEUED_US 30000

/* One measurement: so long a busy line, or what came in so much time. Few bytes tell of the
 * viewer's pauses, and not of its line. */
#define SAMPLE_BUSY_US	 100000
#define SAMPLE_WALL_US	 500000
#define SAMPLE_BYTES_MIN 4096

/* Two updates have to differ by so much for the time between to say how wide the line is. */
#define SLOPE_BYTES_MIN 4096

/* A line that has not been full for so long, and carries half of what it is said to, may take
 * more by now: so much, one in so many, each time. */
#define CREEP_AFTER_US UINT64_C(5000000)
#define CREEP_US       500000
#define CREEP_ONE_IN   16

/* What one measurement in a row says is not believed: a viewer may have stood still. */
#define SAMPLES_TO_BELIEVE 2

/* Beyond this a line limits nothing that we send. */
#define UNLIMITED_KBPS (RATE_KBPS_MAX * 3 / 2)

/* How long the shortest round trip is believed without being seen again, and how exactly. */
#define ROUND_TRIP_AGE_US   UINT64_C(10000000)
#define ROUND_TRIP_SLACK_US 2000

/* What may wait in front of the line, beyond what fills it. */
#define QUEUE_US 60000

/* On their way while nothing is known: of any size, and of those that together are small. */
#define UPDATES	      3
#define SMALL_UPDATES 16
#define SMALL_BYTES   32768

/* A long line takes more to be busy: what comes in a round trip at this pace, within bounds. */
#define LONG_INTERVAL_US 33333
#define LONG_BYTES	 (256 * 1024)

/* One update of lossless pixels. */
#define UPDATE_US	     50000
#define UPDATE_BYTES_MIN     (16 * 1024)
#define UPDATE_BYTES_MAX     (256 * 1024)
#define UPDATE_BYTES_UNKNOWN (64 * 1024)

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* -- One viewer's line ---------------------------------------------------- */

static uint64_t kbps_from_bytes(uint64_t bytes, uint64_t us)
{
	return bytes * 8 * 1000 / max_u64(us, 1);
}

static uint64_t bytes_from_kbps(uint32_t kbps, uint64_t us)
{
	return kbps * us / 8000;
}

static uint32_t on_their_way(const struct rate_meter *meter)
{
	return meter->sent - meter->acknowledged;
}

static uint64_t bytes_on_their_way(const struct rate_meter *meter)
{
	uint64_t bytes = 0;

	for (uint32_t n = meter->acknowledged + 1; n != meter->sent + 1; n++)
		bytes += meter->updates[n % RATE_UPDATES_MAX].bytes;
	return bytes;
}

uint32_t rate_meter_sent(struct rate_meter *meter, uint32_t bytes, uint64_t now_us)
{
	bool is_alone = on_their_way(meter) == 0;
	struct rate_update *update;

	if (is_alone)
		meter->waiting_since_us = max_u64(meter->waiting_since_us, now_us);
	else if (on_their_way(meter) == RATE_UPDATES_MAX)
		meter->acknowledged++;
	update = &meter->updates[++meter->sent % RATE_UPDATES_MAX];
	*update = (struct rate_update){.bytes = bytes, .sent_us = now_us, .is_alone = is_alone};
	return meter->sent;
}

static uint64_t carrying_us(const struct rate_meter *meter, uint32_t bytes)
{
	return meter->kbps > 0 ? UINT64_C(8000) * bytes / meter->kbps : 0;
}

/* The round trip of an update of no size. */
static uint64_t way_us(const struct rate_meter *meter)
{
	return meter->round_trip_us -
	       min_u64(carrying_us(meter, meter->round_trip_bytes), meter->round_trip_us / 2);
}

/* What an update takes that finds the line empty. */
static uint64_t expected_us(const struct rate_meter *meter, const struct rate_update *update)
{
	return max_u64(way_us(meter) + carrying_us(meter, update->bytes), meter->round_trip_us);
}

/* The shortest round trip is that of an empty line. Where it has not been seen for long the
 * way may have become longer, which only an empty line shows. */
static void take_round_trip(struct rate_meter *meter, const struct rate_update *update,
			    uint64_t now_us)
{
	uint64_t took_us = max_u64(now_us - min_u64(update->sent_us, now_us), 1);
	uint64_t longest_us = expected_us(meter, update) * 9 / 8 + ROUND_TRIP_SLACK_US;
	bool is_shortest = meter->round_trip_us == 0 || took_us <= meter->round_trip_us;

	if (!is_shortest && took_us > longest_us) {
		if (now_us - meter->short_us <= ROUND_TRIP_AGE_US)
			return;
		meter->is_draining = true;
		if (!update->is_alone)
			return;
		/* What looked like a queue was the way. */
		if (took_us > longest_us + QUEUED_US) {
			meter->kbps = 0;
			meter->samples_count = 0;
		}
		is_shortest = true;
	}
	if (is_shortest) {
		meter->round_trip_us = took_us;
		meter->round_trip_bytes = update->bytes;
	}
	meter->short_us = now_us;
	meter->is_draining = false;
}

static void believe(struct rate_meter *meter, uint64_t kbps)
{
	meter->kbps = kbps > UNLIMITED_KBPS ? 0 : (uint32_t)max_u64(kbps, 1);
}

/* What was carried in how long is what the line takes, if there was always a queue in front of it,
 * and the least that it takes otherwise. */
static void take_sample(struct rate_meter *meter, uint64_t now_us)
{
	uint64_t kbps = kbps_from_bytes(meter->busy_bytes, meter->busy_us);
	uint64_t used_kbps = kbps_from_bytes(meter->bytes, now_us - meter->begun_us);
	uint64_t most = 0;

	if (meter->queued_us < meter->busy_us / 2 || meter->busy_us < SAMPLE_BUSY_US ||
	    meter->busy_bytes < SAMPLE_BYTES_MIN) {
		meter->samples_count = 0;
		if (meter->kbps == 0)
			return;
		if (meter->busy_bytes >= SAMPLE_BYTES_MIN && kbps > meter->kbps) {
			believe(meter, kbps);
		} else if (meter->queued_us == 0 && now_us >= meter->creep_us &&
			   used_kbps > meter->kbps / 2) {
			believe(meter, meter->kbps + meter->kbps / CREEP_ONE_IN);
			meter->creep_us = now_us + CREEP_US;
		}
		return;
	}

	meter->creep_us = now_us + CREEP_AFTER_US;
	meter->samples[meter->samples_count++ % RATE_SAMPLES] = (uint32_t)min_u64(
		kbps, UNLIMITED_KBPS + 1);
	if (meter->samples_count < SAMPLES_TO_BELIEVE)
		return;
	for (unsigned i = 0; i < RATE_SAMPLES && i < meter->samples_count; i++)
		most = max_u64(most, meter->samples[i]);
	believe(meter, most);
}

/* Adds what one acknowledgement, of the updates from `first` to `last`, tells. */
static void measure(struct rate_meter *meter, const struct rate_update *first,
		    const struct rate_update *last, uint64_t bytes, uint64_t now_us)
{
	uint64_t shortest_us = first->sent_us + meter->round_trip_us;
	uint64_t busy_us = now_us - min_u64(meter->waiting_since_us, now_us);
	uint64_t busy_bytes = bytes;
	bool is_late;

	/* Right behind another, it took what the line needs for it. Else, it took longer than the
	 * shortest by what the line needs for that many bytes more. */
	if (shortest_us > meter->waiting_since_us) {
		busy_us = now_us - min_u64(shortest_us, now_us);
		busy_bytes -= min_u64(meter->round_trip_bytes, bytes);
	}

	if (meter->bytes == 0)
		meter->begun_us = now_us - busy_us;
	meter->bytes += bytes;
	if (busy_bytes == bytes || busy_bytes >= SLOPE_BYTES_MIN) {
		meter->busy_us += busy_us;
		meter->busy_bytes += busy_bytes;
		if (now_us >= last->sent_us + expected_us(meter, last) + QUEUED_US)
			meter->queued_us += busy_us;
	}

	is_late = now_us - meter->begun_us >= SAMPLE_WALL_US;
	if (is_late ||
	    (meter->busy_us >= SAMPLE_BUSY_US && meter->busy_bytes >= SAMPLE_BYTES_MIN)) {
		if (meter->bytes >= SAMPLE_BYTES_MIN)
			take_sample(meter, now_us);
		meter->bytes = 0;
		meter->busy_us = 0;
		meter->busy_bytes = 0;
		meter->queued_us = 0;
	}
}

bool rate_meter_acknowledged(struct rate_meter *meter, uint32_t number, uint64_t now_us)
{
	const struct rate_update *last = &meter->updates[number % RATE_UPDATES_MAX];
	const struct rate_update *first =
		&meter->updates[(meter->acknowledged + 1) % RATE_UPDATES_MAX];
	uint64_t bytes = 0;

	/* Numbers wrap around: what counts is how far they are apart. */
	if (number == meter->acknowledged || number - meter->acknowledged > on_their_way(meter))
		return false;
	now_us = max_u64(now_us, meter->waiting_since_us);
	for (uint32_t n = meter->acknowledged + 1; n != number + 1; n++)
		bytes += meter->updates[n % RATE_UPDATES_MAX].bytes;

	take_round_trip(meter, last, now_us);
	measure(meter, first, last, bytes, now_us);
	meter->acknowledged = number;
	meter->waiting_since_us = now_us;
	return true;
}

void rate_meter_forget(struct rate_meter *meter)
{
	meter->acknowledged = meter->sent;
}

uint64_t rate_meter_waiting_since_us(const struct rate_meter *meter)
{
	return on_their_way(meter) > 0 ? meter->waiting_since_us : UINT64_MAX;
}

uint32_t rate_meter_kbps(const struct rate_meter *meter)
{
	return meter->kbps;
}

bool rate_meter_has_room(const struct rate_meter *meter)
{
	uint32_t count = on_their_way(meter);
	uint64_t bytes = bytes_on_their_way(meter);

	if (count == 0)
		return true;
	if (meter->is_draining || count >= SMALL_UPDATES)
		return false;
	if (meter->kbps > 0)
		return bytes < bytes_from_kbps(meter->kbps, way_us(meter) + QUEUE_US);
	return count < UPDATES || bytes <= SMALL_BYTES ||
	       (count < UPDATES + meter->round_trip_us / LONG_INTERVAL_US && bytes <= LONG_BYTES);
}

size_t rate_meter_update_max(const struct rate_meter *meter)
{
	if (meter->kbps == 0)
		return UPDATE_BYTES_UNKNOWN;
	return min_u64(max_u64(bytes_from_kbps(meter->kbps, UPDATE_US), UPDATE_BYTES_MIN),
		       UPDATE_BYTES_MAX);
}

/* -- A head's encodes ----------------------------------------------------- */

/* A viewer moves to the cheaper encode below the one, and back above the other, in percent of the
 * median. */
#define CHEAPER_BELOW 50
#define BACK_ABOVE    75

/* What is left for everything that is not video. */
#define VIDEO_SHARE 80

/* What a median that is not known, or more, counts as: no motion needs twice what stays. */
#define UNKNOWN_KBPS 20000

enum who {
	EVERYONE,
	WHO_STAYS,
	WHO_IS_ON_CHEAPER,
};

static bool belongs(const struct rate_viewer *viewer, enum who who)
{
	return who == EVERYONE || viewer->is_on_cheaper == (who == WHO_IS_ON_CHEAPER);
}

static uint32_t line_kbps(const struct rate_viewer *viewer)
{
	return viewer->kbps > 0 ? viewer->kbps : UINT32_MAX;
}

/* The median line, the faster one of two; 0: there is none. A head's viewers are few. */
static uint32_t median_kbps(const struct rate_viewer *viewers, size_t count, enum who who)
{
	for (size_t i = 0; i < count; i++) {
		size_t members = 0;
		size_t slower = 0;
		size_t alike = 0;

		if (!belongs(&viewers[i], who))
			continue;
		for (size_t k = 0; k < count; k++) {
			if (!belongs(&viewers[k], who))
				continue;
			members++;
			slower += line_kbps(&viewers[k]) < line_kbps(&viewers[i]);
			alike += line_kbps(&viewers[k]) == line_kbps(&viewers[i]);
		}
		if (slower <= members / 2 && members / 2 < slower + alike)
			return line_kbps(&viewers[i]);
	}
	return 0;
}

static uint32_t bound_kbps(const struct rate_viewer *viewers, size_t count, enum who who)
{
	uint64_t median = median_kbps(viewers, count, who);

	if (median == 0 || median == UINT32_MAX)
		return 0;
	return (uint32_t)min_u64(max_u64(median * VIDEO_SHARE / 100, RATE_KBPS_MIN), RATE_KBPS_MAX);
}

struct rate_bounds rate_assign(struct rate_viewer *viewers, size_t count)
{
	uint64_t median = min_u64(median_kbps(viewers, count, EVERYONE), UNKNOWN_KBPS);

	for (size_t i = 0; i < count; i++) {
		unsigned percent = viewers[i].is_on_cheaper ? BACK_ABOVE : CHEAPER_BELOW;

		viewers[i].is_on_cheaper = count > 1 &&
					   line_kbps(&viewers[i]) < median * percent / 100;
	}
	return (struct rate_bounds){
		.main_kbps = bound_kbps(viewers, count, WHO_STAYS),
		.cheaper_kbps = bound_kbps(viewers, count, WHO_IS_ON_CHEAPER),
	};
}

uint32_t rate_hold(struct rate_hold *hold, uint32_t kbps, uint64_t now_us)
{
	bool is_given_up = kbps == 0 && hold->kbps > 0;

	if (!is_given_up)
		hold->since_us = 0;
	else if (hold->since_us == 0)
		hold->since_us = now_us;
	if (is_given_up && now_us - hold->since_us < RATE_HOLD_US)
		kbps = RATE_KBPS_MAX;
	hold->kbps = kbps;
	return kbps;
}

/* -- Key frames ------------------------------------------------------------ */

bool rate_may_have_key(uint64_t last_us, uint64_t now_us)
{
	return last_us == 0 || now_us >= last_us + RATE_KEY_INTERVAL_US;
}

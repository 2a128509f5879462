/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Heads' films, over HTTP.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/record/films.h"
#include "gateway/record/reel.h"
#include "tests/integration/web_stage.h"

static const char path[] = "/api/v1/heads/0/video";

/* A stage whose heads can be recorded. */
struct studio {
	struct stage stage;
	struct workers *encoders;
};

static void open_studio(struct studio *studio, enum encoder_choice encoder)
{
	struct services *services = &studio->stage.services;

	stage_open(&studio->stage, ACCESS_OPEN);
	EXPECT_INT(workers_create(services->loop, 1, 4, &studio->encoders), 0);
	services->films = films_create(services->loop, studio->encoders, services->heads, encoder);
	stage_restart(&studio->stage);
}

static void close_studio(struct studio *studio)
{
	web_server_destroy(TAKE(studio->stage.server));
	workers_destroy(studio->encoders);
	films_destroy(studio->stage.services.films);
	stage_close(&studio->stage);
}

#define STUDIO(encoder) \
	CLEANUP(close_studio) struct studio studio; \
	struct stage *stage = &studio.stage; \
	open_studio(&studio, encoder)

static struct film *film_of(struct stage *stage)
{
	return films_get(stage->services.films, 0);
}

/* -- A client's side ------------------------------------------------------------------ */

#define INPUT_MAX (1u << 20)

struct recorder {
	struct stage *stage;
	struct web_client *client;
	bool has_headers;
	size_t raw_size; /* as it came, without what was taken */
	uint8_t raw[INPUT_MAX];
	size_t size; /* out of chunks */
	uint8_t bytes[INPUT_MAX];

	/* The record taken last. */
	unsigned kind;
	unsigned wanted;
	unsigned flags;
	uint64_t time_us;
	size_t body_size;
	uint8_t body[INPUT_MAX];
};

static struct recorder *recorder_create(struct stage *stage, bool is_browser)
{
	struct recorder *recorder = xcalloc(1, sizeof(*recorder));

	recorder->stage = stage;
	recorder->client = is_browser ? stage_browser(stage) : stage_program(stage);
	web_client_say(recorder->client, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
	return recorder;
}

static void recorder_destroy(struct recorder *recorder)
{
	web_client_destroy(recorder->client);
	free(recorder);
}
DEFINE_CLEANUP(struct recorder *, recorder_destroy)
#define RECORDER CLEANUP(recorder_destroyp) struct recorder *

static void receive(struct recorder *recorder)
{
	ssize_t n = recv(web_client_fd(recorder->client), recorder->raw + recorder->raw_size,
			 INPUT_MAX - recorder->raw_size, MSG_DONTWAIT);

	if (n > 0)
		recorder->raw_size += (size_t)n;
}

static void drop_raw(struct recorder *recorder, size_t size)
{
	recorder->raw_size -= size;
	memmove(recorder->raw, recorder->raw + size, recorder->raw_size);
}

static void skip_headers(struct recorder *recorder)
{
	const char *end = memmem(recorder->raw, recorder->raw_size, "\r\n\r\n", 4);

	if (!end)
		return;
	EXPECT(memcmp(recorder->raw, "HTTP/1.1 200", 12) == 0);
	EXPECT(memmem(recorder->raw, recorder->raw_size, "Transfer-Encoding: chunked", 26));
	recorder->has_headers = true;
	drop_raw(recorder, (size_t)(end + 4 - (const char *)recorder->raw));
}

/* Takes one chunk. Returns whether there was one. */
static bool unpack(struct recorder *recorder)
{
	const char *line_end = memmem(recorder->raw, recorder->raw_size, "\r\n", 2);
	size_t head, size;

	if (!recorder->has_headers || !line_end)
		return false;
	head = (size_t)(line_end + 2 - (const char *)recorder->raw);
	size = strtoul((const char *)recorder->raw, NULL, 16);
	if (size == 0 || recorder->raw_size < head + size + 2)
		return false;
	memcpy(recorder->bytes + recorder->size, recorder->raw + head, size);
	recorder->size += size;
	drop_raw(recorder, head + size + 2);
	return true;
}

static uint64_t number(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static bool take_record(struct recorder *recorder)
{
	size_t size = recorder->size < REEL_HEADER_SIZE ? 0 : number(recorder->bytes, 4);

	if (recorder->size < REEL_HEADER_SIZE + size)
		return false;
	recorder->kind = recorder->bytes[4];
	recorder->flags = recorder->bytes[5];
	recorder->time_us = number(recorder->bytes + 8, 8);
	recorder->body_size = size;
	memcpy(recorder->body, recorder->bytes + REEL_HEADER_SIZE, size);
	recorder->body[size] = '\0';
	recorder->size -= REEL_HEADER_SIZE + size;
	memmove(recorder->bytes, recorder->bytes + REEL_HEADER_SIZE + size, recorder->size);
	return true;
}

static bool has_wanted(void *data)
{
	struct recorder *recorder = data;

	receive(recorder);
	if (!recorder->has_headers)
		skip_headers(recorder);
	while (unpack(recorder))
		;
	while (take_record(recorder))
		if (recorder->kind == recorder->wanted)
			return true;
	return false;
}

static void expect_record(struct recorder *recorder, enum reel_kind kind)
{
	recorder->wanted = kind;
	EXPECT(test_wait(recorder->stage->loop, has_wanted, recorder));
}

static uint64_t frame_in(const struct recorder *recorder)
{
	return number(recorder->body, 8);
}

static void draw(struct stage *stage)
{
	stage->picture[5]++;
	stage_show(stage);
}

/* -- Sentences ------------------------------------------------------------------------- */

static void a_recording_gets_the_picture_and_those_that_follow(void)
{
	STUDIO(ENCODER_X264);
	RECORDER recorder = recorder_create(stage, true);
	uint64_t first;

	expect_record(recorder, REEL_TIME);
	expect_record(recorder, REEL_UNIT);
	EXPECT_INT(recorder->flags, REEL_FLAG_KEY);
	EXPECT_INT(recorder->time_us, PICTURE_TIME_US);
	EXPECT_INT(number(recorder->body + 8, 4), WIDTH);
	EXPECT_INT(number(recorder->body + 12, 4), HEIGHT);
	EXPECT_INT(number(recorder->body + 16, 4), 0);
	EXPECT(memcmp(recorder->body + REEL_UNIT_HEADER_SIZE, "\0\0\0\1", 4) == 0);
	first = frame_in(recorder);

	draw(stage);
	expect_record(recorder, REEL_UNIT);
	EXPECT_INT(recorder->flags, 0);
	EXPECT(frame_in(recorder) > first);
}

static void recordings_share_one_encode(void)
{
	STUDIO(ENCODER_X264);
	RECORDER one = recorder_create(stage, true);
	RECORDER two = recorder_create(stage, false);
	RECORDER three = recorder_create(stage, true);
	struct recorder *all[] = {one, two, three};
	uint64_t units, before;

	for (unsigned i = 0; i < 3; i++)
		expect_record(all[i], REEL_UNIT);
	before = frame_in(one);
	EXPECT_INT(film_count(film_of(stage)).recordings, 3);
	units = film_count(film_of(stage)).units;
	draw(stage);
	for (unsigned i = 0; i < 3; i++) {
		/* Key frames for those that joined later may come before it. */
		do
			expect_record(all[i], REEL_UNIT);
		while (frame_in(all[i]) == before);
	}
	EXPECT_INT(film_count(film_of(stage)).units, units + 1);
}

static void what_the_head_shows_instead_is_told(void)
{
	STUDIO(ENCODER_X264);
	RECORDER recorder = recorder_create(stage, true);

	expect_record(recorder, REEL_UNIT);
	head_show_notice(heads_get(stage->services.heads, 0), "the guest is gone");
	expect_record(recorder, REEL_NOTICE);
	EXPECT_STRING((char *)recorder->body, "the guest is gone");
	draw(stage);
	expect_record(recorder, REEL_NOTICE);
	EXPECT_STRING((char *)recorder->body, "");
	expect_record(recorder, REEL_UNIT);
}

static bool nobody_records(void *data)
{
	return film_count(film_of(data)).recordings == 0;
}

static void who_goes_away_records_no_longer(void)
{
	STUDIO(ENCODER_X264);

	for (unsigned i = 0; i < 2; i++) {
		struct recorder *recorder = recorder_create(stage, i == 0);

		expect_record(recorder, REEL_UNIT);
		recorder_destroy(recorder);
		EXPECT(test_wait(stage->loop, nobody_records, stage));
	}
	stage_expect_served(stage);
}

static void who_says_more_meanwhile_is_closed(void)
{
	STUDIO(ENCODER_X264);
	RECORDER recorder = recorder_create(stage, true);

	expect_record(recorder, REEL_UNIT);
	web_client_say(recorder->client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	EXPECT(test_wait(stage->loop, nobody_records, stage));
}

static void who_does_not_read_holds_nobody_up(void)
{
	STUDIO(ENCODER_X264);
	RECORDER lazy = recorder_create(stage, false);
	RECORDER recorder = recorder_create(stage, false);

	expect_record(lazy, REEL_UNIT);
	for (unsigned i = 0; i < 2000; i++) {
		draw(stage);
		if (i % 100 == 0)
			expect_record(recorder, REEL_UNIT);
		sd_event_run(loop_event(stage->loop), 0);
	}
	stage_expect_served(stage);
}

static void a_server_that_ends_ends_its_recordings(void)
{
	STUDIO(ENCODER_X264);
	RECORDER recorder = recorder_create(stage, true);

	expect_record(recorder, REEL_UNIT);
	web_server_destroy(TAKE(stage->server));
	EXPECT(nobody_records(stage));
}

static bool has_end_of_answer(void *data)
{
	struct recorder *recorder = data;

	receive(recorder);
	return recorder->raw_size == 5 && memcmp(recorder->raw, "0\r\n\r\n", 5) == 0;
}

static void a_head_that_grows_too_large_ends_its_recordings(void)
{
	STUDIO(ENCODER_X264);
	RECORDER recorder = recorder_create(stage, true);
	static const uint32_t wide[4200 * 16];
	const struct pixels pixels = {wide, 4200, 16, 4200 * 4, PIXMAN_x8r8g8b8};

	expect_record(recorder, REEL_UNIT);
	EXPECT(head_show(heads_get(stage->services.heads, 0), &pixels, NULL, 5000) >= 0);
	expect_record(recorder, REEL_END);
	EXPECT(strstr((char *)recorder->body, "cannot be encoded"));
	EXPECT(test_wait(stage->loop, has_end_of_answer, recorder));
	EXPECT(test_wait(stage->loop, nobody_records, stage));
	expect_refusal(get(recorder->client, path, ""), 503, "size that cannot");
}

static void what_cannot_be_is_refused(void)
{
	STUDIO(ENCODER_NONE);
	CLIENT client = stage_browser(stage);

	expect_refusal(get(client, path, ""), 503, "encodes no video");
	expect_refusal(get(client, "/api/v1/heads/7/video", ""), 404, "no head 7");
	expect_refusal(post(client, path, "{}"), 405, "not for this method");
}

static void more_than_there_may_be_are_refused(void)
{
	STUDIO(ENCODER_X264);
	CLIENT client = stage_browser(stage);
	struct recorder *recorders[FILM_RECORDINGS_MAX];

	for (unsigned i = 0; i < FILM_RECORDINGS_MAX; i++) {
		recorders[i] = recorder_create(stage, false);
		expect_record(recorders[i], REEL_TIME);
	}
	expect_refusal(get(client, path, ""), 429, "recordings already");
	for (unsigned i = 0; i < FILM_RECORDINGS_MAX; i++)
		recorder_destroy(recorders[i]);
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(a_recording_gets_the_picture_and_those_that_follow);
	RUN_TEST(recordings_share_one_encode);
	RUN_TEST(what_the_head_shows_instead_is_told);
	RUN_TEST(who_goes_away_records_no_longer);
	RUN_TEST(who_says_more_meanwhile_is_closed);
	RUN_TEST(who_does_not_read_holds_nobody_up);
	RUN_TEST(a_server_that_ends_ends_its_recordings);
	RUN_TEST(a_head_that_grows_too_large_ends_its_recordings);
	RUN_TEST(what_cannot_be_is_refused);
	RUN_TEST(more_than_there_may_be_are_refused);
	return 0;
}

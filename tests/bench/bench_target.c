/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/loop.h"
#include "tests/bench/bench_sight.h"

#define ANSWER_LIMIT_US 2000000
#define EXACT_LIMIT_US	5000000
#define PAUSE_MIN_US	60000
#define PAUSE_SPREAD_US 80000
#define PRESSES_MAX	1000
#define LINE_MAX_BYTES	128

bool bench_boxes_meet(const struct bench_box *one, const struct bench_box *other)
{
	return one->x < other->x + other->width && other->x < one->x + one->width &&
	       one->y < other->y + other->height && other->y < one->y + one->height;
}

void bench_fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(3);
}

static void pause_for(const struct bench_target *target, void *data, uint64_t pause_us)
{
	uint64_t until_us = loop_now_us() + pause_us;

	for (uint64_t now_us; (now_us = loop_now_us()) < until_us;)
		target->turn(data, -1, (int)((until_us - now_us) / 1000) + 1);
}

/* Each returns the milliseconds from the press to the answer, or a negative number. */

static double press_and_watch(const struct bench_target *target, void *data,
			      const struct bench_box *box, char letter)
{
	uint64_t begun_us = loop_now_us();
	double taken_ms = -1;

	target->watch(data, box);
	target->press(data, letter, true);
	while (!target->was_touched(data) && loop_now_us() - begun_us < ANSWER_LIMIT_US)
		target->turn(data, -1, 100);
	if (target->was_touched(data))
		taken_ms = (double)(loop_now_us() - begun_us) / 1000;
	target->press(data, letter, false);
	return taken_ms;
}

static double press_and_see(const struct bench_target *target, void *data, char letter)
{
	uint64_t begun_us, seen_us;
	uint32_t answered = (bench_sight_keys(target->sight, &seen_us) + 1) & 0xff;
	double taken_ms = -1;

	begun_us = loop_now_us();
	target->press(data, letter, true);
	while (bench_sight_keys(target->sight, &seen_us) != answered &&
	       loop_now_us() - begun_us < ANSWER_LIMIT_US)
		target->turn(data, -1, 100);
	if (bench_sight_keys(target->sight, &seen_us) == answered)
		taken_ms = (double)(loop_now_us() - begun_us) / 1000;
	target->press(data, letter, false);
	return taken_ms;
}

/* `box` is NULL to look for the answer. */
static void press_many(const struct bench_target *target, void *data, unsigned count,
		       const struct bench_box *box)
{
	uint32_t random = 12345;

	for (unsigned i = 0; i < count; i++) {
		char letter = (char)('a' + i % 26);
		double taken_ms;

		/* Presses must not keep step with anybody's timer. */
		random = random * 1103515245 + 12345;
		pause_for(target, data, PAUSE_MIN_US + (random >> 8) % PAUSE_SPREAD_US);
		taken_ms = box ? press_and_watch(target, data, box, letter)
			       : press_and_see(target, data, letter);
		if (taken_ms < 0)
			printf("%s-", i ? " " : "");
		else
			printf("%s%.2f", i ? " " : "", taken_ms);
	}
	puts("");
}

static void wait_until_exact(const struct bench_target *target, void *data, unsigned long checksum)
{
	uint64_t limit_us = loop_now_us() + EXACT_LIMIT_US;
	uint64_t updates, us = 0;

	do {
		if (loop_now_us() > limit_us) {
			puts("-");
			return;
		}
		/* A checksum takes longer than an update: it waits until none comes. */
		do {
			updates = target->count(data).updates;
			target->turn(data, -1, 20);
		} while (target->count(data).updates != updates);
	} while (target->checksum(data, &us) != checksum);
	printf("%" PRIu64 "\n", us);
}

/* Answers a line; false for one that is not known. */
static bool obey(const struct bench_target *target, void *data, const char *line)
{
	struct bench_box box;
	unsigned count;
	unsigned long checksum;

	if (strcmp(line, "count") == 0) {
		struct bench_count so_far = target->count(data);

		printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", so_far.updates, so_far.bytes,
		       so_far.units);
	} else if (strcmp(line, "stall") == 0 || strcmp(line, "resume") == 0) {
		target->stall(data, line[0] == 's');
		puts("done");
	} else if (sscanf(line, "press %u %d %d %d %d", &count, &box.x, &box.y, &box.width,
			  &box.height) == 5 &&
		   count <= PRESSES_MAX) {
		press_many(target, data, count, &box);
	} else if (target->sight && sscanf(line, "keys %u", &count) == 1 && count <= PRESSES_MAX) {
		press_many(target, data, count, NULL);
	} else if (target->sight && strcmp(line, "seen") == 0) {
		bench_sight_print(target->sight);
	} else if (target->sight && sscanf(line, "exact %lu", &checksum) == 1) {
		wait_until_exact(target, data, checksum);
	} else {
		return false;
	}
	return true;
}

void bench_obey(const struct bench_target *target, void *data)
{
	char line[LINE_MAX_BYTES];

	puts("READY");
	fflush(stdout);
	for (;;) {
		ssize_t size;

		if (!target->turn(data, STDIN_FILENO, -1))
			continue;
		size = read(STDIN_FILENO, line, sizeof(line) - 1);
		if (size <= 0)
			return;
		line[size] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (!obey(target, data, line))
			puts("error");
		fflush(stdout);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/loop.h"

#define ANSWER_LIMIT_US 2000000
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

/* Milliseconds from the press to the pixels, or a negative number. */
static double press(const struct bench_target *target, void *data, const struct bench_box *box,
		    char letter)
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

static void press_many(const struct bench_target *target, void *data, unsigned count,
		       const struct bench_box *box)
{
	uint32_t random = 12345;

	for (unsigned i = 0; i < count; i++) {
		double taken_ms;

		/* Presses must not keep step with anybody's timer. */
		random = random * 1103515245 + 12345;
		pause_for(target, data, PAUSE_MIN_US + (random >> 8) % PAUSE_SPREAD_US);
		taken_ms = press(target, data, box, (char)('a' + i % 26));
		if (taken_ms < 0)
			printf("%s-", i ? " " : "");
		else
			printf("%s%.2f", i ? " " : "", taken_ms);
	}
	puts("");
}

static void handle_line(const struct bench_target *target, void *data, const char *line)
{
	struct bench_box box;
	unsigned count;

	if (strcmp(line, "count\n") == 0) {
		uint64_t updates, bytes;

		target->count(data, &updates, &bytes);
		printf("%" PRIu64 " %" PRIu64 "\n", updates, bytes);
	} else if (sscanf(line, "press %u %d %d %d %d", &count, &box.x, &box.y, &box.width,
			  &box.height) == 5 &&
		   count <= PRESSES_MAX) {
		press_many(target, data, count, &box);
	} else {
		puts("error");
	}
	fflush(stdout);
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
		handle_line(target, data, line);
	}
}

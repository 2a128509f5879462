/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Benchmark target
 *
 * What the benchmark's viewers have in common, whatever they speak: they watch
 * a server, press keys, count what comes, and are told what to do by lines.
 */

#include <stdbool.h>
#include <stdint.h>

struct bench_sight;

struct bench_box {
	int32_t x, y, width, height;
};

/* What has come since the start. */
struct bench_count {
	uint64_t updates;
	uint64_t bytes;
	uint64_t units; /* of video */
};

struct bench_target {
	/* Waits up to `timeout_ms` (-1: for ever) for the server, and for `also_fd`
	 * unless it is negative. Returns whether that can be read. */
	bool (*turn)(void *data, int also_fd, int timeout_ms);

	/* Presses or lets go of a letter's key, 'a' to 'z'. */
	void (*press)(void *data, char letter, bool is_down);

	/* Clears, or tells, whether an update touched the box. */
	void (*watch)(void *data, const struct bench_box *box);
	bool (*was_touched)(void *data);

	struct bench_count (*count)(void *data);

	/* Stops reading from the server, or goes on. */
	void (*stall)(void *data, bool is_stalled);

	/* What it has seen; NULL: it decodes nothing. */
	struct bench_sight *sight;

	/* CRC-32 of the picture (x8r8g8b8, with x = 0), and when its last change was received.
	 * What came as video counts as wrong where the viewer does not paint it. */
	unsigned long (*checksum)(void *data, uint64_t *ret_us);
};

bool bench_boxes_meet(const struct bench_box *one, const struct bench_box *other);

/** Prints why, and ends the program. */
_Noreturn void bench_fail(const char *what);

/**
 * Says READY, then obeys lines on standard input until its end, and answers each
 * with one:
 *
 *   count                   updates, bytes and units of video since it was started
 *   press N X Y W H         presses N keys one after the other; the milliseconds
 *                           until an update touched that box ("-": none came)
 *   stall, resume           stops reading, or goes on
 *
 * and, if it decodes, for a display that draws markers:
 *
 *   keys N                  presses N keys one after the other; the milliseconds until a frame
 *                           that answers it was decoded ("-": none came)
 *   seen                    "FRAME:MICROSECONDS" for the last frames: when they were received
 *   exact CHECKSUM          waits until the picture has this checksum; when the last of it was
 *                           received, in microseconds ("-": it never was)
 */
void bench_obey(const struct bench_target *target, void *data);

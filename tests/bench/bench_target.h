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

struct bench_box {
	int32_t x, y, width, height;
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

	/* Updates and bytes since the start. */
	void (*count)(void *data, uint64_t *ret_updates, uint64_t *ret_bytes);
};

bool bench_boxes_meet(const struct bench_box *one, const struct bench_box *other);

/** Prints why, and ends the program. */
_Noreturn void bench_fail(const char *what);

/**
 * Says READY, then obeys lines on standard input until its end, and answers each
 * with one:
 *
 *   count                   updates and bytes since it was started
 *   press N X Y W H         presses N keys one after the other; the milliseconds
 *                           until an update touched that box ("-": none came)
 */
void bench_obey(const struct bench_target *target, void *data);

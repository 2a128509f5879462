/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/touch_pace.h"

/* QEMU's virtio-input: of 8 bytes each. */
#define QUEUE_ENTRIES 64

/* Kept free for two fingers that go up, or come down. */
#define ENTRIES_KEPT 16

/* As many as fingers may take on average: one moves 60 times a second, two 17 times each. */
#define ENTRIES_A_SECOND 300
#define ENTRY_US	 (1000000 / ENTRIES_A_SECOND)

#define LEVEL_MAX_US ((QUEUE_ENTRIES - ENTRIES_KEPT) * ENTRY_US)

/* A slot, its number, x and y for each finger; for one that is lifted no place; and the report's
 * end. */
static unsigned entries_of(unsigned fingers, bool is_lift)
{
	return 4 * fingers + 1 - (is_lift ? 2 : 0);
}

static unsigned level_at(const struct touch_pace *pace, uint64_t now_us)
{
	uint64_t passed_us = now_us - pace->then_us;

	return passed_us < pace->level_us ? pace->level_us - (unsigned)passed_us : 0;
}

void touch_pace_count(struct touch_pace *pace, uint64_t now_us, unsigned fingers, bool is_lift)
{
	pace->level_us = level_at(pace, now_us) + entries_of(fingers, is_lift) * ENTRY_US;
	pace->then_us = now_us;
}

uint64_t touch_pace_wait(const struct touch_pace *pace, uint64_t now_us, unsigned fingers)
{
	unsigned level_us = level_at(pace, now_us) + entries_of(fingers, false) * ENTRY_US;

	return level_us > LEVEL_MAX_US ? level_us - LEVEL_MAX_US : 0;
}

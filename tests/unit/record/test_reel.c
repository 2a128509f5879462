/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/record/reel.h"

#include <string.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "tests/support/test.h"

#define UNIT_SIZE (REEL_HEADER_SIZE + REEL_UNIT_HEADER_SIZE)

static unsigned wakeups;

static void handle_bytes(void *data)
{
	wakeups++;
}

static struct reel *open_reel(void)
{
	wakeups = 0;
	return reel_create(handle_bytes, NULL);
}

/* Returns whether it was taken. */
static bool put(struct reel *reel, uint64_t frame, size_t size, bool is_key)
{
	CLEANUP(packet_unrefp) struct packet *packet = packet_create(size);
	struct reel_unit unit = {packet, 1000 * frame, 640, 480};

	packet->frame = frame;
	packet->is_key = is_key;
	memset(packet->data, (int)frame, size);
	return reel_put_unit(reel, &unit);
}

/* Reads `size` bytes that are there, a few at a time. The caller frees. */
static uint8_t *read_bytes(struct reel *reel, size_t size)
{
	uint8_t *bytes = xcalloc(1, size);

	for (size_t done = 0; done < size;) {
		size_t part = size - done < 7 ? size - done : 7;

		EXPECT_INT(reel_read(reel, bytes + done, part), part);
		done += part;
	}
	return bytes;
}

static void records_are_as_documented(void)
{
	static const uint8_t unit[] = {
		0, 0, 0, 22, 1, 1, 0, 0, 0, 0, 0, 0,	0, 0, 0x1b, 0x58, /* 7000 us, a key */
		0, 0, 0, 0,  0, 0, 0, 7, 0, 0, 2, 0x80, 0, 0, 1,    0xe0, /* 7, 640x480 */
		0, 0, 0, 0,  7, 7,
	};
	static const uint8_t notice[] = {0, 0, 0, 3, 2, 0, 0,	0,   0,	 0,
					 0, 0, 0, 0, 0, 9, 'o', 'f', 'f'};
	CLEANUP(reel_destroyp) struct reel *reel = open_reel();

	EXPECT(put(reel, 7, 2, true));
	reel_put_notice(reel, 9, "off");
	EXPECT_INT(wakeups, 1);

	CLEANUP(freep) uint8_t *first = read_bytes(reel, sizeof(unit));
	CLEANUP(freep) uint8_t *second = read_bytes(reel, sizeof(notice));

	EXPECT(memcmp(first, unit, sizeof(unit)) == 0);
	EXPECT(memcmp(second, notice, sizeof(notice)) == 0);
	EXPECT(!reel_has_bytes(reel));
}

static void it_begins_with_a_key_frame(void)
{
	CLEANUP(reel_destroyp) struct reel *reel = open_reel();

	EXPECT(reel_wants_key(reel));
	put(reel, 1, 10, false);
	EXPECT(!reel_has_bytes(reel));
	put(reel, 2, 10, true);
	EXPECT(!reel_wants_key(reel));

	CLEANUP(freep) uint8_t *bytes = read_bytes(reel, UNIT_SIZE + 10);
	EXPECT_INT(bytes[23], 2);
	EXPECT_INT(bytes[35], 0);
}

static void who_is_slow_misses_units_and_comes_back_at_a_key_frame(void)
{
	CLEANUP(reel_destroyp) struct reel *reel = open_reel();
	size_t size = REEL_BYTES_MAX / 4;

	EXPECT(put(reel, 1, size, true));
	EXPECT(put(reel, 2, size, false));
	EXPECT(put(reel, 3, size, false));
	EXPECT(!put(reel, 4, size, false));
	EXPECT(!put(reel, 5, 1, false)); /* there would be room, but it cannot be decoded */
	EXPECT(!reel_wants_key(reel));

	free(read_bytes(reel, 2 * (UNIT_SIZE + size)));
	EXPECT(reel_wants_key(reel));
	EXPECT(!put(reel, 6, 1, false));
	EXPECT(put(reel, 7, 1, true));
	free(read_bytes(reel, UNIT_SIZE + size));

	CLEANUP(freep) uint8_t *bytes = read_bytes(reel, UNIT_SIZE + 1);
	EXPECT_INT(bytes[23], 7);
	EXPECT_INT(bytes[35], 3); /* missed */
}

static void a_unit_larger_than_the_bound_goes_alone(void)
{
	CLEANUP(reel_destroyp) struct reel *reel = open_reel();

	EXPECT(put(reel, 1, REEL_BYTES_MAX + 1, true));
	EXPECT(!put(reel, 2, 1, false));
}

static void notices_that_nobody_reads_do_not_pile_up(void)
{
	CLEANUP(reel_destroyp) struct reel *reel = open_reel();
	size_t size = 0;
	uint8_t buffer[256];

	for (unsigned i = 0; i < 10000; i++)
		reel_put_notice(reel, i, i % 2 ? "off" : "");
	while (reel_has_bytes(reel))
		size += reel_read(reel, buffer, sizeof(buffer));
	EXPECT(size < 100);
}

static void the_time_is_told_only_when_there_is_nothing_else(void)
{
	CLEANUP(reel_destroyp) struct reel *reel = open_reel();

	reel_put_time(reel, 1);
	reel_put_time(reel, 2);
	free(read_bytes(reel, REEL_HEADER_SIZE));
	EXPECT(!reel_has_bytes(reel));
}

static void nothing_comes_after_the_end(void)
{
	CLEANUP(reel_destroyp) struct reel *reel = open_reel();

	reel_put_end(reel, 1, "over");
	reel_put_time(reel, 2);
	put(reel, 1, 10, true);
	EXPECT(!reel_is_over(reel));
	free(read_bytes(reel, REEL_HEADER_SIZE + 4));
	EXPECT(reel_is_over(reel));
}

int main(void)
{
	RUN_TEST(records_are_as_documented);
	RUN_TEST(it_begins_with_a_key_frame);
	RUN_TEST(who_is_slow_misses_units_and_comes_back_at_a_key_frame);
	RUN_TEST(a_unit_larger_than_the_bound_goes_alone);
	RUN_TEST(notices_that_nobody_reads_do_not_pile_up);
	RUN_TEST(the_time_is_told_only_when_there_is_nothing_else);
	RUN_TEST(nothing_comes_after_the_end);
	return 0;
}

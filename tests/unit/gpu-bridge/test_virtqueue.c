/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/vhost/virtqueue.h"

#include <errno.h>
#include <sys/eventfd.h>

#include "gpu-bridge/vhost/guest_memory.h"
#include "tests/fakes/driver_ring.h"
#include "tests/support/test.h"

#define RING_SIZE 8

/* A driver and a device with one ring between them. */
struct bench {
	struct guest_ram *ram;
	struct guest_memory *memory;
	struct driver_ring driver;
	struct virtqueue *queue;
	int call_fd;
	uint64_t buffer; /* of a page, for descriptors to point to */
	struct chain chain;
};

static struct virtqueue_layout layout_of(const struct driver_ring *driver)
{
	return (struct virtqueue_layout){
		.size = driver->size,
		.descriptors = driver_ring_user(driver->descriptors),
		.available = driver_ring_user(driver->available),
		.used = driver_ring_user(driver->used),
	};
}

static struct bench *bench_create(bool has_event_index)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct virtqueue_layout layout;

	bench->ram = guest_ram_create(1 << 20);
	bench->memory = guest_memory_create();
	EXPECT_INT(guest_memory_set(bench->memory,
				    &(struct guest_region){RAM_GUEST_START, bench->ram->size,
							   RAM_USER_START, 0},
				    &bench->ram->fd, 1),
		   0);
	driver_ring_init(&bench->driver, bench->ram, RING_SIZE);
	bench->buffer = guest_ram_take(bench->ram, 4096);
	bench->queue = virtqueue_create(bench->memory);
	bench->call_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	virtqueue_set_call(bench->queue, dup(bench->call_fd));
	layout = layout_of(&bench->driver);
	EXPECT_INT(virtqueue_start(bench->queue, &layout, 0, true, has_event_index), 0);
	return bench;
}

static void bench_destroy(struct bench *bench)
{
	virtqueue_destroy(bench->queue);
	guest_memory_destroy(bench->memory);
	guest_ram_destroy(bench->ram);
	close(bench->call_fd);
	free(bench);
}

DEFINE_CLEANUP(struct bench *, bench_destroy)

static int pop(struct bench *bench)
{
	return virtqueue_pop(bench->queue, &bench->chain);
}

static bool was_called(struct bench *bench)
{
	uint64_t count;

	return read(bench->call_fd, &count, sizeof(count)) == sizeof(count);
}

/* Offers a chain that reads `readable` bytes and writes `writable`. */
static void offer(struct bench *bench, uint32_t readable, uint32_t writable)
{
	struct ring_part parts[] = {
		{bench->buffer, readable, false},
		{bench->buffer + 2048, writable, true},
	};

	driver_ring_submit(&bench->driver, parts, 2);
}

static void expect_broken(struct bench *bench)
{
	EXPECT_INT(pop(bench), -EPROTO);
	EXPECT(!virtqueue_is_running(bench->queue));
	EXPECT_INT(pop(bench), 0);
}

static void a_chain_goes_there_and_back(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	uint32_t head, written;
	char bytes[8] = "";

	memcpy(guest_ram_at(bench->ram, bench->buffer), "question", 8);
	offer(bench, 8, 6);
	EXPECT_INT(pop(bench), 1);
	EXPECT_INT(bench->chain.readable_bytes, 8);
	EXPECT_INT(bench->chain.writable_bytes, 6);
	EXPECT_INT(chain_read(&bench->chain, 0, bytes, 8), 8);
	EXPECT(memcmp(bytes, "question", 8) == 0);
	EXPECT_INT(chain_write(&bench->chain, 0, "answer", 6), 6);
	EXPECT(!driver_ring_take_used(&bench->driver, &head, &written));

	virtqueue_push(bench->queue, bench->chain.head, 6);
	virtqueue_notify(bench->queue);
	EXPECT(was_called(bench));
	EXPECT(driver_ring_take_used(&bench->driver, &head, &written));
	EXPECT_INT(written, 6);
	EXPECT(memcmp(guest_ram_at(bench->ram, bench->buffer + 2048), "answer", 6) == 0);
	EXPECT_INT(pop(bench), 0);
}

static void indices_wrap_around(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(true);
	uint32_t head, written;

	for (unsigned i = 0; i < 0x10000 + 10; i++) {
		offer(bench, 8, 8);
		EXPECT_INT(pop(bench), 1);
		virtqueue_push(bench->queue, bench->chain.head, i & 0xff);
		EXPECT(driver_ring_take_used(&bench->driver, &head, &written));
		EXPECT_INT(written, i & 0xff);
	}
}

static void copies_gather_and_scatter(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	struct ring_part parts[] = {
		{bench->buffer, 3, false},	{bench->buffer + 16, 0, false},
		{bench->buffer + 32, 5, false}, {bench->buffer + 64, 2, true},
		{bench->buffer + 128, 9, true},
	};
	char bytes[32] = "";

	memcpy(guest_ram_at(bench->ram, bench->buffer), "abc", 3);
	memcpy(guest_ram_at(bench->ram, bench->buffer + 32), "defgh", 5);
	driver_ring_submit_indirect(&bench->driver, parts, 5);
	EXPECT_INT(pop(bench), 1);
	EXPECT_INT(chain_read(&bench->chain, 0, bytes, sizeof(bytes)), 8);
	EXPECT_STRING(bytes, "abcdefgh");
	EXPECT_INT(chain_read(&bench->chain, 2, bytes, 3), 3);
	EXPECT(memcmp(bytes, "cde", 3) == 0);
	EXPECT_INT(chain_read(&bench->chain, 8, bytes, 1), 0);
	EXPECT_INT(chain_write(&bench->chain, 1, "12345678901234", 14), 10);
	EXPECT_STRING((char *)guest_ram_at(bench->ram, bench->buffer + 65), "1");
	EXPECT_STRING((char *)guest_ram_at(bench->ram, bench->buffer + 128), "234567890");
}

static void an_interrupt_comes_only_where_it_is_wanted(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(true);

	driver_ring_set_used_event(&bench->driver, 1); /* at the second */
	for (unsigned i = 0; i < 3; i++) {
		offer(bench, 8, 8);
		EXPECT_INT(pop(bench), 1);
		virtqueue_push(bench->queue, bench->chain.head, 0);
		virtqueue_notify(bench->queue);
		EXPECT_INT(was_called(bench), i == 1);
	}
	virtqueue_notify(bench->queue);
	EXPECT(!was_called(bench));
}

static void an_interrupt_can_be_switched_off(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	struct vring_avail *available = guest_ram_at(bench->ram, bench->driver.available);

	available->flags = VRING_AVAIL_F_NO_INTERRUPT;
	offer(bench, 8, 8);
	EXPECT_INT(pop(bench), 1);
	virtqueue_push(bench->queue, bench->chain.head, 0);
	virtqueue_notify(bench->queue);
	EXPECT(!was_called(bench));
}

static void an_empty_queue_asks_for_the_next_kick(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(true);

	offer(bench, 8, 8);
	offer(bench, 8, 8);
	EXPECT_INT(pop(bench), 1);
	EXPECT_INT(driver_ring_available_event(&bench->driver), 0);
	EXPECT_INT(pop(bench), 1);
	EXPECT_INT(pop(bench), 0);
	EXPECT_INT(driver_ring_available_event(&bench->driver), 2);
}

static void a_loop_of_descriptors_breaks_the_queue(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);

	driver_ring_describe(&bench->driver, 0, bench->buffer, 8, VRING_DESC_F_NEXT, 1);
	driver_ring_describe(&bench->driver, 1, bench->buffer, 8, VRING_DESC_F_NEXT, 0);
	driver_ring_offer(&bench->driver, 0);
	expect_broken(bench);
}

static void a_loop_of_empty_descriptors_ends_too(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);

	driver_ring_describe(&bench->driver, 0, bench->buffer, 0, VRING_DESC_F_NEXT, 0);
	driver_ring_offer(&bench->driver, 0);
	expect_broken(bench);
}

static void descriptors_that_cannot_be_break_the_queue(void)
{
	static const struct {
		uint64_t address;
		uint32_t length;
		uint16_t flags;
		uint16_t next;
	} wrong[] = {
		{0, 8, 0, 0},						/* no memory there */
		{RAM_GUEST_START + (1 << 20) - 4, 8, 0, 0},		/* it ends before */
		{UINT64_MAX - 3, 8, 0, 0},				/* wraps around */
		{RAM_GUEST_START, 8, VRING_DESC_F_NEXT, RING_SIZE},	/* no such next */
		{RAM_GUEST_START, 0, VRING_DESC_F_INDIRECT, 0},		/* an empty table */
		{RAM_GUEST_START, 17, VRING_DESC_F_INDIRECT, 0},	/* and a half */
		{RAM_GUEST_START, 16 * 1025, VRING_DESC_F_INDIRECT, 0}, /* too long */
		{16, 16, VRING_DESC_F_INDIRECT, 0},			/* a table nowhere */
		{RAM_GUEST_START, 16, VRING_DESC_F_INDIRECT | VRING_DESC_F_NEXT, 1},
	};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);

		driver_ring_describe(&bench->driver, 0, wrong[i].address, wrong[i].length,
				     wrong[i].flags, wrong[i].next);
		driver_ring_offer(&bench->driver, 0);
		expect_broken(bench);
	}
}

static void a_table_inside_a_table_breaks_the_queue(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	uint64_t address = guest_ram_take(bench->ram, sizeof(struct vring_desc));
	struct vring_desc *table = guest_ram_at(bench->ram, address);

	*table = (struct vring_desc){address, sizeof(*table), VRING_DESC_F_INDIRECT, 0};
	driver_ring_describe(&bench->driver, 0, address, sizeof(*table), VRING_DESC_F_INDIRECT, 0);
	driver_ring_offer(&bench->driver, 0);
	expect_broken(bench);
}

static void a_table_may_lie_anywhere(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	struct vring_desc one = {bench->buffer, 8, 0, 0};
	uint64_t address = guest_ram_take(bench->ram, 64) + 3;

	memcpy(guest_ram_at(bench->ram, address), &one, sizeof(one));
	driver_ring_describe(&bench->driver, 0, address, sizeof(one), VRING_DESC_F_INDIRECT, 0);
	driver_ring_offer(&bench->driver, 0);
	EXPECT_INT(pop(bench), 1);
	EXPECT_INT(bench->chain.readable_bytes, 8);
}

static void what_is_read_comes_before_what_is_written(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	struct ring_part parts[] = {{bench->buffer, 8, true}, {bench->buffer, 8, false}};

	driver_ring_submit(&bench->driver, parts, 2);
	expect_broken(bench);
}

static void more_chains_than_the_ring_holds_break_it(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	struct vring_avail *available = guest_ram_at(bench->ram, bench->driver.available);

	available->idx = RING_SIZE + 1;
	expect_broken(bench);
}

static void a_head_beyond_the_ring_breaks_it(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);

	driver_ring_offer(&bench->driver, RING_SIZE);
	expect_broken(bench);
}

static void a_broken_queue_works_after_a_new_start(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	struct virtqueue_layout layout;

	driver_ring_offer(&bench->driver, RING_SIZE);
	expect_broken(bench);
	virtqueue_stop(bench->queue);
	driver_ring_init(&bench->driver, bench->ram, RING_SIZE);
	layout = layout_of(&bench->driver);
	EXPECT_INT(virtqueue_start(bench->queue, &layout, 0, true, false), 0);
	offer(bench, 8, 8);
	EXPECT_INT(pop(bench), 1);
}

static int start_result(struct bench *bench, struct virtqueue_layout layout)
{
	return virtqueue_start(bench->queue, &layout, 0, true, true);
}

static void rings_that_cannot_be_are_refused(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	const struct virtqueue_layout good = layout_of(&bench->driver);
	struct virtqueue_layout bad;

	static const uint32_t sizes[] = {0, 3, 2048, UINT32_MAX};

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bad = good;
		bad.size = sizes[i];
		EXPECT_INT(start_result(bench, bad), -EINVAL);
	}
	bad = good;
	bad.descriptors += 8;
	EXPECT_INT(start_result(bench, bad), -EFAULT);
	bad = good;
	bad.available += 1;
	EXPECT_INT(start_result(bench, bad), -EFAULT);
	bad = good;
	bad.used = RAM_USER_START + (1 << 20) - 8;
	EXPECT_INT(start_result(bench, bad), -EFAULT);
	bad = good;
	bad.used = 0;
	EXPECT_INT(start_result(bench, bad), -EFAULT);
	EXPECT(!virtqueue_is_running(bench->queue));
	EXPECT_INT(start_result(bench, good), 0);
}

static void a_queue_goes_on_where_it_was_stopped(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);
	struct virtqueue_layout layout = layout_of(&bench->driver);
	uint16_t base;

	offer(bench, 8, 8);
	offer(bench, 16, 8);
	EXPECT_INT(pop(bench), 1);
	virtqueue_push(bench->queue, bench->chain.head, 0);
	base = virtqueue_stop(bench->queue);
	EXPECT_INT(base, 1);
	EXPECT_INT(pop(bench), 0);
	virtqueue_push(bench->queue, 0, 0);
	EXPECT_INT(virtqueue_start(bench->queue, &layout, base, true, false), 0);
	EXPECT_INT(pop(bench), 1);
	EXPECT_INT(bench->chain.readable_bytes, 16);
}

static void a_ring_whose_memory_went_stops(void)
{
	CLEANUP(bench_destroyp) struct bench *bench = bench_create(false);

	EXPECT_INT(virtqueue_remap(bench->queue), 0);
	guest_memory_clear(bench->memory);
	EXPECT_INT(virtqueue_remap(bench->queue), -EFAULT);
	EXPECT_INT(pop(bench), 0);
}

int main(void)
{
	RUN_TEST(a_chain_goes_there_and_back);
	RUN_TEST(indices_wrap_around);
	RUN_TEST(copies_gather_and_scatter);
	RUN_TEST(an_interrupt_comes_only_where_it_is_wanted);
	RUN_TEST(an_interrupt_can_be_switched_off);
	RUN_TEST(an_empty_queue_asks_for_the_next_kick);
	RUN_TEST(a_loop_of_descriptors_breaks_the_queue);
	RUN_TEST(a_loop_of_empty_descriptors_ends_too);
	RUN_TEST(descriptors_that_cannot_be_break_the_queue);
	RUN_TEST(a_table_inside_a_table_breaks_the_queue);
	RUN_TEST(a_table_may_lie_anywhere);
	RUN_TEST(what_is_read_comes_before_what_is_written);
	RUN_TEST(more_chains_than_the_ring_holds_break_it);
	RUN_TEST(a_head_beyond_the_ring_breaks_it);
	RUN_TEST(a_broken_queue_works_after_a_new_start);
	RUN_TEST(rings_that_cannot_be_are_refused);
	RUN_TEST(a_queue_goes_on_where_it_was_stopped);
	RUN_TEST(a_ring_whose_memory_went_stops);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/vhost/guest_memory.h"

#include <errno.h>
#include <sys/mman.h>

#include "tests/support/test.h"

#define SIZE	    (UINT64_C(4) << 20)
#define GUEST_START UINT64_C(0x40000000)
#define USER_START  UINT64_C(0x7f0000000000)

static int file_of(uint64_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	EXPECT(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	return fd;
}

static const struct guest_region one_region = {GUEST_START, SIZE, USER_START, 0};

static struct guest_memory *memory_of(const struct guest_region *regions, int fd, unsigned count)
{
	struct guest_memory *memory = guest_memory_create();
	int fds[GUEST_REGIONS_MAX];

	for (unsigned i = 0; i < count; i++)
		fds[i] = fd;
	EXPECT_INT(guest_memory_set(memory, regions, fds, count), 0);
	return memory;
}

static void an_address_is_found_in_its_file(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE);
	CLEANUP(guest_memory_destroyp) struct guest_memory *memory = memory_of(&one_region, fd, 1);
	char *bytes = guest_memory_whole(memory, GUEST_START + 4096, 5);
	char there[5] = "";

	EXPECT(bytes);
	memcpy(bytes, "hello", 5);
	EXPECT_INT(pread(fd, there, 5, 4096), 5);
	EXPECT(memcmp(there, "hello", 5) == 0);
	EXPECT(guest_memory_of_user(memory, USER_START + 4096, 5) == bytes);
}

static void the_offset_of_a_region_in_its_file_counts(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE);
	CLEANUP(guest_memory_destroyp)
	struct guest_memory *memory = memory_of(
		&(struct guest_region){GUEST_START, SIZE / 2, USER_START, SIZE / 2}, fd, 1);
	char there = 0;

	*(char *)guest_memory_whole(memory, GUEST_START, 1) = 'x';
	EXPECT_INT(pread(fd, &there, 1, SIZE / 2), 1);
	EXPECT_INT(there, 'x');
}

static void what_is_not_all_there_is_refused(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE);
	CLEANUP(guest_memory_destroyp) struct guest_memory *memory = memory_of(&one_region, fd, 1);

	EXPECT(guest_memory_whole(memory, GUEST_START, SIZE));
	EXPECT(guest_memory_whole(memory, GUEST_START + SIZE - 1, 1));
	EXPECT(!guest_memory_whole(memory, GUEST_START + SIZE - 1, 2));
	EXPECT(!guest_memory_whole(memory, GUEST_START + SIZE, 1));
	EXPECT(!guest_memory_whole(memory, GUEST_START - 1, 1));
	EXPECT(!guest_memory_whole(memory, GUEST_START, SIZE_MAX));
	EXPECT(!guest_memory_whole(memory, UINT64_MAX, 1));
	EXPECT(!guest_memory_whole(memory, 0, 1));
	EXPECT(guest_memory_of_user(memory, USER_START, SIZE));
	EXPECT(!guest_memory_of_user(memory, USER_START + 1, SIZE));
	EXPECT(!guest_memory_of_user(memory, USER_START - 1, 1));
	EXPECT(!guest_memory_of_user(memory, GUEST_START, 1));
}

static void memory_in_two_regions_is_two_pieces(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE);
	static const struct guest_region regions[] = {
		{GUEST_START, SIZE / 2, USER_START, SIZE / 2},
		{GUEST_START + SIZE / 2, SIZE / 2, USER_START + SIZE, 0},
	};
	CLEANUP(guest_memory_destroyp) struct guest_memory *memory = memory_of(regions, fd, 2);
	uint64_t middle = GUEST_START + SIZE / 2;
	size_t length = 32;

	EXPECT(guest_memory_at(memory, middle - 8, &length));
	EXPECT_INT(length, 8);
	EXPECT(guest_memory_at(memory, middle, &length));
	EXPECT_INT(length, 8);
	EXPECT(!guest_memory_whole(memory, middle - 8, 32));
	EXPECT(guest_memory_has(memory, GUEST_START, SIZE));
	EXPECT(!guest_memory_has(memory, GUEST_START, SIZE + 1));
	EXPECT(!guest_memory_has(memory, GUEST_START, 0));
}

static int set_result(struct guest_region region, uint64_t file_size)
{
	CLEANUP(close_fdp) int fd = file_of(file_size);
	CLEANUP(guest_memory_destroyp) struct guest_memory *memory = guest_memory_create();
	int r = guest_memory_set(memory, &region, &fd, 1);

	EXPECT(r == 0 || !guest_memory_whole(memory, region.guest_address, 1));
	return r;
}

static void regions_that_cannot_be_are_refused(void)
{
	EXPECT_INT(set_result((struct guest_region){0, 0, 0, 0}, SIZE), -EINVAL);
	EXPECT_INT(set_result((struct guest_region){UINT64_MAX - 4094, 4096, 0, 0}, SIZE), -EINVAL);
	EXPECT_INT(set_result((struct guest_region){0, 4096, UINT64_MAX - 4094, 0}, SIZE), -EINVAL);
	EXPECT_INT(set_result((struct guest_region){0, 4096, 0, UINT64_MAX - 4094}, SIZE), -EINVAL);
	EXPECT_INT(set_result((struct guest_region){0, SIZE + 1, 0, 0}, SIZE), -EFBIG);
	EXPECT_INT(set_result((struct guest_region){0, SIZE, 0, 1}, SIZE), -EFBIG);
	EXPECT_INT(set_result((struct guest_region){UINT64_MAX - 4095, 4096, 0, 0}, SIZE), 0);
}

static void setting_memory_again_drops_what_was_there(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE);
	CLEANUP(guest_memory_destroyp) struct guest_memory *memory = memory_of(&one_region, fd, 1);
	static const struct guest_region elsewhere = {0, SIZE, USER_START, 0};

	/* More often than there are guards. */
	for (int i = 0; i < 100; i++)
		EXPECT_INT(guest_memory_set(memory, &elsewhere, &fd, 1), 0);
	EXPECT(guest_memory_whole(memory, 0, 1));
	EXPECT(!guest_memory_whole(memory, GUEST_START, 1));
	guest_memory_clear(memory);
	EXPECT(!guest_memory_whole(memory, 0, 1));
}

static void a_file_that_shrinks_is_noticed_and_survived(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE);
	CLEANUP(guest_memory_destroyp) struct guest_memory *memory = memory_of(&one_region, fd, 1);
	volatile char *bytes = guest_memory_whole(memory, GUEST_START, SIZE);

	bytes[SIZE - 1] = 'x';
	EXPECT(!guest_memory_is_broken(memory));
	EXPECT_INT(ftruncate(fd, 4096), 0);
	EXPECT_INT(bytes[SIZE - 1], 0);
	bytes[SIZE - 1] = 'y';
	EXPECT(guest_memory_is_broken(memory));

	EXPECT_INT(ftruncate(fd, (off_t)SIZE), 0);
	EXPECT_INT(guest_memory_set(memory, &one_region, &fd, 1), 0);
	EXPECT(!guest_memory_is_broken(memory));
}

int main(void)
{
	RUN_TEST(an_address_is_found_in_its_file);
	RUN_TEST(the_offset_of_a_region_in_its_file_counts);
	RUN_TEST(what_is_not_all_there_is_refused);
	RUN_TEST(memory_in_two_regions_is_two_pieces);
	RUN_TEST(regions_that_cannot_be_are_refused);
	RUN_TEST(setting_memory_again_drops_what_was_there);
	RUN_TEST(a_file_that_shrinks_is_noticed_and_survived);
	return 0;
}

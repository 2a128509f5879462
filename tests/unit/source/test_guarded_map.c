/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/guarded_map.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "gateway/source/map_cache.h"
#include "tests/support/test.h"

#define SIZE 65536

static int file_of(size_t size, char content)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	char bytes[4096];

	memset(bytes, content, sizeof(bytes));
	for (size_t at = 0; at < size; at += sizeof(bytes))
		EXPECT_INT(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	return fd;
}

static void what_the_file_holds_is_read(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE, 'x');
	CLEANUP(guarded_map_closep) struct guarded_map *map = NULL;
	const char *bytes;

	EXPECT_INT(guarded_map_open(fd, SIZE, &map), 0);
	bytes = guarded_map_begin(map);
	EXPECT_INT(bytes[SIZE - 1], 'x');
	EXPECT(guarded_map_end(map));
}

static void a_file_that_is_too_short_is_refused(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE, 'x');
	struct guarded_map *map;

	EXPECT_INT(guarded_map_open(fd, SIZE + 1, &map), -EFBIG);
}

static void a_file_that_shrinks_reads_as_zeros_and_is_reported(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE, 'x');
	CLEANUP(guarded_map_closep) struct guarded_map *map = NULL;
	const volatile char *bytes;

	EXPECT_INT(guarded_map_open(fd, SIZE, &map), 0);
	EXPECT_INT(ftruncate(fd, 4096), 0);
	bytes = guarded_map_begin(map);
	EXPECT_INT(bytes[SIZE - 1], 0);
	EXPECT(!guarded_map_end(map));
	/* And stays reported. */
	guarded_map_begin(map);
	EXPECT(!guarded_map_end(map));
}

static void another_fault_still_ends_the_program(void)
{
	CLEANUP(close_fdp) int fd = file_of(SIZE, 'x');
	CLEANUP(guarded_map_closep) struct guarded_map *map = NULL;
	const volatile char *bytes;
	int status;
	pid_t child;

	EXPECT_INT(guarded_map_open(fd, SIZE, &map), 0);
	EXPECT_INT(ftruncate(fd, 4096), 0);
	child = fork();
	if (child == 0) {
		close(2); /* a sanitizer would report what is meant to happen */
		bytes = guarded_map_begin(map);
		guarded_map_end(map);
		(void)bytes[SIZE - 1];
		_exit(0);
	}
	EXPECT_INT(waitpid(child, &status, 0), child);
	EXPECT(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
}

static void a_buffer_that_comes_again_is_not_mapped_again(void)
{
	struct map_cache cache = {0};
	int fds[MAP_CACHE_LENGTH];
	struct guarded_map *maps[MAP_CACHE_LENGTH], *again;

	for (int i = 0; i < MAP_CACHE_LENGTH; i++) {
		fds[i] = file_of(SIZE, (char)('a' + i));
		EXPECT_INT(map_cache_open(&cache, fds[i], SIZE, &maps[i]), 0);
	}
	for (int i = 0; i < MAP_CACHE_LENGTH; i++) {
		int duplicate = dup(fds[i]);

		EXPECT_INT(map_cache_open(&cache, duplicate, SIZE, &again), 0);
		EXPECT(again == maps[i]);
		EXPECT_INT(*(const char *)guarded_map_begin(again), 'a' + i);
		EXPECT(guarded_map_end(again));
		close(duplicate);
		close(fds[i]);
	}
	map_cache_clear(&cache);
}

static void a_buffer_of_another_size_drops_those_kept(void)
{
	struct map_cache cache = {0};
	CLEANUP(close_fdp) int small = file_of(SIZE, 's');
	CLEANUP(close_fdp) int large = file_of(2 * SIZE, 'l');
	struct guarded_map *map;

	EXPECT_INT(map_cache_open(&cache, small, SIZE, &map), 0);
	EXPECT_INT(map_cache_open(&cache, large, 2 * SIZE, &map), 0);
	EXPECT(cache.entries[0].map == map);
	EXPECT(cache.entries[1].map == NULL);
	map_cache_clear(&cache);
}

static void a_buffer_that_is_not_shown_any_more_is_let_go(void)
{
	struct map_cache cache = {0};
	CLEANUP(close_fdp) int console = file_of(SIZE, 'c');
	CLEANUP(close_fdp) int front = file_of(SIZE, 'f');
	CLEANUP(close_fdp) int back = file_of(SIZE, 'b');
	struct guarded_map *map;

	EXPECT_INT(map_cache_open(&cache, console, SIZE, &map), 0);
	for (int i = 0; i < MAP_CACHE_FLIPS_MAX; i++)
		EXPECT_INT(map_cache_open(&cache, i % 2 ? back : front, SIZE, &map), 0);
	EXPECT(cache.entries[2].map != NULL);
	EXPECT_INT(map_cache_open(&cache, front, SIZE, &map), 0);
	EXPECT(cache.entries[2].map == NULL);
	EXPECT(cache.entries[1].map != NULL);
	map_cache_clear(&cache);
}

static void a_kept_buffer_that_shrank_is_refused(void)
{
	struct map_cache cache = {0};
	CLEANUP(close_fdp) int fd = file_of(SIZE, 's');
	struct guarded_map *map;

	EXPECT_INT(map_cache_open(&cache, fd, SIZE, &map), 0);
	EXPECT_INT(ftruncate(fd, 4096), 0);
	EXPECT_INT(map_cache_open(&cache, fd, SIZE, &map), -EFBIG);
	map_cache_clear(&cache);
}

int main(void)
{
	RUN_TEST(what_the_file_holds_is_read);
	RUN_TEST(a_file_that_is_too_short_is_refused);
	RUN_TEST(a_file_that_shrinks_reads_as_zeros_and_is_reported);
	RUN_TEST(another_fault_still_ends_the_program);
	RUN_TEST(a_buffer_that_comes_again_is_not_mapped_again);
	RUN_TEST(a_buffer_of_another_size_drops_those_kept);
	RUN_TEST(a_buffer_that_is_not_shown_any_more_is_let_go);
	RUN_TEST(a_kept_buffer_that_shrank_is_refused);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/guarded_map.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/xalloc.h"

struct guarded_map {
	void *data;
	size_t size;
	dev_t device;
	ino_t inode;
	volatile sig_atomic_t is_broken;
};

static __thread struct guarded_map *reading;
static struct sigaction action_before;

/* Puts zeros in the place of the whole map, whereupon the read that failed is
 * made again. mmap(2) is no more than a system call here, and so is safe. */
static void handle_sigbus(int number, siginfo_t *info, void *context)
{
	struct guarded_map *map = reading;
	uintptr_t address = (uintptr_t)info->si_addr;

	if (map && address >= (uintptr_t)map->data && address - (uintptr_t)map->data < map->size &&
	    mmap(map->data, map->size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
		    MAP_FAILED) {
		map->is_broken = 1;
		return;
	}
	/* Not ours: it happens again, and goes where it would have gone. */
	sigaction(SIGBUS, &action_before, NULL);
}

static void install_handler(void)
{
	struct sigaction action = {.sa_sigaction = handle_sigbus, .sa_flags = SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, &action_before);
}

int guarded_map_open(int fd, size_t size, struct guarded_map **ret_map)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CLEANUP(guarded_map_closep) struct guarded_map *map = NULL;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size < 0 || (uint64_t)status.st_size < size)
		return -EFBIG;

	pthread_once(&once, install_handler);
	map = xcalloc(1, sizeof(*map));
	map->size = size;
	map->device = status.st_dev;
	map->inode = status.st_ino;
	map->data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map->data == MAP_FAILED) {
		map->data = NULL;
		return -errno;
	}
	*ret_map = TAKE(map);
	return 0;
}

void guarded_map_close(struct guarded_map *map)
{
	if (!map)
		return;
	if (map->data)
		munmap(map->data, map->size);
	free(map);
}

bool guarded_map_is_of(const struct guarded_map *map, dev_t device, ino_t inode, size_t size)
{
	return map->device == device && map->inode == inode && map->size >= size && !map->is_broken;
}

size_t guarded_map_size(const struct guarded_map *map)
{
	return map->size;
}

const void *guarded_map_begin(struct guarded_map *map)
{
	reading = map;
	return map->data;
}

bool guarded_map_end(struct guarded_map *map)
{
	reading = NULL;
	return !map->is_broken;
}

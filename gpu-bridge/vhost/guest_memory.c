/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/vhost/guest_memory.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/xalloc.h"

/* Room for the regions of two devices in one process. */
#define GUARDS_MAX (2 * GUEST_REGIONS_MAX)

/* What the signal handler reads: it cannot lock, and any thread may get the signal. */
struct guard {
	_Atomic uintptr_t start; /* 0: free */
	_Atomic size_t size;
	atomic_bool is_broken;
};

static struct guard guards[GUARDS_MAX];
static struct sigaction action_before;

struct mapping {
	struct guest_region region;
	unsigned char *file; /* mapped from its first byte, as huge pages want it */
	size_t file_size;
	struct guard *guard;
};

struct guest_memory {
	struct mapping mappings[GUEST_REGIONS_MAX];
	unsigned count;
};

/* -- Files that shrink ------------------------------------------------------- */

/* mmap(2) is no more than a system call here, and so is safe. */
static void handle_sigbus(int number, siginfo_t *info, void *context)
{
	uintptr_t address = (uintptr_t)info->si_addr;

	for (unsigned i = 0; i < GUARDS_MAX; i++) {
		uintptr_t start = atomic_load(&guards[i].start);
		size_t size = atomic_load(&guards[i].size);

		if (!start || address < start || address - start >= size)
			continue;
		if (mmap((void *)start, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
			 0) == MAP_FAILED)
			break;
		atomic_store(&guards[i].is_broken, true);
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

static struct guard *guard_take(const void *start, size_t size)
{
	for (unsigned i = 0; i < GUARDS_MAX; i++) {
		if (atomic_load(&guards[i].start))
			continue;
		atomic_store(&guards[i].is_broken, false);
		atomic_store(&guards[i].size, size);
		atomic_store(&guards[i].start, (uintptr_t)start);
		return &guards[i];
	}
	return NULL;
}

/* -- Regions ----------------------------------------------------------------- */

struct guest_memory *guest_memory_create(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install_handler);
	return xcalloc(1, sizeof(struct guest_memory));
}

void guest_memory_destroy(struct guest_memory *memory)
{
	if (!memory)
		return;
	guest_memory_clear(memory);
	free(memory);
}

static int map_region(struct mapping *mapping, const struct guest_region *region, int fd)
{
	struct stat status;
	uint64_t end;

	if (region->size == 0 ||
	    __builtin_add_overflow(region->guest_address, region->size - 1, &end) ||
	    __builtin_add_overflow(region->user_address, region->size - 1, &end) ||
	    __builtin_add_overflow(region->file_offset, region->size, &end) || end > SIZE_MAX)
		return -EINVAL;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size < 0 || (uint64_t)status.st_size < end)
		return -EFBIG;

	mapping->file = mmap(NULL, end, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (mapping->file == MAP_FAILED)
		return -errno;
	mapping->guard = guard_take(mapping->file, end);
	if (!mapping->guard) {
		munmap(mapping->file, end);
		return -ENOSPC;
	}
	mapping->file_size = end;
	mapping->region = *region;
	/* A core file of ours is no place for the guest's memory. */
	madvise(mapping->file, end, MADV_DONTDUMP);
	return 0;
}

int guest_memory_set(struct guest_memory *memory, const struct guest_region *regions,
		     const int *fds, unsigned count)
{
	assert(count <= GUEST_REGIONS_MAX);
	guest_memory_clear(memory);
	for (unsigned i = 0; i < count; i++) {
		int r = map_region(&memory->mappings[i], &regions[i], fds[i]);

		if (r < 0) {
			guest_memory_clear(memory);
			return r;
		}
		memory->count++;
	}
	return 0;
}

void guest_memory_clear(struct guest_memory *memory)
{
	for (unsigned i = 0; i < memory->count; i++) {
		struct mapping *mapping = &memory->mappings[i];

		atomic_store(&mapping->guard->start, 0);
		munmap(mapping->file, mapping->file_size);
	}
	memory->count = 0;
}

static void *pointer_into(const struct mapping *mapping, uint64_t offset)
{
	return mapping->file + mapping->region.file_offset + offset;
}

void *guest_memory_at(const struct guest_memory *memory, uint64_t address, size_t *length)
{
	assert(*length > 0);
	for (unsigned i = 0; i < memory->count; i++) {
		const struct guest_region *region = &memory->mappings[i].region;
		uint64_t offset = address - region->guest_address;

		if (address < region->guest_address || offset >= region->size)
			continue;
		if (*length > region->size - offset)
			*length = region->size - offset;
		return pointer_into(&memory->mappings[i], offset);
	}
	return NULL;
}

void *guest_memory_whole(const struct guest_memory *memory, uint64_t address, size_t length)
{
	size_t there = length;
	void *bytes = guest_memory_at(memory, address, &there);

	return there == length ? bytes : NULL;
}

bool guest_memory_has(const struct guest_memory *memory, uint64_t address, uint64_t length)
{
	if (length == 0)
		return false;
	while (length > 0) {
		size_t piece = length;

		if (!guest_memory_at(memory, address, &piece))
			return false;
		/* The last piece may end where addresses do. */
		address += piece;
		length -= piece;
	}
	return true;
}

void *guest_memory_of_user(const struct guest_memory *memory, uint64_t user_address, size_t length)
{
	for (unsigned i = 0; i < memory->count; i++) {
		const struct guest_region *region = &memory->mappings[i].region;
		uint64_t offset = user_address - region->user_address;

		if (user_address < region->user_address || offset >= region->size)
			continue;
		return length <= region->size - offset ? pointer_into(&memory->mappings[i], offset)
						       : NULL;
	}
	return NULL;
}

bool guest_memory_is_broken(const struct guest_memory *memory)
{
	for (unsigned i = 0; i < memory->count; i++)
		if (atomic_load(&memory->mappings[i].guard->is_broken))
			return true;
	return false;
}

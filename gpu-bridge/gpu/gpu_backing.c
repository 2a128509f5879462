/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_backing.h"

#include <errno.h>
#include <string.h>

#include "gpu-bridge/vhost/guest_memory.h"

/* One span's part may lie in several pieces of guest memory. */
static int copy_span(const struct guest_memory *memory, uint64_t address, unsigned char *bytes,
		     size_t size)
{
	while (size > 0) {
		size_t length = size;
		const void *there = guest_memory_at(memory, address, &length);

		if (!there)
			return -EFAULT;
		memcpy(bytes, there, length);
		address += length;
		bytes += length;
		size -= length;
	}
	return 0;
}

int backing_read(const struct gpu_backing *backing, const struct guest_memory *memory,
		 struct backing_walk *walk, uint64_t offset, void *bytes, size_t size)
{
	unsigned char *to = bytes;

	while (size > 0) {
		const struct guest_span *span;
		uint64_t inside;
		size_t length;
		int r;

		if (walk->span >= backing->count)
			return -EFAULT;
		span = &backing->spans[walk->span];
		inside = offset - walk->span_start;
		if (inside >= span->length) {
			walk->span_start += span->length;
			walk->span++;
			continue;
		}
		length = span->length - (size_t)inside;
		if (length > size)
			length = size;
		r = copy_span(memory, span->address + inside, to, length);
		if (r < 0)
			return r;
		offset += length;
		to += length;
		size -= length;
	}
	return 0;
}

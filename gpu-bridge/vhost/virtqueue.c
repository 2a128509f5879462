/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/vhost/virtqueue.h"

#include <errno.h>
#include <linux/virtio_ring.h>
#include <stdatomic.h>
#include <string.h>

#include "common/xalloc.h"
#include "gpu-bridge/vhost/guest_memory.h"

struct virtqueue {
	const struct guest_memory *memory;
	struct virtqueue_layout layout;
	bool is_started;
	bool is_broken;
	bool has_indirect;
	bool has_event_index;

	/* In guest memory, while it is started. */
	const struct vring_desc *descriptors;
	struct vring_avail *available;
	struct vring_used *used;

	uint16_t next_available; /* of the next chain to be popped */
	uint16_t next_used;	 /* of the next chain to be pushed */
	uint16_t notified_used;	 /* next_used when the guest was last notified */
	int call_fd;
};

/* -- Life -------------------------------------------------------------------- */

struct virtqueue *virtqueue_create(const struct guest_memory *memory)
{
	struct virtqueue *queue = xcalloc(1, sizeof(*queue));

	queue->memory = memory;
	queue->call_fd = -1;
	return queue;
}

void virtqueue_destroy(struct virtqueue *queue)
{
	if (!queue)
		return;
	close_fd(queue->call_fd);
	free(queue);
}

static void *map_part(const struct virtqueue *queue, uint64_t address, size_t size,
		      size_t alignment)
{
	void *part = guest_memory_of_user(queue->memory, address, size);

	return (uintptr_t)part % alignment == 0 ? part : NULL;
}

/* Both rings end with the index of an event, which the other side reads. */
static int map_ring(struct virtqueue *queue)
{
	const struct virtqueue_layout *layout = &queue->layout;
	size_t size = layout->size;
	size_t available_size = sizeof(struct vring_avail) + (size + 1) * sizeof(uint16_t);
	size_t used_size = sizeof(struct vring_used) + size * sizeof(struct vring_used_elem) +
			   sizeof(uint16_t);

	queue->descriptors = map_part(queue, layout->descriptors, size * sizeof(struct vring_desc),
				      VRING_DESC_ALIGN_SIZE);
	queue->available = map_part(queue, layout->available, available_size,
				    VRING_AVAIL_ALIGN_SIZE);
	queue->used = map_part(queue, layout->used, used_size, VRING_USED_ALIGN_SIZE);
	return queue->descriptors && queue->available && queue->used ? 0 : -EFAULT;
}

int virtqueue_start(struct virtqueue *queue, const struct virtqueue_layout *layout, uint16_t base,
		    bool has_indirect, bool has_event_index)
{
	int r;

	queue->is_started = false;
	if (layout->size == 0 || layout->size > VIRTQUEUE_SIZE_MAX ||
	    (layout->size & (layout->size - 1)) != 0)
		return -EINVAL;
	queue->layout = *layout;
	r = map_ring(queue);
	if (r < 0)
		return r;

	queue->is_started = true;
	queue->is_broken = false;
	queue->has_indirect = has_indirect;
	queue->has_event_index = has_event_index;
	queue->next_available = base;
	queue->next_used = queue->used->idx;
	queue->notified_used = queue->next_used;
	return 0;
}

uint16_t virtqueue_stop(struct virtqueue *queue)
{
	queue->is_started = false;
	return queue->next_available;
}

int virtqueue_remap(struct virtqueue *queue)
{
	int r;

	if (!queue->is_started)
		return 0;
	r = map_ring(queue);
	if (r < 0)
		queue->is_started = false;
	return r;
}

bool virtqueue_is_running(const struct virtqueue *queue)
{
	return queue->is_started && !queue->is_broken;
}

void virtqueue_set_call(struct virtqueue *queue, int fd)
{
	close_fd(queue->call_fd);
	queue->call_fd = fd;
}

/* -- Pop --------------------------------------------------------------------- */

static int break_queue(struct virtqueue *queue)
{
	queue->is_broken = true;
	return -EPROTO;
}

static uint16_t load_available(const struct virtqueue *queue)
{
	/* Pairs with the driver's barrier: the chain was written before the index. */
	return __atomic_load_n(&queue->available->idx, __ATOMIC_ACQUIRE);
}

static bool is_empty(struct virtqueue *queue)
{
	uint16_t *available_event;

	if (load_available(queue) != queue->next_available)
		return false;
	if (!queue->has_event_index)
		return true;
	/* Asks for a kick at the next one; it may have come before the driver saw that. */
	available_event = (uint16_t *)&queue->used->ring[queue->layout.size];
	__atomic_store_n(available_event, queue->next_available, __ATOMIC_RELAXED);
	atomic_thread_fence(memory_order_seq_cst);
	return load_available(queue) == queue->next_available;
}

/* Adds one descriptor's memory, in as many pieces as it has there. */
static int add_segments(const struct virtqueue *queue, const struct vring_desc *descriptor,
			struct chain *chain)
{
	bool is_writable = descriptor->flags & VRING_DESC_F_WRITE;
	uint64_t address = descriptor->addr;
	size_t rest = descriptor->len;

	if (chain->writable > 0 && !is_writable)
		return -EPROTO;
	while (rest > 0) {
		unsigned count = chain->readable + chain->writable;
		size_t length = rest;
		void *bytes = guest_memory_at(queue->memory, address, &length);

		if (!bytes || count == CHAIN_SEGMENTS_MAX)
			return -EPROTO;
		chain->segments[count] = (struct iovec){bytes, length};
		*(is_writable ? &chain->writable : &chain->readable) += 1;
		*(is_writable ? &chain->writable_bytes : &chain->readable_bytes) += length;
		address += length;
		rest -= length;
	}
	return 0;
}

/* A table of descriptors: the queue's own, or one that a descriptor points to, aligned or not. */
struct table {
	const unsigned char *descriptors;
	size_t size;
	bool is_indirect;
};

static int follow_indirect(const struct virtqueue *queue, const struct vring_desc *descriptor,
			   struct table *table)
{
	if (!queue->has_indirect || table->is_indirect || descriptor->flags & VRING_DESC_F_NEXT ||
	    descriptor->len == 0 || descriptor->len % sizeof(*descriptor) != 0)
		return -EPROTO;
	table->size = descriptor->len / sizeof(*descriptor);
	table->is_indirect = true;
	if (table->size > CHAIN_SEGMENTS_MAX)
		return -EPROTO;
	table->descriptors = guest_memory_whole(queue->memory, descriptor->addr, descriptor->len);
	return table->descriptors ? 0 : -EPROTO;
}

static int collect(const struct virtqueue *queue, struct chain *chain)
{
	struct table table = {(const unsigned char *)queue->descriptors, queue->layout.size, false};
	size_t index = chain->head;

	for (unsigned followed = 0; followed < CHAIN_SEGMENTS_MAX; followed++) {
		struct vring_desc descriptor;
		int r;

		if (index >= table.size)
			return -EPROTO;
		memcpy(&descriptor, table.descriptors + index * sizeof(descriptor),
		       sizeof(descriptor));
		if (descriptor.flags & VRING_DESC_F_INDIRECT) {
			r = follow_indirect(queue, &descriptor, &table);
			if (r < 0)
				return r;
			index = 0;
			continue;
		}
		r = add_segments(queue, &descriptor, chain);
		if (r < 0)
			return r;
		if (!(descriptor.flags & VRING_DESC_F_NEXT))
			return 0;
		index = descriptor.next;
	}
	return -EPROTO;
}

int virtqueue_pop(struct virtqueue *queue, struct chain *ret_chain)
{
	uint16_t waiting;

	if (!virtqueue_is_running(queue) || is_empty(queue))
		return 0;
	waiting = load_available(queue) - queue->next_available;
	if (waiting > queue->layout.size)
		return break_queue(queue);

	ret_chain->head = __atomic_load_n(
		&queue->available->ring[queue->next_available % queue->layout.size],
		__ATOMIC_RELAXED);
	ret_chain->readable = 0;
	ret_chain->writable = 0;
	ret_chain->readable_bytes = 0;
	ret_chain->writable_bytes = 0;
	if (collect(queue, ret_chain) < 0)
		return break_queue(queue);
	queue->next_available++;
	return 1;
}

/* -- Push -------------------------------------------------------------------- */

void virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t written)
{
	struct vring_used_elem *element;

	if (!virtqueue_is_running(queue))
		return;
	element = &queue->used->ring[queue->next_used % queue->layout.size];
	element->id = head;
	element->len = written;
	queue->next_used++;
	/* The driver must see the element, and what was written to the chain, before the index. */
	__atomic_store_n(&queue->used->idx, queue->next_used, __ATOMIC_RELEASE);
}

static bool wants_interrupt(const struct virtqueue *queue)
{
	uint16_t event;

	/* Until the driver has seen the new index, what it wants is not known. */
	atomic_thread_fence(memory_order_seq_cst);
	if (!queue->has_event_index)
		return !(__atomic_load_n(&queue->available->flags, __ATOMIC_RELAXED) &
			 VRING_AVAIL_F_NO_INTERRUPT);
	event = __atomic_load_n(&queue->available->ring[queue->layout.size], __ATOMIC_RELAXED);
	return vring_need_event(event, queue->next_used, queue->notified_used);
}

void virtqueue_notify(struct virtqueue *queue)
{
	static const uint64_t one = 1;
	bool is_wanted;

	if (!virtqueue_is_running(queue) || queue->notified_used == queue->next_used)
		return;
	is_wanted = wants_interrupt(queue);
	queue->notified_used = queue->next_used;
	/* A counter that is full interrupts anyway. */
	if (is_wanted && queue->call_fd >= 0 && write(queue->call_fd, &one, sizeof(one)) < 0)
		return;
}

/* -- Chains ------------------------------------------------------------------ */

typedef void (*copy_fn)(void *segment, void *bytes, size_t size);

static size_t walk(const struct iovec *segments, unsigned count, size_t offset, void *bytes,
		   size_t size, copy_fn copy)
{
	size_t done = 0;

	for (unsigned i = 0; i < count && done < size; i++) {
		size_t length = segments[i].iov_len;

		if (offset >= length) {
			offset -= length;
			continue;
		}
		length -= offset;
		if (length > size - done)
			length = size - done;
		copy((unsigned char *)segments[i].iov_base + offset, (unsigned char *)bytes + done,
		     length);
		offset = 0;
		done += length;
	}
	return done;
}

static void copy_out(void *segment, void *bytes, size_t size)
{
	memcpy(bytes, segment, size);
}

static void copy_in(void *segment, void *bytes, size_t size)
{
	memcpy(segment, bytes, size);
}

size_t chain_read(const struct chain *chain, size_t offset, void *bytes, size_t size)
{
	return walk(chain->segments, chain->readable, offset, bytes, size, copy_out);
}

size_t chain_write(const struct chain *chain, size_t offset, const void *bytes, size_t size)
{
	return walk(chain->segments + chain->readable, chain->writable, offset, (void *)bytes, size,
		    copy_in);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Virtqueue
 *
 * The device's end of one split ring (virtio 1.2, 2.7): chains of descriptors
 * that the driver made available are popped, answered, and pushed as used. With
 * indirect descriptors and event indexes where they were negotiated.
 *
 * The driver writes the ring while we read it: each descriptor is copied before
 * it is looked at, and what does not hold together breaks the queue until it is
 * started again. No chain is longer than CHAIN_SEGMENTS_MAX, so a loop ends.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "common/cleanup.h"

struct guest_memory;
struct virtqueue;

/* Little-endian, as virtio is: nothing is swapped. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "virtio on a big-endian host");

/* The largest queue, and the longest chain, as QEMU has them. */
#define VIRTQUEUE_SIZE_MAX 1024
#define CHAIN_SEGMENTS_MAX 1024

/* Where a ring lies, as addresses of the front end's process. */
struct virtqueue_layout {
	uint32_t size; /* a power of two */
	uint64_t descriptors;
	uint64_t available;
	uint64_t used;
};

/* What the driver made available at once: first what we read, then what we write. The segments
 * point into guest memory, which the driver may change meanwhile. */
struct chain {
	uint16_t head;
	unsigned readable; /* segments */
	unsigned writable; /* segments after those */
	size_t readable_bytes;
	size_t writable_bytes;
	struct iovec segments[CHAIN_SEGMENTS_MAX];
};

/* A queue that is stopped. `memory` outlives it. */
struct virtqueue *virtqueue_create(const struct guest_memory *memory);

/** Accepts NULL. */
void virtqueue_destroy(struct virtqueue *queue);

/**
 * Starts at `base`, the index of the next available chain.
 *
 * Returns 0; -EINVAL for a size that cannot be; -EFAULT when the ring is not in
 * guest memory, or not aligned there.
 */
int virtqueue_start(struct virtqueue *queue, const struct virtqueue_layout *layout, uint16_t base,
		    bool has_indirect, bool has_event_index);

/** Stops; returns the index of the next available chain. */
uint16_t virtqueue_stop(struct virtqueue *queue);

/** Looks the ring up again, after the memory was set. Returns as virtqueue_start(), and stops the
 * queue upon an error. */
int virtqueue_remap(struct virtqueue *queue);

/** Started and not broken. */
bool virtqueue_is_running(const struct virtqueue *queue);

/** Takes `fd`, an eventfd that interrupts the guest; -1: none. */
void virtqueue_set_call(struct virtqueue *queue, int fd);

/**
 * Pops the next chain.
 *
 * Returns 1; 0 when there is none, and the driver will kick when there is; or
 * -EPROTO when the ring does not hold together: the queue is broken then.
 */
int virtqueue_pop(struct virtqueue *queue, struct chain *ret_chain);

/** Gives a chain back, of which `written` bytes were written. Does nothing unless it runs. */
void virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t written);

/** Interrupts the guest, if it wants that for what was pushed since the last time. */
void virtqueue_notify(struct virtqueue *queue);

/** Copies up to `size` bytes that the driver wrote, from `offset` on. Returns how many. */
size_t chain_read(const struct chain *chain, size_t offset, void *bytes, size_t size);

/** Copies up to `size` bytes to where the driver reads them, at `offset`. Returns how many. */
size_t chain_write(const struct chain *chain, size_t offset, const void *bytes, size_t size);

DEFINE_CLEANUP(struct virtqueue *, virtqueue_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Driver ring
 *
 * What a guest's driver does with a virtqueue: memory of its own, descriptors,
 * chains, and what came back. It does what the test says, right or wrong.
 */

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

/* Addresses at which no device finds its memory by luck. */
#define RAM_GUEST_START UINT64_C(0x40000000)
#define RAM_USER_START	UINT64_C(0x7f1234000000)

/* The guest's memory: a memfd, handed out from its beginning. */
struct guest_ram {
	int fd;
	unsigned char *bytes;
	size_t size;
	size_t taken;
};

struct guest_ram *guest_ram_create(size_t size);

/** Accepts NULL. */
void guest_ram_destroy(struct guest_ram *ram);

/** Takes `size` zeroed bytes, aligned to 64. Returns their guest address. */
uint64_t guest_ram_take(struct guest_ram *ram, size_t size);

/** What a guest address is in the test. */
void *guest_ram_at(struct guest_ram *ram, uint64_t address);

/* One descriptor to be. */
struct ring_part {
	uint64_t address;
	uint32_t length;
	bool is_writable;
};

struct driver_ring {
	struct guest_ram *ram;
	unsigned size;
	uint64_t descriptors; /* guest addresses */
	uint64_t available;
	uint64_t used;
	uint16_t next_available;
	uint16_t next_used;
	uint16_t next_descriptor;
};

/** Lays out an empty ring of `size` in `ram`. */
void driver_ring_init(struct driver_ring *ring, struct guest_ram *ram, unsigned size);

/** The address of the front end's process for a guest address. */
uint64_t driver_ring_user(uint64_t guest_address);

/** Writes a descriptor as it is said. */
void driver_ring_describe(struct driver_ring *ring, uint16_t index, uint64_t address,
			  uint32_t length, uint16_t flags, uint16_t next);

/** Makes a chain available. */
void driver_ring_offer(struct driver_ring *ring, uint16_t head);

/** Describes a chain of `count` parts in the next free descriptors and offers it. Returns its head.
 */
uint16_t driver_ring_submit(struct driver_ring *ring, const struct ring_part *parts,
			    unsigned count);

/** The same with an indirect table, of which it needs one descriptor. */
uint16_t driver_ring_submit_indirect(struct driver_ring *ring, const struct ring_part *parts,
				     unsigned count);

/** Takes the next used chain. Returns false when there is none. */
bool driver_ring_take_used(struct driver_ring *ring, uint32_t *ret_head, uint32_t *ret_written);

/** The index from which on the device wants a kick. */
uint16_t driver_ring_available_event(const struct driver_ring *ring);

/** Asks for an interrupt when the used index passes `event`. */
void driver_ring_set_used_event(struct driver_ring *ring, uint16_t event);

DEFINE_CLEANUP(struct guest_ram *, guest_ram_destroy)

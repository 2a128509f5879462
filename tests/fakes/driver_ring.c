/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/driver_ring.h"

#include <sys/mman.h>

#include "common/xalloc.h"
#include "tests/support/test.h"

/* -- Memory ------------------------------------------------------------------ */

struct guest_ram *guest_ram_create(size_t size)
{
	struct guest_ram *ram = xcalloc(1, sizeof(*ram));

	ram->size = size;
	ram->fd = memfd_create("guest-ram", MFD_CLOEXEC);
	EXPECT(ram->fd >= 0 && ftruncate(ram->fd, (off_t)size) == 0);
	ram->bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ram->fd, 0);
	EXPECT(ram->bytes != MAP_FAILED);
	return ram;
}

void guest_ram_destroy(struct guest_ram *ram)
{
	if (!ram)
		return;
	munmap(ram->bytes, ram->size);
	close(ram->fd);
	free(ram);
}

uint64_t guest_ram_take(struct guest_ram *ram, size_t size)
{
	uint64_t address = RAM_GUEST_START + ram->taken;

	ram->taken = (ram->taken + size + 63) & ~(size_t)63;
	EXPECT(ram->taken <= ram->size);
	return address;
}

void *guest_ram_at(struct guest_ram *ram, uint64_t address)
{
	EXPECT(address >= RAM_GUEST_START && address - RAM_GUEST_START < ram->size);
	return ram->bytes + (address - RAM_GUEST_START);
}

/* -- Ring -------------------------------------------------------------------- */

void driver_ring_init(struct driver_ring *ring, struct guest_ram *ram, unsigned size)
{
	*ring = (struct driver_ring){.ram = ram, .size = size};
	ring->descriptors = guest_ram_take(ram, size * sizeof(struct vring_desc));
	ring->available = guest_ram_take(ram, sizeof(struct vring_avail) +
						      (size + 1) * sizeof(uint16_t));
	ring->used = guest_ram_take(ram, sizeof(struct vring_used) +
						 (size + 1) * sizeof(struct vring_used_elem));
}

uint64_t driver_ring_user(uint64_t guest_address)
{
	return guest_address - RAM_GUEST_START + RAM_USER_START;
}

static struct vring_avail *available_of(const struct driver_ring *ring)
{
	return guest_ram_at(ring->ram, ring->available);
}

static struct vring_used *used_of(const struct driver_ring *ring)
{
	return guest_ram_at(ring->ram, ring->used);
}

void driver_ring_describe(struct driver_ring *ring, uint16_t index, uint64_t address,
			  uint32_t length, uint16_t flags, uint16_t next)
{
	struct vring_desc *descriptors = guest_ram_at(ring->ram, ring->descriptors);

	descriptors[index] = (struct vring_desc){address, length, flags, next};
}

void driver_ring_offer(struct driver_ring *ring, uint16_t head)
{
	struct vring_avail *available = available_of(ring);

	available->ring[ring->next_available % ring->size] = head;
	ring->next_available++;
	__atomic_store_n(&available->idx, ring->next_available, __ATOMIC_RELEASE);
}

static uint16_t flags_of(const struct ring_part *parts, unsigned index, unsigned count)
{
	return (uint16_t)((parts[index].is_writable ? VRING_DESC_F_WRITE : 0) |
			  (index + 1 < count ? VRING_DESC_F_NEXT : 0));
}

static uint16_t take_descriptor(struct driver_ring *ring)
{
	return ring->next_descriptor++ % ring->size;
}

uint16_t driver_ring_submit(struct driver_ring *ring, const struct ring_part *parts, unsigned count)
{
	uint16_t head = take_descriptor(ring);
	uint16_t index = head;

	for (unsigned i = 0; i < count; i++) {
		uint16_t next = i + 1 < count ? take_descriptor(ring) : 0;

		driver_ring_describe(ring, index, parts[i].address, parts[i].length,
				     flags_of(parts, i, count), next);
		index = next;
	}
	driver_ring_offer(ring, head);
	return head;
}

uint16_t driver_ring_submit_indirect(struct driver_ring *ring, const struct ring_part *parts,
				     unsigned count)
{
	uint64_t address = guest_ram_take(ring->ram, count * sizeof(struct vring_desc));
	struct vring_desc *table = guest_ram_at(ring->ram, address);
	uint16_t head = take_descriptor(ring);

	for (unsigned i = 0; i < count; i++)
		table[i] = (struct vring_desc){parts[i].address, parts[i].length,
					       flags_of(parts, i, count), (uint16_t)(i + 1)};
	driver_ring_describe(ring, head, address, count * sizeof(struct vring_desc),
			     VRING_DESC_F_INDIRECT, 0);
	driver_ring_offer(ring, head);
	return head;
}

bool driver_ring_take_used(struct driver_ring *ring, uint32_t *ret_head, uint32_t *ret_written)
{
	struct vring_used *used = used_of(ring);
	const struct vring_used_elem *element = &used->ring[ring->next_used % ring->size];

	if (__atomic_load_n(&used->idx, __ATOMIC_ACQUIRE) == ring->next_used)
		return false;
	*ret_head = element->id;
	*ret_written = element->len;
	ring->next_used++;
	return true;
}

uint16_t driver_ring_available_event(const struct driver_ring *ring)
{
	return *(uint16_t *)&used_of(ring)->ring[ring->size];
}

void driver_ring_set_used_event(struct driver_ring *ring, uint16_t event)
{
	available_of(ring)->ring[ring->size] = event;
}

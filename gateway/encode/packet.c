/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/packet.h"

#include <stdatomic.h>

struct owned_packet {
	struct packet base;
	atomic_uint references;
	uint8_t data[];
};

struct packet *packet_create(size_t size)
{
	struct owned_packet *owned = malloc(sizeof(*owned) + size);

	if (!owned)
		return NULL;
	owned->base = (struct packet){.size = size, .data = owned->data};
	pixman_region32_init(&owned->base.damage);
	atomic_init(&owned->references, 1);
	return &owned->base;
}

struct packet *packet_ref(struct packet *packet)
{
	struct owned_packet *owned = (struct owned_packet *)packet;

	atomic_fetch_add(&owned->references, 1);
	return packet;
}

void packet_unref(struct packet *packet)
{
	struct owned_packet *owned = (struct owned_packet *)packet;

	if (!packet || atomic_fetch_sub(&owned->references, 1) != 1)
		return;
	pixman_region32_fini(&packet->damage);
	free(owned);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Vhost message
 *
 * The messages of vhost-user that we answer (QEMU's docs/interop/vhost-user.rst),
 * in this machine's byte order.
 */

#include <linux/vhost_types.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fd_pass.h"
#include "gpu-bridge/vhost/guest_memory.h"

enum vhost_request {
	VHOST_GET_FEATURES = 1,
	VHOST_SET_FEATURES = 2,
	VHOST_SET_OWNER = 3,
	VHOST_RESET_OWNER = 4,
	VHOST_SET_MEM_TABLE = 5,
	VHOST_SET_VRING_NUM = 8,
	VHOST_SET_VRING_ADDR = 9,
	VHOST_SET_VRING_BASE = 10,
	VHOST_GET_VRING_BASE = 11,
	VHOST_SET_VRING_KICK = 12,
	VHOST_SET_VRING_CALL = 13,
	VHOST_SET_VRING_ERR = 14,
	VHOST_GET_PROTOCOL_FEATURES = 15,
	VHOST_SET_PROTOCOL_FEATURES = 16,
	VHOST_GET_QUEUE_NUM = 17,
	VHOST_SET_VRING_ENABLE = 18,
	VHOST_GET_CONFIG = 24,
	VHOST_SET_CONFIG = 25,
	VHOST_GPU_SET_SOCKET = 33,
	VHOST_RESET_DEVICE = 34,
};

#define VHOST_FLAG_VERSION	1
#define VHOST_FLAG_VERSION_MASK 3
#define VHOST_FLAG_REPLY	(1 << 2)
#define VHOST_FLAG_NEED_REPLY	(1 << 3)

/* In the features: there are protocol features. */
#define VHOST_F_PROTOCOL_FEATURES 30

/* The protocol features. */
#define VHOST_PROTOCOL_F_MQ	      0
#define VHOST_PROTOCOL_F_REPLY_ACK    3
#define VHOST_PROTOCOL_F_CONFIG	      9
#define VHOST_PROTOCOL_F_RESET_DEVICE 13

/* Of the number that comes with the descriptor of a ring's event. */
#define VHOST_RING_INDEX_MASK 0xff
#define VHOST_RING_NO_FD      (1 << 8)

#define VHOST_CONFIG_MAX 256

struct vhost_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size; /* of the payload */
};

union vhost_payload {
	uint64_t number;
	struct vhost_vring_state state;
	struct vhost_vring_addr address;
	struct {
		uint32_t count;
		uint32_t padding;
		struct guest_region regions[GUEST_REGIONS_MAX];
	} memory;
	struct {
		uint32_t offset;
		uint32_t size;
		uint32_t flags;
		uint8_t bytes[VHOST_CONFIG_MAX];
	} config;
};

/* The sizes of payloads whose end varies. */
#define VHOST_MEMORY_SIZE_MIN offsetof(union vhost_payload, memory.regions)
#define VHOST_CONFIG_SIZE_MIN offsetof(union vhost_payload, config.bytes)
#define VHOST_CONFIG_SIZE_MAX (VHOST_CONFIG_SIZE_MIN + VHOST_CONFIG_MAX)

struct vhost_message {
	struct vhost_header header;
	union vhost_payload payload;
	int fds[FD_PASS_MAX];
	unsigned fds_count;
};

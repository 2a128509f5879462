/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU request: a command that is being carried out. For the files that have handlers,
 * gpu_commands*.c, only.
 */

#include <linux/virtio_gpu.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu-bridge/gpu/gpu_commands.h"

struct gpu_request {
	const struct guest_memory *memory;
	const struct chain *chain;
	union {
		struct virtio_gpu_ctrl_hdr header;
		struct virtio_gpu_resource_create_2d create_2d;
		struct virtio_gpu_resource_unref unref;
		struct virtio_gpu_set_scanout set_scanout;
		struct virtio_gpu_resource_flush flush;
		struct virtio_gpu_transfer_to_host_2d transfer;
		struct virtio_gpu_resource_attach_backing attach;
		struct virtio_gpu_resource_detach_backing detach;
		struct virtio_gpu_cmd_get_edid get_edid;
		struct virtio_gpu_resource_assign_uuid assign_uuid;
		struct virtio_gpu_update_cursor cursor;
		struct virtio_gpu_get_capset_info get_capset_info;
		struct virtio_gpu_get_capset get_capset;
		struct virtio_gpu_ctx_create ctx_create;
		struct virtio_gpu_ctx_resource ctx_resource;
		struct virtio_gpu_resource_create_3d create_3d;
		struct virtio_gpu_transfer_host_3d transfer_3d;
		struct virtio_gpu_cmd_submit submit;
	} command;
	union gpu_answer *answer; /* zeroed; a handler fills in what follows the header */
	size_t answer_size;	  /* what a handler's answer has, unless it is an error */
};

/* A handler runs only if the guest supplied at least `min_size` bytes, and returns the response's
 * type. */
struct gpu_command {
	uint32_t type;
	const char *name;
	size_t min_size;
	uint32_t (*handle)(struct gpu_state *gpu, struct gpu_request *request);
};

#define GPU_COMMAND(type, body, handler) \
	{ \
		VIRTIO_GPU_CMD_##type, #type, sizeof(struct body), handler \
	}

/* What a guest may ask besides where there is 3D. Ends with one that has no handler. */
extern const struct gpu_command gpu_commands_3d[];

/** What is answered for a handler's result. */
uint32_t gpu_response_from_errno(int r);

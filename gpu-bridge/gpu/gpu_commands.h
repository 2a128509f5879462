/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU commands
 *
 * What a guest may ask of a virtio-gpu (virtio 1.2, 5.7), and of one that has 3D besides:
 * each command checked, carried out at once, and answered.
 *
 * Threads: the loop's.
 */

#include <linux/virtio_gpu.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu-bridge/display.h"
#include "gpu-bridge/gpu/gpu_contexts.h"
#include "gpu-bridge/gpu/gpu_resource.h"
#include "gpu-bridge/gpu/gpu_scanout.h"

struct chain;
struct guest_memory;

/* What the guest made, and where it is shown. */
struct gpu_state {
	const struct renderer_ops *ops;
	struct gpu_resources *resources;
	struct gpu_scanouts scanouts;
	struct gpu_contexts contexts;
	struct display *display;

	/* The guest destroyed a context: its fences are lost. */
	void (*on_context_gone)(void *data, uint32_t context);
	void *data;
};

/* Room for the longest answer. */
union gpu_answer {
	struct virtio_gpu_ctrl_hdr header;
	struct virtio_gpu_resp_display_info display_info;
	struct virtio_gpu_resp_edid edid;
	struct virtio_gpu_resp_resource_uuid uuid;
	struct virtio_gpu_resp_capset_info capset_info;
	struct {
		struct virtio_gpu_ctrl_hdr header;
		unsigned char data[RENDERER_CAPSET_MAX];
	} capset;
};

/**
 * Carries out a command of the control queue. Writes the answer, and returns its size: at
 * most as many bytes as the chain has room for, or 0 when it has none for a header. With a
 * fence, the answer may be given only when what the command draws is drawn.
 */
size_t gpu_control_command(struct gpu_state *gpu, const struct guest_memory *memory,
			   const struct chain *chain, union gpu_answer *ret_answer);

/** The same for the cursor queue, whose commands want no answer. */
size_t gpu_cursor_command(struct gpu_state *gpu, const struct guest_memory *memory,
			  const struct chain *chain, union gpu_answer *ret_answer);

/** The name that output `output` has in its EDID: as Linux calls its connector. */
void gpu_output_name(unsigned output, char ret_name[16]);

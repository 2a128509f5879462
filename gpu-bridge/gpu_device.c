/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu_device.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/edid.h"
#include "gpu-bridge/gpu_commands.h"
#include "gpu-bridge/virtqueue.h"

/* How many commands are carried out before others have their turn. */
#define COMMANDS_PER_TURN 32

enum {
	CONTROL_QUEUE,
	CURSOR_QUEUE,
	QUEUES
};

struct gpu_device {
	struct renderer *renderer;
	struct gpu_state state;
	struct chain chain; /* large, and used by one command at a time */
};

/* -- For the front end ------------------------------------------------------- */

static bool handle_queue(void *data, unsigned index, struct virtqueue *queue,
			 const struct guest_memory *memory)
{
	struct gpu_device *gpu = data;
	unsigned done;

	for (done = 0; done < COMMANDS_PER_TURN; done++) {
		union gpu_answer answer;
		size_t size;

		if (virtqueue_pop(queue, &gpu->chain) <= 0)
			break;
		size = (index == CONTROL_QUEUE ? gpu_control_command : gpu_cursor_command)(
			&gpu->state, memory, &gpu->chain, &answer);
		chain_write(&gpu->chain, 0, &answer, size);
		virtqueue_push(queue, gpu->chain.head, (uint32_t)size);
	}
	virtqueue_notify(queue);
	return done == COMMANDS_PER_TURN;
}

static void read_config(void *data, void *config, size_t size)
{
	const struct gpu_device *gpu = data;
	/* QEMU overrides the number by its own max_outputs. */
	struct virtio_gpu_config ours = {.num_scanouts = display_outputs(gpu->state.display)};

	memcpy(config, &ours, size < sizeof(ours) ? size : sizeof(ours));
}

static void handle_reset(void *data)
{
	struct gpu_device *gpu = data;

	gpu_scanouts_forget(&gpu->state.scanouts, NULL);
	gpu_resources_clear(gpu->state.resources);
	for (unsigned i = 0; i < display_outputs(gpu->state.display); i++)
		if (display_cursor(gpu->state.display, i))
			display_move_pointer(gpu->state.display, i, &(struct display_pointer){0});
}

const struct vhost_device gpu_vhost_device = {
	.name = "gpu",
	.features = UINT64_C(1) << VIRTIO_GPU_F_EDID | UINT64_C(1) << VIRTIO_GPU_F_RESOURCE_UUID,
	.queues = QUEUES,
	.on_queue = handle_queue,
	.read_config = read_config,
	.on_reset = handle_reset,
};

/* -- For viewers ------------------------------------------------------------- */

static bool modes_are_equal(const struct display_mode *a, const struct display_mode *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height &&
	       a->width_mm == b->width_mm && a->height_mm == b->height_mm;
}

static int handle_request(void *data, unsigned output, const struct display_mode *mode)
{
	struct gpu_device *gpu = data;
	struct display_mode before = display_mode(gpu->state.display, output);

	if ((mode->width == 0) != (mode->height == 0) || mode->width > EDID_SIDE_MAX ||
	    mode->height > EDID_SIDE_MAX)
		return -EINVAL;
	if (modes_are_equal(&before, mode))
		return 0;
	log_info("output %u: %ux%u from now on; the guest sees it when it looks at its monitors "
		 "again, at its next start at the latest",
		 output, mode->width, mode->height);
	display_set_mode(gpu->state.display, output, mode);
	return 0;
}

/* -- Life -------------------------------------------------------------------- */

int gpu_device_create(struct display *display, const struct renderer_ops *ops, uint64_t memory_max,
		      struct gpu_device **ret_gpu)
{
	CLEANUP(gpu_device_destroyp) struct gpu_device *gpu = xcalloc(1, sizeof(*gpu));
	int r;

	gpu->state.ops = ops;
	gpu->state.display = display;
	r = ops->create(&gpu->renderer);
	if (r < 0)
		return r;
	gpu->state.resources = gpu_resources_create(ops, gpu->renderer, memory_max);
	gpu->state.scanouts = (struct gpu_scanouts){.ops = ops, .display = display};
	display_on_request(display, handle_request, gpu);
	*ret_gpu = TAKE(gpu);
	return 0;
}

void gpu_device_destroy(struct gpu_device *gpu)
{
	if (!gpu)
		return;
	display_on_request(gpu->state.display, NULL, NULL);
	if (gpu->state.resources)
		handle_reset(gpu);
	gpu_resources_destroy(gpu->state.resources);
	gpu->state.ops->destroy(gpu->renderer);
	free(gpu);
}

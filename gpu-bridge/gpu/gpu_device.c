/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_device.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/gpu/edid.h"
#include "gpu-bridge/gpu/gpu_commands.h"
#include "gpu-bridge/gpu/gpu_fences.h"
#include "gpu-bridge/vhost/virtqueue.h"

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

	struct gpu_fences fences;
	struct virtqueue *control; /* where their chains are from; NULL: nothing came yet */
};

/* -- Fences ------------------------------------------------------------------ */

/* Gives back what is done. A ring that stands still gets it when it goes on. */
static void answer_fences(struct gpu_device *gpu)
{
	struct gpu_fence fence;

	if (!gpu->control || !virtqueue_is_running(gpu->control))
		return;
	while (gpu_fences_pop(&gpu->fences, &fence))
		virtqueue_push(gpu->control, fence.chain_head, fence.written);
}

static void handle_fence(void *data, uint32_t context, uint64_t number)
{
	struct gpu_device *gpu = data;

	gpu_fences_passed(&gpu->fences, context, number);
	answer_fences(gpu);
	if (gpu->control)
		virtqueue_notify(gpu->control);
}

static void ask_again(void *data, uint32_t context, uint64_t number)
{
	const struct gpu_contexts *contexts = data;

	if (contexts->ops->fence(contexts->renderer, context, number) < 0)
		log_debug("a fence of context %u is lost", context);
}

static void handle_context_gone(void *data, uint32_t context)
{
	struct gpu_device *gpu = data;

	gpu_fences_context_gone(&gpu->fences, context);
	gpu_fences_each_last(&gpu->fences, ask_again, &gpu->state.contexts);
}

/* The answer to `chain` is written, and is given now or when its fence has passed. */
static void give_answer(struct gpu_device *gpu, struct virtqueue *queue,
			const struct virtio_gpu_ctrl_hdr *answer, uint16_t head, uint32_t size)
{
	const struct gpu_contexts *contexts = &gpu->state.contexts;
	struct gpu_fence fence = {.chain_head = head, .written = size};

	if (contexts->ops && size > 0 && answer->flags & VIRTIO_GPU_FLAG_FENCE) {
		fence.context = gpu_contexts_has(contexts, answer->ctx_id) ? answer->ctx_id : 0;
		fence.number = gpu_fences_number(&gpu->fences);
		/* In its turn even if there is none to wait for. */
		fence.is_done = contexts->ops->fence(contexts->renderer, fence.context,
						     fence.number) < 0;
		if (gpu_fences_add(&gpu->fences, &fence))
			return;
	}
	virtqueue_push(queue, head, size);
}

/* -- For the front end ------------------------------------------------------- */

static bool handle_control(struct gpu_device *gpu, struct virtqueue *queue,
			   const struct guest_memory *memory)
{
	unsigned done;

	gpu->control = queue;
	answer_fences(gpu);
	for (done = 0; done < COMMANDS_PER_TURN; done++) {
		union gpu_answer answer;
		size_t size;

		if (virtqueue_pop(queue, &gpu->chain) <= 0)
			break;
		size = gpu_control_command(&gpu->state, memory, &gpu->chain, &answer);
		chain_write(&gpu->chain, 0, &answer, size);
		give_answer(gpu, queue, &answer.header, gpu->chain.head, (uint32_t)size);
	}
	gpu_scanouts_settle(&gpu->state.scanouts);
	answer_fences(gpu);
	return done == COMMANDS_PER_TURN;
}

static bool handle_cursor(struct gpu_device *gpu, struct virtqueue *queue,
			  const struct guest_memory *memory)
{
	unsigned done;

	for (done = 0; done < COMMANDS_PER_TURN; done++) {
		union gpu_answer answer;
		size_t size;

		if (virtqueue_pop(queue, &gpu->chain) <= 0)
			break;
		size = gpu_cursor_command(&gpu->state, memory, &gpu->chain, &answer);
		chain_write(&gpu->chain, 0, &answer, size);
		virtqueue_push(queue, gpu->chain.head, (uint32_t)size);
	}
	return done == COMMANDS_PER_TURN;
}

static bool handle_queue(void *data, unsigned index, struct virtqueue *queue,
			 const struct guest_memory *memory)
{
	bool has_more = (index == CONTROL_QUEUE ? handle_control : handle_cursor)(data, queue,
										  memory);

	virtqueue_notify(queue);
	return has_more;
}

static uint32_t count_capsets(const struct gpu_contexts *contexts)
{
	struct renderer_capset capset;
	unsigned count = 0;

	while (contexts->ops && contexts->ops->capset_at(contexts->renderer, count, &capset))
		count++;
	return count;
}

static void read_config(void *data, void *config, size_t size)
{
	const struct gpu_device *gpu = data;
	/* QEMU overrides the number by its own max_outputs. */
	struct virtio_gpu_config ours = {
		.num_scanouts = display_outputs(gpu->state.display),
		.num_capsets = count_capsets(&gpu->state.contexts),
	};

	memcpy(config, &ours, size < sizeof(ours) ? size : sizeof(ours));
}

static void handle_reset(void *data)
{
	struct gpu_device *gpu = data;

	gpu_fences_clear(&gpu->fences);
	gpu_scanouts_forget(&gpu->state.scanouts, NULL);
	gpu_contexts_clear(&gpu->state.contexts);
	gpu_resources_clear(gpu->state.resources);
	for (unsigned i = 0; i < display_outputs(gpu->state.display); i++)
		if (display_cursor(gpu->state.display, i))
			display_move_pointer(gpu->state.display, i, &(struct display_pointer){0});
}

static void handle_memory_goes(void *data)
{
	struct gpu_device *gpu = data;

	gpu_resources_memory_goes(gpu->state.resources);
}

static void handle_memory(void *data, const struct guest_memory *memory)
{
	struct gpu_device *gpu = data;

	gpu_resources_memory_came(gpu->state.resources, memory);
}

#define FEATURES (UINT64_C(1) << VIRTIO_GPU_F_EDID | UINT64_C(1) << VIRTIO_GPU_F_RESOURCE_UUID)

const struct vhost_device gpu_vhost_device = {
	.name = "gpu",
	.features = FEATURES,
	.queues = QUEUES,
	.on_queue = handle_queue,
	.read_config = read_config,
	.on_reset = handle_reset,
	.on_memory_goes = handle_memory_goes,
	.on_memory = handle_memory,
};

const struct vhost_device gpu_vhost_device_3d = {
	.name = "gpu",
	.features = FEATURES | UINT64_C(1) << VIRTIO_GPU_F_VIRGL,
	.queues = QUEUES,
	.on_queue = handle_queue,
	.read_config = read_config,
	.on_reset = handle_reset,
	.on_memory_goes = handle_memory_goes,
	.on_memory = handle_memory,
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
	if (before.width != mode->width || before.height != mode->height)
		log_info("output %u: %ux%u from now on; the guest gets it when it asks: %s", output,
			 mode->width, mode->height,
			 gpu->state.contexts.ops
				 ? "at its next start, for with 3D there is no way to have it look"
				 : "at its start, and when QEMU has it look");
	display_set_mode(gpu->state.display, output, mode);
	return 0;
}

static void handle_need(void *data, unsigned output)
{
	struct gpu_device *gpu = data;

	gpu_scanout_refresh(&gpu->state.scanouts, output);
}

/* -- Life -------------------------------------------------------------------- */

int gpu_device_create(struct loop *loop, struct display *display, const struct renderer_ops *ops,
		      uint64_t memory_max, struct gpu_device **ret_gpu)
{
	CLEANUP(gpu_device_destroyp) struct gpu_device *gpu = xcalloc(1, sizeof(*gpu));
	int r;

	gpu->state.ops = ops;
	gpu->state.display = display;
	gpu->state.on_context_gone = handle_context_gone;
	gpu->state.data = gpu;
	r = ops->create(loop, handle_fence, gpu, &gpu->renderer);
	if (r < 0)
		return r;
	gpu->state.contexts.ops = ops->three_d;
	gpu->state.contexts.renderer = gpu->renderer;
	gpu->state.resources = gpu_resources_create(ops, gpu->renderer, memory_max);
	gpu->state.scanouts = (struct gpu_scanouts){.ops = ops, .display = display};
	display_on_request(display, handle_request, gpu);
	display_on_need(display, handle_need, gpu);
	*ret_gpu = TAKE(gpu);
	return 0;
}

void gpu_device_destroy(struct gpu_device *gpu)
{
	if (!gpu)
		return;
	display_on_request(gpu->state.display, NULL, NULL);
	display_on_need(gpu->state.display, NULL, NULL);
	if (gpu->state.resources)
		handle_reset(gpu);
	gpu_resources_destroy(gpu->state.resources);
	gpu->state.ops->destroy(gpu->renderer);
	free(gpu);
}

bool gpu_device_has_gpu(const struct gpu_device *gpu)
{
	const struct renderer_3d_ops *three_d = gpu->state.ops->three_d;

	return three_d && three_d->has_gpu(gpu->renderer);
}

bool gpu_device_makes_code(const struct gpu_device *gpu)
{
	const struct renderer_3d_ops *three_d = gpu->state.ops->three_d;

	return three_d && three_d->makes_code(gpu->renderer);
}

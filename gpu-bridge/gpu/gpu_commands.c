/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/log.h"
#include "gpu-bridge/gpu/edid.h"
#include "gpu-bridge/gpu/gpu_request.h"
#include "gpu-bridge/vhost/guest_memory.h"
#include "gpu-bridge/vhost/virtqueue.h"

/* A chain is walked from its beginning for each piece that is read of it. */
#define SPANS_AT_ONCE 256

/* A guest that asks for the EDID of an output that is not plugged in gets one of this size. */
#define UNPLUGGED_WIDTH	 1024
#define UNPLUGGED_HEIGHT 768

/* -- Checks ------------------------------------------------------------------ */

uint32_t gpu_response_from_errno(int r)
{
	switch (r) {
	case 0:
		return VIRTIO_GPU_RESP_OK_NODATA;
	case -ENOMEM:
	case -EMFILE:
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	case -EINVAL:
	case -EFAULT:
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	default:
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
}

/* Whether a rectangle is not empty, and inside of the resource. */
static bool rect_try_from(const struct virtio_gpu_rect *wire, const struct gpu_resource *resource,
			  struct display_rect *ret_rect)
{
	if (wire->width == 0 || wire->height == 0 || wire->x > resource->width ||
	    wire->width > resource->width - wire->x || wire->y > resource->height ||
	    wire->height > resource->height - wire->y)
		return false;
	*ret_rect = (struct display_rect){wire->x, wire->y, wire->width, wire->height};
	return true;
}

/* -- Outputs ----------------------------------------------------------------- */

static uint32_t get_display_info(struct gpu_state *gpu, struct gpu_request *request)
{
	struct virtio_gpu_resp_display_info *info = &request->answer->display_info;

	for (unsigned i = 0; i < display_outputs(gpu->display); i++) {
		struct display_mode mode = display_mode(gpu->display, i);

		info->pmodes[i].r = (struct virtio_gpu_rect){mode.x, mode.y, mode.width,
							     mode.height};
		info->pmodes[i].enabled = mode.width > 0;
	}
	request->answer_size = sizeof(*info);
	return VIRTIO_GPU_RESP_OK_DISPLAY_INFO;
}

void gpu_output_name(unsigned output, char ret_name[16])
{
	snprintf(ret_name, 16, "Virtual-%u", output + 1);
}

static uint32_t get_edid(struct gpu_state *gpu, struct gpu_request *request)
{
	uint32_t output = request->command.get_edid.scanout;
	struct virtio_gpu_resp_edid *edid = &request->answer->edid;
	struct display_mode mode;
	char name[16];

	if (output >= display_outputs(gpu->display))
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	mode = display_mode(gpu->display, output);
	gpu_output_name(output, name);
	edid->size = (uint32_t)edid_make(
		&(struct edid_monitor){
			.name = name,
			.serial = output + 1,
			.width = mode.width ?: UNPLUGGED_WIDTH,
			.height = mode.height ?: UNPLUGGED_HEIGHT,
			.width_mm = mode.width_mm,
			.height_mm = mode.height_mm,
		},
		edid->edid);
	request->answer_size = sizeof(*edid);
	return VIRTIO_GPU_RESP_OK_EDID;
}

static uint32_t set_scanout(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_set_scanout *command = &request->command.set_scanout;
	struct gpu_resource *resource;
	struct display_rect window;

	if (command->scanout_id >= display_outputs(gpu->display))
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	if (command->resource_id == 0) {
		gpu_scanout_disable(&gpu->scanouts, command->scanout_id);
		return VIRTIO_GPU_RESP_OK_NODATA;
	}
	resource = gpu_resource_find(gpu->resources, command->resource_id);
	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!rect_try_from(&command->r, resource, &window))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	return gpu_response_from_errno(
		gpu_scanout_show(&gpu->scanouts, command->scanout_id, resource, &window));
}

static uint32_t resource_flush(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_flush *command = &request->command.flush;
	const struct gpu_resource *resource = gpu_resource_find(gpu->resources,
								command->resource_id);
	struct display_rect rect;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!rect_try_from(&command->r, resource, &rect))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	gpu_scanouts_flush(&gpu->scanouts, resource, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* -- Resources --------------------------------------------------------------- */

static uint32_t resource_create_2d(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_2d *command = &request->command.create_2d;

	if (command->resource_id == 0 || gpu_resource_find(gpu->resources, command->resource_id))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	return gpu_response_from_errno(gpu_resource_create(gpu->resources, command->resource_id,
							   command->width, command->height,
							   command->format));
}

static uint32_t resource_unref(struct gpu_state *gpu, struct gpu_request *request)
{
	struct gpu_resource *resource = gpu_resource_find(gpu->resources,
							  request->command.unref.resource_id);

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	gpu_scanouts_forget(&gpu->scanouts, resource);
	gpu_resource_destroy(gpu->resources, resource);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* All of it must be memory now, though each use looks again. */
static int read_spans(const struct gpu_request *request, struct guest_span *spans, uint32_t count)
{
	size_t offset = sizeof(request->command.attach);
	struct virtio_gpu_mem_entry entries[SPANS_AT_ONCE];

	for (uint32_t i = 0; i < count; i++) {
		const struct virtio_gpu_mem_entry *entry = &entries[i % SPANS_AT_ONCE];

		if (i % SPANS_AT_ONCE == 0)
			chain_read(request->chain, offset + i * sizeof(*entry), entries,
				   sizeof(entries));
		if (!guest_memory_has(request->memory, entry->addr, entry->length))
			return -EINVAL;
		spans[i] = (struct guest_span){entry->addr, entry->length};
	}
	return 0;
}

static uint32_t resource_attach_backing(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_attach_backing *command = &request->command.attach;
	struct gpu_resource *resource = gpu_resource_find(gpu->resources, command->resource_id);
	uint32_t count = command->nr_entries;
	struct guest_span *spans;
	int r;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (resource->backing.spans)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	/* What is allocated is bounded by what the guest sent. */
	if (count == 0 || count > BACKING_SPANS_MAX ||
	    request->chain->readable_bytes - sizeof(*command) <
		    count * sizeof(struct virtio_gpu_mem_entry))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	spans = malloc(count * sizeof(*spans));
	if (!spans)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	r = read_spans(request, spans, count);
	if (r == 0)
		r = gpu_resource_attach(gpu->resources, resource, request->memory, spans, count);
	if (r < 0)
		free(spans);
	return gpu_response_from_errno(r);
}

static uint32_t resource_detach_backing(struct gpu_state *gpu, struct gpu_request *request)
{
	struct gpu_resource *resource = gpu_resource_find(gpu->resources,
							  request->command.detach.resource_id);

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource->backing.spans)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	gpu_resource_detach(gpu->resources, resource);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t transfer_to_host_2d(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_transfer_to_host_2d *command = &request->command.transfer;
	struct gpu_resource *resource = gpu_resource_find(gpu->resources, command->resource_id);
	struct display_rect rect;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource->backing.spans)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (!rect_try_from(&command->r, resource, &rect))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	return gpu_response_from_errno(gpu->ops->image_update(
		resource->image, &rect, &resource->backing, request->memory, command->offset));
}

static int make_uuid(uint8_t uuid[RESOURCE_UUID_SIZE])
{
	if (getrandom(uuid, RESOURCE_UUID_SIZE, 0) != RESOURCE_UUID_SIZE)
		return -errno;
	/* Of version 4: random. */
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	return 0;
}

static uint32_t resource_assign_uuid(struct gpu_state *gpu, struct gpu_request *request)
{
	struct gpu_resource *resource = gpu_resource_find(gpu->resources,
							  request->command.assign_uuid.resource_id);
	struct virtio_gpu_resp_resource_uuid *answer = &request->answer->uuid;

	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource->has_uuid && make_uuid(resource->uuid) < 0)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	resource->has_uuid = true;
	memcpy(answer->uuid, resource->uuid, sizeof(answer->uuid));
	request->answer_size = sizeof(*answer);
	return VIRTIO_GPU_RESP_OK_RESOURCE_UUID;
}

/* -- Cursor ------------------------------------------------------------------ */

static uint32_t move_cursor(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_update_cursor *command = &request->command.cursor;

	if (command->pos.scanout_id >= display_outputs(gpu->display))
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	display_move_pointer(gpu->display, command->pos.scanout_id,
			     &(struct display_pointer){
				     .x = (int32_t)command->pos.x,
				     .y = (int32_t)command->pos.y,
				     .is_visible = command->resource_id != 0,
			     });
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* A smaller picture than a cursor's is its top left corner. */
static uint32_t update_cursor(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_update_cursor *command = &request->command.cursor;
	const struct gpu_resource *resource;
	struct display_cursor cursor = {0};

	if (command->pos.scanout_id >= display_outputs(gpu->display))
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	if (command->resource_id == 0)
		return move_cursor(gpu, request);
	resource = gpu_resource_find(gpu->resources, command->resource_id);
	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (resource->width > DISPLAY_CURSOR_SIDE || resource->height > DISPLAY_CURSOR_SIDE)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	gpu->ops->image_read(resource->image,
			     &(struct display_rect){0, 0, resource->width, resource->height},
			     cursor.pixels, DISPLAY_CURSOR_SIDE * sizeof(cursor.pixels[0]));
	cursor.hot_x = lesser(command->hot_x, DISPLAY_CURSOR_SIDE - 1);
	cursor.hot_y = lesser(command->hot_y, DISPLAY_CURSOR_SIDE - 1);
	display_set_cursor(gpu->display, command->pos.scanout_id, &cursor);
	return move_cursor(gpu, request);
}

/* -- Tables ------------------------------------------------------------------ */

static const struct gpu_command control_commands[] = {
	GPU_COMMAND(GET_DISPLAY_INFO, virtio_gpu_ctrl_hdr, get_display_info),
	GPU_COMMAND(GET_EDID, virtio_gpu_cmd_get_edid, get_edid),
	GPU_COMMAND(RESOURCE_CREATE_2D, virtio_gpu_resource_create_2d, resource_create_2d),
	GPU_COMMAND(RESOURCE_UNREF, virtio_gpu_resource_unref, resource_unref),
	GPU_COMMAND(RESOURCE_ATTACH_BACKING, virtio_gpu_resource_attach_backing,
		    resource_attach_backing),
	GPU_COMMAND(RESOURCE_DETACH_BACKING, virtio_gpu_resource_detach_backing,
		    resource_detach_backing),
	GPU_COMMAND(TRANSFER_TO_HOST_2D, virtio_gpu_transfer_to_host_2d, transfer_to_host_2d),
	GPU_COMMAND(SET_SCANOUT, virtio_gpu_set_scanout, set_scanout),
	GPU_COMMAND(RESOURCE_FLUSH, virtio_gpu_resource_flush, resource_flush),
	GPU_COMMAND(RESOURCE_ASSIGN_UUID, virtio_gpu_resource_assign_uuid, resource_assign_uuid),
	{0},
};

static const struct gpu_command cursor_commands[] = {
	GPU_COMMAND(UPDATE_CURSOR, virtio_gpu_update_cursor, update_cursor),
	GPU_COMMAND(MOVE_CURSOR, virtio_gpu_update_cursor, move_cursor),
	{0},
};

static const struct gpu_command *command_find(const struct gpu_command *table, uint32_t type)
{
	while (table->handle && table->type != type)
		table++;
	return table->handle ? table : NULL;
}

static const struct gpu_command *control_command_find(const struct gpu_state *gpu, uint32_t type)
{
	const struct gpu_command *command = command_find(control_commands, type);

	if (!command && gpu->contexts.ops)
		command = command_find(gpu_commands_3d, type);
	return command;
}

static const struct gpu_command *cursor_command_find(const struct gpu_state *gpu, uint32_t type)
{
	return command_find(cursor_commands, type);
}

static uint32_t dispatch(struct gpu_state *gpu, const struct gpu_command *command,
			 struct gpu_request *request)
{
	if (!command)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (request->chain->readable_bytes < command->min_size)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	/* The header is not read again: the guest may have changed it meanwhile. */
	chain_read(request->chain, sizeof(request->command.header),
		   (unsigned char *)&request->command + sizeof(request->command.header),
		   command->min_size - sizeof(request->command.header));
	return command->handle(gpu, request);
}

typedef const struct gpu_command *(*command_find_fn)(const struct gpu_state *gpu, uint32_t type);

static size_t run_command(struct gpu_state *gpu, const struct guest_memory *memory,
			  command_find_fn find, const struct chain *chain, union gpu_answer *answer)
{
	struct gpu_request request = {
		.memory = memory,
		.chain = chain,
		.answer = answer,
		.answer_size = sizeof(answer->header),
	};
	struct virtio_gpu_ctrl_hdr *header = &request.command.header;
	const struct gpu_command *command;
	uint32_t response;

	memset(answer, 0, sizeof(*answer));
	/* What it did not send of a header is zero: no command. */
	chain_read(chain, 0, header, sizeof(*header));
	command = find(gpu, header->type);
	response = dispatch(gpu, command, &request);

	/* Half of an answer would be taken for a whole one. */
	if (request.answer_size > chain->writable_bytes)
		response = VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (response >= VIRTIO_GPU_RESP_ERR_UNSPEC) {
		log_debug("the guest's %s (0x%x) is refused: 0x%x",
			  command ? command->name : "command", header->type, response);
		request.answer_size = sizeof(answer->header);
	}
	if (request.answer_size > chain->writable_bytes)
		return 0;

	answer->header = (struct virtio_gpu_ctrl_hdr){.type = response};
	if (header->flags & VIRTIO_GPU_FLAG_FENCE) {
		answer->header.flags = header->flags &
				       (VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX);
		answer->header.fence_id = header->fence_id;
		answer->header.ctx_id = header->ctx_id;
		answer->header.ring_idx = header->ring_idx;
	}
	return request.answer_size;
}

size_t gpu_control_command(struct gpu_state *gpu, const struct guest_memory *memory,
			   const struct chain *chain, union gpu_answer *ret_answer)
{
	return run_command(gpu, memory, control_command_find, chain, ret_answer);
}

size_t gpu_cursor_command(struct gpu_state *gpu, const struct guest_memory *memory,
			  const struct chain *chain, union gpu_answer *ret_answer)
{
	return run_command(gpu, memory, cursor_command_find, chain, ret_answer);
}

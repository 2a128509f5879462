/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a guest's 3D driver says (virtio 1.2, 5.7.6.8; virgl): everything that names a context
 * or a resource is checked here, and the renderer gets what exists.
 */

#include <errno.h>
#include <stdlib.h>

#include "gpu-bridge/gpu/gpu_request.h"
#include "gpu-bridge/gpu/gpu_stream.h"
#include "gpu-bridge/gpu/gpu_texture.h"
#include "gpu-bridge/vhost/virtqueue.h"

/* Linux's driver takes what one of the guest's programs drew in pieces of 256 KB. */
#define SUBMIT_BYTES_MAX (4u << 20)

/* -- Capsets ----------------------------------------------------------------- */

static uint32_t get_capset_info(struct gpu_state *gpu, struct gpu_request *request)
{
	struct virtio_gpu_resp_capset_info *info = &request->answer->capset_info;
	struct renderer_capset capset;

	if (!gpu->contexts.ops->capset_at(gpu->contexts.renderer,
					  request->command.get_capset_info.capset_index, &capset))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	info->capset_id = capset.id;
	info->capset_max_version = capset.version;
	info->capset_max_size = capset.size;
	request->answer_size = sizeof(*info);
	return VIRTIO_GPU_RESP_OK_CAPSET_INFO;
}

static bool capset_find(const struct gpu_contexts *contexts, uint32_t id,
			struct renderer_capset *ret_capset)
{
	for (unsigned i = 0; contexts->ops->capset_at(contexts->renderer, i, ret_capset); i++)
		if (ret_capset->id == id)
			return true;
	return false;
}

static uint32_t get_capset(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_get_capset *command = &request->command.get_capset;
	struct renderer_capset capset;

	if (!capset_find(&gpu->contexts, command->capset_id, &capset) ||
	    command->capset_version > capset.version)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	capset.version = command->capset_version;
	gpu->contexts.ops->capset_fill(gpu->contexts.renderer, &capset,
				       request->answer->capset.data);
	request->answer_size = sizeof(request->answer->header) + capset.size;
	return VIRTIO_GPU_RESP_OK_CAPSET;
}

/* -- Contexts ---------------------------------------------------------------- */

static uint32_t ctx_create(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_ctx_create *command = &request->command.ctx_create;
	uint32_t name_size = command->nlen;

	if (command->hdr.ctx_id == 0 || gpu_contexts_has(&gpu->contexts, command->hdr.ctx_id))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (name_size > sizeof(command->debug_name))
		name_size = sizeof(command->debug_name);
	return gpu_response_from_errno(gpu_context_create(&gpu->contexts, command->hdr.ctx_id,
							  command->debug_name, name_size));
}

static uint32_t ctx_destroy(struct gpu_state *gpu, struct gpu_request *request)
{
	uint32_t id = request->command.header.ctx_id;

	if (!gpu_contexts_has(&gpu->contexts, id))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	gpu_context_destroy(&gpu->contexts, id);
	gpu->on_context_gone(gpu->data, id);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t ctx_resource(struct gpu_state *gpu, const struct gpu_request *request,
			     void (*change)(struct renderer *renderer, uint32_t id,
					    struct renderer_image *image))
{
	const struct virtio_gpu_ctx_resource *command = &request->command.ctx_resource;
	const struct gpu_resource *resource = gpu_resource_find(gpu->resources,
								command->resource_id);

	if (!gpu_contexts_has(&gpu->contexts, command->hdr.ctx_id))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	change(gpu->contexts.renderer, command->hdr.ctx_id, resource->image);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t ctx_attach_resource(struct gpu_state *gpu, struct gpu_request *request)
{
	return ctx_resource(gpu, request, gpu->contexts.ops->context_attach);
}

static uint32_t ctx_detach_resource(struct gpu_state *gpu, struct gpu_request *request)
{
	return ctx_resource(gpu, request, gpu->contexts.ops->context_detach);
}

/* -- Resources --------------------------------------------------------------- */

static uint32_t resource_create_3d(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_resource_create_3d *command = &request->command.create_3d;
	const struct gpu_texture texture = {
		.target = command->target,
		.format = command->format,
		.bind = command->bind,
		.width = command->width,
		.height = command->height,
		.depth = command->depth,
		.layers = command->array_size,
		.last_level = command->last_level,
		.samples = command->nr_samples,
		.flags = command->flags,
	};

	if (command->resource_id == 0 || gpu_resource_find(gpu->resources, command->resource_id))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	return gpu_response_from_errno(
		gpu_resource_create_3d(gpu->resources, command->resource_id, &texture));
}

static uint32_t transfer_3d(struct gpu_state *gpu, const struct gpu_request *request, bool to_host)
{
	const struct virtio_gpu_transfer_host_3d *command = &request->command.transfer_3d;
	struct gpu_resource *resource = gpu_resource_find(gpu->resources, command->resource_id);
	const struct gpu_transfer transfer = {
		.level = command->level,
		.stride = command->stride,
		.layer_stride = command->layer_stride,
		.offset = command->offset,
		.box = {command->box.x, command->box.y, command->box.z, command->box.w,
			command->box.h, command->box.d},
	};

	if (command->hdr.ctx_id != 0 && !gpu_contexts_has(&gpu->contexts, command->hdr.ctx_id))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (!resource)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!resource->backing.spans)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (!gpu_texture_has(&resource->texture, &transfer))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	return gpu_response_from_errno(gpu->contexts.ops->texture_transfer(
		resource->image, command->hdr.ctx_id, to_host, &transfer));
}

static uint32_t transfer_to_host_3d(struct gpu_state *gpu, struct gpu_request *request)
{
	return transfer_3d(gpu, request, true);
}

static uint32_t transfer_from_host_3d(struct gpu_state *gpu, struct gpu_request *request)
{
	return transfer_3d(gpu, request, false);
}

/* -- Commands of a context --------------------------------------------------- */

/* The renderer reads them more than once, so they are copied out of the guest's memory. */
static uint32_t submit_3d(struct gpu_state *gpu, struct gpu_request *request)
{
	const struct virtio_gpu_cmd_submit *command = &request->command.submit;
	uint32_t *words;
	size_t count;
	int r;

	if (!gpu_contexts_has(&gpu->contexts, command->hdr.ctx_id))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (command->size == 0 || command->size % sizeof(*words) != 0 ||
	    command->size > SUBMIT_BYTES_MAX ||
	    request->chain->readable_bytes - sizeof(*command) < command->size)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	words = malloc(command->size);
	if (!words)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	chain_read(request->chain, sizeof(*command), words, command->size);
	count = command->size / sizeof(*words);
	r = -EINVAL;
	if (gpu_stream_is_allowed(&gpu->contexts, command->hdr.ctx_id, words, count))
		r = gpu->contexts.ops->submit(gpu->contexts.renderer, command->hdr.ctx_id, words,
					      count);
	if (r == 0)
		gpu_stream_done(&gpu->contexts, command->hdr.ctx_id, words, count);
	free(words);
	return gpu_response_from_errno(r);
}

const struct gpu_command gpu_commands_3d[] = {
	GPU_COMMAND(SUBMIT_3D, virtio_gpu_cmd_submit, submit_3d),
	GPU_COMMAND(TRANSFER_TO_HOST_3D, virtio_gpu_transfer_host_3d, transfer_to_host_3d),
	GPU_COMMAND(TRANSFER_FROM_HOST_3D, virtio_gpu_transfer_host_3d, transfer_from_host_3d),
	GPU_COMMAND(RESOURCE_CREATE_3D, virtio_gpu_resource_create_3d, resource_create_3d),
	GPU_COMMAND(CTX_ATTACH_RESOURCE, virtio_gpu_ctx_resource, ctx_attach_resource),
	GPU_COMMAND(CTX_DETACH_RESOURCE, virtio_gpu_ctx_resource, ctx_detach_resource),
	GPU_COMMAND(CTX_CREATE, virtio_gpu_ctx_create, ctx_create),
	GPU_COMMAND(CTX_DESTROY, virtio_gpu_ctx_destroy, ctx_destroy),
	GPU_COMMAND(GET_CAPSET_INFO, virtio_gpu_get_capset_info, get_capset_info),
	GPU_COMMAND(GET_CAPSET, virtio_gpu_get_capset, get_capset),
	{0},
};

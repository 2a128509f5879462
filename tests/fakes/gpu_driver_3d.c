/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/gpu_driver_3d.h"

#include <string.h>

#include "tests/support/test.h"

/* Of virgl's protocol. */
#define TEXTURE_2D	   2
#define BIND_RENDER_TARGET (1u << 1)
#define BIND_SAMPLER_VIEW  (1u << 3)
#define BIND_SCANOUT	   (1u << 18)

/* A surface that is there for as long as it is drawn to. */
#define SURFACE 1

uint32_t gpu_driver_context_create(struct gpu_driver *driver, uint32_t context)
{
	struct virtio_gpu_ctx_create command = {
		.hdr = {.type = VIRTIO_GPU_CMD_CTX_CREATE, .ctx_id = context},
		.nlen = 4,
		.debug_name = "test",
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_context_destroy(struct gpu_driver *driver, uint32_t context)
{
	struct virtio_gpu_ctx_destroy command = {
		.hdr = {.type = VIRTIO_GPU_CMD_CTX_DESTROY, .ctx_id = context},
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

static uint32_t change_resource(struct gpu_driver *driver, uint32_t type, uint32_t context,
				uint32_t id)
{
	struct virtio_gpu_ctx_resource command = {
		.hdr = {.type = type, .ctx_id = context},
		.resource_id = id,
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_context_attach(struct gpu_driver *driver, uint32_t context, uint32_t id)
{
	return change_resource(driver, VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, context, id);
}

uint32_t gpu_driver_context_detach(struct gpu_driver *driver, uint32_t context, uint32_t id)
{
	return change_resource(driver, VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, context, id);
}

uint32_t gpu_driver_submit(struct gpu_driver *driver, uint32_t context,
			   const struct virgl_stream *stream)
{
	struct {
		struct virtio_gpu_cmd_submit body;
		uint32_t words[sizeof(stream->words) / sizeof(stream->words[0])];
	} command = {
		.body.hdr = {.type = VIRTIO_GPU_CMD_SUBMIT_3D, .ctx_id = context},
		.body.size = stream->count * (uint32_t)sizeof(uint32_t),
	};

	memcpy(command.words, stream->words, command.body.size);
	return gpu_driver_send(driver, &command,
			       (uint32_t)sizeof(command.body) + command.body.size);
}

struct virtio_gpu_resource_create_3d gpu_driver_texture(uint32_t id, uint32_t width,
							uint32_t height)
{
	return (struct virtio_gpu_resource_create_3d){
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
		.resource_id = id,
		.target = TEXTURE_2D,
		.format = DRIVER_FORMAT,
		.bind = BIND_RENDER_TARGET | BIND_SAMPLER_VIEW | BIND_SCANOUT,
		.width = width,
		.height = height,
		.depth = 1,
		.array_size = 1,
		.flags = VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP,
	};
}

uint32_t gpu_driver_create_3d(struct gpu_driver *driver,
			      const struct virtio_gpu_resource_create_3d *command)
{
	return gpu_driver_send(driver, command, sizeof(*command));
}

struct virtio_gpu_transfer_host_3d gpu_driver_whole(uint32_t context, uint32_t id, uint32_t width,
						    uint32_t height)
{
	return (struct virtio_gpu_transfer_host_3d){
		.hdr.ctx_id = context,
		.box = {.w = width, .h = height, .d = 1},
		.resource_id = id,
	};
}

static uint32_t transfer(struct gpu_driver *driver, uint32_t type,
			 struct virtio_gpu_transfer_host_3d command)
{
	command.hdr.type = type;
	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_to_host(struct gpu_driver *driver,
			    const struct virtio_gpu_transfer_host_3d *command)
{
	return transfer(driver, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, *command);
}

uint32_t gpu_driver_from_host(struct gpu_driver *driver,
			      const struct virtio_gpu_transfer_host_3d *command)
{
	return transfer(driver, VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D, *command);
}

void gpu_driver_fill(struct gpu_driver *driver, uint32_t context, uint32_t id, float red,
		     float green, float blue)
{
	struct virgl_stream stream = {0};

	virgl_stream_surface(&stream, SURFACE, id, DRIVER_FORMAT);
	virgl_stream_target(&stream, SURFACE);
	virgl_stream_clear(&stream, red, green, blue, 1);
	virgl_stream_forget(&stream, SURFACE);
	EXPECT_INT(gpu_driver_submit(driver, context, &stream), VIRTIO_GPU_RESP_OK_NODATA);
}

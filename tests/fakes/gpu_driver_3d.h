/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU driver, 3D: what a guest's driver says to a virtio-gpu that has virgl.
 */

#include "tests/fakes/gpu_driver.h"
#include "tests/fakes/virgl_stream.h"

/* What most tests draw on. */
#define DRIVER_FORMAT VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM

/* Each returns the type of the answer. */
uint32_t gpu_driver_context_create(struct gpu_driver *driver, uint32_t context);
uint32_t gpu_driver_context_destroy(struct gpu_driver *driver, uint32_t context);
uint32_t gpu_driver_context_attach(struct gpu_driver *driver, uint32_t context, uint32_t id);
uint32_t gpu_driver_context_detach(struct gpu_driver *driver, uint32_t context, uint32_t id);
uint32_t gpu_driver_submit(struct gpu_driver *driver, uint32_t context,
			   const struct virgl_stream *stream);

/** A 3D resource that can be drawn to and shown; of 2D, its first row is the top one. */
struct virtio_gpu_resource_create_3d gpu_driver_texture(uint32_t id, uint32_t width,
							uint32_t height);
uint32_t gpu_driver_create_3d(struct gpu_driver *driver,
			      const struct virtio_gpu_resource_create_3d *command);

/** All of the first level of a `width` x `height` texture, to or from its memory's beginning. */
struct virtio_gpu_transfer_host_3d gpu_driver_whole(uint32_t context, uint32_t id, uint32_t width,
						    uint32_t height);
uint32_t gpu_driver_to_host(struct gpu_driver *driver,
			    const struct virtio_gpu_transfer_host_3d *transfer);
uint32_t gpu_driver_from_host(struct gpu_driver *driver,
			      const struct virtio_gpu_transfer_host_3d *transfer);

/** Fills a texture that is attached to the context. */
void gpu_driver_fill(struct gpu_driver *driver, uint32_t context, uint32_t id, float red,
		     float green, float blue);

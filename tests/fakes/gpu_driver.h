/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU driver
 *
 * What a guest's driver says to a virtio-gpu, through a front end of the tests: one command
 * at a time, waited for.
 */

#include <linux/virtio_gpu.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fakes/vhost_front.h"

#define GPU_CONTROL_QUEUE 0
#define GPU_CURSOR_QUEUE  1

struct gpu_driver {
	struct vhost_front *front;
	uint64_t command; /* buffers in the guest's memory */
	uint64_t answer;
};

/** The front end is started. */
void gpu_driver_init(struct gpu_driver *driver, struct vhost_front *front);

/**
 * Sends `size` bytes on `queue` with room for `answer_size` bytes, which are copied to
 * `ret_answer`. Returns how many the device wrote.
 */
uint32_t gpu_driver_exchange(struct gpu_driver *driver, unsigned queue, const void *command,
			     uint32_t size, void *ret_answer, uint32_t answer_size);

/** Sends a command of the control queue. Returns the type of the answer. */
uint32_t gpu_driver_send(struct gpu_driver *driver, const void *command, uint32_t size);

/* Each returns the type of the answer. */
uint32_t gpu_driver_create(struct gpu_driver *driver, uint32_t id, uint32_t width, uint32_t height);
uint32_t gpu_driver_unref(struct gpu_driver *driver, uint32_t id);
uint32_t gpu_driver_attach(struct gpu_driver *driver, uint32_t id,
			   const struct virtio_gpu_mem_entry *entries, uint32_t count);
uint32_t gpu_driver_detach(struct gpu_driver *driver, uint32_t id);
uint32_t gpu_driver_transfer(struct gpu_driver *driver, uint32_t id, struct virtio_gpu_rect rect,
			     uint64_t offset);
uint32_t gpu_driver_show(struct gpu_driver *driver, uint32_t output, uint32_t id,
			 struct virtio_gpu_rect rect);
uint32_t gpu_driver_flush(struct gpu_driver *driver, uint32_t id, struct virtio_gpu_rect rect);

/** A resource of `width` x `height` with memory of its own behind it. Returns that memory's guest
 * address. */
uint64_t gpu_driver_make(struct gpu_driver *driver, uint32_t id, uint32_t width, uint32_t height);

/** Sends a command of the cursor queue, which has no answer. */
void gpu_driver_cursor(struct gpu_driver *driver, uint32_t type, uint32_t output, uint32_t id,
		       int32_t x, int32_t y, uint32_t hot);

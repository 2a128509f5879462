/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU device
 *
 * The virtio-gpu: its configuration, its control and its cursor queue, the modes of its
 * outputs. Everything that the guest made is dropped when it resets.
 *
 * A request for a mode changes what the guest is told when it asks. There is no way to tell
 * it that it should: QEMU 10 does not pass a vhost-user-gpu's change of configuration on.
 *
 * Threads: the loop's.
 */

#include <stdint.h>

#include "common/cleanup.h"
#include "gpu-bridge/display.h"
#include "gpu-bridge/renderer.h"
#include "gpu-bridge/vhost_user.h"

struct gpu_device;

/** Shows on `display`, whose outputs it has, within `memory_max` bytes; the display outlives the
 * device. Returns 0 or negative errno. */
int gpu_device_create(struct display *display, const struct renderer_ops *ops, uint64_t memory_max,
		      struct gpu_device **ret_gpu);

/** Accepts NULL. */
void gpu_device_destroy(struct gpu_device *gpu);

/** For vhost_user_create(), whose `data` is the gpu_device. */
extern const struct vhost_device gpu_vhost_device;

DEFINE_CLEANUP(struct gpu_device *, gpu_device_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU device
 *
 * The virtio-gpu: its configuration, its control and its cursor queue, the modes of its
 * outputs. Everything that the guest made is dropped when it resets.
 *
 * With 3D, a command that asks for a fence is answered when what it draws is drawn. While the
 * VM is paused such answers wait: they are given when it goes on.
 *
 * A request for a mode changes what the guest is told when it asks. There is no way to tell
 * it from here that it should: QEMU 10 does not pass a vhost-user-gpu's change of configuration
 * on. QEMU itself can have it look in 2D, by its D-Bus display, which it does not let a device
 * with 3D have.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gpu-bridge/display.h"
#include "gpu-bridge/gpu/renderer.h"
#include "gpu-bridge/vhost/vhost_user.h"

struct gpu_device;

/** Shows on `display`, whose outputs it has, within `memory_max` bytes; the display outlives the
 * device. Returns 0 or negative errno. */
int gpu_device_create(struct loop *loop, struct display *display, const struct renderer_ops *ops,
		      uint64_t memory_max, struct gpu_device **ret_gpu);

/** Accepts NULL. */
void gpu_device_destroy(struct gpu_device *gpu);

/** Whether a GPU of this machine's is open, to render for the guest. */
bool gpu_device_has_gpu(const struct gpu_device *gpu);

/** Whether this machine's processor renders, with code that is made for it. */
bool gpu_device_makes_code(const struct gpu_device *gpu);

/** For vhost_user_create(), whose `data` is the gpu_device: of 2D only, and with 3D, which its
 * renderer has. The vhost_user is destroyed first. */
extern const struct vhost_device gpu_vhost_device;
extern const struct vhost_device gpu_vhost_device_3d;

DEFINE_CLEANUP(struct gpu_device *, gpu_device_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU stage
 *
 * A virtio-gpu with a driver on one side and a watcher on the other: nothing between them is
 * a fake.
 */

#include "gpu-bridge/gpu/gpu_device.h"
#include "tests/fakes/fake_watcher.h"
#include "tests/fakes/gpu_driver.h"

/* What Linux takes: indirect descriptors and event indexes. */
#define GPU_STAGE_FEATURES (UINT64_C(1) << 28 | UINT64_C(1) << 29)

#define STAGE_OUTPUTS	 2
#define STAGE_MEMORY_MAX (UINT64_C(64) << 20)

struct gpu_stage {
	struct loop *loop;
	char *directory;
	char *path;
	struct vhost_address address;
	struct display *display;
	struct display_watcher *watching;
	struct fake_watcher watcher;
	struct gpu_device *gpu;
	struct vhost_user *vhost;
	struct vhost_front *front;
	struct gpu_driver driver;
};

/** The driver has started; output 0 is of 64x48, output 1 of 32x24. It is rendered as the
 * environment says, WINDSCREEN_TEST_RENDERER=gl: so the same tests run on each renderer. */
struct gpu_stage *gpu_stage_create(void);

/** The same, rendered by `ops`. */
struct gpu_stage *gpu_stage_create_with(const struct renderer_ops *ops);

/** Whether it is the renderer with 3D. */
bool gpu_stage_has_gl(void);
void gpu_stage_destroy(struct gpu_stage *stage);

/** What the watcher was told since the last time. */
void gpu_stage_expect(struct gpu_stage *stage, const char *told);

DEFINE_CLEANUP(struct gpu_stage *, gpu_stage_destroy)

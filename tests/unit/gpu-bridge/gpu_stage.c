/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/gpu-bridge/gpu_stage.h"

#include <dlfcn.h>
#include <link.h>

#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define RAM_SIZE (32 << 20)

bool gpu_stage_has_gl(void)
{
	const char *renderer = getenv("WINDSCREEN_TEST_RENDERER");

	return renderer && strcmp(renderer, "gl") == 0;
}

static int keep_library(struct dl_phdr_info *info, size_t size, void *data)
{
	if (info->dlpi_name[0])
		dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
	return 0;
}

struct gpu_stage *gpu_stage_create(void)
{
	return gpu_stage_create_with(gpu_stage_has_gl() ? renderer_of_gl() : &renderer_soft);
}

struct gpu_stage *gpu_stage_create_with(const struct renderer_ops *ops)
{
	struct gpu_stage *stage = xcalloc(1, sizeof(*stage));

	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->directory = temporary_create();
	stage->path = xasprintf("%s/gpu.sock", stage->directory);
	stage->address = (struct vhost_address){true, stage->path};
	stage->display = display_create(STAGE_OUTPUTS);
	display_set_mode(stage->display, 0, &(struct display_mode){.width = 64, .height = 48});
	display_set_mode(stage->display, 1,
			 &(struct display_mode){.x = 64, .width = 32, .height = 24});
	EXPECT_INT(
		gpu_device_create(stage->loop, stage->display, ops, STAGE_MEMORY_MAX, &stage->gpu),
		0);
	EXPECT_INT(vhost_user_create(stage->loop, &stage->address,
				     ops->three_d ? &gpu_vhost_device_3d : &gpu_vhost_device,
				     stage->gpu, &stage->vhost),
		   0);
	/* What a driver of OpenGL's keeps for the next time would be a leak without it. */
	if (ops->three_d)
		dl_iterate_phdr(keep_library, NULL);
	stage->watching = display_watch(stage->display, &fake_watcher_ops, &stage->watcher);
	stage->front = vhost_front_connect(stage->loop, stage->path, RAM_SIZE);
	vhost_front_set_up(stage->front);
	vhost_front_start(stage->front, GPU_STAGE_FEATURES);
	gpu_driver_init(&stage->driver, stage->front);
	fake_watcher_forget(&stage->watcher);
	return stage;
}

void gpu_stage_destroy(struct gpu_stage *stage)
{
	vhost_front_destroy(stage->front);
	vhost_user_destroy(stage->vhost);
	display_unwatch(stage->watching);
	gpu_device_destroy(stage->gpu);
	display_destroy(stage->display);
	loop_destroy(stage->loop);
	temporary_destroy(stage->directory);
	free(stage->path);
	free(stage);
}

void gpu_stage_expect(struct gpu_stage *stage, const char *told)
{
	EXPECT_STRING(stage->watcher.text, told);
	fake_watcher_forget(&stage->watcher);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_scanout.h"

#include "tests/fakes/fake_gl.h"
#include "tests/support/test.h"
#include "tests/unit/gpu-bridge/gpu_stage.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA

#define RECT(x, y, w, h) ((struct virtio_gpu_rect){x, y, w, h})
#define WHOLE		 RECT(0, 0, 64, 48)

/* Resource 1 is on output 0. */
static struct gpu_stage *stage_create(void)
{
	struct gpu_stage *stage = gpu_stage_create_with(fake_gl_ops());

	gpu_driver_make(&stage->driver, 1, 64, 48);
	gpu_driver_make(&stage->driver, 2, 64, 48);
	EXPECT_INT(gpu_driver_show(&stage->driver, 0, 1, WHOLE), OK);
	return stage;
}

static void what_is_flushed_is_fetched_once(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();

	EXPECT_STRING(fake_gl_told(), "fetch:64x48+0+0");
	EXPECT_INT(gpu_driver_flush(&stage->driver, 1, RECT(3, 4, 5, 6)), OK);
	EXPECT_STRING(fake_gl_told(), "fetch:5x6+3+4");
	EXPECT_INT(gpu_driver_flush(&stage->driver, 2, RECT(3, 4, 5, 6)), OK);
	EXPECT_STRING(fake_gl_told(), "");
}

static void what_two_outputs_show_is_fetched_once(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();

	EXPECT_INT(gpu_driver_show(&stage->driver, 1, 1, RECT(8, 8, 32, 24)), OK);
	fake_gl_told();
	EXPECT_INT(gpu_driver_flush(&stage->driver, 1, RECT(4, 4, 8, 8)), OK);
	EXPECT_STRING(fake_gl_told(), "fetch:8x8+4+4");
	display_set_need(stage->watching, 0, false);
	EXPECT_INT(gpu_driver_flush(&stage->driver, 1, RECT(4, 4, 8, 8)), OK);
	EXPECT_STRING(fake_gl_told(), "fetch:4x4+0+0");
}

static void nothing_is_fetched_that_nobody_looks_at(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();

	display_set_need(stage->watching, 0, false);
	fake_gl_told();
	EXPECT_INT(gpu_driver_flush(&stage->driver, 1, WHOLE), OK);
	EXPECT_INT(gpu_driver_show(&stage->driver, 0, 2, WHOLE), OK);
	EXPECT_INT(gpu_driver_flush(&stage->driver, 2, WHOLE), OK);
	EXPECT_STRING(fake_gl_told(), "");
	/* Of another output, somebody does. */
	EXPECT_INT(gpu_driver_show(&stage->driver, 1, 2, RECT(8, 8, 32, 24)), OK);
	EXPECT_STRING(fake_gl_told(), "fetch:32x24+0+0");
	EXPECT_INT(gpu_driver_flush(&stage->driver, 2, RECT(8, 8, 4, 4)), OK);
	EXPECT_STRING(fake_gl_told(), "fetch:4x4+0+0");
}

static void who_begins_to_look_sees_what_is_there(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct display_watcher *late;
	struct fake_watcher watcher = {0};

	display_set_need(stage->watching, 0, false);
	fake_gl_told();
	display_set_need(stage->watching, 0, true);
	EXPECT_STRING(fake_gl_told(), "fetch:64x48+0+0");
	display_set_need(stage->watching, 0, true);
	late = display_watch(stage->display, &fake_watcher_ops, &watcher);
	EXPECT_STRING(fake_gl_told(), "");
	display_unwatch(late);

	display_set_need(stage->watching, 0, false);
	late = display_watch(stage->display, &fake_watcher_ops, &watcher);
	EXPECT_STRING(fake_gl_told(), "fetch:64x48+0+0");
	display_unwatch(late);
}

int main(void)
{
	RUN_TEST(what_is_flushed_is_fetched_once);
	RUN_TEST(what_two_outputs_show_is_fetched_once);
	RUN_TEST(nothing_is_fetched_that_nobody_looks_at);
	RUN_TEST(who_begins_to_look_sees_what_is_there);
	return 0;
}

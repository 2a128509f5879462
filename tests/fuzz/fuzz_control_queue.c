/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The control queue of a virtio-gpu without 3D: what a guest may put into it, and do meanwhile.
 * queue_program.h says what an input is.
 */

#include "tests/fakes/gpu_driver.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/queue_program.h"

static const struct renderer_ops *soft(void)
{
	return &renderer_soft;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct stage_kind kind = {.renderer = soft, .device = &gpu_vhost_device};
	struct fuzz_stage *stage = fuzz_stage_begin(&kind);

	queue_program_run(stage, GPU_CONTROL_QUEUE, bytes, size);
	fuzz_stage_end(stage);
	return 0;
}

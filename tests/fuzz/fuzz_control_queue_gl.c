/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The control queue of a virtio-gpu whose renderer is virglrenderer, on whatever OpenGL this
 * machine has. It is slow, it has threads, and what breaks may be in the libraries: what is
 * ours is more thoroughly looked at without (fuzz_control_queue_3d.c). queue_program.h says what an
 * input is.
 */

#include "tests/fakes/gpu_driver.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/queue_program.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct stage_kind kind = {
		.renderer = renderer_of_gl,
		.device = &gpu_vhost_device_3d,
		.is_kept = true,
	};
	struct fuzz_stage *stage = fuzz_stage_begin(&kind);

	queue_program_run(stage, GPU_CONTROL_QUEUE, bytes, size);
	fuzz_stage_end(stage);
	return 0;
}

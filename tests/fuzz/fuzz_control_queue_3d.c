/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The control queue of a virtio-gpu with 3D, whose renderer draws nothing: what is checked before
 * a renderer hears of it, and when fences are answered. queue_program.h says what an input is.
 */

#include "gpu-bridge/gpu/gpu_texture.h"
#include "tests/fakes/fake_gl.h"
#include "tests/fakes/gpu_driver.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/queue_program.h"

/* Of a texture, there are the pixels of its first level. */
static int texture_create(struct renderer *renderer, uint32_t id, const struct gpu_texture *texture,
			  struct renderer_image **ret_image)
{
	return renderer_soft.image_create(renderer, id, texture->width, texture->height,
					  PIXMAN_a8r8g8b8, ret_image);
}

static const struct renderer_ops *renderer(void)
{
	static struct renderer_ops ops;
	static struct renderer_3d_ops three_d;

	ops = *fake_gl_ops();
	three_d = *ops.three_d;
	three_d.texture_create = texture_create;
	ops.three_d = &three_d;
	return &ops;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct stage_kind kind = {
		.renderer = renderer,
		.device = &gpu_vhost_device_3d,
		.pass = fake_gl_pass,
	};
	struct fuzz_stage *stage = fuzz_stage_begin(&kind);

	queue_program_run(stage, GPU_CONTROL_QUEUE, bytes, size);
	fuzz_stage_end(stage);
	return 0;
}

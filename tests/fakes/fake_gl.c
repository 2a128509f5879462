/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_gl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
	renderer_fence_fn on_fence;
	void *data;
	bool is_broken;
	char text[4096];
	char told[4096];
} fake;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
	size_t length = strlen(fake.text);
	va_list arguments;

	if (length > 0 && length + 1 < sizeof(fake.text)) {
		fake.text[length++] = ' ';
		fake.text[length] = '\0';
	}
	va_start(arguments, format);
	vsnprintf(fake.text + length, sizeof(fake.text) - length, format, arguments);
	va_end(arguments);
}

const char *fake_gl_told(void)
{
	strcpy(fake.told, fake.text);
	fake.text[0] = '\0';
	return fake.told;
}

void fake_gl_pass(uint32_t context, uint64_t fence)
{
	fake.on_fence(fake.data, context, fence);
}

void fake_gl_set_working(bool is_working)
{
	fake.is_broken = !is_working;
}

static int create(struct loop *loop, renderer_fence_fn on_fence, void *data,
		  struct renderer **ret_renderer)
{
	fake.on_fence = on_fence;
	fake.data = data;
	return renderer_soft.create(loop, on_fence, data, ret_renderer);
}

static bool capset_at(struct renderer *renderer, unsigned index, struct renderer_capset *ret_capset)
{
	if (index > 0)
		return false;
	*ret_capset = (struct renderer_capset){1, 1, 16};
	return true;
}

static void capset_fill(struct renderer *renderer, const struct renderer_capset *capset,
			void *bytes)
{
	memset(bytes, 0x11, capset->size);
}

static int context_create(struct renderer *renderer, uint32_t id, const char *name,
			  uint32_t name_size)
{
	note("create%u", id);
	return 0;
}

static void context_destroy(struct renderer *renderer, uint32_t id)
{
	note("destroy%u", id);
}

static void context_change(struct renderer *renderer, uint32_t id, struct renderer_image *image)
{
}

static void surface_flush(struct renderer_surface *surface, const struct display_rect *rect,
			  bool needs_pixels)
{
	if (needs_pixels)
		note("fetch:%ux%u+%u+%u", rect->width, rect->height, rect->x, rect->y);
}

static bool has_gpu(const struct renderer *renderer)
{
	return false;
}

static bool makes_code(const struct renderer *renderer)
{
	return false;
}

static int texture_create(struct renderer *renderer, uint32_t id, const struct gpu_texture *texture,
			  struct renderer_image **ret_image)
{
	return -EINVAL;
}

static int texture_transfer(struct renderer_image *image, uint32_t context, bool to_host,
			    const struct gpu_transfer *transfer)
{
	return 0;
}

static int submit(struct renderer *renderer, uint32_t context, uint32_t *words, size_t count)
{
	return words[0] == UINT32_MAX ? -EINVAL : 0;
}

static int fence(struct renderer *renderer, uint32_t context, uint64_t number)
{
	if (fake.is_broken)
		return -EIO;
	note("fence%u:%llu", context, (unsigned long long)number);
	return 0;
}

const struct renderer_ops *fake_gl_ops(void)
{
	static const struct renderer_3d_ops three_d = {
		.capset_at = capset_at,
		.capset_fill = capset_fill,
		.context_create = context_create,
		.context_destroy = context_destroy,
		.context_attach = context_change,
		.context_detach = context_change,
		.has_gpu = has_gpu,
		.makes_code = makes_code,
		.texture_create = texture_create,
		.texture_transfer = texture_transfer,
		.submit = submit,
		.fence = fence,
	};
	static struct renderer_ops ops;

	fake.text[0] = '\0';
	fake.is_broken = false;
	ops = renderer_soft;
	ops.create = create;
	ops.surface_flush = surface_flush;
	ops.three_d = &three_d;
	return &ops;
}

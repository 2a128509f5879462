/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The renderer that has 3D: virglrenderer, on the host's GPU where there is one, and
 * on Mesa's llvmpipe where there is none. An image is one of virglrenderer's resources, and a
 * texture of OpenGL's; a surface is a picture of it, into which is fetched what was flushed.
 *
 * virglrenderer keeps pointers to the memory behind its resources: image_attach() and
 * image_detach() see to it that they are good.
 *
 * It is one a process. Nothing of it is reset as a whole, since it does not take its fences'
 * thread along: whoever owns contexts and images destroys them.
 */

#include <assert.h>
#include <epoxy/gl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

/* In 0.10, contexts have fences only for those who ask for what may change. */
#define VIRGL_RENDERER_UNSTABLE_APIS
#include <virglrenderer.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gpu-bridge/gpu/gl_export.h"
#include "gpu-bridge/gpu/gl_probe.h"
#include "gpu-bridge/gpu/gl_readback.h"
#include "gpu-bridge/gpu/gpu_backing.h"
#include "gpu-bridge/gpu/gpu_texture.h"
#include "gpu-bridge/gpu/picture_cache.h"
#include "gpu-bridge/gpu/renderer.h"
#include "gpu-bridge/gpu/virgl_log.h"
#include "gpu-bridge/vhost/guest_memory.h"

#define IMAGES_MAX 65536

/* virglrenderer counts the bytes of a transfer in 32 bits. */
#define IMAGE_BYTES_MAX INT32_MAX

#define PIXEL_BYTES 4

/* The first capsets that there are: of virgl. Others are for what is not enabled here. */
#define CAPSET_FIRST 1
#define CAPSETS	     2

/* What `bind` says: of virgl's protocol. */
#define BIND_RENDER_TARGET (1u << 1)

struct renderer {
	renderer_fence_fn on_fence;
	void *data;
	sd_event_source *fence_source;
	uint64_t last_fence;
	struct gl_readback readback;
	struct picture_cache pictures;
	unsigned images;
	bool has_gpu;
	bool makes_code;
};

/* What can be shown, and how it is told to watchers. */
struct look {
	uint32_t virgl;
	pixman_format_code_t shown;
	bool is_rgba;

	/* The 2D format that is this. Their bytes are in the order of the name. */
	pixman_format_code_t made_of;
};

struct renderer_image {
	struct renderer *renderer;
	uint32_t id;
	struct gpu_texture texture;
	const struct look *look; /* NULL: it cannot be shown */
	struct iovec *pieces;	 /* of the guest's memory behind it; NULL: none */
	uint64_t pieces_bytes;
	struct picture *picture; /* NULL: it was not shown, or not for long */
};

struct renderer_surface {
	struct renderer_image *image;
	struct display_rect window;
	struct display_dmabuf dmabuf; /* its descriptor is -1 where there is none */
};

/* Colours are fetched as such, whatever bytes the texture has: fetched alike, they need no copy. */
static const struct look looks[] = {
	{1, PIXMAN_a8r8g8b8, false, PIXMAN_a8r8g8b8},
	{2, PIXMAN_x8r8g8b8, false, PIXMAN_x8r8g8b8},
	{3, PIXMAN_a8r8g8b8, false, PIXMAN_b8g8r8a8},
	{4, PIXMAN_x8r8g8b8, false, PIXMAN_b8g8r8x8},
	{67, PIXMAN_a8b8g8r8, true, PIXMAN_a8b8g8r8},
	{68, PIXMAN_x8r8g8b8, false, PIXMAN_r8g8b8x8},
	{121, PIXMAN_a8r8g8b8, false, PIXMAN_r8g8b8a8},
	{134, PIXMAN_x8b8g8r8, true, PIXMAN_x8b8g8r8},
};

static const struct look *look_of(uint32_t virgl_format)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (looks[i].virgl == virgl_format)
			return &looks[i];
	return NULL;
}

static uint32_t format_from_pixman(pixman_format_code_t format)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (looks[i].made_of == format)
			return looks[i].virgl;
	return 0;
}

/* -- Fences ------------------------------------------------------------------ */

static void handle_context_fence(void *cookie, uint32_t context, uint32_t ring, uint64_t fence)
{
	struct renderer *renderer = cookie;

	renderer->on_fence(renderer->data, context, fence);
}

/* Of no context, and cut to 32 bits: it is the last one that ends like this. */
static void handle_fence(void *cookie, uint32_t low)
{
	struct renderer *renderer = cookie;
	uint64_t fence = (renderer->last_fence & ~(uint64_t)UINT32_MAX) | low;

	if (fence > renderer->last_fence)
		fence -= (uint64_t)UINT32_MAX + 1;
	renderer->on_fence(renderer->data, 0, fence);
}

static int handle_fences(sd_event_source *source, int fd, uint32_t events, void *data)
{
	virgl_renderer_poll();
	return 0;
}

static int virgl_fence(struct renderer *renderer, uint32_t context, uint64_t fence)
{
	int r;

	if (fence > renderer->last_fence)
		renderer->last_fence = fence;
	if (context == 0)
		r = virgl_renderer_create_fence((int)(uint32_t)fence, 0);
	else
		r = virgl_renderer_context_create_fence(context, 0, 0, fence);
	return r == 0 ? 0 : -EIO;
}

/* -- Life -------------------------------------------------------------------- */

#define RENDER_NODE_FIRST 128
#define RENDER_NODES	  64

/* virglrenderer takes it. */
static int open_render_node(void *cookie)
{
	for (int i = 0; i < RENDER_NODES; i++) {
		char path[32];
		int fd;

		snprintf(path, sizeof(path), "/dev/dri/renderD%d", RENDER_NODE_FIRST + i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

static bool has_render_node(void)
{
	CLEANUP(close_fdp) int fd = open_render_node(NULL);

	return fd >= 0;
}

/* It keeps a pointer to them. */
static struct virgl_renderer_callbacks callbacks = {
	.version = 3,
	.write_fence = handle_fence,
	.get_drm_fd = open_render_node,
	.write_context_fence = handle_context_fence,
};

#define FLAGS (VIRGL_RENDERER_USE_EGL | VIRGL_RENDERER_THREAD_SYNC)

/* A render node may be one that Mesa has no driver for, such as that of a virtual machine without
 * 3D: then the processor renders there too. */
static bool makes_code(void)
{
	const char *name = (const char *)glGetString(GL_RENDERER);

	return name && strstr(name, "llvmpipe");
}

static int start(struct renderer *renderer)
{
	const char *missing = gl_probe();

	if (missing) {
		log_error("OpenGL does not start: %s", missing);
		return -ENODEV;
	}
	if (has_render_node()) {
		renderer->has_gpu = virgl_renderer_init(renderer, FLAGS, &callbacks) == 0;
		if (renderer->has_gpu)
			return 0;
		log_warning("OpenGL does not start on this machine's GPU, continuing without it");
	}
	if (virgl_renderer_init(renderer, FLAGS | VIRGL_RENDERER_USE_SURFACELESS, &callbacks) == 0)
		return 0;
	log_error("virglrenderer does not start; --log-level debug shows what it says");
	return -ENODEV;
}

static void virgl_destroy(struct renderer *renderer)
{
	if (!renderer)
		return;
	assert(renderer->images == 0);
	sd_event_source_disable_unref(renderer->fence_source);
	virgl_renderer_force_ctx_0();
	gl_readback_finish(&renderer->readback);
	virgl_renderer_cleanup(renderer);
	free(renderer);
}

static int virgl_create(struct loop *loop, renderer_fence_fn on_fence, void *data,
			struct renderer **ret_renderer)
{
	struct renderer *renderer = xcalloc(1, sizeof(*renderer));
	int fd, r;

	renderer->on_fence = on_fence;
	renderer->data = data;
	virgl_log_open();
	/* Mesa keeps compiled shaders in files, its user's for all guests, and can open none once
	 * this process is contained. */
	setenv("MESA_SHADER_CACHE_DISABLE", "true", 1);
	r = start(renderer);
	if (r < 0) {
		free(renderer);
		return r;
	}
	virgl_renderer_force_ctx_0();
	renderer->makes_code = makes_code();
	gl_readback_init(&renderer->readback);
	fd = virgl_renderer_get_poll_fd();
	if (fd < 0)
		log_error("virglrenderer has no thread that waits for fences");
	r = fd < 0 ? -EOPNOTSUPP
		   : sd_event_add_io(loop_event(loop), &renderer->fence_source, fd, EPOLLIN,
				     handle_fences, renderer);
	if (r < 0) {
		virgl_destroy(renderer);
		return r;
	}
	*ret_renderer = renderer;
	return 0;
}

static bool virgl_has_gpu(const struct renderer *renderer)
{
	return renderer->has_gpu;
}

static bool virgl_makes_code(const struct renderer *renderer)
{
	return renderer->makes_code;
}

/* -- Images ------------------------------------------------------------------ */

/* Windows are of two dimensions, and have offsets of 32 bits. */
static bool can_be_shown(const struct gpu_texture *texture)
{
	return texture->target == GPU_TARGET_2D && texture->samples <= 1 &&
	       (uint64_t)texture->width * PIXEL_BYTES * texture->height <= UINT32_MAX;
}

/* The texture that an image is, with a context of our own to use it in. Its name may change when
 * the guest's commands want it otherwise. */
static bool texture_of(const struct renderer_image *image, struct gl_texture *ret_texture)
{
	struct virgl_renderer_resource_info info;

	virgl_renderer_force_ctx_0();
	if (!image->look || virgl_renderer_resource_get_info((int)image->id, &info) != 0)
		return false;
	*ret_texture = (struct gl_texture){
		.name = info.tex_id,
		.height = image->texture.height,
		.is_bottom_up = image->texture.flags & GPU_TEXTURE_Y_0_TOP,
		.is_rgba = image->look->is_rgba,
	};
	return true;
}

static int virgl_texture_create(struct renderer *renderer, uint32_t id,
				const struct gpu_texture *texture,
				struct renderer_image **ret_image)
{
	struct virgl_renderer_resource_create_args arguments = {
		.handle = id,
		.target = texture->target,
		.format = texture->format,
		.bind = texture->bind,
		.width = texture->width,
		.height = texture->height,
		.depth = texture->depth,
		.array_size = texture->layers,
		.last_level = texture->last_level,
		.nr_samples = texture->samples,
		.flags = texture->flags,
	};
	struct renderer_image *image;

	if (renderer->images == IMAGES_MAX)
		return -EMFILE;
	if (gpu_texture_size(texture) > IMAGE_BYTES_MAX)
		return -ENOMEM;
	if (virgl_renderer_resource_create(&arguments, NULL, 0) != 0)
		return -EINVAL;
	renderer->images++;
	image = xcalloc(1, sizeof(*image));
	image->renderer = renderer;
	image->id = id;
	image->texture = *texture;
	if (can_be_shown(texture))
		image->look = look_of(texture->format);
	*ret_image = image;
	return 0;
}

static int virgl_image_create(struct renderer *renderer, uint32_t id, uint32_t width,
			      uint32_t height, pixman_format_code_t format,
			      struct renderer_image **ret_image)
{
	const struct gpu_texture texture = {
		.target = GPU_TARGET_2D,
		.format = format_from_pixman(format),
		.bind = BIND_RENDER_TARGET,
		.width = width,
		.height = height,
		.depth = 1,
		.layers = 1,
		.flags = GPU_TEXTURE_Y_0_TOP,
	};
	struct gl_texture there;
	int r = virgl_texture_create(renderer, id, &texture, ret_image);

	if (r == 0 && texture_of(*ret_image, &there))
		gl_readback_clear(&renderer->readback, &there);
	return r;
}

static void virgl_image_detach(struct renderer_image *image)
{
	if (!image->pieces)
		return;
	virgl_renderer_resource_detach_iov((int)image->id, NULL, NULL);
	free(image->pieces);
	image->pieces = NULL;
}

static void virgl_image_destroy(struct renderer_image *image)
{
	if (!image)
		return;
	virgl_image_detach(image);
	picture_cache_drop(&image->renderer->pictures, image->picture);
	virgl_renderer_resource_unref(image->id);
	image->renderer->images--;
	free(image);
}

/* Pieces that follow each other are one. */
static void add_piece(struct iovec *pieces, int *count, void *bytes, size_t length)
{
	struct iovec *last = *count > 0 ? &pieces[*count - 1] : NULL;

	if (last && (char *)last->iov_base + last->iov_len == bytes)
		last->iov_len += length;
	else
		pieces[(*count)++] = (struct iovec){bytes, length};
}

/* Finds the pieces of guest memory behind a resource, or, if `pieces` is NULL, how many there are
 * at most: a span has one for each region of memory that it lies in. Returns how many; 0: not all
 * of it is memory. */
static int find_pieces(const struct gpu_backing *backing, const struct guest_memory *memory,
		       struct iovec *pieces)
{
	int count = 0;

	for (uint32_t i = 0; i < backing->count; i++) {
		uint64_t address = backing->spans[i].address;
		size_t rest = backing->spans[i].length;

		while (rest > 0) {
			size_t length = rest;
			void *bytes = guest_memory_at(memory, address, &length);

			if (!bytes)
				return 0;
			if (pieces)
				add_piece(pieces, &count, bytes, length);
			else
				count++;
			address += length;
			rest -= length;
		}
	}
	return count;
}

static int virgl_image_attach(struct renderer_image *image, const struct gpu_backing *backing,
			      const struct guest_memory *memory)
{
	int count = find_pieces(backing, memory, NULL);
	struct iovec *pieces;

	assert(!image->pieces);
	if (count == 0)
		return 0;
	pieces = malloc((size_t)count * sizeof(*pieces));
	if (!pieces)
		return -ENOMEM;
	count = find_pieces(backing, memory, pieces);
	if (virgl_renderer_resource_attach_iov((int)image->id, pieces, count) != 0) {
		free(pieces);
		return 0;
	}
	image->pieces = pieces;
	image->pieces_bytes = backing->size;
	return 0;
}

/* -- Transfers --------------------------------------------------------------- */

static int virgl_texture_transfer(struct renderer_image *image, uint32_t context, bool to_host,
				  const struct gpu_transfer *transfer)
{
	struct {
		uint32_t x, y, z, width, height, depth;
	} box = {transfer->box.x,     transfer->box.y,	    transfer->box.z,
		 transfer->box.width, transfer->box.height, transfer->box.depth};
	int r;

	if (!image->pieces ||
	    gpu_texture_transfer_end(&image->texture, transfer) > image->pieces_bytes)
		return -EFAULT;
	if (to_host)
		r = virgl_renderer_transfer_write_iov(image->id, context, (int)transfer->level,
						      transfer->stride, transfer->layer_stride,
						      (struct virgl_box *)&box, transfer->offset,
						      NULL, 0);
	else
		r = virgl_renderer_transfer_read_iov(image->id, context, transfer->level,
						     transfer->stride, transfer->layer_stride,
						     (struct virgl_box *)&box, transfer->offset,
						     NULL, 0);
	return r == 0 ? 0 : -EINVAL;
}

static int virgl_image_update(struct renderer_image *image, const struct display_rect *rect,
			      const struct gpu_backing *backing, const struct guest_memory *memory,
			      uint64_t offset)
{
	const struct gpu_transfer transfer = {
		.offset = offset,
		.box = {rect->x, rect->y, 0, rect->width, rect->height, 1},
	};

	if (!gpu_texture_has(&image->texture, &transfer))
		return -EINVAL;
	return virgl_texture_transfer(image, 0, true, &transfer);
}

/* -- Showing ----------------------------------------------------------------- */

static void virgl_image_read(struct renderer_image *image, const struct display_rect *rect,
			     uint32_t *pixels, uint32_t stride_bytes)
{
	struct gl_texture texture;

	if (!texture_of(image, &texture))
		return;
	texture.is_rgba = false;
	gl_readback_fetch(&image->renderer->readback, &texture, rect, pixels, stride_bytes);
	if (PIXMAN_FORMAT_A(image->look->shown) > 0)
		return;
	for (uint32_t y = 0; y < rect->height; y++)
		for (uint32_t x = 0; x < rect->width; x++)
			pixels[y * (stride_bytes / PIXEL_BYTES) + x] |= 0xff000000;
}

static uint32_t stride_of(const struct renderer_image *image)
{
	return image->texture.width * PIXEL_BYTES;
}

static size_t offset_of(const struct renderer_image *image, uint32_t x, uint32_t y)
{
	return (size_t)y * stride_of(image) + (size_t)x * PIXEL_BYTES;
}

/* For as long as it is shown: so a guest cannot make us hold more descriptors than that. */
static void export_surface(struct renderer_surface *surface)
{
	const struct renderer_image *image = surface->image;
	struct display_dmabuf *dmabuf = &surface->dmabuf;
	struct gl_texture texture;

	dmabuf->fd = -1;
	if (image->renderer->makes_code || !texture_of(image, &texture) ||
	    !gl_export_dmabuf(texture.name, dmabuf))
		return;
	dmabuf->width = image->texture.width;
	dmabuf->height = image->texture.height;
	dmabuf->x = surface->window.x;
	dmabuf->y = surface->window.y;
	dmabuf->y_0_top = image->texture.flags & GPU_TEXTURE_Y_0_TOP;
}

static int virgl_surface_open(struct renderer_image *image, const struct display_rect *window,
			      struct renderer_surface **ret_surface,
			      struct display_surface *ret_description)
{
	struct renderer_surface *surface;
	size_t offset = offset_of(image, window->x, window->y);
	int r;

	if (!image->look)
		return -EINVAL;
	r = picture_cache_take(&image->renderer->pictures, &image->picture,
			       offset_of(image, 0, image->texture.height));
	if (r < 0)
		return r;
	surface = xcalloc(1, sizeof(*surface));
	surface->image = image;
	surface->window = *window;
	export_surface(surface);
	*ret_surface = surface;
	*ret_description = (struct display_surface){
		.fd = image->picture->pixels.fd,
		.offset = (uint32_t)offset,
		.width = window->width,
		.height = window->height,
		.stride_bytes = stride_of(image),
		.format = image->look->shown,
		.pixels = image->picture->pixels.bytes + offset,
		.dmabuf = surface->dmabuf.fd >= 0 ? &surface->dmabuf : NULL,
	};
	return 0;
}

static void virgl_surface_close(struct renderer_surface *surface)
{
	close_fd(surface->dmabuf.fd);
	picture_cache_release(&surface->image->renderer->pictures, surface->image->picture);
	free(surface);
}

static void virgl_surface_flush(struct renderer_surface *surface, const struct display_rect *rect,
				bool needs_pixels)
{
	struct renderer_image *image = surface->image;
	const struct display_rect fetched = {surface->window.x + rect->x,
					     surface->window.y + rect->y, rect->width,
					     rect->height};
	struct gl_texture texture;

	/* What was drawn goes to the GPU with the change of contexts, if not before. */
	if (!texture_of(image, &texture) || !needs_pixels)
		return;
	gl_readback_fetch(&image->renderer->readback, &texture, &fetched,
			  image->picture->pixels.bytes + offset_of(image, fetched.x, fetched.y),
			  stride_of(image));
}

/* -- 3D ---------------------------------------------------------------------- */

static bool virgl_capset_at(struct renderer *renderer, unsigned index,
			    struct renderer_capset *ret_capset)
{
	struct renderer_capset capset = {.id = CAPSET_FIRST + index};

	if (index >= CAPSETS)
		return false;
	virgl_renderer_get_cap_set(capset.id, &capset.version, &capset.size);
	/* One that is not there has a size all the same. */
	if (capset.version == 0 || capset.size == 0 || capset.size > RENDERER_CAPSET_MAX)
		return false;
	*ret_capset = capset;
	return true;
}

static void virgl_capset_fill(struct renderer *renderer, const struct renderer_capset *capset,
			      void *bytes)
{
	virgl_renderer_fill_caps(capset->id, capset->version, bytes);
}

static int virgl_context_create(struct renderer *renderer, uint32_t id, const char *name,
				uint32_t name_size)
{
	int r = virgl_renderer_context_create(id, name_size, name);

	if (r == 0)
		return 0;
	return r == ENOMEM || r == -ENOMEM ? -ENOMEM : -EINVAL;
}

static void virgl_context_destroy(struct renderer *renderer, uint32_t id)
{
	virgl_renderer_context_destroy(id);
}

static void virgl_context_attach(struct renderer *renderer, uint32_t id,
				 struct renderer_image *image)
{
	virgl_renderer_ctx_attach_resource((int)id, (int)image->id);
}

static void virgl_context_detach(struct renderer *renderer, uint32_t id,
				 struct renderer_image *image)
{
	virgl_renderer_ctx_detach_resource((int)id, (int)image->id);
}

static int virgl_submit(struct renderer *renderer, uint32_t context, uint32_t *words, size_t count)
{
	return virgl_renderer_submit_cmd(words, (int)context, (int)count) == 0 ? 0 : -EINVAL;
}

static const struct renderer_3d_ops virgl_3d = {
	.has_gpu = virgl_has_gpu,
	.makes_code = virgl_makes_code,
	.capset_at = virgl_capset_at,
	.capset_fill = virgl_capset_fill,
	.context_create = virgl_context_create,
	.context_destroy = virgl_context_destroy,
	.context_attach = virgl_context_attach,
	.context_detach = virgl_context_detach,
	.texture_create = virgl_texture_create,
	.texture_transfer = virgl_texture_transfer,
	.submit = virgl_submit,
	.fence = virgl_fence,
};

const struct renderer_ops renderer_virgl = {
	.name = "virgl",
	.create = virgl_create,
	.destroy = virgl_destroy,
	.image_create = virgl_image_create,
	.image_destroy = virgl_image_destroy,
	.image_attach = virgl_image_attach,
	.image_detach = virgl_image_detach,
	.image_update = virgl_image_update,
	.image_read = virgl_image_read,
	.surface_open = virgl_surface_open,
	.surface_close = virgl_surface_close,
	.surface_flush = virgl_surface_flush,
	.three_d = &virgl_3d,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kms.h"

#include <drm.h>
#include <drm_fourcc.h>
#include <drm_mode.h>
#include <virtgpu_drm.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_MODES   64
#define CURSOR_SIZE 64

struct buffer {
	uint32_t handle, framebuffer;
	size_t size;
	struct canvas canvas;
	struct damage missed; /* presented while this buffer was not */
};

struct cursor_buffer {
	const uint32_t *source; /* what it was made from */
	uint32_t handle;
};

struct head {
	uint32_t connector, crtc;
	bool on, flip_pending;
	struct drm_mode_modeinfo mode;
	struct buffer buffers[2];
	int front;
	const uint32_t *cursor; /* shown now */
	int hot_x, hot_y;
};

#define MAX_CURSORS 4

struct kms {
	int fd;
	const struct kms_listener *listener;
	void *data;
	int n_heads;
	struct head heads[KMS_MAX_HEADS];
	struct cursor_buffer cursors[MAX_CURSORS];
	int n_cursors;
};

static int drm_call(const struct kms *kms, unsigned long request, void *argument)
{
	int result;

	do {
		result = ioctl(kms->fd, request, argument);
	} while (result < 0 && (errno == EINTR || errno == EAGAIN));
	return result < 0 ? -errno : 0;
}

/* -- Buffers */

static void buffer_finish(const struct kms *kms, struct buffer *buffer)
{
	struct drm_mode_destroy_dumb destroy = {.handle = buffer->handle};

	if (buffer->canvas.pixels)
		munmap(buffer->canvas.pixels, buffer->size);
	if (buffer->framebuffer)
		drm_call(kms, DRM_IOCTL_MODE_RMFB, &buffer->framebuffer);
	if (buffer->handle)
		drm_call(kms, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
	*buffer = (struct buffer){0};
}

static int map_dumb(const struct kms *kms, uint32_t handle, size_t size, uint32_t **ret_pixels)
{
	struct drm_mode_map_dumb map = {.handle = handle};
	int result = drm_call(kms, DRM_IOCTL_MODE_MAP_DUMB, &map);

	if (result < 0)
		return result;

	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, kms->fd, map.offset);

	if (memory == MAP_FAILED)
		return -errno;
	*ret_pixels = memory;
	return 0;
}

static int buffer_init(const struct kms *kms, struct buffer *buffer, int width, int height)
{
	struct drm_mode_create_dumb create = {.width = width, .height = height, .bpp = 32};
	int result = drm_call(kms, DRM_IOCTL_MODE_CREATE_DUMB, &create);

	if (result < 0)
		return result;

	struct drm_mode_fb_cmd2 framebuffer = {
		.width = width,
		.height = height,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles = {create.handle},
		.pitches = {create.pitch},
	};
	struct rect whole = {0, 0, width, height};

	*buffer = (struct buffer){
		.handle = create.handle,
		.size = create.size,
		.canvas = {.width = width,
			   .height = height,
			   .stride = create.pitch / sizeof(uint32_t),
			   .clip = whole,
			   .scale = 1},
	};
	damage_add(&buffer->missed, whole);
	result = drm_call(kms, DRM_IOCTL_MODE_ADDFB2, &framebuffer);
	if (result == 0) {
		buffer->framebuffer = framebuffer.fb_id;
		result = map_dumb(kms, create.handle, create.size, &buffer->canvas.pixels);
	}
	if (result < 0)
		buffer_finish(kms, buffer);
	return result;
}

/* -- Heads */

static void head_switch_off(struct kms *kms, int index)
{
	struct head *head = &kms->heads[index];
	struct drm_mode_crtc crtc = {.crtc_id = head->crtc};

	drm_call(kms, DRM_IOCTL_MODE_SETCRTC, &crtc);
	buffer_finish(kms, &head->buffers[0]);
	buffer_finish(kms, &head->buffers[1]);
	head->on = head->flip_pending = false;
	head->cursor = NULL;
	kms->listener->on_mode(kms->data, index, 0, 0);
}

static int head_set_mode(struct kms *kms, int index, const struct drm_mode_modeinfo *mode)
{
	struct head *head = &kms->heads[index];
	struct buffer buffers[2] = {0};
	int result = 0;

	for (int i = 0; i < 2 && result == 0; i++)
		result = buffer_init(kms, &buffers[i], mode->hdisplay, mode->vdisplay);

	struct drm_mode_crtc crtc = {
		.set_connectors_ptr = (uintptr_t)&head->connector,
		.count_connectors = 1,
		.crtc_id = head->crtc,
		.fb_id = buffers[0].framebuffer,
		.mode_valid = 1,
		.mode = *mode,
	};

	if (result == 0)
		result = drm_call(kms, DRM_IOCTL_MODE_SETCRTC, &crtc);
	if (result < 0) {
		buffer_finish(kms, &buffers[0]);
		buffer_finish(kms, &buffers[1]);
		return result;
	}
	for (int i = 0; i < 2; i++) {
		buffer_finish(kms, &head->buffers[i]);
		head->buffers[i] = buffers[i];
	}
	head->mode = *mode;
	head->front = 0;
	head->on = true;
	head->flip_pending = false;
	head->cursor = NULL;
	kms->listener->on_mode(kms->data, index, mode->hdisplay, mode->vdisplay);
	return 0;
}

/* The connector's preferred mode, or its first. False when it is not connected. */
static bool preferred_mode(const struct kms *kms, uint32_t connector,
			   struct drm_mode_modeinfo *ret_mode)
{
	struct drm_mode_modeinfo modes[MAX_MODES];
	struct drm_mode_get_connector get = {.connector_id = connector};

	/* Without room for modes the kernel looks at the hardware again. */
	if (drm_call(kms, DRM_IOCTL_MODE_GETCONNECTOR, &get) < 0)
		return false;

	uint32_t n_modes = get.count_modes < MAX_MODES ? get.count_modes : MAX_MODES;

	get = (struct drm_mode_get_connector){
		.connector_id = connector,
		.modes_ptr = (uintptr_t)modes,
		.count_modes = n_modes,
	};
	if (n_modes == 0 || drm_call(kms, DRM_IOCTL_MODE_GETCONNECTOR, &get) < 0 ||
	    get.connection != 1)
		return false;
	/* More modes than a moment ago: none were copied. */
	if (get.count_modes > n_modes)
		return false;
	*ret_mode = modes[0];
	for (uint32_t i = 0; i < get.count_modes; i++) {
		if (modes[i].type & DRM_MODE_TYPE_PREFERRED) {
			*ret_mode = modes[i];
			break;
		}
	}
	return ret_mode->hdisplay <= KMS_MAX_SIZE && ret_mode->vdisplay <= KMS_MAX_SIZE;
}

void kms_probe(struct kms *kms)
{
	for (int i = 0; i < kms->n_heads; i++) {
		struct head *head = &kms->heads[i];
		struct drm_mode_modeinfo mode;

		if (!preferred_mode(kms, head->connector, &mode)) {
			if (head->on)
				head_switch_off(kms, i);
		} else if (!head->on || mode.hdisplay != head->mode.hdisplay ||
			   mode.vdisplay != head->mode.vdisplay) {
			if (head_set_mode(kms, i, &mode) < 0 && head->on)
				head_switch_off(kms, i);
		}
	}
}

static int find_heads(struct kms *kms)
{
	uint32_t crtcs[16], connectors[16];
	struct drm_mode_card_res resources = {
		.crtc_id_ptr = (uintptr_t)crtcs,
		.connector_id_ptr = (uintptr_t)connectors,
		.count_crtcs = 16,
		.count_connectors = 16,
	};
	int result = drm_call(kms, DRM_IOCTL_MODE_GETRESOURCES, &resources);

	if (result < 0)
		return result;
	while (kms->n_heads < KMS_MAX_HEADS && kms->n_heads < (int)resources.count_connectors &&
	       kms->n_heads < (int)resources.count_crtcs) {
		struct head *head = &kms->heads[kms->n_heads];

		head->connector = connectors[kms->n_heads];
		head->crtc = crtcs[kms->n_heads];
		kms->n_heads++;
	}
	return kms->n_heads ? 0 : -ENODEV;
}

int kms_open(const struct kms_listener *listener, void *data, struct kms **ret_kms)
{
	struct kms *kms = calloc(1, sizeof(*kms));
	int result;

	if (!kms)
		abort();
	kms->listener = listener;
	kms->data = data;
	kms->fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	result = kms->fd < 0 ? -errno : find_heads(kms);
	if (result < 0) {
		if (kms->fd >= 0)
			close(kms->fd);
		free(kms);
		return result;
	}
	*ret_kms = kms;
	return 0;
}

/* -- Presenting */

int kms_heads(const struct kms *kms)
{
	return kms->n_heads;
}

int kms_fd(const struct kms *kms)
{
	return kms->fd;
}

void kms_handle_events(struct kms *kms)
{
	char events[1024] __attribute__((aligned(8)));
	ssize_t length = read(kms->fd, events, sizeof(events));

	for (ssize_t at = 0; at + (ssize_t)sizeof(struct drm_event) <= length;) {
		const struct drm_event *event = (const struct drm_event *)(events + at);

		if (event->type == DRM_EVENT_FLIP_COMPLETE) {
			const struct drm_event_vblank *flip =
				(const struct drm_event_vblank *)event;

			if (flip->user_data < KMS_MAX_HEADS)
				kms->heads[flip->user_data].flip_pending = false;
		}
		at += event->length;
	}
}

bool kms_can_present(const struct kms *kms, int head)
{
	return head < kms->n_heads && kms->heads[head].on && !kms->heads[head].flip_pending;
}

static int present_flip(struct kms *kms, int index)
{
	struct head *head = &kms->heads[index];
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = head->crtc,
		.fb_id = head->buffers[!head->front].framebuffer,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
		.user_data = index,
	};
	int result = drm_call(kms, DRM_IOCTL_MODE_PAGE_FLIP, &flip);

	if (result == 0) {
		head->front = !head->front;
		head->flip_pending = true;
	}
	return result;
}

static int present_damage(const struct kms *kms, const struct head *head,
			  const struct damage *damage)
{
	struct drm_clip_rect clips[DAMAGE_MAX_RECTS];
	struct drm_mode_fb_dirty_cmd dirty = {
		.fb_id = head->buffers[head->front].framebuffer,
		.num_clips = damage->n_rects,
		.clips_ptr = (uintptr_t)clips,
	};

	for (int i = 0; i < damage->n_rects; i++)
		clips[i] = (struct drm_clip_rect){damage->rects[i].x0, damage->rects[i].y0,
						  damage->rects[i].x1, damage->rects[i].y1};
	return drm_call(kms, DRM_IOCTL_MODE_DIRTYFB, &dirty);
}

const struct canvas *kms_next_buffer(struct kms *kms, int index, enum present present,
				     struct damage *damage)
{
	struct head *head = &kms->heads[index];
	struct buffer *buffer =
		&head->buffers[present == PRESENT_FLIP ? !head->front : head->front];

	damage_add_all(&head->buffers[0].missed, damage);
	damage_add_all(&head->buffers[1].missed, damage);
	*damage = buffer->missed;
	buffer->missed.n_rects = 0;
	return &buffer->canvas;
}

int kms_present(struct kms *kms, int index, enum present present, const struct damage *damage)
{
	return present == PRESENT_FLIP ? present_flip(kms, index)
				       : present_damage(kms, &kms->heads[index], damage);
}

void kms_flush(struct kms *kms)
{
	struct pollfd readable = {.fd = kms->fd, .events = POLLIN};

	for (int i = 0; i < kms->n_heads; i++)
		while (kms->heads[i].flip_pending && poll(&readable, 1, 1000) > 0)
			kms_handle_events(kms);

	/* The device works through its queue in order: a resource made now, and waited for, is
	 * behind everything presented. Drivers other than virtio-gpu refuse this. */
	struct drm_virtgpu_resource_create create = {
		.target = 2, /* PIPE_TEXTURE_2D */
		.format = 2, /* B8G8R8X8 */
		.width = 1,
		.height = 1,
		.depth = 1,
		.array_size = 1,
		.size = 4096,
	};

	if (drm_call(kms, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE, &create) < 0)
		return;

	struct drm_virtgpu_3d_wait wait = {.handle = create.bo_handle};
	struct drm_gem_close close_handle = {.handle = create.bo_handle};

	drm_call(kms, DRM_IOCTL_VIRTGPU_WAIT, &wait);
	drm_call(kms, DRM_IOCTL_GEM_CLOSE, &close_handle);
}

/* -- Cursor */

static const struct cursor_buffer *cursor_from_pixels(struct kms *kms, const uint32_t *pixels)
{
	for (int i = 0; i < kms->n_cursors; i++)
		if (kms->cursors[i].source == pixels)
			return &kms->cursors[i];

	struct drm_mode_create_dumb create = {
		.width = CURSOR_SIZE, .height = CURSOR_SIZE, .bpp = 32};
	uint32_t *memory;

	if (kms->n_cursors == MAX_CURSORS ||
	    drm_call(kms, DRM_IOCTL_MODE_CREATE_DUMB, &create) < 0 ||
	    map_dumb(kms, create.handle, create.size, &memory) < 0)
		return NULL;
	for (int y = 0; y < CURSOR_SIZE; y++)
		copy_pixels(memory + y * create.pitch / 4, pixels + y * CURSOR_SIZE, CURSOR_SIZE);
	munmap(memory, create.size);

	struct cursor_buffer *cursor = &kms->cursors[kms->n_cursors++];

	*cursor = (struct cursor_buffer){.source = pixels, .handle = create.handle};
	return cursor;
}

void kms_set_cursor(struct kms *kms, int index, const uint32_t *pixels, int hot_x, int hot_y)
{
	struct head *head = &kms->heads[index];
	struct drm_mode_cursor2 set = {.flags = DRM_MODE_CURSOR_BO, .crtc_id = head->crtc};

	if (index >= kms->n_heads || !head->on || head->cursor == pixels)
		return;
	if (pixels) {
		const struct cursor_buffer *cursor = cursor_from_pixels(kms, pixels);

		if (!cursor)
			return;
		set.handle = cursor->handle;
		set.width = set.height = CURSOR_SIZE;
		set.hot_x = hot_x;
		set.hot_y = hot_y;
	}
	if (drm_call(kms, DRM_IOCTL_MODE_CURSOR2, &set) == 0)
		head->cursor = pixels;
	head->hot_x = hot_x;
	head->hot_y = hot_y;
}

void kms_move_cursor(struct kms *kms, int index, int x, int y)
{
	struct head *head = &kms->heads[index];
	struct drm_mode_cursor2 move = {
		.flags = DRM_MODE_CURSOR_MOVE,
		.crtc_id = head->crtc,
		.x = x - head->hot_x,
		.y = y - head->hot_y,
	};

	if (index < kms->n_heads && head->on)
		drm_call(kms, DRM_IOCTL_MODE_CURSOR2, &move);
}

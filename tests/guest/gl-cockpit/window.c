/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wayland-client.h>
#include <wayland-egl.h>

#include "xdg-shell-client.h"

#define MAX_TOUCHES    10
#define WHEEL_DISTANCE 15 /* units that libinput gives one click */

struct touch {
	bool down;
	int32_t id;
};

struct window {
	const struct window_listener *listener;
	void *data;

	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_output *output;
	struct wl_seat *seat;
	struct wl_keyboard *keyboard;
	struct wl_pointer *pointer;
	struct wl_touch *touch;
	struct xdg_wm_base *shell;
	struct wl_surface *surface;
	struct xdg_surface *shell_surface;
	struct xdg_toplevel *toplevel;
	struct wl_callback *shown; /* until the picture on its way is shown */

	struct wl_egl_window *egl_window;
	EGLDisplay egl_display;
	EGLSurface egl_surface;

	int width, height, wanted_width, wanted_height;
	int output_width, output_height; /* where the compositor leaves the size to us */
	struct touch touches[MAX_TOUCHES];
};

/* -- Input */

static void handle_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int fd,
			  uint32_t size)
{
	(void)data, (void)keyboard, (void)format, (void)size;
	close(fd);
}

static void handle_keyboard_enter(void *data, struct wl_keyboard *keyboard, uint32_t serial,
				  struct wl_surface *surface, struct wl_array *keys)
{
	(void)data, (void)keyboard, (void)serial, (void)surface, (void)keys;
}

static void handle_keyboard_leave(void *data, struct wl_keyboard *keyboard, uint32_t serial,
				  struct wl_surface *surface)
{
	(void)data, (void)keyboard, (void)serial, (void)surface;
}

static void handle_key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time,
		       uint32_t key, uint32_t state)
{
	struct window *window = data;

	(void)keyboard, (void)serial, (void)time;
	window->listener->on_key(window->data, key, state == WL_KEYBOARD_KEY_STATE_PRESSED);
}

static void handle_modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial,
			     uint32_t depressed, uint32_t latched, uint32_t locked, uint32_t group)
{
	(void)data, (void)keyboard, (void)serial;
	(void)depressed, (void)latched, (void)locked, (void)group;
}

static const struct wl_keyboard_listener keyboard_listener = {
	.keymap = handle_keymap,
	.enter = handle_keyboard_enter,
	.leave = handle_keyboard_leave,
	.key = handle_key,
	.modifiers = handle_modifiers,
};

/* On its way through axes of other ranges a pixel loses a little: the nearest is meant. */
static int pixel_from_fixed(wl_fixed_t position)
{
	return wl_fixed_to_int(position + wl_fixed_from_double(0.5));
}

static void handle_motion(void *data, struct wl_pointer *pointer, uint32_t time, wl_fixed_t x,
			  wl_fixed_t y)
{
	struct window *window = data;

	(void)pointer, (void)time;
	window->listener->on_pointer(window->data, pixel_from_fixed(x), pixel_from_fixed(y));
}

static void handle_pointer_enter(void *data, struct wl_pointer *pointer, uint32_t serial,
				 struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y)
{
	(void)serial, (void)surface;
	handle_motion(data, pointer, 0, x, y);
}

static void handle_pointer_leave(void *data, struct wl_pointer *pointer, uint32_t serial,
				 struct wl_surface *surface)
{
	(void)data, (void)pointer, (void)serial, (void)surface;
}

static void handle_button(void *data, struct wl_pointer *pointer, uint32_t serial, uint32_t time,
			  uint32_t button, uint32_t state)
{
	struct window *window = data;

	(void)pointer, (void)serial, (void)time;
	window->listener->on_button(window->data, button, state == WL_POINTER_BUTTON_STATE_PRESSED);
}

static void handle_axis(void *data, struct wl_pointer *pointer, uint32_t time, uint32_t axis,
			wl_fixed_t value)
{
	struct window *window = data;
	int clicks = wl_fixed_to_int(value) / WHEEL_DISTANCE;

	(void)pointer, (void)time;
	/* Downwards is positive here, and upwards in Linux. */
	if (axis == WL_POINTER_AXIS_VERTICAL_SCROLL && clicks)
		window->listener->on_wheel(window->data, -clicks);
}

static const struct wl_pointer_listener pointer_listener = {
	.enter = handle_pointer_enter,
	.leave = handle_pointer_leave,
	.motion = handle_motion,
	.button = handle_button,
	.axis = handle_axis,
};

static void touch_changed(struct window *window, int32_t id, bool begins, bool down, wl_fixed_t x,
			  wl_fixed_t y)
{
	for (int slot = 0; slot < MAX_TOUCHES; slot++) {
		struct touch *touch = &window->touches[slot];

		if (begins ? touch->down : !touch->down || touch->id != id)
			continue;
		*touch = (struct touch){down, id};
		window->listener->on_touch(window->data, slot, down, pixel_from_fixed(x),
					   pixel_from_fixed(y));
		return;
	}
}

static void handle_touch_down(void *data, struct wl_touch *touch, uint32_t serial, uint32_t time,
			      struct wl_surface *surface, int32_t id, wl_fixed_t x, wl_fixed_t y)
{
	(void)touch, (void)serial, (void)time, (void)surface;
	touch_changed(data, id, true, true, x, y);
}

static void handle_touch_up(void *data, struct wl_touch *touch, uint32_t serial, uint32_t time,
			    int32_t id)
{
	(void)touch, (void)serial, (void)time;
	touch_changed(data, id, false, false, 0, 0);
}

static void handle_touch_motion(void *data, struct wl_touch *touch, uint32_t time, int32_t id,
				wl_fixed_t x, wl_fixed_t y)
{
	(void)touch, (void)time;
	touch_changed(data, id, false, true, x, y);
}

static void handle_touch_frame(void *data, struct wl_touch *touch)
{
	(void)data, (void)touch;
}

static void handle_touch_cancel(void *data, struct wl_touch *touch)
{
	struct window *window = data;

	(void)touch;
	for (int slot = 0; slot < MAX_TOUCHES; slot++)
		if (window->touches[slot].down)
			touch_changed(window, window->touches[slot].id, false, false, 0, 0);
}

static const struct wl_touch_listener touch_listener = {
	.down = handle_touch_down,
	.up = handle_touch_up,
	.motion = handle_touch_motion,
	.frame = handle_touch_frame,
	.cancel = handle_touch_cancel,
};

static void handle_capabilities(void *data, struct wl_seat *seat, uint32_t capabilities)
{
	struct window *window = data;

	if (capabilities & WL_SEAT_CAPABILITY_KEYBOARD && !window->keyboard) {
		window->keyboard = wl_seat_get_keyboard(seat);
		wl_keyboard_add_listener(window->keyboard, &keyboard_listener, window);
	}
	if (capabilities & WL_SEAT_CAPABILITY_POINTER && !window->pointer) {
		window->pointer = wl_seat_get_pointer(seat);
		wl_pointer_add_listener(window->pointer, &pointer_listener, window);
	}
	if (capabilities & WL_SEAT_CAPABILITY_TOUCH && !window->touch) {
		window->touch = wl_seat_get_touch(seat);
		wl_touch_add_listener(window->touch, &touch_listener, window);
	}
}

static const struct wl_seat_listener seat_listener = {.capabilities = handle_capabilities};

/* -- The window itself */

static void handle_ping(void *data, struct xdg_wm_base *shell, uint32_t serial)
{
	(void)data;
	xdg_wm_base_pong(shell, serial);
}

static const struct xdg_wm_base_listener shell_listener = {.ping = handle_ping};

static void handle_geometry(void *data, struct wl_output *output, int32_t x, int32_t y,
			    int32_t physical_width, int32_t physical_height, int32_t subpixel,
			    const char *make, const char *model, int32_t transform)
{
	(void)data, (void)output, (void)x, (void)y, (void)physical_width, (void)physical_height;
	(void)subpixel, (void)make, (void)model, (void)transform;
}

static void handle_mode(void *data, struct wl_output *output, uint32_t flags, int32_t width,
			int32_t height, int32_t refresh)
{
	struct window *window = data;

	(void)output, (void)refresh;
	if (!(flags & WL_OUTPUT_MODE_CURRENT))
		return;
	window->output_width = width;
	window->output_height = height;
}

static const struct wl_output_listener output_listener = {
	.geometry = handle_geometry,
	.mode = handle_mode,
};

static void handle_toplevel_size(void *data, struct xdg_toplevel *toplevel, int32_t width,
				 int32_t height, struct wl_array *states)
{
	struct window *window = data;

	(void)toplevel, (void)states;
	window->wanted_width = width ? width : window->output_width;
	window->wanted_height = height ? height : window->output_height;
}

static void handle_toplevel_close(void *data, struct xdg_toplevel *toplevel)
{
	(void)data, (void)toplevel; /* nobody can ask for that in a kiosk */
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = handle_toplevel_size,
	.close = handle_toplevel_close,
};

/* Nothing shines through: the compositor may show our buffer as it is. */
static void declare_opaque(struct window *window)
{
	struct wl_region *region = wl_compositor_create_region(window->compositor);

	wl_region_add(region, 0, 0, window->width, window->height);
	wl_surface_set_opaque_region(window->surface, region);
	wl_region_destroy(region);
}

static void handle_configure(void *data, struct xdg_surface *surface, uint32_t serial)
{
	struct window *window = data;

	xdg_surface_ack_configure(surface, serial);
	if (window->wanted_width <= 0 || window->wanted_height <= 0 ||
	    (window->wanted_width == window->width && window->wanted_height == window->height))
		return;
	window->width = window->wanted_width;
	window->height = window->wanted_height;
	declare_opaque(window);
	if (!window->egl_window)
		return; /* window_open() says it */
	wl_egl_window_resize(window->egl_window, window->width, window->height, 0, 0);
	window->listener->on_size(window->data, window->width, window->height);
}

static const struct xdg_surface_listener surface_listener = {.configure = handle_configure};

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
			  const char *interface, uint32_t version)
{
	struct window *window = data;

	(void)version;
	if (!strcmp(interface, wl_compositor_interface.name)) {
		window->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 3);
	} else if (!strcmp(interface, xdg_wm_base_interface.name)) {
		window->shell = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
		xdg_wm_base_add_listener(window->shell, &shell_listener, window);
	} else if (!strcmp(interface, wl_output_interface.name) && !window->output) {
		window->output = wl_registry_bind(registry, name, &wl_output_interface, 1);
		wl_output_add_listener(window->output, &output_listener, window);
	} else if (!strcmp(interface, wl_seat_interface.name) && !window->seat) {
		/* Version 1 says of pointer and touch what is heeded here, and no more. */
		window->seat = wl_registry_bind(registry, name, &wl_seat_interface, 1);
		wl_seat_add_listener(window->seat, &seat_listener, window);
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
	(void)data, (void)registry, (void)name;
}

static const struct wl_registry_listener registry_listener = {
	.global = handle_global,
	.global_remove = handle_global_remove,
};

static int open_surface(struct window *window)
{
	window->display = wl_display_connect(NULL);
	if (!window->display)
		return -ECONNREFUSED;
	window->registry = wl_display_get_registry(window->display);
	wl_registry_add_listener(window->registry, &registry_listener, window);
	/* The second time for what the globals of the first have to say. */
	if (wl_display_roundtrip(window->display) < 0 || !window->compositor || !window->shell ||
	    wl_display_roundtrip(window->display) < 0)
		return -ECONNREFUSED;
	window->surface = wl_compositor_create_surface(window->compositor);
	window->shell_surface = xdg_wm_base_get_xdg_surface(window->shell, window->surface);
	xdg_surface_add_listener(window->shell_surface, &surface_listener, window);
	window->toplevel = xdg_surface_get_toplevel(window->shell_surface);
	xdg_toplevel_add_listener(window->toplevel, &toplevel_listener, window);
	xdg_toplevel_set_title(window->toplevel, "cockpit");
	xdg_toplevel_set_fullscreen(window->toplevel, NULL);
	wl_surface_commit(window->surface);
	while (!window->width)
		if (wl_display_dispatch(window->display) < 0)
			return -errno;
	return 0;
}

static int open_context(struct window *window)
{
	static const EGLint wanted[] = {EGL_SURFACE_TYPE,
					EGL_WINDOW_BIT,
					EGL_RENDERABLE_TYPE,
					EGL_OPENGL_ES2_BIT,
					EGL_RED_SIZE,
					8,
					EGL_GREEN_SIZE,
					8,
					EGL_BLUE_SIZE,
					8,
					EGL_ALPHA_SIZE,
					0,
					EGL_DEPTH_SIZE,
					16,
					EGL_NONE};
	static const EGLint version[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};
	EGLConfig configs[64];
	EGLint n_configs = 0, chosen = 0, alpha;
	EGLContext context;

	window->egl_display = eglGetPlatformDisplay(EGL_PLATFORM_WAYLAND_KHR, window->display,
						    NULL);
	if (!eglInitialize(window->egl_display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_ES_API) ||
	    !eglChooseConfig(window->egl_display, wanted, configs, 64, &n_configs) || !n_configs)
		return -ENODEV;
	/* Those with alpha come first, and are not the screen's own format. */
	for (int i = 0; i < n_configs; i++) {
		eglGetConfigAttrib(window->egl_display, configs[i], EGL_ALPHA_SIZE, &alpha);
		if (!alpha) {
			chosen = i;
			break;
		}
	}
	context = eglCreateContext(window->egl_display, configs[chosen], EGL_NO_CONTEXT, version);
	window->egl_window = wl_egl_window_create(window->surface, window->width, window->height);
	window->egl_surface = eglCreatePlatformWindowSurface(window->egl_display, configs[chosen],
							     window->egl_window, NULL);
	if (!eglMakeCurrent(window->egl_display, window->egl_surface, window->egl_surface, context))
		return -ENODEV;
	/* Our own pace, and no more waiting than for the picture before. */
	eglSwapInterval(window->egl_display, 0);
	return 0;
}

int window_open(const struct window_listener *listener, void *data, struct window **ret_window)
{
	struct window *window = calloc(1, sizeof(*window));
	int result;

	if (!window)
		abort();
	window->listener = listener;
	window->data = data;
	result = open_surface(window);
	if (result == 0)
		result = open_context(window);
	if (result < 0)
		return result; /* and the program ends */
	*ret_window = window;
	listener->on_size(data, window->width, window->height);
	return 0;
}

/* -- Running */

int window_fd(const struct window *window)
{
	return wl_display_get_fd(window->display);
}

int window_prepare(struct window *window)
{
	while (wl_display_prepare_read(window->display) != 0)
		if (wl_display_dispatch_pending(window->display) < 0)
			return -errno;
	if (wl_display_flush(window->display) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

int window_handle(struct window *window, bool readable)
{
	if (!readable)
		wl_display_cancel_read(window->display);
	else if (wl_display_read_events(window->display) < 0)
		return -errno;
	return wl_display_dispatch_pending(window->display) < 0 ? -errno : 0;
}

int window_wait(struct window *window)
{
	return wl_display_dispatch(window->display) < 0 ? -errno : 0;
}

static void handle_shown(void *data, struct wl_callback *callback, uint32_t time)
{
	struct window *window = data;

	(void)time;
	wl_callback_destroy(callback);
	window->shown = NULL;
}

static const struct wl_callback_listener shown_listener = {.done = handle_shown};

bool window_can_show(const struct window *window)
{
	return !window->shown;
}

void window_show(struct window *window)
{
	window->shown = wl_surface_frame(window->surface);
	wl_callback_add_listener(window->shown, &shown_listener, window);
	eglSwapBuffers(window->egl_display, window->egl_surface);
}

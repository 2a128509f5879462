/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/rdp_client.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <freerdp/client.h>
#include <freerdp/client/channels.h>
#include <freerdp/client/disp.h>
#include <freerdp/client/rdpei.h>
#include <freerdp/freerdp.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/graphics.h>
#include <winpr/synch.h>

#include "common/wakeup.h"
#include "common/xalloc.h"
#include "tests/fakes/rdp_client_graphics.h"

#define EVENTS_MAX 32

struct client_context {
	rdpClientContext common; /* first: FreeRDP knows this alone */
	struct rdp_client *client;
};

struct rdp_client {
	struct rdp_client_options options;
	pthread_t thread;
	struct wakeup *wakeup;
	atomic_bool must_end;
	atomic_bool is_paused;
	atomic_bool is_connected;
	atomic_bool has_ended;

	/* Once connected: held by its thread while FreeRDP works, and by others while they use
	 * what follows. */
	pthread_mutex_t lock;
	rdpContext *context;
	RdpeiClientContext *touch;
	DispClientContext *display_control;
	bool has_display_control_caps;
	enum rdp_client_pointer pointer;
	rdpPointer shape; /* its sizes alone */
	struct rdp_client_graphics graphics;
};

static struct rdp_client *client_of(rdpContext *context)
{
	return ((struct client_context *)context)->client;
}

struct rdp_client_graphics *rdp_client_graphics_of(rdpContext *context)
{
	return &client_of(context)->graphics;
}

/* -- FreeRDP's callbacks: the client's thread ------------------------------------ */

static BOOL handle_pointer_new(rdpContext *context, rdpPointer *pointer)
{
	return TRUE;
}

static void handle_pointer_free(rdpContext *context, rdpPointer *pointer)
{
}

static BOOL handle_pointer_set(rdpContext *context, rdpPointer *pointer)
{
	client_of(context)->pointer = RDP_CLIENT_POINTER_SHAPE;
	client_of(context)->shape = *pointer;
	return TRUE;
}

static BOOL handle_pointer_set_null(rdpContext *context)
{
	client_of(context)->pointer = RDP_CLIENT_POINTER_HIDDEN;
	return TRUE;
}

static BOOL handle_pointer_set_default(rdpContext *context)
{
	client_of(context)->pointer = RDP_CLIENT_POINTER_ARROW;
	return TRUE;
}

static BOOL handle_pointer_set_position(rdpContext *context, UINT32 x, UINT32 y)
{
	return TRUE;
}

static UINT handle_display_control_caps(DispClientContext *control, UINT32 monitors, UINT32 a,
					UINT32 b)
{
	struct rdp_client *client = control->custom;

	client->has_display_control_caps = true;
	return CHANNEL_RC_OK;
}

static void handle_channel_connected(void *data, const ChannelConnectedEventArgs *event)
{
	struct rdp_client *client = client_of(data);

	if (strcmp(event->name, RDPEI_DVC_CHANNEL_NAME) == 0) {
		client->touch = event->pInterface;
	} else if (strcmp(event->name, DISP_DVC_CHANNEL_NAME) == 0) {
		client->display_control = event->pInterface;
		client->display_control->custom = client;
		client->display_control->DisplayControlCaps = handle_display_control_caps;
	} else {
		freerdp_client_OnChannelConnectedEventHandler(data, event);
	}
	if (strcmp(event->name, RDPGFX_DVC_CHANNEL_NAME) == 0)
		rdp_client_graphics_attach(&client->graphics, event->pInterface);
}

static void handle_channel_disconnected(void *data, const ChannelDisconnectedEventArgs *event)
{
	struct rdp_client *client = client_of(data);

	if (strcmp(event->name, RDPGFX_DVC_CHANNEL_NAME) == 0)
		rdp_client_graphics_detach(&client->graphics);
	if (strcmp(event->name, RDPEI_DVC_CHANNEL_NAME) == 0)
		client->touch = NULL;
	else if (strcmp(event->name, DISP_DVC_CHANNEL_NAME) == 0)
		client->display_control = NULL;
	else
		freerdp_client_OnChannelDisconnectedEventHandler(data, event);
}

/* Without the graphics' plugin the channel is refused, whatever the settings say. */
static BOOL handle_load_channels(freerdp *instance)
{
	rdpSettings *settings = instance->context->settings;
	const struct rdp_client_options *options = &client_of(instance->context)->options;

	freerdp_settings_set_bool(settings, FreeRDP_SupportGraphicsPipeline,
				  !options->is_without_graphics && !options->refuses_graphics);
	BOOL is_loaded = freerdp_client_load_channels(instance);
	freerdp_settings_set_bool(settings, FreeRDP_SupportGraphicsPipeline,
				  !options->is_without_graphics);
	return is_loaded;
}

static BOOL handle_pre_connect(freerdp *instance)
{
	rdpContext *context = instance->context;

	return PubSub_SubscribeChannelConnected(context->pubSub, handle_channel_connected) >= 0 &&
	       PubSub_SubscribeChannelDisconnected(context->pubSub, handle_channel_disconnected) >=
		       0;
}

static BOOL handle_desktop_resize(rdpContext *context)
{
	return gdi_resize(context->gdi,
			  freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopWidth),
			  freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopHeight));
}

/* FreeRDP collects what was painted in the window's invalid region. */
static BOOL handle_end_paint(rdpContext *context)
{
	struct rdp_client *client = client_of(context);
	HGDI_WND window = context->gdi->primary->hdc->hwnd;
	struct rdp_client_paint paint = {
		.x = window->invalid->x,
		.y = window->invalid->y,
		.width = window->invalid->w,
		.height = window->invalid->h,
		.received_us = client->graphics.seen.received_us,
		.pixels = (const uint32_t *)(const void *)context->gdi->primary_buffer,
		.stride_bytes = context->gdi->stride,
	};

	if (window->invalid->null)
		return TRUE;
	freerdp_get_stats(context->rdp, &paint.bytes_received, NULL, NULL, NULL);
	client->options.on_paint(client->options.data, &paint);
	window->invalid->null = TRUE;
	window->ninvalid = 0;
	return TRUE;
}

static BOOL handle_post_connect(freerdp *instance)
{
	rdpContext *context = instance->context;
	rdpPointer pointer = {
		.size = sizeof(rdpPointer),
		.New = handle_pointer_new,
		.Free = handle_pointer_free,
		.Set = handle_pointer_set,
		.SetNull = handle_pointer_set_null,
		.SetDefault = handle_pointer_set_default,
		.SetPosition = handle_pointer_set_position,
	};

	if (!gdi_init(instance, PIXEL_FORMAT_BGRX32))
		return FALSE;
	graphics_register_pointer(context->graphics, &pointer);
	context->update->DesktopResize = handle_desktop_resize;
	if (client_of(context)->options.on_paint)
		context->update->EndPaint = handle_end_paint;
	return TRUE;
}

static void handle_post_disconnect(freerdp *instance)
{
	gdi_free(instance);
}

/* -- The client's thread ------------------------------------------------------------ */

static void set_monitors(rdpSettings *settings, const struct rdp_client_options *options)
{
	if (options->monitors == 0)
		return;
	freerdp_settings_set_bool(settings, FreeRDP_UseMultimon, TRUE);
	freerdp_settings_set_bool(settings, FreeRDP_SupportMonitorLayoutPdu, TRUE);
	freerdp_settings_set_uint32(settings, FreeRDP_MonitorCount, options->monitors);
	for (unsigned i = 0; i < options->monitors; i++) {
		const struct rdp_client_monitor *from = &options->monitor[i];
		rdpMonitor monitor = {
			.x = from->x,
			.y = from->y,
			.width = (INT32)from->width,
			.height = (INT32)from->height,
			.is_primary = i == 0,
			.orig_screen = i,
		};

		freerdp_settings_set_pointer_array(settings, FreeRDP_MonitorDefArray, i, &monitor);
	}
}

static void set_up(struct rdp_client *client)
{
	const struct rdp_client_options *options = &client->options;
	rdpSettings *settings = client->context->settings;

	freerdp_settings_set_string(settings, FreeRDP_ServerHostname, "127.0.0.1");
	freerdp_settings_set_uint32(settings, FreeRDP_ServerPort, options->port);
	freerdp_settings_set_string(settings, FreeRDP_Username, options->user);
	freerdp_settings_set_string(settings, FreeRDP_Password, options->password);
	freerdp_settings_set_bool(settings, FreeRDP_IgnoreCertificate, TRUE);
	freerdp_settings_set_bool(settings, FreeRDP_NlaSecurity, FALSE);
	freerdp_settings_set_bool(settings, FreeRDP_RdpSecurity, FALSE);
	freerdp_settings_set_bool(settings, FreeRDP_SoftwareGdi, TRUE);
	freerdp_settings_set_bool(settings, FreeRDP_SynchronousDynamicChannels, TRUE);
	freerdp_settings_set_uint32(settings, FreeRDP_ColorDepth, 32);
	freerdp_settings_set_uint32(settings, FreeRDP_DesktopWidth, options->width);
	freerdp_settings_set_uint32(settings, FreeRDP_DesktopHeight, options->height);
	freerdp_settings_set_bool(settings, FreeRDP_DesktopResize, TRUE);
	freerdp_settings_set_bool(settings, FreeRDP_UnicodeInput, TRUE);
	freerdp_settings_set_bool(settings, FreeRDP_HasRelativeMouseEvent, TRUE);
	freerdp_settings_set_bool(settings, FreeRDP_SupportGraphicsPipeline,
				  !options->is_without_graphics);
	freerdp_settings_set_bool(settings, FreeRDP_GfxSuspendFrameAck,
				  options->never_acknowledges);
	freerdp_settings_set_bool(settings, FreeRDP_GfxH264, options->takes_video);
	freerdp_settings_set_bool(settings, FreeRDP_MultiTouchInput, options->has_touch);
	freerdp_settings_set_bool(settings, FreeRDP_SupportDisplayControl,
				  options->has_display_control);
	set_monitors(settings, options);
}

/* Waits for something to do; FreeRDP's events only unless it is to play dead. */
static void wait_for_events(struct rdp_client *client)
{
	struct pollfd fds[1 + EVENTS_MAX] = {
		{.fd = wakeup_fd(client->wakeup), .events = POLLIN},
	};
	HANDLE events[EVENTS_MAX];
	nfds_t count = 1;

	if (!atomic_load(&client->is_paused)) {
		DWORD handles = freerdp_get_event_handles(client->context, events, EVENTS_MAX);

		for (DWORD i = 0; i < handles; i++)
			fds[count++] = (struct pollfd){
				.fd = GetEventFileDescriptor(events[i]),
				.events = POLLIN,
			};
	}
	poll(fds, count, -1);
	wakeup_clear(client->wakeup);
}

static void *run(void *data)
{
	struct rdp_client *client = data;
	freerdp *instance = client->context->instance;
	bool is_alive;

	/* Without the lock: nobody looks before it is connected. */
	is_alive = freerdp_connect(instance);
	atomic_store(&client->is_connected, is_alive);

	while (is_alive && !atomic_load(&client->must_end)) {
		wait_for_events(client);
		if (atomic_load(&client->is_paused))
			continue;
		pthread_mutex_lock(&client->lock);
		is_alive = freerdp_check_event_handles(client->context) &&
			   !freerdp_shall_disconnect_context(client->context);
		pthread_mutex_unlock(&client->lock);
	}
	atomic_store(&client->has_ended, true);
	return NULL;
}

struct rdp_client *rdp_client_start(const struct rdp_client_options *options)
{
	struct rdp_client *client = xcalloc(1, sizeof(*client));
	RDP_CLIENT_ENTRY_POINTS entry = {
		.Size = sizeof(RDP_CLIENT_ENTRY_POINTS),
		.Version = RDP_CLIENT_INTERFACE_VERSION,
		.ContextSize = sizeof(struct client_context),
	};

	client->options = *options;
	client->graphics.is_silent = options->is_silent;
	client->graphics.is_blind = options->is_blind;
	pthread_mutex_init(&client->lock, NULL);
	client->context = freerdp_client_context_new(&entry);
	if (!client->context || wakeup_create(&client->wakeup) < 0)
		abort();
	((struct client_context *)client->context)->client = client;
	set_up(client);
	client->context->instance->LoadChannels = handle_load_channels;
	client->context->instance->PreConnect = handle_pre_connect;
	client->context->instance->PostConnect = handle_post_connect;
	client->context->instance->PostDisconnect = handle_post_disconnect;
	if (pthread_create(&client->thread, NULL, run, client) != 0)
		abort();
	return client;
}

void rdp_client_destroy(struct rdp_client *client)
{
	if (!client)
		return;
	atomic_store(&client->must_end, true);
	wakeup_signal(client->wakeup);
	freerdp_abort_connect_context(client->context);
	pthread_join(client->thread, NULL);
	if (atomic_load(&client->is_connected))
		freerdp_disconnect(client->context->instance);
	freerdp_client_context_free(client->context);
	wakeup_destroy(client->wakeup);
	pthread_mutex_destroy(&client->lock);
	free(client);
}

/* -- What is seen ---------------------------------------------------------------------- */

bool rdp_client_is_connected(struct rdp_client *client)
{
	return atomic_load(&client->is_connected);
}

bool rdp_client_has_ended(struct rdp_client *client)
{
	return atomic_load(&client->has_ended);
}

uint32_t rdp_client_error(struct rdp_client *client)
{
	return freerdp_get_last_error(client->context);
}

bool rdp_client_has_touch(struct rdp_client *client)
{
	if (!rdp_client_is_connected(client))
		return false;
	pthread_mutex_lock(&client->lock);
	bool has_touch = client->touch && client->touch->GetVersion(client->touch) > 0;
	pthread_mutex_unlock(&client->lock);
	return has_touch;
}

bool rdp_client_has_display_control(struct rdp_client *client)
{
	if (!rdp_client_is_connected(client))
		return false;
	pthread_mutex_lock(&client->lock);
	bool has_it = client->display_control && client->has_display_control_caps;
	pthread_mutex_unlock(&client->lock);
	return has_it;
}

void rdp_client_desktop_size(struct rdp_client *client, uint32_t *ret_width, uint32_t *ret_height)
{
	pthread_mutex_lock(&client->lock);
	*ret_width = (uint32_t)client->context->gdi->width;
	*ret_height = (uint32_t)client->context->gdi->height;
	pthread_mutex_unlock(&client->lock);
}

static bool row_is_equal(const uint32_t *a, const uint32_t *b, uint32_t width)
{
	for (uint32_t x = 0; x < width; x++)
		if ((a[x] ^ b[x]) & 0xffffff)
			return false;
	return true;
}

bool rdp_client_shows(struct rdp_client *client, uint32_t x, uint32_t y, uint32_t width,
		      uint32_t height, const uint32_t *pixels)
{
	if (!rdp_client_is_connected(client))
		return false;
	pthread_mutex_lock(&client->lock);
	rdpGdi *gdi = client->context->gdi;
	bool is_shown = gdi && gdi->primary_buffer && x + width <= (uint32_t)gdi->width &&
			y + height <= (uint32_t)gdi->height;

	for (uint32_t row = 0; is_shown && row < height; row++) {
		const BYTE *line = gdi->primary_buffer + (size_t)(y + row) * gdi->stride;

		is_shown = row_is_equal((const uint32_t *)(const void *)line + x,
					pixels + (size_t)row * width, width);
	}
	pthread_mutex_unlock(&client->lock);
	return is_shown;
}

static void add_difference(struct rdp_client_difference *difference, uint32_t a, uint32_t b)
{
	for (unsigned shift = 0; shift < 24; shift += 8) {
		int apart = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);
		unsigned distance = (unsigned)(apart < 0 ? -apart : apart);

		if (distance > difference->greatest)
			difference->greatest = distance;
		difference->mean += distance;
	}
}

struct rdp_client_difference rdp_client_difference(struct rdp_client *client, uint32_t x,
						   uint32_t y, uint32_t width, uint32_t height,
						   const uint32_t *pixels)
{
	struct rdp_client_difference difference = {0};

	pthread_mutex_lock(&client->lock);
	rdpGdi *gdi = client->context->gdi;
	for (uint32_t row = 0; row < height && y + row < (uint32_t)gdi->height; row++) {
		const uint32_t *shown = (const uint32_t *)(gdi->primary_buffer +
							   (size_t)(y + row) * gdi->stride);

		for (uint32_t i = 0; i < width && x + i < (uint32_t)gdi->width; i++)
			add_difference(&difference, shown[x + i], pixels[(size_t)row * width + i]);
	}
	pthread_mutex_unlock(&client->lock);
	difference.mean /= 3.0 * width * height;
	return difference;
}

struct rdp_client_video rdp_client_video(struct rdp_client *client)
{
	pthread_mutex_lock(&client->lock);
	struct rdp_client_video video = client->graphics.seen;
	freerdp_get_stats(client->context->rdp, &video.bytes, NULL, NULL, NULL);
	pthread_mutex_unlock(&client->lock);
	return video;
}

void rdp_client_look(struct rdp_client *client,
		     void (*look)(void *data, const uint32_t *pixels, size_t stride_bytes,
				  uint32_t width, uint32_t height),
		     void *data)
{
	pthread_mutex_lock(&client->lock);
	rdpGdi *gdi = client->context->gdi;
	look(data, (const uint32_t *)(const void *)gdi->primary_buffer, gdi->stride,
	     (uint32_t)gdi->width, (uint32_t)gdi->height);
	pthread_mutex_unlock(&client->lock);
}

enum rdp_client_pointer rdp_client_pointer(struct rdp_client *client, uint32_t *ret_width,
					   uint32_t *ret_height, uint32_t *ret_hot_x,
					   uint32_t *ret_hot_y)
{
	pthread_mutex_lock(&client->lock);
	enum rdp_client_pointer pointer = client->pointer;
	*ret_width = client->shape.width;
	*ret_height = client->shape.height;
	*ret_hot_x = client->shape.xPos;
	*ret_hot_y = client->shape.yPos;
	pthread_mutex_unlock(&client->lock);
	return pointer;
}

/* -- What is done ---------------------------------------------------------------------- */

void rdp_client_pause(struct rdp_client *client, bool is_paused)
{
	atomic_store(&client->is_paused, is_paused);
	wakeup_signal(client->wakeup);
}

void rdp_client_acknowledge(struct rdp_client *client, uint32_t frame)
{
	pthread_mutex_lock(&client->lock);
	rdp_client_graphics_acknowledge(&client->graphics, frame);
	pthread_mutex_unlock(&client->lock);
}

void rdp_client_advertise(struct rdp_client *client, bool takes_video)
{
	pthread_mutex_lock(&client->lock);
	rdp_client_graphics_advertise(&client->graphics, takes_video);
	pthread_mutex_unlock(&client->lock);
}

void rdp_client_minimise(struct rdp_client *client, bool is_minimised)
{
	pthread_mutex_lock(&client->lock);
	gdi_send_suppress_output(client->context->gdi, is_minimised);
	pthread_mutex_unlock(&client->lock);
}

void rdp_client_refresh(struct rdp_client *client)
{
	pthread_mutex_lock(&client->lock);
	RECTANGLE_16 all = {
		.right = (UINT16)(client->context->gdi->width - 1),
		.bottom = (UINT16)(client->context->gdi->height - 1),
	};

	client->context->update->RefreshRect(client->context, 1, &all);
	pthread_mutex_unlock(&client->lock);
}

#define WITH_INPUT(client, call) \
	do { \
		pthread_mutex_lock(&(client)->lock); \
		rdpInput *input = (client)->context->input; \
		call; \
		pthread_mutex_unlock(&(client)->lock); \
	} while (0)

void rdp_client_key(struct rdp_client *client, uint16_t flags, uint8_t code)
{
	WITH_INPUT(client, freerdp_input_send_keyboard_event(input, flags, code));
}

void rdp_client_pause_key(struct rdp_client *client)
{
	WITH_INPUT(client, freerdp_input_send_keyboard_pause_event(input));
}

void rdp_client_unicode(struct rdp_client *client, uint16_t flags, uint16_t code)
{
	WITH_INPUT(client, freerdp_input_send_unicode_keyboard_event(input, flags, code));
}

void rdp_client_synchronize(struct rdp_client *client, uint32_t locks)
{
	WITH_INPUT(client, freerdp_input_send_synchronize_event(input, locks));
}

void rdp_client_mouse(struct rdp_client *client, uint16_t flags, uint16_t x, uint16_t y)
{
	WITH_INPUT(client, freerdp_input_send_mouse_event(input, flags, x, y));
}

void rdp_client_extended_mouse(struct rdp_client *client, uint16_t flags, uint16_t x, uint16_t y)
{
	WITH_INPUT(client, freerdp_input_send_extended_mouse_event(input, flags, x, y));
}

void rdp_client_relative_mouse(struct rdp_client *client, uint16_t flags, int16_t dx, int16_t dy)
{
	WITH_INPUT(client, freerdp_input_send_rel_mouse_event(input, flags, dx, dy));
}

bool rdp_client_touch(struct rdp_client *client, enum rdp_client_touch kind, int32_t contact,
		      int32_t x, int32_t y)
{
	UINT error = ERROR_INTERNAL_ERROR;
	INT32 number;

	pthread_mutex_lock(&client->lock);
	RdpeiClientContext *touch = client->touch;
	if (touch && kind == RDP_CLIENT_TOUCH_DOWN)
		error = touch->TouchBegin(touch, contact, x, y, &number);
	else if (touch && kind == RDP_CLIENT_TOUCH_MOVE)
		error = touch->TouchUpdate(touch, contact, x, y, &number);
	else if (touch && kind == RDP_CLIENT_TOUCH_UP)
		error = touch->TouchEnd(touch, contact, x, y, &number);
	else if (touch)
		error = touch->TouchCancel(touch, contact, x, y, &number);
	pthread_mutex_unlock(&client->lock);
	return error == CHANNEL_RC_OK;
}

void rdp_client_resize(struct rdp_client *client, uint32_t width, uint32_t height)
{
	DISPLAY_CONTROL_MONITOR_LAYOUT layout = {
		.Flags = DISPLAY_CONTROL_MONITOR_PRIMARY,
		.Width = width,
		.Height = height,
		.Orientation = ORIENTATION_LANDSCAPE,
		.DesktopScaleFactor = 100,
		.DeviceScaleFactor = 100,
	};

	pthread_mutex_lock(&client->lock);
	if (client->display_control)
		client->display_control->SendMonitorLayout(client->display_control, 1, &layout);
	pthread_mutex_unlock(&client->lock);
}

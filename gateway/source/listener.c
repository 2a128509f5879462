/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/listener.h"

#include <systemd/sd-bus.h>

#include "common/display1.h"
#include "common/fd_pass.h"
#include "common/xalloc.h"

struct listener {
	const struct listener_events *events;
	void *data;
	sd_bus *bus;
	bool is_ready;
};

/* -- Answers ----------------------------------------------------------------- */

/* Any call shows that the peer has greeted us, whether or not it asked for Interfaces. */
static void note_ready(struct listener *listener)
{
	if (listener->is_ready)
		return;
	listener->is_ready = true;
	listener->events->on_ready(listener->data, listener);
}

static int reply(sd_bus_message *message)
{
	/* QEMU expects none for most calls. */
	if (sd_bus_message_get_expect_reply(message) > 0)
		sd_bus_reply_method_return(message, NULL);
	return 1;
}

static int reply_refusal(sd_bus_message *message, const char *name, const char *refusal)
{
	if (sd_bus_message_get_expect_reply(message) > 0)
		sd_bus_reply_method_errorf(message, name, "refused: %s", refusal);
	return 1;
}

static int answer(struct listener *listener, sd_bus_message *message, int r, const char *refusal)
{
	if (r >= 0)
		return reply(message);
	reply_refusal(message, DISPLAY1_ERROR_INVALID, refusal);
	listener->events->on_refused(listener->data, refusal);
	return 1;
}

/* -- Calls ------------------------------------------------------------------- */

static int handle_scanout_map(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;
	char refusal[REFUSAL_MAX];
	struct surface_shape shape;
	uint32_t offset;
	int fd, r;

	r = sd_bus_message_read(message, "huuuuu", &fd, &offset, &shape.width, &shape.height,
				&shape.stride_bytes, &shape.format);
	if (r < 0)
		return r;
	note_ready(listener);
	r = listener->events->on_scanout_map(listener->data, listener, fd, offset, &shape, refusal);
	return answer(listener, message, r, refusal);
}

static int handle_update_map(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;
	char refusal[REFUSAL_MAX];
	struct surface_rect rect;
	int r;

	r = sd_bus_message_read(message, "iiii", &rect.x, &rect.y, &rect.width, &rect.height);
	if (r < 0)
		return r;
	r = listener->events->on_update_map(listener->data, listener, &rect, refusal);
	return answer(listener, message, r, refusal);
}

static int handle_scanout(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;
	char refusal[REFUSAL_MAX];
	struct surface_shape shape;
	const void *bytes;
	size_t size;
	int r;

	r = sd_bus_message_read(message, "uuuu", &shape.width, &shape.height, &shape.stride_bytes,
				&shape.format);
	if (r >= 0)
		r = sd_bus_message_read_array(message, 'y', &bytes, &size);
	if (r < 0)
		return r;
	note_ready(listener);
	r = listener->events->on_scanout(listener->data, listener, &shape, bytes, size, refusal);
	return answer(listener, message, r, refusal);
}

static int handle_update(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;
	char refusal[REFUSAL_MAX];
	struct surface_shape shape;
	struct surface_rect rect;
	const void *bytes;
	size_t size;
	int r;

	r = sd_bus_message_read(message, "iiiiuu", &rect.x, &rect.y, &rect.width, &rect.height,
				&shape.stride_bytes, &shape.format);
	if (r >= 0)
		r = sd_bus_message_read_array(message, 'y', &bytes, &size);
	if (r < 0)
		return r;
	/* Negative ones become too large ones, and are refused as such. */
	shape.width = (uint32_t)rect.width;
	shape.height = (uint32_t)rect.height;
	r = listener->events->on_update(listener->data, listener, &rect, &shape, bytes, size,
					refusal);
	return answer(listener, message, r, refusal);
}

static int handle_scanout_dmabuf(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;
	char refusal[REFUSAL_MAX];

	note_ready(listener);
	listener->events->on_scanout_dmabuf(listener->data, listener, refusal);
	return reply_refusal(message, DISPLAY1_ERROR_UNSUPPORTED, refusal);
}

static int handle_update_dmabuf(sd_bus_message *message, void *data, sd_bus_error *error)
{
	/* QEMU's renderer stands still until this is answered. */
	return reply(message);
}

static int handle_disable(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;

	note_ready(listener);
	listener->events->on_disable(listener->data, listener);
	return reply(message);
}

static int handle_mouse_set(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;
	int32_t x, y, is_visible;
	int r = sd_bus_message_read(message, "iii", &x, &y, &is_visible);

	if (r < 0)
		return r;
	listener->events->on_cursor_move(listener->data, x, y, is_visible != 0);
	return reply(message);
}

static int handle_cursor_define(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;
	char refusal[REFUSAL_MAX];
	int32_t width, height, hot_x, hot_y;
	const void *pixels;
	size_t size;
	int r = sd_bus_message_read(message, "iiii", &width, &height, &hot_x, &hot_y);

	if (r >= 0)
		r = sd_bus_message_read_array(message, 'y', &pixels, &size);
	if (r < 0)
		return r;
	r = listener->events->on_cursor(listener->data, width, height, hot_x, hot_y, pixels, size,
					refusal);
	if (r < 0)
		return reply_refusal(message, DISPLAY1_ERROR_INVALID, refusal);
	return reply(message);
}

/* Without Unix.Map in this list, QEMU sends copies only. */
static int property_interfaces(sd_bus *bus, const char *path, const char *interface,
			       const char *name, sd_bus_message *message, void *data,
			       sd_bus_error *error)
{
	note_ready(data);
	return sd_bus_message_append(message, "as", 1, DISPLAY1_LISTENER_MAP);
}

#define METHOD(name, signature, handler) \
	SD_BUS_METHOD(name, signature, "", handler, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable listener_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Scanout", "uuuuay", handle_scanout),
	METHOD("Update", "iiiiuuay", handle_update),
	METHOD("ScanoutDMABUF", "huuuutb", handle_scanout_dmabuf),
	METHOD("UpdateDMABUF", "iiii", handle_update_dmabuf),
	METHOD("Disable", "", handle_disable),
	METHOD("MouseSet", "iii", handle_mouse_set),
	METHOD("CursorDefine", "iiiiay", handle_cursor_define),
	SD_BUS_PROPERTY("Interfaces", "as", property_interfaces, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable map_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("ScanoutMap", "huuuuu", handle_scanout_map),
	METHOD("UpdateMap", "iiii", handle_update_map),
	SD_BUS_VTABLE_END,
};

static int handle_disconnected(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct listener *listener = data;

	listener->events->on_closed(listener->data, listener);
	return 0;
}

/* -- Life -------------------------------------------------------------------- */

int listener_create(struct loop *loop, const struct listener_events *events, void *data,
		    struct listener **ret_listener, int *ret_peer_fd)
{
	CLEANUP(listener_destroyp) struct listener *listener = xcalloc(1, sizeof(*listener));
	CLEANUP(close_fdp) int ours = -1;
	CLEANUP(close_fdp) int theirs = -1;
	int fds[2];
	int r;

	listener->events = events;
	listener->data = data;
	r = fd_pass_pair(fds);
	if (r < 0)
		return r;
	ours = fds[0];
	theirs = fds[1];

	r = display1_bus_open(loop, take_fd(&ours), &listener->bus);
	if (r < 0)
		return r;
	r = display1_watch_end(listener->bus, handle_disconnected, listener);
	if (r < 0)
		return r;
	r = sd_bus_add_object_vtable(listener->bus, NULL, DISPLAY1_LISTENER_PATH, DISPLAY1_LISTENER,
				     listener_vtable, listener);
	if (r < 0)
		return r;
	r = sd_bus_add_object_vtable(listener->bus, NULL, DISPLAY1_LISTENER_PATH,
				     DISPLAY1_LISTENER_MAP, map_vtable, listener);
	if (r < 0)
		return r;

	*ret_listener = TAKE(listener);
	*ret_peer_fd = take_fd(&theirs);
	return 0;
}

void listener_destroy(struct listener *listener)
{
	if (!listener)
		return;
	display1_bus_close(listener->bus);
	free(listener);
}

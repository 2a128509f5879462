/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_viewer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/display1.h"
#include "common/fd_pass.h"
#include "common/xalloc.h"
#include "tests/support/test.h"

#define HELD_MAX  512
#define MUTES_MAX 32
#define TEXT_MAX  512

struct fake_viewer {
	struct loop *loop;
	struct fake_viewer_options options;
	char console[DISPLAY1_PATH_MAX];
	struct fake_viewer_seen seen;
	sd_bus *main;
	sd_bus *listener;
	int mutes[MUTES_MAX];
	unsigned mutes_count;

	const unsigned char *map;
	size_t map_size;
	uint32_t offset;
	uint32_t stride;
	uint32_t *picture;

	bool holds_answers;
	sd_bus_message *held[HELD_MAX];
	unsigned held_count;

	bool is_answered;
	char text[TEXT_MAX];
};

/* -- The picture --------------------------------------------------------------- */

static void drop_picture(struct fake_viewer *viewer)
{
	if (viewer->map)
		munmap((void *)viewer->map, viewer->map_size);
	viewer->map = NULL;
	free(viewer->picture);
	viewer->picture = NULL;
	viewer->seen.width = viewer->seen.height = 0;
}

static void new_picture(struct fake_viewer *viewer, uint32_t width, uint32_t height)
{
	drop_picture(viewer);
	viewer->picture = xcalloc((size_t)width * height, 4);
	viewer->seen.width = width;
	viewer->seen.height = height;
}

/* `from`: the first pixel of the part. */
static void take_part(struct fake_viewer *viewer, int32_t x, int32_t y, int32_t width,
		      int32_t height, const unsigned char *from, uint32_t stride)
{
	struct fake_viewer_seen *seen = &viewer->seen;

	EXPECT(x >= 0 && y >= 0 && width > 0 && height > 0);
	EXPECT((uint32_t)(x + width) <= seen->width && (uint32_t)(y + height) <= seen->height);
	for (int32_t row = 0; row < height; row++)
		memcpy(viewer->picture + (size_t)(y + row) * seen->width + x,
		       from + (size_t)row * stride, (size_t)width * 4);
	seen->update_x = x;
	seen->update_y = y;
	seen->update_width = width;
	seen->update_height = height;
}

uint32_t fake_viewer_pixel(const struct fake_viewer *viewer, uint32_t x, uint32_t y)
{
	if (x >= viewer->seen.width || y >= viewer->seen.height)
		return UINT32_MAX;
	return viewer->picture[(size_t)y * viewer->seen.width + x] & 0xffffff;
}

bool fake_viewer_is_all(const struct fake_viewer *viewer, uint32_t colour)
{
	size_t count = (size_t)viewer->seen.width * viewer->seen.height;

	for (size_t i = 0; i < count; i++)
		if ((viewer->picture[i] & 0xffffff) != colour)
			return false;
	return count > 0;
}

/* -- What it is told -------------------------------------------------------------- */

static int answer(struct fake_viewer *viewer, sd_bus_message *message)
{
	if (!viewer->holds_answers)
		return sd_bus_reply_method_return(message, NULL);
	EXPECT(viewer->held_count < HELD_MAX);
	viewer->held[viewer->held_count++] = sd_bus_message_ref(message);
	return 1;
}

static int handle_scanout_map(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	uint32_t offset, width, height, stride, format;
	void *writable;
	int fd;

	EXPECT(sd_bus_message_read(message, "huuuuu", &fd, &offset, &width, &height, &stride,
				   &format) > 0);
	viewer->seen.scanout_maps++;
	if (viewer->options.refuses_maps)
		return sd_bus_error_set(error, DISPLAY1_ERROR_FAILED, "no maps here");
	new_picture(viewer, width, height);
	viewer->offset = offset;
	viewer->stride = stride;
	viewer->map_size = offset + (size_t)stride * height;
	viewer->map = mmap(NULL, viewer->map_size, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT(viewer->map != MAP_FAILED);
	writable = mmap(NULL, viewer->map_size, PROT_WRITE, MAP_SHARED, fd, 0);
	if (writable != MAP_FAILED) {
		viewer->seen.is_writable = true;
		munmap(writable, viewer->map_size);
	}
	return answer(viewer, message);
}

static int handle_update_map(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	int32_t x, y, width, height;

	EXPECT(sd_bus_message_read(message, "iiii", &x, &y, &width, &height) > 0);
	viewer->seen.update_maps++;
	if (!viewer->map)
		return sd_bus_error_set(error, DISPLAY1_ERROR_FAILED, "nothing is mapped");
	take_part(viewer, x, y, width, height,
		  viewer->map + viewer->offset + (size_t)y * viewer->stride + (size_t)x * 4,
		  viewer->stride);
	return answer(viewer, message);
}

static int read_one(sd_bus_message *message, const char *types, void *ret_value)
{
	return sd_bus_message_read(message, types, 1, ret_value);
}

static int handle_scanout_dmabuf(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	struct fake_viewer_seen *seen = &viewer->seen;
	uint32_t x, y, width, height, offset, stride, planes;
	int fd, y_0_top;

	EXPECT(read_one(message, "ah", &fd) > 0);
	EXPECT(sd_bus_message_read(message, "uuuu", &x, &y, &width, &height) > 0);
	EXPECT(read_one(message, "au", &offset) > 0);
	EXPECT(read_one(message, "au", &stride) > 0);
	EXPECT(sd_bus_message_read(message, "uuuutb", &planes, &seen->fourcc, &seen->buffer_width,
				   &seen->buffer_height, &seen->modifier, &y_0_top) > 0);
	EXPECT_INT(planes, 1);
	seen->y_0_top = y_0_top;
	seen->scanout_dmabufs++;
	if (viewer->options.refuses_dmabufs)
		return sd_bus_error_set(error, DISPLAY1_ERROR_FAILED, "no dma-bufs here");
	new_picture(viewer, width, height);
	viewer->offset = offset + y * stride + x * 4;
	viewer->stride = stride;
	viewer->map_size = offset + (size_t)stride * seen->buffer_height;
	viewer->map = mmap(NULL, viewer->map_size, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT(viewer->map != MAP_FAILED);
	return answer(viewer, message);
}

static int handle_update_dmabuf(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	int32_t x, y, width, height;

	EXPECT(sd_bus_message_read(message, "iiii", &x, &y, &width, &height) > 0);
	viewer->seen.update_dmabufs++;
	if (!viewer->map)
		return sd_bus_error_set(error, DISPLAY1_ERROR_FAILED, "there is no buffer");
	take_part(viewer, x, y, width, height,
		  viewer->map + viewer->offset + (size_t)y * viewer->stride + (size_t)x * 4,
		  viewer->stride);
	return answer(viewer, message);
}

static int handle_scanout(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	uint32_t width, height, stride, format;
	const void *bytes;
	size_t size;

	EXPECT(sd_bus_message_read(message, "uuuu", &width, &height, &stride, &format) > 0);
	EXPECT(sd_bus_message_read_array(message, 'y', &bytes, &size) > 0);
	EXPECT_INT(size, (size_t)stride * height);
	viewer->seen.scanouts++;
	new_picture(viewer, width, height);
	take_part(viewer, 0, 0, (int32_t)width, (int32_t)height, bytes, stride);
	return answer(viewer, message);
}

static int handle_update(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	int32_t x, y, width, height;
	uint32_t stride, format;
	const void *bytes;
	size_t size;

	EXPECT(sd_bus_message_read(message, "iiiiuu", &x, &y, &width, &height, &stride, &format) >
	       0);
	EXPECT(sd_bus_message_read_array(message, 'y', &bytes, &size) > 0);
	EXPECT_INT(size, (size_t)stride * (size_t)height);
	viewer->seen.updates++;
	take_part(viewer, x, y, width, height, bytes, stride);
	return answer(viewer, message);
}

static int handle_disable(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;

	viewer->seen.disables++;
	drop_picture(viewer);
	return answer(viewer, message);
}

static int handle_mouse_set(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	struct fake_viewer_seen *seen = &viewer->seen;

	EXPECT(sd_bus_message_read(message, "iii", &seen->pointer_x, &seen->pointer_y,
				   &seen->pointer_is_visible) > 0);
	seen->pointers++;
	return answer(viewer, message);
}

static int handle_cursor_define(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	struct fake_viewer_seen *seen = &viewer->seen;
	const void *pixels;
	size_t size;

	EXPECT(sd_bus_message_read(message, "iiii", &seen->cursor_width, &seen->cursor_height,
				   &seen->cursor_hot_x, &seen->cursor_hot_y) > 0);
	EXPECT(sd_bus_message_read_array(message, 'y', &pixels, &size) > 0);
	EXPECT_INT(size, seen->cursor_width * seen->cursor_height * 4);
	memcpy(&seen->cursor_pixel, pixels, 4);
	seen->cursors++;
	return answer(viewer, message);
}

static int property_interfaces(sd_bus *bus, const char *path, const char *interface,
			       const char *name, sd_bus_message *reply, void *data,
			       sd_bus_error *error)
{
	const struct fake_viewer *viewer = data;
	const struct fake_viewer_options *options = &viewer->options;
	int r = sd_bus_message_open_container(reply, 'a', "s");

	if (r >= 0 && (options->maps || options->refuses_maps))
		r = sd_bus_message_append(reply, "s", DISPLAY1_LISTENER_MAP);
	if (r >= 0 && (options->takes_dmabufs || options->refuses_dmabufs))
		r = sd_bus_message_append(reply, "s", DISPLAY1_LISTENER_DMABUF2);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

#define METHOD(name, signature, handler) \
	SD_BUS_METHOD(name, signature, "", handler, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable listener_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Scanout", "uuuuay", handle_scanout),
	METHOD("Update", "iiiiuuay", handle_update),
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

static const sd_bus_vtable dmabuf_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("ScanoutDMABUF2", "ahuuuuauauuuuutb", handle_scanout_dmabuf),
	SD_BUS_VTABLE_END,
};

static int handle_listener_end(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;

	viewer->seen.has_ended = true;
	return 0;
}

static int handle_main_end(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;

	viewer->seen.has_left = true;
	return 0;
}

static int handle_change(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;

	viewer->seen.changes++;
	return 0;
}

/* -- Registering -------------------------------------------------------------------- */

static int handle_registered(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;

	viewer->seen.is_registered = !sd_bus_message_is_method_error(reply, NULL);
	return 0;
}

static void register_fd(struct fake_viewer *viewer, int fd)
{
	EXPECT(sd_bus_call_method_async(viewer->main, NULL, NULL, viewer->console, DISPLAY1_CONSOLE,
					"RegisterListener", handle_registered, viewer, "h",
					fd) >= 0);
}

void fake_viewer_register_mute(struct fake_viewer *viewer)
{
	int fds[2];

	EXPECT(viewer->mutes_count < MUTES_MAX);
	EXPECT_INT(fd_pass_pair(fds), 0);
	viewer->mutes[viewer->mutes_count++] = fds[0];
	register_fd(viewer, fds[1]);
	close_fd(fds[1]);
}

static void register_listener(struct fake_viewer *viewer)
{
	int fds[2];

	EXPECT_INT(fd_pass_pair(fds), 0);
	EXPECT_INT(display1_bus_open(viewer->loop, fds[0], &viewer->listener), 0);
	EXPECT(sd_bus_add_object_vtable(viewer->listener, NULL, DISPLAY1_LISTENER_PATH,
					DISPLAY1_LISTENER, listener_vtable, viewer) >= 0);
	EXPECT(sd_bus_add_object_vtable(viewer->listener, NULL, DISPLAY1_LISTENER_PATH,
					DISPLAY1_LISTENER_MAP, map_vtable, viewer) >= 0);
	EXPECT(sd_bus_add_object_vtable(viewer->listener, NULL, DISPLAY1_LISTENER_PATH,
					DISPLAY1_LISTENER_DMABUF2, dmabuf_vtable, viewer) >= 0);
	EXPECT_INT(display1_watch_end(viewer->listener, handle_listener_end, viewer), 0);
	register_fd(viewer, fds[1]);
	close_fd(fds[1]);
}

/* Descriptors can be sent once the handshake has said that they can. */
static int handle_greeted(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;

	viewer->seen.is_greeted = true;
	if (viewer->options.is_mute)
		fake_viewer_register_mute(viewer);
	else if (!viewer->options.has_no_listener)
		register_listener(viewer);
	return 0;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	EXPECT(fd >= 0 && strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	EXPECT_INT(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

struct fake_viewer *fake_viewer_create(struct loop *loop, const struct fake_viewer_options *options)
{
	struct fake_viewer *viewer = xcalloc(1, sizeof(*viewer));

	viewer->loop = loop;
	viewer->options = *options;
	display1_console_path(options->output, viewer->console);
	EXPECT_INT(display1_bus_open(loop, connect_to(options->path), &viewer->main), 0);
	EXPECT_INT(display1_watch_end(viewer->main, handle_main_end, viewer), 0);
	EXPECT(sd_bus_match_signal(viewer->main, NULL, NULL, NULL,
				   "org.freedesktop.DBus.Properties", "PropertiesChanged",
				   handle_change, viewer) >= 0);
	EXPECT(sd_bus_call_method_async(viewer->main, NULL, NULL, viewer->console,
					"org.freedesktop.DBus.Peer", "Ping", handle_greeted, viewer,
					NULL) >= 0);
	return viewer;
}

/* -- Slowness, and leaving ------------------------------------------------------------- */

void fake_viewer_hold_answers(struct fake_viewer *viewer)
{
	viewer->holds_answers = true;
}

void fake_viewer_give_answers(struct fake_viewer *viewer)
{
	viewer->holds_answers = false;
	for (unsigned i = 0; i < viewer->held_count; i++) {
		sd_bus_reply_method_return(viewer->held[i], NULL);
		sd_bus_message_unref(viewer->held[i]);
	}
	viewer->held_count = 0;
}

void fake_viewer_fall_asleep(struct fake_viewer *viewer)
{
	sd_bus_detach_event(viewer->main);
	if (viewer->listener)
		sd_bus_detach_event(viewer->listener);
}

void fake_viewer_close_mutes(struct fake_viewer *viewer)
{
	for (unsigned i = 0; i < viewer->mutes_count; i++)
		close_fd(viewer->mutes[i]);
	viewer->mutes_count = 0;
}

void fake_viewer_close_listener(struct fake_viewer *viewer)
{
	fake_viewer_give_answers(viewer);
	display1_bus_close(viewer->listener);
	viewer->listener = NULL;
}

void fake_viewer_close_main(struct fake_viewer *viewer)
{
	display1_bus_close(viewer->main);
	viewer->main = NULL;
}

void fake_viewer_destroy(struct fake_viewer *viewer)
{
	if (!viewer)
		return;
	fake_viewer_close_listener(viewer);
	fake_viewer_close_main(viewer);
	fake_viewer_close_mutes(viewer);
	drop_picture(viewer);
	free(viewer);
}

const struct fake_viewer_seen *fake_viewer_seen(const struct fake_viewer *viewer)
{
	return &viewer->seen;
}

/* -- Calls -------------------------------------------------------------------------------- */

static bool is_answered(void *data)
{
	struct fake_viewer *viewer = data;

	return viewer->is_answered || viewer->seen.has_left;
}

static void await_answer(struct fake_viewer *viewer)
{
	EXPECT(test_wait(viewer->loop, is_answered, viewer));
}

static int handle_answer(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;

	viewer->is_answered = true;
	if (sd_bus_message_is_method_error(reply, NULL))
		snprintf(viewer->text, TEXT_MAX, "%s", sd_bus_message_get_error(reply)->name);
	return 0;
}

const char *fake_viewer_call(struct fake_viewer *viewer, const char *interface, const char *member,
			     const char *types, ...)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	va_list arguments;

	viewer->is_answered = false;
	viewer->text[0] = '\0';
	EXPECT(sd_bus_message_new_method_call(viewer->main, &call, NULL, viewer->console, interface,
					      member) >= 0);
	va_start(arguments, types);
	EXPECT(sd_bus_message_appendv(call, types, arguments) >= 0);
	va_end(arguments);
	EXPECT(sd_bus_call_async(viewer->main, NULL, call, handle_answer, viewer, 0) >= 0);
	await_answer(viewer);
	return viewer->text;
}

static void read_basic(sd_bus_message *reply, char type, char text[TEXT_MAX])
{
	union {
		const char *string;
		uint32_t number;
		int32_t signed_number;
		int truth;
	} value;

	EXPECT(sd_bus_message_read_basic(reply, type, &value) > 0);
	if (type == 's')
		snprintf(text, TEXT_MAX, "%s", value.string);
	else
		snprintf(text, TEXT_MAX, "%" PRIu32, value.number);
}

static int handle_value(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct fake_viewer *viewer = data;
	char part[TEXT_MAX];
	const char *contents;
	char type;

	if (sd_bus_message_is_method_error(reply, NULL))
		return handle_answer(reply, data, error);
	viewer->is_answered = true;
	EXPECT(sd_bus_message_peek_type(reply, NULL, &contents) > 0);
	EXPECT(sd_bus_message_enter_container(reply, 'v', contents) > 0);
	if (contents[0] != 'a') {
		read_basic(reply, contents[0], viewer->text);
		return 0;
	}
	type = contents[1];
	EXPECT(sd_bus_message_enter_container(reply, 'a', contents + 1) > 0);
	while (sd_bus_message_at_end(reply, false) == 0) {
		size_t length = strlen(viewer->text);

		read_basic(reply, type, part);
		snprintf(viewer->text + length, TEXT_MAX - length, "%s%s", length ? "," : "", part);
	}
	return 0;
}

const char *fake_viewer_property(struct fake_viewer *viewer, const char *path,
				 const char *interface, const char *name)
{
	viewer->is_answered = false;
	viewer->text[0] = '\0';
	EXPECT(sd_bus_call_method_async(viewer->main, NULL, NULL, path,
					"org.freedesktop.DBus.Properties", "Get", handle_value,
					viewer, "ss", interface, name) >= 0);
	await_answer(viewer);
	return viewer->text;
}

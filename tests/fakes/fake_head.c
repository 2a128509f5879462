/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/xalloc.h"

#define LISTENER_PATH	   "/org/qemu/Display1/Listener"
#define LISTENER_INTERFACE "org.qemu.Display1.Listener"
#define MAP_INTERFACE	   "org.qemu.Display1.Listener.Unix.Map"

/* -- Surfaces -------------------------------------------------------------- */

static void surface_open(struct fake_surface *surface, const char *name, uint32_t width,
			 uint32_t height)
{
	static uint64_t numbers;

	surface->width = width;
	surface->height = height;
	surface->size = (size_t)width * height * 4;
	surface->number = ++numbers;
	surface->fd = memfd_create(name, MFD_CLOEXEC);
	if (surface->fd < 0 || ftruncate(surface->fd, (off_t)surface->size) < 0)
		abort();
	surface->pixels = mmap(NULL, surface->size, PROT_READ | PROT_WRITE, MAP_SHARED, surface->fd,
			       0);
	if (surface->pixels == MAP_FAILED)
		abort();
}

static void surface_close(struct fake_surface *surface)
{
	if (surface->pixels)
		munmap(surface->pixels, surface->size);
	surface->pixels = NULL;
	surface->fd = close_fd(surface->fd);
}

void fake_head_init(struct fake_head *head, struct fake_display1 *fake, unsigned index,
		    uint32_t width, uint32_t height)
{
	*head = (struct fake_head){.fake = fake, .index = index};
	surface_open(&head->surface, "virtio-gpu res", width, height);
}

void fake_head_finish(struct fake_head *head)
{
	fake_head_close_listeners(head);
	surface_close(&head->surface);
}

void fake_head_resize(struct fake_head *head, uint32_t width, uint32_t height)
{
	surface_close(&head->surface);
	surface_open(&head->surface, "virtio-gpu res", width, height);
}

/* The same picture that QEMU shows, since that is how clients recognise it. */
static const uint8_t placeholder_text[][16] = {
#include "tests/fakes/placeholder_text.inc"
};
#define PLACEHOLDER_LENGTH (sizeof(placeholder_text) / sizeof(placeholder_text[0]))
#define PLACEHOLDER_GREY   0xffaaaaaa

void fake_head_draw_placeholder(struct fake_head *head)
{
	uint32_t width = head->surface.width;
	uint32_t height = head->surface.height;
	uint32_t column, row;

	surface_close(&head->surface);
	surface_open(&head->surface, "displaysurface", width, height);
	if (width / 8 < PLACEHOLDER_LENGTH || height < 16)
		return;
	column = (width / 8 - PLACEHOLDER_LENGTH) / 2;
	row = (height / 16 - 1) / 2;
	for (uint32_t i = 0; i < PLACEHOLDER_LENGTH; i++)
		for (uint32_t y = 0; y < 16; y++)
			for (uint32_t x = 0; x < 8; x++)
				if (placeholder_text[i][y] & (0x80 >> x))
					head->surface.pixels[(row * 16 + y) * width +
							     (column + i) * 8 + x] =
						PLACEHOLDER_GREY;
}

/* -- Calls on listeners ---------------------------------------------------- */

static int handle_reply(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;

	head->unanswered--;
	if (sd_bus_message_is_method_error(reply, NULL))
		head->errors++;
	else
		head->replies++;
	return 0;
}

static sd_bus_message *new_call(struct fake_listener *listener, const char *interface,
				const char *member)
{
	sd_bus_message *message;

	if (sd_bus_message_new_method_call(listener->bus, &message, NULL, LISTENER_PATH, interface,
					   member) < 0)
		abort();
	return message;
}

/* Sends and drops the message. */
static void send_call(struct fake_listener *listener, sd_bus_message *message)
{
	/* Floating: the answer may come after the listener was dropped. */
	if (sd_bus_call_async(listener->bus, NULL, message, handle_reply, listener->head, 0) >= 0)
		listener->head->unanswered++;
	sd_bus_message_unref(message);
}

static void send_scanout_map(struct fake_listener *listener, int fd, const struct fake_scanout *s)
{
	sd_bus_message *message = new_call(listener, MAP_INTERFACE, "ScanoutMap");

	sd_bus_message_append(message, "huuuuu", fd, s->offset, s->width, s->height, s->stride,
			      s->format);
	send_call(listener, message);
}

static void send_update_map(struct fake_listener *listener, int32_t x, int32_t y, int32_t width,
			    int32_t height)
{
	sd_bus_message *message = new_call(listener, MAP_INTERFACE, "UpdateMap");

	sd_bus_message_append(message, "iiii", x, y, width, height);
	send_call(listener, message);
}

static void send_scanout(struct fake_listener *listener, const struct fake_scanout *s,
			 const void *bytes, size_t size)
{
	sd_bus_message *message = new_call(listener, LISTENER_INTERFACE, "Scanout");

	sd_bus_message_append(message, "uuuu", s->width, s->height, s->stride, s->format);
	sd_bus_message_append_array(message, 'y', bytes, size);
	send_call(listener, message);
}

static void send_update(struct fake_listener *listener, int32_t x, int32_t y, int32_t width,
			int32_t height, uint32_t stride, uint32_t format, const void *bytes,
			size_t size)
{
	sd_bus_message *message = new_call(listener, LISTENER_INTERFACE, "Update");

	sd_bus_message_append(message, "iiiiuu", x, y, width, height, stride, format);
	sd_bus_message_append_array(message, 'y', bytes, size);
	send_call(listener, message);
}

/* Copies of a part: rows as wide as the part, one after the other. */
static void send_part(struct fake_listener *listener, const struct fake_surface *surface, int32_t x,
		      int32_t y, int32_t width, int32_t height)
{
	CLEANUP(freep) uint32_t *bytes = xcalloc((size_t)width * (size_t)height, 4);

	for (int32_t row = 0; row < height; row++)
		memcpy(bytes + (size_t)row * (size_t)width,
		       surface->pixels + (size_t)(y + row) * surface->width + x, (size_t)width * 4);
	send_update(listener, x, y, width, height, (uint32_t)width * 4, FAKE_FORMAT, bytes,
		    (size_t)width * (size_t)height * 4);
}

static void show_to(struct fake_listener *listener, int32_t x, int32_t y, int32_t width,
		    int32_t height)
{
	const struct fake_surface *surface = &listener->head->surface;
	struct fake_scanout scanout = {
		.width = surface->width,
		.height = surface->height,
		.stride = surface->width * 4,
		.format = FAKE_FORMAT,
	};
	bool is_new = listener->surface != surface->number;

	listener->surface = surface->number;
	if (listener->can_map && !listener->head->are_copies) {
		if (is_new)
			send_scanout_map(listener, surface->fd, &scanout);
		send_update_map(listener, x, y, width, height);
	} else if (is_new ||
		   ((uint32_t)width == surface->width && (uint32_t)height == surface->height)) {
		send_scanout(listener, &scanout, surface->pixels, surface->size);
	} else {
		send_part(listener, surface, x, y, width, height);
	}
}

#define FOR_EACH_LISTENER(head, listener) \
	for (unsigned i_ = 0; i_ < FAKE_LISTENERS_MAX; i_++) \
		for (struct fake_listener *listener = (head)->listeners[i_]; \
		     listener && listener->is_ready; listener = NULL)

void fake_head_show(struct fake_head *head, int32_t x, int32_t y, int32_t width, int32_t height)
{
	FOR_EACH_LISTENER(head, listener)
	show_to(listener, x, y, width, height);
}

void fake_head_present(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
		       int32_t width, int32_t height)
{
	fake_head_show(fake_head_of(fake, head), x, y, width, height);
}

void fake_head_present_all(struct fake_display1 *fake, unsigned head)
{
	struct fake_head *it = fake_head_of(fake, head);

	fake_head_show(it, 0, 0, (int32_t)it->surface.width, (int32_t)it->surface.height);
}

struct fake_size fake_head_size(struct fake_display1 *fake, unsigned head)
{
	const struct fake_surface *surface = &fake_head_of(fake, head)->surface;

	return (struct fake_size){surface->width, surface->height};
}

uint32_t *fake_head_pixels(struct fake_display1 *fake, unsigned head)
{
	return fake_head_of(fake, head)->surface.pixels;
}

void fake_head_new_surface(struct fake_display1 *fake, unsigned head, uint32_t width,
			   uint32_t height)
{
	fake_head_resize(fake_head_of(fake, head), width, height);
}

void fake_head_switch_off(struct fake_display1 *fake, unsigned head)
{
	fake_head_draw_placeholder(fake_head_of(fake, head));
	fake_head_present_all(fake, head);
}

void fake_head_fall_back(struct fake_display1 *fake, unsigned head)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	listener->can_map = false;
}

void fake_head_set_copies(struct fake_display1 *fake, unsigned head, bool are_copies)
{
	fake_head_of(fake, head)->are_copies = are_copies;
}

void fake_head_truncate(struct fake_display1 *fake, unsigned head, size_t size)
{
	if (ftruncate(fake_head_of(fake, head)->surface.fd, (off_t)size) < 0)
		abort();
}

void fake_head_define_cursor(struct fake_display1 *fake, unsigned head, int32_t width,
			     int32_t height, int32_t hot_x, int32_t hot_y, const void *pixels,
			     size_t size)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	{
		sd_bus_message *message = new_call(listener, LISTENER_INTERFACE, "CursorDefine");

		sd_bus_message_append(message, "iiii", width, height, hot_x, hot_y);
		sd_bus_message_append_array(message, 'y', pixels, size);
		send_call(listener, message);
	}
}

void fake_head_move_cursor(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
			   bool is_visible)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	{
		sd_bus_message *message = new_call(listener, LISTENER_INTERFACE, "MouseSet");

		sd_bus_message_append(message, "iii", x, y, is_visible);
		send_call(listener, message);
	}
}

void fake_head_disable(struct fake_display1 *fake, unsigned head)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	send_call(listener, new_call(listener, LISTENER_INTERFACE, "Disable"));
}

void fake_head_send_scanout_map(struct fake_display1 *fake, unsigned head, int fd,
				const struct fake_scanout *scanout)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	send_scanout_map(listener, fd, scanout);
}

void fake_head_send_update_map(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
			       int32_t width, int32_t height)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	send_update_map(listener, x, y, width, height);
}

void fake_head_send_scanout(struct fake_display1 *fake, unsigned head,
			    const struct fake_scanout *scanout, const void *bytes, size_t size)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	send_scanout(listener, scanout, bytes, size);
}

void fake_head_send_update(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
			   int32_t width, int32_t height, uint32_t stride, uint32_t format,
			   const void *bytes, size_t size)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	send_update(listener, x, y, width, height, stride, format, bytes, size);
}

void fake_head_send_scanout_dmabuf(struct fake_display1 *fake, unsigned head, int fd,
				   const struct fake_scanout *s)
{
	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	{
		sd_bus_message *message = new_call(listener, LISTENER_INTERFACE, "ScanoutDMABUF");

		sd_bus_message_append(message, "huuuutb", fd, s->width, s->height, s->stride,
				      s->format, UINT64_C(0), 1);
		send_call(listener, message);
	}
}

unsigned fake_head_listeners(struct fake_display1 *fake, unsigned head)
{
	unsigned count = 0;

	FOR_EACH_LISTENER(fake_head_of(fake, head), listener)
	count++;
	return count;
}

unsigned fake_head_replies(struct fake_display1 *fake, unsigned head)
{
	return fake_head_of(fake, head)->replies;
}

unsigned fake_head_errors(struct fake_display1 *fake, unsigned head)
{
	return fake_head_of(fake, head)->errors;
}

unsigned fake_head_unanswered(struct fake_display1 *fake, unsigned head)
{
	return fake_head_of(fake, head)->unanswered;
}

/* -- Listeners come and go -------------------------------------------------- */

static void listener_destroy(struct fake_listener *listener)
{
	struct fake_head *head = listener->head;

	for (unsigned i = 0; i < FAKE_LISTENERS_MAX; i++)
		if (head->listeners[i] == listener)
			head->listeners[i] = NULL;
	sd_bus_detach_event(listener->bus);
	sd_bus_close_unref(listener->bus);
	free(listener);
}

void fake_head_close_listeners(struct fake_head *head)
{
	for (unsigned i = 0; i < FAKE_LISTENERS_MAX; i++)
		if (head->listeners[i])
			listener_destroy(head->listeners[i]);
	head->unanswered = 0;
}

static int handle_disconnected(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_listener *listener = data;

	fake_say(listener->head->fake, "listener %u closed", listener->head->index);
	listener_destroy(listener);
	return 0;
}

static bool names_map(sd_bus_message *reply)
{
	CLEANUP(freep) char **names = NULL;
	bool has_map = false;

	if (sd_bus_message_enter_container(reply, 'v', "as") < 0 ||
	    sd_bus_message_read_strv(reply, &names) < 0)
		return false;
	for (char **name = names; name && *name; name++) {
		has_map = has_map || strcmp(*name, MAP_INTERFACE) == 0;
		free(*name);
	}
	return has_map;
}

static int handle_interfaces(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct fake_listener *listener = data;
	struct fake_head *head = listener->head;

	listener->is_ready = true;
	listener->can_map = !sd_bus_message_is_method_error(reply, NULL) && names_map(reply);
	fake_say(head->fake, "listener %u", head->index);
	show_to(listener, 0, 0, (int32_t)head->surface.width, (int32_t)head->surface.height);
	return 0;
}

int fake_head_add_listener(struct fake_head *head, sd_event *event, int fd)
{
	struct fake_listener **place = NULL;
	struct fake_listener *listener;
	int r;

	for (unsigned i = 0; i < FAKE_LISTENERS_MAX && !place; i++)
		if (!head->listeners[i])
			place = &head->listeners[i];
	if (!place) {
		close_fd(fd);
		return -EBUSY;
	}
	for (unsigned i = 0; i < FAKE_LISTENERS_MAX; i++)
		if (head->listeners[i] && !head->listeners[i]->is_ready)
			fake_say(head->fake, "overlap"); /* QEMU would hang here */

	listener = xcalloc(1, sizeof(*listener));
	listener->head = head;
	r = fake_bus_open(event, fd, &listener->bus);
	if (r < 0) {
		free(listener);
		return r;
	}
	*place = listener;
	sd_bus_match_signal(listener->bus, NULL, NULL, "/org/freedesktop/DBus/Local",
			    "org.freedesktop.DBus.Local", "Disconnected", handle_disconnected,
			    listener);
	return sd_bus_call_method_async(listener->bus, NULL, NULL, LISTENER_PATH,
					"org.freedesktop.DBus.Properties", "Get", handle_interfaces,
					listener, "ss", LISTENER_INTERFACE, "Interfaces");
}

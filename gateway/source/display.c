/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/display.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"

#define NAME_MAX_BYTES 128

/* What QEMU says for a VM that was given none. */
#define NO_UUID "00000000-0000-0000-0000-000000000000"

/* A console that was asked what it is. */
struct candidate {
	struct display *display;
	uint32_t id;
	bool is_graphic;
	char label[NAME_MAX_BYTES];
};

struct display {
	const struct display_events *events;
	void *data;
	sd_bus *bus;
	char name[NAME_MAX_BYTES];
	char uuid[NAME_MAX_BYTES];
	struct candidate candidates[DISPLAY_CONSOLES_MAX];
	unsigned candidates_count;
	unsigned unanswered;
	uint32_t ids[DISPLAY_CONSOLES_MAX];
	unsigned ids_count;
};

static int compare_ids(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

static void finish(struct display *display)
{
	for (unsigned i = 0; i < display->candidates_count; i++)
		if (display->candidates[i].is_graphic)
			display->ids[display->ids_count++] = display->candidates[i].id;
	qsort(display->ids, display->ids_count, sizeof(display->ids[0]), compare_ids);
	display->events->on_ready(display->data);
}

static int read_string(sd_bus_message *message, const char *contents, char ret_text[NAME_MAX_BYTES])
{
	const char *text;
	int r;

	if (strcmp(contents, "s") != 0)
		return 0;
	r = sd_bus_message_read(message, "s", &text);
	if (r > 0)
		snprintf(ret_text, NAME_MAX_BYTES, "%s", text);
	return r;
}

static int read_console_value(void *data, const char *name, const char *contents,
			      sd_bus_message *message)
{
	struct candidate *candidate = data;
	const char *type;
	int r;

	if (strcmp(name, "Label") == 0)
		return read_string(message, contents, candidate->label);
	if (strcmp(name, "Type") != 0 || strcmp(contents, "s") != 0)
		return 0;
	r = sd_bus_message_read(message, "s", &type);
	/* The others are QEMU's own text consoles: monitors and serial ports. */
	if (r > 0)
		candidate->is_graphic = strcmp(type, "Graphic") == 0;
	return r;
}

static int handle_console(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct candidate *candidate = data;
	struct display *display = candidate->display;

	if (!sd_bus_message_is_method_error(reply, NULL))
		display1_each_property(reply, read_console_value, candidate);
	if (--display->unanswered == 0)
		finish(display);
	return 0;
}

static int ask_consoles(struct display *display)
{
	char path[DISPLAY1_PATH_MAX];
	int r;

	display->unanswered = display->candidates_count;
	if (display->unanswered == 0)
		finish(display);
	for (unsigned i = 0; i < display->candidates_count; i++) {
		display1_console_path(display->candidates[i].id, path);
		r = display1_fetch_properties(display->bus, path, DISPLAY1_CONSOLE, handle_console,
					      &display->candidates[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_vm_value(void *data, const char *name, const char *contents,
			 sd_bus_message *message)
{
	struct display *display = data;
	const uint32_t *ids;
	size_t size, count;
	int r;

	if (strcmp(name, "Name") == 0)
		return read_string(message, contents, display->name);
	if (strcmp(name, "UUID") == 0) {
		r = read_string(message, contents, display->uuid);
		if (strcmp(display->uuid, NO_UUID) == 0)
			display->uuid[0] = '\0';
		return r;
	}
	if (strcmp(name, "ConsoleIDs") != 0 || strcmp(contents, "au") != 0)
		return 0;

	r = sd_bus_message_read_array(message, 'u', (const void **)&ids, &size);
	if (r <= 0)
		return r;
	count = size / sizeof(ids[0]);
	if (count > DISPLAY_CONSOLES_MAX) {
		log_warning("the display source has %zu consoles: looking at the first %u", count,
			    DISPLAY_CONSOLES_MAX);
		count = DISPLAY_CONSOLES_MAX;
	}
	for (size_t i = 0; i < count; i++)
		display->candidates[i] = (struct candidate){.display = display, .id = ids[i]};
	display->candidates_count = (unsigned)count;
	return 1;
}

static int handle_vm(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct display *display = data;
	int r = 0;

	if (!sd_bus_message_is_method_error(reply, NULL))
		r = display1_each_property(reply, read_vm_value, display);
	else if (sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NO_REPLY))
		return 0; /* disconnected: that is told elsewhere */
	else
		r = -EPROTO;
	if (r >= 0)
		r = ask_consoles(display);
	if (r < 0)
		display->events->on_lost(display->data, "does not speak org.qemu.Display1");
	return 0;
}

static int handle_disconnected(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct display *display = data;

	display->events->on_lost(display->data, "closed the connection");
	return 0;
}

int display_open(struct loop *loop, int fd, const struct display_events *events, void *data,
		 struct display **ret_display)
{
	CLEANUP(display_closep) struct display *display = xcalloc(1, sizeof(*display));
	int r;

	display->events = events;
	display->data = data;
	r = display1_bus_open(loop, fd, &display->bus);
	if (r < 0)
		return r;
	r = display1_watch_end(display->bus, handle_disconnected, display);
	if (r < 0)
		return r;
	r = display1_fetch_properties(display->bus, DISPLAY1_VM_PATH, DISPLAY1_VM, handle_vm,
				      display);
	if (r < 0)
		return r;
	*ret_display = TAKE(display);
	return 0;
}

void display_close(struct display *display)
{
	if (!display)
		return;
	display1_bus_close(display->bus);
	free(display);
}

sd_bus *display_bus(struct display *display)
{
	return display->bus;
}

const char *display_guest_name(const struct display *display)
{
	return display->name;
}

const char *display_guest_uuid(const struct display *display)
{
	return display->uuid;
}

unsigned display_consoles(const struct display *display, const uint32_t **ret_ids)
{
	*ret_ids = display->ids;
	return display->ids_count;
}

const char *display_console_label(const struct display *display, uint32_t id)
{
	for (unsigned i = 0; i < display->candidates_count; i++)
		if (display->candidates[i].id == id)
			return display->candidates[i].label;
	return "";
}

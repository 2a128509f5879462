/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_watcher.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void note(struct fake_watcher *watcher, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct fake_watcher *watcher, const char *format, ...)
{
	size_t length = strlen(watcher->text);
	va_list arguments;

	if (length > 0 && length + 1 < sizeof(watcher->text)) {
		watcher->text[length++] = ' ';
		watcher->text[length] = '\0';
	}
	va_start(arguments, format);
	vsnprintf(watcher->text + length, sizeof(watcher->text) - length, format, arguments);
	va_end(arguments);
}

static void note_mode(void *data, unsigned output, const struct display_mode *mode)
{
	note(data, "mode%u:%ux%u", output, mode->width, mode->height);
}

static void note_surface(void *data, unsigned output, const struct display_surface *surface)
{
	struct fake_watcher *watcher = data;

	watcher->surfaces[output] = *surface;
	note(watcher, "surface%u:%ux%u", output, surface->width, surface->height);
}

static void note_update(void *data, unsigned output, const struct display_rect *rect)
{
	note(data, "update%u:%ux%u+%u+%u", output, rect->width, rect->height, rect->x, rect->y);
}

static void note_disable(void *data, unsigned output)
{
	note(data, "off%u", output);
}

static void note_cursor(void *data, unsigned output, const struct display_cursor *cursor)
{
	struct fake_watcher *watcher = data;

	watcher->cursor = *cursor;
	note(watcher, "cursor%u", output);
}

static void note_pointer(void *data, unsigned output, const struct display_pointer *pointer)
{
	if (pointer->is_visible)
		note(data, "pointer%u:%d,%d", output, pointer->x, pointer->y);
	else
		note(data, "pointer%u:hidden", output);
}

const struct display_watcher_ops fake_watcher_ops = {
	.on_mode = note_mode,
	.on_surface = note_surface,
	.on_update = note_update,
	.on_disable = note_disable,
	.on_cursor = note_cursor,
	.on_pointer = note_pointer,
};

void fake_watcher_forget(struct fake_watcher *watcher)
{
	watcher->text[0] = '\0';
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/display.h"

#include <assert.h>
#include <errno.h>

#include "common/xalloc.h"

struct output {
	struct display_mode mode;
	struct display_surface surface; /* of width 0: off */
	struct display_cursor *cursor;	/* NULL: none was defined */
	struct display_pointer pointer;
};

struct display_watcher {
	struct display *display;
	const struct display_watcher_ops *ops;
	void *data;
	bool needs_pixels[DISPLAY_OUTPUTS_MAX];
	struct display_watcher *next;
};

struct display {
	unsigned outputs_count;
	struct output outputs[DISPLAY_OUTPUTS_MAX];
	struct display_watcher *watchers;
	int (*on_request)(void *data, unsigned output, const struct display_mode *mode);
	void *request_data;
	void (*on_need)(void *data, unsigned output);
	void *need_data;
};

#define TELL(display, event, ...) \
	do { \
		for (struct display_watcher *watcher_ = (display)->watchers; watcher_; \
		     watcher_ = watcher_->next) \
			watcher_->ops->event(watcher_->data, __VA_ARGS__); \
	} while (0)

static struct output *output_of(struct display *display, unsigned index)
{
	assert(index < display->outputs_count);
	return &display->outputs[index];
}

static bool is_on(const struct output *output)
{
	return output->surface.width > 0;
}

struct display *display_create(unsigned outputs)
{
	struct display *display = xcalloc(1, sizeof(*display));

	assert(outputs > 0 && outputs <= DISPLAY_OUTPUTS_MAX);
	display->outputs_count = outputs;
	return display;
}

void display_destroy(struct display *display)
{
	if (!display)
		return;
	assert(!display->watchers);
	for (unsigned i = 0; i < display->outputs_count; i++)
		free(display->outputs[i].cursor);
	free(display);
}

unsigned display_outputs(const struct display *display)
{
	return display->outputs_count;
}

/* -- For watchers ------------------------------------------------------------ */

struct display_watcher *display_watch(struct display *display,
				      const struct display_watcher_ops *ops, void *data)
{
	struct display_watcher *watcher = xcalloc(1, sizeof(*watcher));

	watcher->display = display;
	watcher->ops = ops;
	watcher->data = data;
	watcher->next = display->watchers;
	display->watchers = watcher;

	for (unsigned i = 0; i < display->outputs_count; i++) {
		struct output *output = &display->outputs[i];

		display_set_need(watcher, i, true);
		ops->on_mode(data, i, &output->mode);
		if (is_on(output))
			ops->on_surface(data, i, &output->surface);
		if (!output->cursor)
			continue;
		ops->on_cursor(data, i, output->cursor);
		ops->on_pointer(data, i, &output->pointer);
	}
	return watcher;
}

void display_unwatch(struct display_watcher *watcher)
{
	struct display_watcher **link;

	if (!watcher)
		return;
	for (link = &watcher->display->watchers; *link != watcher; link = &(*link)->next)
		;
	*link = watcher->next;
	free(watcher);
}

void display_set_need(struct display_watcher *watcher, unsigned output, bool needs_pixels)
{
	struct display *display = watcher->display;
	bool was_needed = display_is_needed(display, output);

	watcher->needs_pixels[output] = needs_pixels;
	if (!was_needed && needs_pixels && display->on_need && is_on(output_of(display, output)))
		display->on_need(display->need_data, output);
}

struct display_mode display_mode(const struct display *display, unsigned output)
{
	assert(output < display->outputs_count);
	return display->outputs[output].mode;
}

const struct display_surface *display_surface(const struct display *display, unsigned output)
{
	assert(output < display->outputs_count);
	return is_on(&display->outputs[output]) ? &display->outputs[output].surface : NULL;
}

const struct display_cursor *display_cursor(const struct display *display, unsigned output)
{
	assert(output < display->outputs_count);
	return display->outputs[output].cursor;
}

struct display_pointer display_pointer(const struct display *display, unsigned output)
{
	assert(output < display->outputs_count);
	return display->outputs[output].pointer;
}

int display_request_mode(struct display *display, unsigned output, const struct display_mode *mode)
{
	if (output >= display->outputs_count)
		return -EINVAL;
	if (!display->on_request)
		return -EOPNOTSUPP;
	return display->on_request(display->request_data, output, mode);
}

/* -- For the device ---------------------------------------------------------- */

void display_on_request(struct display *display,
			int (*on_request)(void *data, unsigned output,
					  const struct display_mode *mode),
			void *data)
{
	display->on_request = on_request;
	display->request_data = data;
}

bool display_is_needed(const struct display *display, unsigned output)
{
	assert(output < display->outputs_count);
	for (const struct display_watcher *watcher = display->watchers; watcher;
	     watcher = watcher->next)
		if (watcher->needs_pixels[output])
			return true;
	return false;
}

void display_on_need(struct display *display, void (*on_need)(void *data, unsigned output),
		     void *data)
{
	display->on_need = on_need;
	display->need_data = data;
}

void display_set_mode(struct display *display, unsigned index, const struct display_mode *mode)
{
	struct output *output = output_of(display, index);

	output->mode = *mode;
	TELL(display, on_mode, index, &output->mode);
}

void display_show(struct display *display, unsigned index, const struct display_surface *surface)
{
	struct output *output = output_of(display, index);

	assert(surface->width > 0 && surface->height > 0);
	output->surface = *surface;
	TELL(display, on_surface, index, &output->surface);
}

void display_update(struct display *display, unsigned index, const struct display_rect *rect)
{
	struct output *output = output_of(display, index);

	assert(is_on(output) && rect->width > 0 && rect->height > 0);
	assert((uint64_t)rect->x + rect->width <= output->surface.width);
	assert((uint64_t)rect->y + rect->height <= output->surface.height);
	TELL(display, on_update, index, rect);
}

void display_disable(struct display *display, unsigned index)
{
	struct output *output = output_of(display, index);

	if (!is_on(output))
		return;
	output->surface = (struct display_surface){.fd = -1};
	TELL(display, on_disable, index);
}

void display_set_cursor(struct display *display, unsigned index,
			const struct display_cursor *cursor)
{
	struct output *output = output_of(display, index);

	if (!output->cursor)
		output->cursor = xcalloc(1, sizeof(*cursor));
	*output->cursor = *cursor;
	TELL(display, on_cursor, index, output->cursor);
}

void display_move_pointer(struct display *display, unsigned index,
			  const struct display_pointer *pointer)
{
	struct output *output = output_of(display, index);

	output->pointer = *pointer;
	TELL(display, on_pointer, index, &output->pointer);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/panel/panel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/panel/panel_connection.h"
#include "gpu-bridge/panel/panel_message.h"

/* More rectangles than this become the one around them. */
#define RECTS_MAX 16

/* A row of the widest surface goes into any batch. */
static_assert(sizeof(struct panel_scanout) + sizeof(struct panel_update) + PANEL_SIDE_MAX * 4 <=
		      PANEL_BATCH_BYTES_MIN,
	      "a row fits");

/* What QEMU has not been told of an output. */
struct panel_output {
	bool state_waits; /* whether it is on, and its size */
	uint32_t width;	  /* as QEMU knows it, unless that waits; 0x0: off */
	uint32_t height;
	bool has_warned; /* of what cannot be shown */
	bool cursor_waits;
	bool pointer_waits;
	pixman_region32_t damage; /* of the surface; empty while there is none to be shown */

	/* Where the next band begins. A guest that draws faster than QEMU reads would otherwise
	 * have its upper part shown, and the lower one never. */
	int next_row;
};

struct panel {
	struct loop *loop;
	struct display *display;
	struct panel_connection *connection; /* NULL: nobody to show anything to */
	struct display_watcher *watcher;     /* NULL before QEMU is ready */
	unsigned next_output;		     /* whose turn it is */
	struct panel_output outputs[DISPLAY_OUTPUTS_MAX];
};

/* Where a message of that type is to be written, or NULL when there is no room. */
#define APPEND(panel, request, type) ((type *)append((panel), (request), sizeof(type), 0))

static void *append(struct panel *panel, enum panel_request request, size_t size, size_t more)
{
	struct panel_header *header;

	if (size + more > panel_connection_room(panel->connection))
		return NULL;
	header = panel_connection_append(panel->connection, size + more);
	*header = (struct panel_header){
		.request = request,
		.size = (uint32_t)(size + more - sizeof(*header)),
	};
	return header;
}

/* -- Surfaces ---------------------------------------------------------------- */

static bool can_show(const struct display_surface *surface)
{
	return surface->width <= PANEL_SIDE_MAX && surface->height <= PANEL_SIDE_MAX &&
	       (uint64_t)surface->width * surface->height * 4 <= PANEL_BYTES_MAX;
}

/* What QEMU is to show of an output; NULL: nothing. */
static const struct display_surface *surface_of(const struct panel *panel, unsigned index)
{
	const struct display_surface *surface = display_surface(panel->display, index);

	return surface && can_show(surface) ? surface : NULL;
}

static bool tell_scanout(struct panel *panel, unsigned index, uint32_t width, uint32_t height)
{
	struct panel_output *output = &panel->outputs[index];
	struct panel_scanout *message = APPEND(panel, PANEL_SCANOUT, struct panel_scanout);

	if (!message)
		return false;
	message->output = index;
	message->width = width;
	message->height = height;
	output->state_waits = false;
	output->width = width;
	output->height = height;
	return true;
}

/* The pixels of a rectangle, as QEMU takes them. */
static void copy_pixels(uint32_t *to, const struct display_surface *surface,
			const struct display_rect *rect)
{
	pixman_image_t *source, *target;

	source = pixman_image_create_bits_no_clear(
		surface->format, (int)surface->width, (int)surface->height,
		(uint32_t *)surface->pixels, (int)surface->stride_bytes);
	target = pixman_image_create_bits_no_clear(PIXMAN_x8r8g8b8, (int)rect->width,
						   (int)rect->height, to, (int)rect->width * 4);
	/* Only out of memory: the sizes are sound. */
	if (!source || !target)
		abort();
	pixman_image_composite32(PIXMAN_OP_SRC, source, NULL, target, (int)rect->x, (int)rect->y, 0,
				 0, 0, 0, (int)rect->width, (int)rect->height);
	pixman_image_unref(source);
	pixman_image_unref(target);
}

/* The first rectangle of the damage from the next row on, or of all of it. */
static pixman_box32_t next_box(struct panel_output *output)
{
	pixman_region32_t below;
	pixman_box32_t *boxes;
	pixman_box32_t box;
	int count;

	pixman_region32_init(&below);
	pixman_region32_intersect_rect(&below, &output->damage, 0, output->next_row, PANEL_SIDE_MAX,
				       PANEL_SIDE_MAX);
	boxes = pixman_region32_rectangles(
		pixman_region32_not_empty(&below) ? &below : &output->damage, &count);
	box = boxes[0];
	pixman_region32_fini(&below);
	return box;
}

static void forget_damage(struct panel_output *output, const struct display_rect *rect)
{
	pixman_region32_t sent;

	pixman_region32_init_rect(&sent, (int)rect->x, (int)rect->y, rect->width, rect->height);
	pixman_region32_subtract(&output->damage, &output->damage, &sent);
	pixman_region32_fini(&sent);
	output->next_row = (int)(rect->y + rect->height);
}

/* What such an update of one row needs, and no less is begun. */
static size_t row_size(uint32_t width)
{
	return sizeof(struct panel_update) + (size_t)width * 4;
}

/* As many rows as there is room for. */
static bool tell_band(struct panel *panel, unsigned index, const struct display_surface *surface)
{
	struct panel_output *output = &panel->outputs[index];
	pixman_box32_t box = next_box(output);
	struct display_rect band = {
		.x = (uint32_t)box.x1,
		.y = (uint32_t)box.y1,
		.width = (uint32_t)(box.x2 - box.x1),
		.height = (uint32_t)(box.y2 - box.y1),
	};
	size_t room = panel_connection_room(panel->connection);
	struct panel_update *message;
	size_t rows;

	if (room < row_size(band.width))
		return false;
	rows = (room - sizeof(*message)) / (band.width * 4);
	if (band.height > rows)
		band.height = (uint32_t)rows;
	message = append(panel, PANEL_UPDATE, sizeof(*message),
			 (size_t)band.width * band.height * 4);
	message->output = index;
	message->x = band.x;
	message->y = band.y;
	message->width = band.width;
	message->height = band.height;
	copy_pixels((uint32_t *)(message + 1), surface, &band);
	forget_damage(output, &band);
	return true;
}

/*
 * QEMU makes a picture of its own at each SCANOUT, and shows it at the UPDATE that
 * follows: a second SCANOUT before that loses it the memory, and an UPDATE without a
 * SCANOUT before loses it the VM. So the two go in one batch.
 */
static bool tell_surface(struct panel *panel, unsigned index)
{
	struct panel_output *output = &panel->outputs[index];
	const struct display_surface *surface = surface_of(panel, index);

	if (!surface)
		return !output->state_waits || tell_scanout(panel, index, 0, 0);
	if (output->state_waits) {
		if (panel_connection_room(panel->connection) <
		    sizeof(struct panel_scanout) + row_size(surface->width))
			return false;
		tell_scanout(panel, index, surface->width, surface->height);
	}
	while (pixman_region32_not_empty(&output->damage))
		if (!tell_band(panel, index, surface))
			return false;
	return true;
}

/* -- The pointer ------------------------------------------------------------- */

static void write_position(struct panel_cursor_pos *message, unsigned index,
			   const struct display_pointer *pointer)
{
	message->output = index;
	message->x = pointer->x;
	message->y = pointer->y;
}

/* A new picture makes the pointer visible: it waits for as long as that is hidden. */
static bool tell_pointer(struct panel *panel, unsigned index)
{
	struct panel_output *output = &panel->outputs[index];
	struct display_pointer pointer = display_pointer(panel->display, index);
	bool has_picture = output->cursor_waits && pointer.is_visible;

	if (!output->pointer_waits && !has_picture)
		return true;
	if (has_picture) {
		const struct display_cursor *cursor = display_cursor(panel->display, index);
		struct panel_cursor_update *message = APPEND(panel, PANEL_CURSOR_UPDATE,
							     struct panel_cursor_update);

		if (!message)
			return false;
		write_position(&message->position, index, &pointer);
		message->hot_x = cursor->hot_x;
		message->hot_y = cursor->hot_y;
		memcpy(message->pixels, cursor->pixels, sizeof(message->pixels));
		output->cursor_waits = false;
	} else {
		struct panel_cursor_pos *message = APPEND(
			panel, pointer.is_visible ? PANEL_CURSOR_POS : PANEL_CURSOR_POS_HIDE,
			struct panel_cursor_pos);

		if (!message)
			return false;
		write_position(message, index, &pointer);
	}
	output->pointer_waits = false;
	return true;
}

/* -- What waits -------------------------------------------------------------- */

/* Tells of each output what there is room for, and begins where there was none for more. */
static void handle_room(void *data)
{
	struct panel *panel = data;
	unsigned outputs = display_outputs(panel->display);

	for (unsigned i = 0; i < outputs; i++) {
		unsigned index = (panel->next_output + i) % outputs;

		if (!tell_pointer(panel, index) || !tell_surface(panel, index)) {
			panel->next_output = (index + 1) % outputs;
			return;
		}
	}
	panel_connection_want(panel->connection, false);
}

static void note_mode(void *data, unsigned index, const struct display_mode *mode)
{
	/* The mode is the configuration's: QEMU shows whatever size the guest does. */
}

/* What cannot be shown is told as off. */
static void refuse_surface(struct panel_output *output, unsigned index,
			   const struct display_surface *surface)
{
	if (!output->has_warned)
		log_warning("output %u: %ux%u pixels are too many for QEMU's own display", index,
			    surface->width, surface->height);
	output->has_warned = true;
	pixman_region32_clear(&output->damage);
	output->state_waits = output->state_waits || output->width > 0;
}

static void note_surface(void *data, unsigned index, const struct display_surface *surface)
{
	struct panel *panel = data;
	struct panel_output *output = &panel->outputs[index];

	if (!can_show(surface)) {
		refuse_surface(output, index, surface);
	} else {
		if (output->width != surface->width || output->height != surface->height)
			output->state_waits = true;
		pixman_region32_fini(&output->damage);
		pixman_region32_init_rect(&output->damage, 0, 0, surface->width, surface->height);
	}
	panel_connection_want(panel->connection, true);
}

static void note_update(void *data, unsigned index, const struct display_rect *rect)
{
	struct panel *panel = data;
	pixman_region32_t *damage = &panel->outputs[index].damage;

	if (!surface_of(panel, index))
		return;
	pixman_region32_union_rect(damage, damage, (int)rect->x, (int)rect->y, rect->width,
				   rect->height);
	if (pixman_region32_n_rects(damage) > RECTS_MAX)
		pixman_region32_reset(damage, pixman_region32_extents(damage));
	panel_connection_want(panel->connection, true);
}

static void note_disable(void *data, unsigned index)
{
	struct panel *panel = data;
	struct panel_output *output = &panel->outputs[index];

	pixman_region32_clear(&output->damage);
	output->state_waits = true;
	panel_connection_want(panel->connection, true);
}

static void note_cursor(void *data, unsigned index, const struct display_cursor *cursor)
{
	struct panel *panel = data;

	panel->outputs[index].cursor_waits = true;
	panel_connection_want(panel->connection, true);
}

static void note_pointer(void *data, unsigned index, const struct display_pointer *pointer)
{
	struct panel *panel = data;

	panel->outputs[index].pointer_waits = true;
	panel_connection_want(panel->connection, true);
}

static const struct display_watcher_ops watcher_ops = {
	.on_mode = note_mode,
	.on_surface = note_surface,
	.on_update = note_update,
	.on_disable = note_disable,
	.on_cursor = note_cursor,
	.on_pointer = note_pointer,
};

/* -- The socket -------------------------------------------------------------- */

static void forget_connection(struct panel *panel)
{
	display_unwatch(panel->watcher);
	panel->watcher = NULL;
	panel_connection_destroy(panel->connection);
	panel->connection = NULL;
}

/* QEMU may know of a picture from before a reset: also what is off is told. */
static void handle_ready(void *data)
{
	struct panel *panel = data;

	for (unsigned i = 0; i < display_outputs(panel->display); i++) {
		struct panel_output *output = &panel->outputs[i];

		pixman_region32_clear(&output->damage);
		output->state_waits = true;
		output->has_warned = false;
		output->cursor_waits = false;
		output->pointer_waits = true;
		output->next_row = 0;
	}
	panel_connection_want(panel->connection, true);
	panel->watcher = display_watch(panel->display, &watcher_ops, panel);
	log_info("the guest's picture goes to QEMU's own display too");
}

/* The socket stays open, for QEMU would take its end for an error, again and again. */
static void handle_end(void *data, const char *reason)
{
	if (reason)
		log_warning("the guest's picture goes to QEMU's own display no longer: %s", reason);
	forget_connection(data);
}

static const struct panel_connection_events connection_events = {
	.on_ready = handle_ready,
	.on_room = handle_room,
	.on_end = handle_end,
};

void panel_set_socket(struct panel *panel, int fd)
{
	int r;

	forget_connection(panel);
	if (fd < 0)
		return;
	r = panel_connection_create(panel->loop, fd, &connection_events, panel, &panel->connection);
	if (r < 0)
		log_warning("the guest's picture cannot go to QEMU's own display: %s",
			    strerror(-r));
}

/* -- Life -------------------------------------------------------------------- */

struct panel *panel_create(struct loop *loop, struct display *display)
{
	struct panel *panel = xcalloc(1, sizeof(*panel));

	panel->loop = loop;
	panel->display = display;
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		pixman_region32_init(&panel->outputs[i].damage);
	return panel;
}

void panel_destroy(struct panel *panel)
{
	if (!panel)
		return;
	forget_connection(panel);
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		pixman_region32_fini(&panel->outputs[i].damage);
	free(panel);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/bus_stage.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "common/xalloc.h"
#include "tests/support/temporary.h"

/* -- Surfaces ---------------------------------------------------------------------- */

static void surface_close(struct bus_stage_surface *surface)
{
	if (!surface->pixels)
		return;
	munmap(surface->pixels, surface->size);
	close_fd(surface->shown.fd);
	surface->pixels = NULL;
}

static void surface_open(struct bus_stage_surface *surface, uint32_t width, uint32_t height)
{
	int fd = memfd_create("stage", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	/* With a gap after each row, and one page in front. */
	surface->shown = (struct display_surface){
		.fd = fd,
		.offset = 4096,
		.width = width,
		.height = height,
		.stride_bytes = width * 4 + 64,
		.format = PIXMAN_x8r8g8b8,
	};
	surface->size = 4096 + (size_t)surface->shown.stride_bytes * height;
	EXPECT(fd >= 0 && ftruncate(fd, (off_t)surface->size) == 0);
	surface->pixels = mmap(NULL, surface->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT(surface->pixels != MAP_FAILED);
	EXPECT_INT(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE), 0);
	surface->shown.pixels = (const char *)surface->pixels + 4096;
}

static void surface_make_dmabuf(struct bus_stage_surface *surface)
{
	const struct display_surface *shown = &surface->shown;

	/* The picture is a part of it. */
	surface->dmabuf = (struct display_dmabuf){
		.fd = shown->fd,
		.width = shown->width + 16,
		.height = shown->height,
		.x = 16,
		.offset = 4096 - 64,
		.stride_bytes = shown->stride_bytes,
		.fourcc = DMABUF_FOURCC,
		.modifier = DMABUF_MODIFIER,
		.y_0_top = true,
	};
	surface->shown.dmabuf = &surface->dmabuf;
}

static void surface_fill(struct bus_stage_surface *surface, struct display_rect rect,
			 uint32_t colour)
{
	for (uint32_t y = rect.y; y < rect.y + rect.height; y++) {
		uint32_t *row = (uint32_t *)((char *)surface->pixels + 4096 +
					     (size_t)y * surface->shown.stride_bytes);

		for (uint32_t x = rect.x; x < rect.x + rect.width; x++)
			row[x] = colour;
	}
}

void bus_stage_show(struct bus_stage *stage, unsigned output, uint32_t width, uint32_t height,
		    uint32_t colour)
{
	struct bus_stage_surface before = stage->surfaces[output];

	surface_open(&stage->surfaces[output], width, height);
	if (stage->makes_dmabufs)
		surface_make_dmabuf(&stage->surfaces[output]);
	surface_fill(&stage->surfaces[output], (struct display_rect){0, 0, width, height}, colour);
	display_show(stage->display, output, &stage->surfaces[output].shown);
	surface_close(&before);
}

void bus_stage_draw(struct bus_stage *stage, unsigned output, struct display_rect rect,
		    uint32_t colour)
{
	surface_fill(&stage->surfaces[output], rect, colour);
	display_update(stage->display, output, &rect);
}

void bus_stage_disable(struct bus_stage *stage, unsigned output)
{
	display_disable(stage->display, output);
	surface_close(&stage->surfaces[output]);
}

/* A guest that does as it is told. */
static int handle_request(void *data, unsigned output, const struct display_mode *mode)
{
	struct bus_stage *stage = data;

	if (stage->refuses_modes)
		return stage->refuses_modes;
	display_set_mode(stage->display, output, mode);
	bus_stage_show(stage, output, mode->width, mode->height, BLUE);
	return 0;
}

/* -- Input ---------------------------------------------------------------------------- */

static void note(struct bus_stage *stage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct bus_stage *stage, const char *format, ...)
{
	size_t room = sizeof(stage->lines) - stage->lines_length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(stage->lines + stage->lines_length, room, format, arguments);
	va_end(arguments);
	EXPECT(length >= 0 && (size_t)length < room);
	stage->lines_length += (size_t)length;
}

static void handle_key(void *data, unsigned output, uint8_t qnum, bool is_down)
{
	note(data, "key %u %u %d\n", output, qnum, is_down);
}

static void handle_button(void *data, unsigned output, enum display_button button, bool is_down)
{
	note(data, "button %u %u %d\n", output, button, is_down);
}

static void handle_position(void *data, unsigned output, uint32_t x, uint32_t y)
{
	note(data, "position %u %u %u\n", output, x, y);
}

static void handle_motion(void *data, unsigned output, int32_t dx, int32_t dy)
{
	note(data, "motion %u %d %d\n", output, dx, dy);
}

static void handle_touch(void *data, unsigned output, enum display_touch kind, unsigned slot,
			 uint32_t x, uint32_t y)
{
	note(data, "touch %u %u %u %u %u\n", output, kind, slot, x, y);
}

static const struct display_bus_input_ops input_ops = {
	.on_key = handle_key,
	.on_button = handle_button,
	.on_position = handle_position,
	.on_motion = handle_motion,
	.on_touch = handle_touch,
};

void bus_stage_expect_input(struct bus_stage *stage, const char *lines)
{
	EXPECT_STRING(stage->lines, lines);
	stage->lines_length = 0;
	stage->lines[0] = '\0';
}

/* -- Life -------------------------------------------------------------------------------- */

void bus_stage_start(struct bus_stage *stage)
{
	EXPECT_INT(display_bus_create(stage->loop, stage->display, &stage->options, &stage->bus),
		   0);
}

void bus_stage_stop(struct bus_stage *stage)
{
	display_bus_destroy(stage->bus);
	stage->bus = NULL;
}

void bus_stage_set_patience(struct bus_stage *stage, uint64_t patience_us)
{
	bus_stage_stop(stage);
	stage->options.patience_us = patience_us;
	bus_stage_start(stage);
}

static struct bus_stage *create(unsigned outputs, const struct display_bus_input_ops *input)
{
	struct bus_stage *stage = xcalloc(1, sizeof(*stage));

	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->folder = temporary_create();
	stage->path = xasprintf("%s/display.sock", stage->folder);
	stage->display = display_create(outputs);
	display_on_request(stage->display, handle_request, stage);
	stage->options = (struct display_bus_options){
		.path = stage->path,
		.name = "stage",
		.patience_us = DISPLAY_BUS_PATIENCE_US,
		.input = input,
		.input_data = stage,
	};
	bus_stage_start(stage);
	return stage;
}

struct bus_stage *bus_stage_create(unsigned outputs)
{
	return create(outputs, &input_ops);
}

struct bus_stage *bus_stage_create_without_input(void)
{
	return create(1, NULL);
}

struct bus_stage *bus_stage_create_red(void)
{
	struct bus_stage *stage = bus_stage_create(1);

	bus_stage_show(stage, 0, WIDTH, HEIGHT, RED);
	return stage;
}

void bus_stage_destroy(struct bus_stage *stage)
{
	if (!stage)
		return;
	bus_stage_stop(stage);
	display_destroy(stage->display);
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		surface_close(&stage->surfaces[i]);
	loop_destroy(stage->loop);
	temporary_destroy(stage->folder);
	free(stage->path);
	free(stage);
}

struct fake_viewer *bus_stage_viewer(struct bus_stage *stage, struct fake_viewer_options options)
{
	struct fake_viewer *viewer;

	options.path = stage->path;
	viewer = fake_viewer_create(stage->loop, &options);
	if (!options.has_no_listener && !options.is_mute &&
	    display_surface(stage->display, options.output))
		WAIT_UNTIL(stage, fake_viewer_seen(viewer)->update_width > 0);
	return viewer;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "face.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <stdio.h>

#include "path.h"
#include "text.h"

/* Pixels, so that a finger hides as much of a small screen as of a large one. */
#define PRESS_RADIUS 46

static const uint32_t touch_colours[FACE_MAX_TOUCHES] = {
	0x3da9fc, 0xff8a3d, 0x5ee08a, 0xe05ec9, 0xf5d547,
	0x7c6cf2, 0xff5d6c, 0x45d6d0, 0xb8d645, 0xf2a6c0,
};

struct face *face_create(const struct face_ops *ops, struct world *world)
{
	struct face *face = ops->create();

	face->ops = ops;
	face->world = world;
	face->hover = -1;
	return face;
}

void face_destroy(struct face *face)
{
	if (!face)
		return;
	canvas_finish(&face->background);
	face->ops->destroy(face);
}

bool face_is_on(const struct face *face)
{
	return face->background.pixels != NULL;
}

void face_set_size(struct face *face, int width, int height)
{
	canvas_finish(&face->background);
	face->damage.n_rects = 0;
	face->n_wrong_pixels = 0;
	face->hover = -1;
	face->pointer_x = width / 2;
	face->pointer_y = height / 2;
	face->pointer.down = false;
	for (int i = 0; i < FACE_MAX_TOUCHES; i++)
		face->touches[i].down = false;
	if (!width || !height)
		return;
	canvas_init(&face->background, width, height, face->ops->width, face->ops->height);
	face->ops->paint(face, &face->background);
	damage_add(&face->damage, face->background.clip);
}

static void invalidate_pixels(struct face *face, struct rect rect)
{
	struct rect whole = {0, 0, face->background.width, face->background.height};

	damage_add(&face->damage, rect_intersection(rect, whole));
}

void face_invalidate(struct face *face, float x, float y, float width, float height)
{
	invalidate_pixels(face, canvas_rect(&face->background, x, y, width, height));
}

bool face_is_dirty(const struct face *face)
{
	return face->damage.n_rects > 0;
}

static struct rect press_rect(int x, int y)
{
	int reach = PRESS_RADIUS + 2;

	return (struct rect){x - reach, y - reach, x + reach, y + reach};
}

static void draw_press(struct canvas *canvas, const struct face_press *press, uint32_t colour,
		       const char *label)
{
	struct canvas pixels = *canvas;

	if (!press->down ||
	    rect_is_empty(rect_intersection(press_rect(press->x, press->y), canvas->clip)))
		return;
	pixels.scale = 1;
	pixels.offset_x = pixels.offset_y = 0;
	fill_circle(
		&pixels, press->x + 0.5f, press->y + 0.5f, PRESS_RADIUS,
		glow(0x90000000 | colour, 0x18000000 | colour, press->x, press->y, PRESS_RADIUS));
	fill_ring(&pixels, press->x + 0.5f, press->y + 0.5f, PRESS_RADIUS - 4, PRESS_RADIUS,
		  solid(0xff000000 | colour));
	text_draw(&pixels, FONT_BOLD, 26, press->x, press->y + 9, ALIGN_CENTRE, 0xffffffff, label);
}

static uint32_t pointer_colour(int code)
{
	return code == BTN_LEFT ? 0x3da9fc : code == BTN_RIGHT ? 0xff8a3d : 0x5ee08a;
}

static void draw_overlays(struct face *face, struct canvas *canvas)
{
	static const char *const digits[FACE_MAX_TOUCHES] = {"0", "1", "2", "3", "4",
							     "5", "6", "7", "8", "9"};

	draw_press(canvas, &face->pointer, pointer_colour(face->pointer_code), "");
	for (int i = 0; i < FACE_MAX_TOUCHES; i++)
		draw_press(canvas, &face->touches[i], touch_colours[i], digits[i]);
	for (int i = 0; i < face->n_wrong_pixels; i++) {
		int x = face->wrong_pixels[i].x, y = face->wrong_pixels[i].y;

		if (rect_contains(canvas->clip, x, y))
			canvas->pixels[(size_t)y * canvas->stride + x] =
				face->wrong_pixels[i].colour;
	}
	frame_number_draw(canvas, face->frame);
}

static struct rect widget_rect(const struct canvas *canvas, const struct face_widget *widget)
{
	return canvas_rect(canvas, widget->x, widget->y, widget->width, widget->height);
}

/* The first widget that has to be drawn: what an opaque one covers whole does not show. -1 is the
 * background. */
static int first_visible(const struct face *face, struct rect part)
{
	for (int i = face->ops->n_widgets - 1; i >= 0; i--) {
		const struct face_widget *widget = &face->ops->widgets[i];

		if (widget->opaque && rect_is_inside(part, widget_rect(&face->background, widget)))
			return i;
	}
	return -1;
}

static void draw_part(struct face *face, struct canvas *canvas, struct rect part)
{
	int first = first_visible(face, part);

	canvas->clip = part;
	if (first < 0)
		canvas_copy(canvas, &face->background, part);
	for (int i = first < 0 ? 0 : first; i < face->ops->n_widgets; i++) {
		const struct face_widget *widget = &face->ops->widgets[i];

		canvas->clip = rect_intersection(part, widget_rect(canvas, widget));
		if (!rect_is_empty(canvas->clip))
			widget->draw(face, canvas);
	}
	canvas->clip = part;
	draw_overlays(face, canvas);
}

struct damage face_next_frame(struct face *face)
{
	struct damage damage;

	face->frame = (face->frame + 1) % FRAME_NUMBER_LIMIT;
	invalidate_pixels(face, (struct rect){0, 0, FRAME_NUMBER_COLUMNS * FRAME_NUMBER_CELL,
					      FRAME_NUMBER_ROWS * FRAME_NUMBER_CELL});
	damage = face->damage;
	face->damage.n_rects = 0;
	return damage;
}

void face_draw(struct face *face, const struct canvas *target, const struct damage *parts)
{
	struct canvas canvas = face->background; /* for its scale */

	canvas.pixels = target->pixels;
	canvas.stride = target->stride;
	for (int i = 0; i < parts->n_rects; i++)
		draw_part(face, &canvas, parts->rects[i]);
}

static int button_at(const struct face *face, int x, int y)
{
	float at_x = canvas_design_x(&face->background, x);
	float at_y = canvas_design_y(&face->background, y);

	for (int i = 0; i < face->ops->n_buttons; i++) {
		const struct face_button *button = &face->ops->buttons[i];

		if (at_x >= button->x && at_x < button->x + button->width && at_y >= button->y &&
		    at_y < button->y + button->height)
			return i;
	}
	return -1;
}

static void invalidate_button(struct face *face, int button)
{
	if (button < 0)
		return;

	const struct face_button *b = &face->ops->buttons[button];

	face_invalidate(face, b->x, b->y, b->width, b->height);
}

/* A press goes down, moves or goes up. What it went down on is clicked if it is still there when it
 * goes up. */
static void press_changed(struct face *face, struct face_press *press, bool down, int x, int y)
{
	bool was_down = press->down;
	int clicked = -1;

	if (was_down)
		invalidate_pixels(face, press_rect(press->x, press->y));
	if (down && !was_down)
		press->button = button_at(face, x, y);
	if (!down && was_down && press->button >= 0 && press->button == button_at(face, x, y))
		clicked = press->button;
	press->down = down;
	press->x = x;
	press->y = y;
	if (down)
		invalidate_pixels(face, press_rect(x, y));
	if (down != was_down)
		invalidate_button(face, press->button);
	if (clicked >= 0)
		face->ops->click(face, clicked);
}

void face_pointer_moved(struct face *face, int x, int y)
{
	if (!face_is_on(face))
		return;
	face->pointer_x = x;
	face->pointer_y = y;
	if (face->pointer.down)
		press_changed(face, &face->pointer, true, x, y);

	int hover = button_at(face, x, y);

	if (hover != face->hover) {
		invalidate_button(face, face->hover);
		invalidate_button(face, hover);
		face->hover = hover;
	}
}

void face_pointer_button(struct face *face, int code, bool down)
{
	if (!face_is_on(face))
		return;
	/* One mark is enough: that of the button pressed last. */
	if (down || code == face->pointer_code) {
		face->pointer_code = code;
		press_changed(face, &face->pointer, down, face->pointer_x, face->pointer_y);
	}
}

void face_touched(struct face *face, int slot, bool down, int x, int y)
{
	if (face_is_on(face) && slot >= 0 && slot < FACE_MAX_TOUCHES)
		press_changed(face, &face->touches[slot], down, x, y);
}

bool face_button_is_pressed(const struct face *face, int button)
{
	if (face->pointer.down && face->pointer.button == button)
		return true;
	for (int i = 0; i < FACE_MAX_TOUCHES; i++)
		if (face->touches[i].down && face->touches[i].button == button)
			return true;
	return false;
}

int face_toggle_pixel(struct face *face, int x, int y, uint32_t colour)
{
	int n = face->n_wrong_pixels;

	if (!face_is_on(face) ||
	    !rect_contains((struct rect){0, 0, face->background.width, face->background.height}, x,
			   y))
		return -EINVAL;
	invalidate_pixels(face, (struct rect){x, y, x + 1, y + 1});
	for (int i = 0; i < n; i++) {
		if (face->wrong_pixels[i].x == x && face->wrong_pixels[i].y == y) {
			face->wrong_pixels[i] = face->wrong_pixels[n - 1];
			face->n_wrong_pixels--;
			return 0;
		}
	}
	if (n == FACE_MAX_WRONG_PIXELS)
		return -ENOSPC;
	face->wrong_pixels[n].x = x;
	face->wrong_pixels[n].y = y;
	face->wrong_pixels[n].colour = colour & 0xffffff;
	face->n_wrong_pixels++;
	return 0;
}

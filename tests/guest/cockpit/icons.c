/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "icons.h"

#include <math.h>

#include "path.h"

/* Icons are drawn in a square from -12 to 12. */
struct pen {
	struct canvas *canvas;
	float x, y, scale;
	struct paint paint;
};

static void line(const struct pen *pen, float x0, float y0, float x1, float y1)
{
	fill_line(pen->canvas, pen->x + x0 * pen->scale, pen->y + y0 * pen->scale,
		  pen->x + x1 * pen->scale, pen->y + y1 * pen->scale, 2 * pen->scale, pen->paint);
}

static void disc(const struct pen *pen, float x, float y, float radius)
{
	fill_circle(pen->canvas, pen->x + x * pen->scale, pen->y + y * pen->scale,
		    radius * pen->scale, pen->paint);
}

static void arc(const struct pen *pen, float x, float y, float radius, float from, float to)
{
	fill_arc(pen->canvas, pen->x + x * pen->scale, pen->y + y * pen->scale,
		 (radius - 1) * pen->scale, (radius + 1) * pen->scale, from, to, pen->paint);
}

static void box(const struct pen *pen, float x, float y, float width, float height, float radius)
{
	fill_box(pen->canvas, pen->x + x * pen->scale, pen->y + y * pen->scale, width * pen->scale,
		 height * pen->scale, radius * pen->scale, pen->paint);
}

static void frame(const struct pen *pen, float x, float y, float width, float height, float radius)
{
	stroke_box(pen->canvas, pen->x + x * pen->scale, pen->y + y * pen->scale,
		   width * pen->scale, height * pen->scale, radius * pen->scale, 2 * pen->scale,
		   pen->paint);
}

#define POLYGON(pen, ...) \
	do { \
		const float points_[][2] = {__VA_ARGS__}; \
		polygon(pen, sizeof(points_) / sizeof(points_[0]), points_); \
	} while (0)

static void polygon(const struct pen *pen, int n, const float (*points)[2])
{
	struct path path;

	path_start(&path);
	for (int i = 0; i < n; i++)
		path_point(&path, pen->x + points[i][0] * pen->scale,
			   pen->y + points[i][1] * pen->scale);
	path_close(&path);
	path_fill(&path, pen->canvas, pen->paint);
}

static void navigation(const struct pen *pen)
{
	POLYGON(pen, {0, -11}, {9, 10}, {0, 5.5f}, {-9, 10});
}

static void music(const struct pen *pen)
{
	disc(pen, -5.5f, 7, 3.6f);
	disc(pen, 6.5f, 5, 3.6f);
	line(pen, -3, 7, -3, -8);
	line(pen, 9, 5, 9, -10);
	POLYGON(pen, {-4, -9}, {10, -11.5f}, {10, -7}, {-4, -4.5f});
}

static void phone(const struct pen *pen)
{
	arc(pen, 9, -9, 17, 98, 172);
	fill_arc(pen->canvas, pen->x + 9 * pen->scale, pen->y - 9 * pen->scale, 14.5f * pen->scale,
		 19 * pen->scale, 98, 172, pen->paint);
	POLYGON(pen, {-10.5f, -8}, {-7, -11}, {-3, -5}, {-7.5f, -2.5f});
	POLYGON(pen, {8, 10.5f}, {11, 7}, {5, 3}, {2.5f, 7.5f});
}

static void climate(const struct pen *pen)
{
	for (int i = 0; i < 3; i++) {
		float c = cosf(i * M_PI / 3), s = sinf(i * M_PI / 3);

		line(pen, -10 * c, -10 * s, 10 * c, 10 * s);
		for (int side = -1; side <= 1; side += 2) {
			float x = 6.5f * c * side, y = 6.5f * s * side;

			line(pen, x, y, x + side * (3.2f * c - 2.6f * s),
			     y + side * (3.2f * s + 2.6f * c));
			line(pen, x, y, x + side * (3.2f * c + 2.6f * s),
			     y + side * (3.2f * s - 2.6f * c));
		}
	}
}

static void car(const struct pen *pen)
{
	POLYGON(pen, {-7, -7}, {7, -7}, {10, 0}, {11.5f, 2}, {11.5f, 7}, {-11.5f, 7}, {-11.5f, 2},
		{-10, 0});
	box(pen, -10.5f, 6, 4.5f, 5, 1.2f);
	box(pen, 6, 6, 4.5f, 5, 1.2f);
	struct pen glass = *pen;

	glass.paint = solid(0xff16202e);
	POLYGON(&glass, {-5.5f, -4.8f}, {5.5f, -4.8f}, {7.6f, 0}, {-7.6f, 0});
	disc(&glass, -7.5f, 3.6f, 1.4f);
	disc(&glass, 7.5f, 3.6f, 1.4f);
}

static void settings(const struct pen *pen)
{
	for (int i = 0; i < 3; i++) {
		float y = -7 + i * 7, knob = i == 1 ? 4 : -4;

		line(pen, -10, y, 10, y);
		disc(pen, knob, y, 3);
	}
}

static void play(const struct pen *pen)
{
	POLYGON(pen, {-6, -10}, {10, 0}, {-6, 10});
}

static void pause_bars(const struct pen *pen)
{
	box(pen, -8, -9, 5.5f, 18, 1.5f);
	box(pen, 2.5f, -9, 5.5f, 18, 1.5f);
}

static void previous(const struct pen *pen)
{
	POLYGON(pen, {9, -8}, {9, 8}, {-4, 0});
	box(pen, -8, -8, 3, 16, 1);
}

static void next(const struct pen *pen)
{
	POLYGON(pen, {-9, -8}, {4, 0}, {-9, 8});
	box(pen, 5, -8, 3, 16, 1);
}

static void minus(const struct pen *pen)
{
	line(pen, -8, 0, 8, 0);
}

static void plus(const struct pen *pen)
{
	minus(pen);
	line(pen, 0, -8, 0, 8);
}

static void left(const struct pen *pen)
{
	POLYGON(pen, {-12, 0}, {0, -10}, {0, -4.5f}, {12, -4.5f}, {12, 4.5f}, {0, 4.5f}, {0, 10});
}

static void right(const struct pen *pen)
{
	POLYGON(pen, {12, 0}, {0, 10}, {0, 4.5f}, {-12, 4.5f}, {-12, -4.5f}, {0, -4.5f}, {0, -10});
}

static void lamp(const struct pen *pen, float fall)
{
	POLYGON(pen, {2, -8}, {6, -7}, {9.5f, -4}, {11, 0}, {9.5f, 4}, {6, 7}, {2, 8});
	for (int i = 0; i < 4; i++)
		line(pen, -11, -6.5f + i * 4.3f + fall, -2, -6.5f + i * 4.3f);
}

static void low_beam(const struct pen *pen)
{
	lamp(pen, 3);
}

static void high_beam(const struct pen *pen)
{
	lamp(pen, 0);
}

static void battery(const struct pen *pen)
{
	frame(pen, -11, -6, 22, 15, 2);
	box(pen, -8, -9, 5, 3, 0);
	box(pen, 3, -9, 5, 3, 0);
	line(pen, -7, 1, -3, 1);
	line(pen, 3, 1, 7, 1);
	line(pen, 5, -1, 5, 3);
}

static void brake(const struct pen *pen)
{
	arc(pen, 0, 0, 7.5f, 0, 360);
	arc(pen, 0, 0, 11, 130, 230);
	arc(pen, 0, 0, 11, -50, 50);
	line(pen, 0, -4, 0, 1);
	disc(pen, 0, 4, 1.2f);
}

static void belt(const struct pen *pen)
{
	disc(pen, 0, -7.5f, 3.6f);
	POLYGON(pen, {-6, -2}, {6, -2}, {7, 10}, {-7, 10});
	struct pen strap = *pen;

	strap.paint = solid(0xff0a0f17);
	line(&strap, -6, -1, 6, 9);
	line(pen, 6, -6, -7, 8);
}

static void oil(const struct pen *pen)
{
	POLYGON(pen, {-8, -2}, {5, -2}, {11, -6}, {12, -4}, {5, 6}, {-8, 6});
	line(pen, -8, -1, -11.5f, -4);
	line(pen, -4, -5.5f, 1, -5.5f);
	line(pen, -1.5f, -5, -1.5f, -2);
	disc(pen, 11, 3, 1.4f);
}

static void engine(const struct pen *pen)
{
	POLYGON(pen, {-7, -5}, {4, -5}, {7, -1}, {9.5f, -1}, {9.5f, 7}, {6, 7}, {4, 9}, {-4, 9},
		{-7, 6});
	line(pen, -10.5f, -3, -10.5f, 5);
	line(pen, -10, 1, -7, 1);
	line(pen, 11.5f, -2, 11.5f, 7);
	line(pen, -4, -8.5f, 3, -8.5f);
	line(pen, -0.5f, -8, -0.5f, -5);
}

static void temperature(const struct pen *pen)
{
	box(pen, -2, -11, 4, 16, 2);
	disc(pen, 0, 6, 4);
	line(pen, 3, -7, 6, -7);
	line(pen, 3, -3, 6, -3);
	line(pen, -11, 10, -6, 10);
	line(pen, 6, 10, 11, 10);
}

static void fuel(const struct pen *pen)
{
	frame(pen, -9, -10, 12, 20, 2);
	box(pen, -7, -8, 8, 6, 0);
	line(pen, -11, 10, 5, 10);
	line(pen, 4, 0, 7.5f, 0);
	line(pen, 7.5f, 0, 7.5f, 7);
	line(pen, 7.5f, 7, 10.5f, 7);
	line(pen, 10.5f, 7, 10.5f, -4);
	line(pen, 10.5f, -4, 7, -8);
}

static void turn(const struct pen *pen, float side)
{
	line(pen, -4 * side, 11, -4 * side, 0);
	line(pen, -4 * side, 0, 6 * side, 0);
	line(pen, 7 * side, 0, 2 * side, -5);
	line(pen, 7 * side, 0, 2 * side, 5);
}

static void turn_left(const struct pen *pen)
{
	turn(pen, -1);
}

static void turn_right(const struct pen *pen)
{
	turn(pen, 1);
}

static void (*const draw[ICONS])(const struct pen *pen) = {
	[ICON_NAVIGATION] = navigation,
	[ICON_MUSIC] = music,
	[ICON_PHONE] = phone,
	[ICON_CLIMATE] = climate,
	[ICON_CAR] = car,
	[ICON_SETTINGS] = settings,
	[ICON_PLAY] = play,
	[ICON_PAUSE] = pause_bars,
	[ICON_PREVIOUS] = previous,
	[ICON_NEXT] = next,
	[ICON_MINUS] = minus,
	[ICON_PLUS] = plus,
	[ICON_LEFT] = left,
	[ICON_RIGHT] = right,
	[ICON_LOW_BEAM] = low_beam,
	[ICON_HIGH_BEAM] = high_beam,
	[ICON_BATTERY] = battery,
	[ICON_BRAKE] = brake,
	[ICON_BELT] = belt,
	[ICON_OIL] = oil,
	[ICON_ENGINE] = engine,
	[ICON_TEMPERATURE] = temperature,
	[ICON_FUEL] = fuel,
	[ICON_TURN_LEFT] = turn_left,
	[ICON_TURN_RIGHT] = turn_right,
};

void icon_draw(struct canvas *canvas, enum icon icon, float x, float y, float size, uint32_t colour)
{
	struct pen pen = {canvas, x, y, size / 24, solid(colour)};

	draw[icon](&pen);
}

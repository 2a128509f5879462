/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Head 1: the instrument cluster, with a speedometer and a rev counter whose
 * needles move, the road ahead, and telltales.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face.h"
#include "icons.h"
#include "look.h"
#include "path.h"
#include "text.h"

#define WIDTH  1920
#define HEIGHT 720

#define DIAL_Y	    372
#define DIAL_RADIUS 300
#define DIAL_FIRST  135.0f /* degrees, clockwise from three o'clock */
#define DIAL_SWEEP  270.0f
#define ARC_INNER   280
#define ARC_OUTER   290
#define NEEDLE_TAIL 122
#define NEEDLE_TIP  274
#define NEEDLE_HALF 7.5f /* half the width of its thick end */
#define NEEDLE_HALO 2.4f /* how much wider its halo is */

#define ROAD_Y	     132
#define ROAD_HEIGHT  404
#define LANE	     0.42f /* of the road's half width, where the dashes are */
#define TRAFFIC_HALF 92	   /* half the width of what moves on the road */

enum gauge {
	GAUGE_SPEED,
	GAUGE_REVS,
	GAUGES
};

static const struct {
	float x;
	int maximum, major, minor; /* of the scale */
	int red_from;
} gauges[GAUGES] = {
	[GAUGE_SPEED] = {420, 220, 20, 10, 220},
	[GAUGE_REVS] = {1500, 80, 10, 5, 65},
};

enum {
	BUTTON_ECO,
	BUTTON_COMFORT,
	BUTTON_SPORT,
	BUTTONS
};

static const struct face_button buttons[BUTTONS] = {
	{758, 552, 126, 46},
	{897, 552, 126, 46},
	{1036, 552, 126, 46},
};

static const struct {
	const char *label;
	uint32_t colour;
} modes[BUTTONS] = {
	[BUTTON_ECO] = {"ECO", GOOD},
	[BUTTON_COMFORT] = {"COMFORT", ACCENT},
	[BUTTON_SPORT] = {"SPORT", ACCENT_WARM},
};

struct cluster {
	struct face face;
	int mode;

	/* What the picture shows, to redraw only what differs. */
	float shown_angle[GAUGES];
	int shown_speed, shown_gear;
	bool shown_left, shown_right, shown_beam;
	double shown_distance;
};

static struct cluster *cluster_from_face(struct face *face)
{
	return (struct cluster *)face;
}

static float gauge_value(const struct face *face, enum gauge gauge)
{
	return gauge == GAUGE_SPEED ? face->world->speed : face->world->rpm / 100;
}

static float scale_angle(enum gauge gauge, float value)
{
	float part = value / gauges[gauge].maximum;

	return DIAL_FIRST + DIAL_SWEEP * fmaxf(0, fminf(1, part));
}

static float needle_angle(const struct face *face, enum gauge gauge)
{
	return scale_angle(gauge, gauge_value(face, gauge)) + face->world->needle_shift;
}

static void polar(float centre_x, float radius, float degrees, float *x, float *y)
{
	*x = centre_x + radius * cosf(degrees * M_PI / 180);
	*y = DIAL_Y + radius * sinf(degrees * M_PI / 180);
}

/* -- Background */

static void paint_ticks(struct canvas *canvas, enum gauge gauge)
{
	float x = gauges[gauge].x;

	for (int value = 0; value <= gauges[gauge].maximum; value += gauges[gauge].minor) {
		bool major = value % gauges[gauge].major == 0;
		bool red = value >= gauges[gauge].red_from && gauge == GAUGE_REVS;
		float angle = scale_angle(gauge, value), x0, y0, x1, y1;
		char text[16];

		polar(x, major ? 244 : 256, angle, &x0, &y0);
		polar(x, 270, angle, &x1, &y1);
		fill_line(canvas, x0, y0, x1, y1, major ? 5 : 2.5f,
			  solid(red	? ALARM
				: major ? TEXT_BRIGHT
					: TEXT_MUTED));
		if (!major)
			continue;
		polar(x, 208, angle, &x0, &y0);
		snprintf(text, sizeof(text), "%d", gauge == GAUGE_REVS ? value / 10 : value);
		text_draw(canvas, FONT_BOLD, gauge == GAUGE_REVS ? 40 : 32, x0,
			  y0 + (gauge == GAUGE_REVS ? 13 : 10), ALIGN_CENTRE,
			  red ? ALARM : TEXT_NORMAL, text);
	}
}

/* A level with its icon, at the open bottom of the dial. */
static void paint_level(struct canvas *canvas, float x, enum icon icon, float level,
			uint32_t colour)
{
	icon_draw(canvas, icon, x - 92, DIAL_Y + 238, 30, TEXT_NORMAL);
	for (int i = 0; i < 8; i++)
		fill_box(canvas, x - 62 + i * 21, DIAL_Y + 230, 16, 16, 4,
			 solid(i < level * 8 ? colour : LAMP_OFF));
}

static void paint_dial(struct canvas *canvas, enum gauge gauge)
{
	float x = gauges[gauge].x;

	fill_circle(canvas, x, DIAL_Y, DIAL_RADIUS + 42,
		    glow(0x502f81f7, 0x00000000, x, DIAL_Y, DIAL_RADIUS + 42));
	fill_circle(
		canvas, x, DIAL_Y, DIAL_RADIUS,
		gradient(0xff3a4a60, 0, DIAL_Y - DIAL_RADIUS, 0xff0e151f, 0, DIAL_Y + DIAL_RADIUS));
	fill_circle(canvas, x, DIAL_Y, DIAL_RADIUS - 4,
		    glow(0xff1a2636, 0xff080c12, x, DIAL_Y, DIAL_RADIUS));
	fill_arc(canvas, x, DIAL_Y, ARC_INNER, ARC_OUTER, DIAL_FIRST, DIAL_FIRST + DIAL_SWEEP,
		 solid(0xff1b2635));
	if (gauge == GAUGE_REVS)
		fill_arc(canvas, x, DIAL_Y, ARC_INNER, ARC_OUTER,
			 scale_angle(gauge, gauges[gauge].red_from), DIAL_FIRST + DIAL_SWEEP,
			 solid(0xff7a2028));
	paint_ticks(canvas, gauge);
	fill_circle(canvas, x, DIAL_Y, 112,
		    gradient(0xff182333, 0, DIAL_Y - 112, 0xff0b1018, 0, DIAL_Y + 112));
	fill_ring(canvas, x, DIAL_Y, 110, 113, solid(CARD_EDGE));
}

/* Half the road's width at a height of the picture, and the height at a distance: 0 here, 1 far
 * away. */
static float road_half(float y)
{
	float near = (y - ROAD_Y - 60) / (ROAD_HEIGHT - 60);

	return 16 + 180 * near;
}

static float road_y(float distance)
{
	return ROAD_Y + 60 + (ROAD_HEIGHT - 60) * (1 - distance) / (1 + 5 * distance);
}

static void lane_mark(struct canvas *canvas, float lane, float from, float to)
{
	float y0 = road_y(fmaxf(0, from)), y1 = road_y(fminf(1, to));
	float half0 = road_half(y0), half1 = road_half(y1);
	float x0 = WIDTH / 2 + lane * half0, x1 = WIDTH / 2 + lane * half1;
	const float points[][2] = {{x0 - half0 * 0.022f, y0},
				   {x1 - half1 * 0.022f, y1},
				   {x1 + half1 * 0.022f, y1},
				   {x0 + half0 * 0.022f, y0}};

	fill_polygon(canvas, 4, points, solid(0xffa9b8ca));
}

static void car(struct canvas *canvas, float x, float y, float size, uint32_t body)
{
	fill_box(canvas, x - size * 0.55f, y - size * 0.06f, size * 1.1f, size * 0.14f,
		 size * 0.07f, solid(0x90000000));
	const float cabin[][2] = {{x - size * 0.32f, y - size * 0.68f},
				  {x + size * 0.32f, y - size * 0.68f},
				  {x + size * 0.44f, y - size * 0.36f},
				  {x - size * 0.44f, y - size * 0.36f}};

	fill_box(canvas, x - size * 0.44f, y - size * 0.16f, size * 0.16f, size * 0.2f,
		 size * 0.04f, solid(0xff05080c));
	fill_box(canvas, x + size * 0.28f, y - size * 0.16f, size * 0.16f, size * 0.2f,
		 size * 0.04f, solid(0xff05080c));
	fill_polygon(canvas, 4, cabin, solid(body));
	fill_box(canvas, x - size * 0.5f, y - size * 0.42f, size, size * 0.38f, size * 0.1f,
		 solid(body));
	const float glass[][2] = {{x - size * 0.27f, y - size * 0.62f},
				  {x + size * 0.27f, y - size * 0.62f},
				  {x + size * 0.36f, y - size * 0.4f},
				  {x - size * 0.36f, y - size * 0.4f}};

	fill_polygon(canvas, 4, glass, solid(0xff1b2a3d));
	fill_box(canvas, x - size * 0.46f, y - size * 0.33f, size * 0.2f, size * 0.09f,
		 size * 0.03f, solid(ALARM));
	fill_box(canvas, x + size * 0.26f, y - size * 0.33f, size * 0.2f, size * 0.09f,
		 size * 0.03f, solid(ALARM));
}

/* Marks are evenly spaced on the road: perspective does the rest. */
static void paint_road(struct canvas *canvas)
{
	float top = road_y(1), bottom = road_y(0), middle = WIDTH / 2;
	const float road[][2] = {{middle - road_half(top), top},
				 {middle + road_half(top), top},
				 {middle + road_half(bottom), bottom},
				 {middle - road_half(bottom), bottom}};

	fill_polygon(canvas, 4, road, gradient(0x00121b28, 0, top, 0xff1a2636, 0, top + 150));
	lane_mark(canvas, -0.96f, 0, 0.92f);
	lane_mark(canvas, 0.96f, 0, 0.92f);
	car(canvas, middle, bottom - 14, 96, 0xffd9e2ec);
}

static void cluster_paint(struct face *face, struct canvas *canvas)
{
	(void)face;
	look_night(canvas);
	fill_circle(canvas, WIDTH / 2, 600, 640, glow(0x3a2f81f7, 0x00000000, WIDTH / 2, 600, 640));
	paint_road(canvas);
	for (int gauge = 0; gauge < GAUGES; gauge++)
		paint_dial(canvas, gauge);
	paint_level(canvas, gauges[GAUGE_SPEED].x, ICON_FUEL, 0.74f, GOOD);
	paint_level(canvas, gauges[GAUGE_REVS].x, ICON_TEMPERATURE, 0.5f, ACCENT);
	text_draw(canvas, FONT_REGULAR, 24, gauges[GAUGE_SPEED].x, DIAL_Y + 66, ALIGN_CENTRE,
		  TEXT_MUTED, "km/h");
	text_draw(canvas, FONT_REGULAR, 22, gauges[GAUGE_REVS].x, DIAL_Y + 66, ALIGN_CENTRE,
		  TEXT_MUTED, "rpm × 1000");
}

/* -- Widgets */

static void fill_needle(struct canvas *canvas, enum gauge gauge, float angle, float wider,
			uint32_t colour)
{
	static const float radius[] = {NEEDLE_TAIL, NEEDLE_TIP, NEEDLE_TIP, NEEDLE_TAIL};
	static const float half_width[] = {-NEEDLE_HALF, -2, 2, NEEDLE_HALF};
	float c = cosf(angle * M_PI / 180), s = sinf(angle * M_PI / 180);
	float points[4][2];

	for (int i = 0; i < 4; i++) {
		points[i][0] = gauges[gauge].x + radius[i] * c - half_width[i] * wider * s;
		points[i][1] = DIAL_Y + radius[i] * s + half_width[i] * wider * c;
	}
	fill_polygon(canvas, 4, (const float(*)[2])points, solid(colour));
}

static void draw_gauge(struct face *face, struct canvas *canvas, enum gauge gauge)
{
	struct cluster *cluster = cluster_from_face(face);
	float angle = needle_angle(face, gauge);

	if (angle > DIAL_FIRST)
		fill_arc(canvas, gauges[gauge].x, DIAL_Y, ARC_INNER, ARC_OUTER, DIAL_FIRST, angle,
			 solid(modes[cluster->mode].colour));
	fill_needle(canvas, gauge, angle, NEEDLE_HALO, 0x18ff7a3d);
	fill_needle(canvas, gauge, angle, (1 + NEEDLE_HALO) / 2, 0x28ff7a3d);
	fill_needle(canvas, gauge, angle, 1, 0xffff7a3d);
}

static void draw_speed_gauge(struct face *face, struct canvas *canvas)
{
	draw_gauge(face, canvas, GAUGE_SPEED);
}

static void draw_rev_gauge(struct face *face, struct canvas *canvas)
{
	draw_gauge(face, canvas, GAUGE_REVS);
}

static void draw_speed(struct face *face, struct canvas *canvas)
{
	char text[16];

	snprintf(text, sizeof(text), "%.0f", face->world->speed);
	text_draw(canvas, FONT_BOLD, 100, gauges[GAUGE_SPEED].x, DIAL_Y + 30, ALIGN_CENTRE,
		  TEXT_BRIGHT, text);
}

static void draw_gear(struct face *face, struct canvas *canvas)
{
	char text[16];

	snprintf(text, sizeof(text), "D%d", face->world->gear);
	text_draw(canvas, FONT_BOLD, 92, gauges[GAUGE_REVS].x, DIAL_Y + 26, ALIGN_CENTRE,
		  TEXT_BRIGHT, text);
}

static void draw_traffic(struct face *face, struct canvas *canvas)
{
	const struct world *world = face->world;
	float phase = fmod(world->distance / 130, 1);
	float ahead_y = road_y(0.42f + 0.06f * sinf(world->distance / 260));

	for (int i = 0; i < 7; i++) {
		float from = (i - phase) / 6, to = from + 0.075f;

		if (to <= 0 || from >= 0.9f)
			continue;
		lane_mark(canvas, -LANE, from, to);
		lane_mark(canvas, LANE, from, to);
	}
	car(canvas, WIDTH / 2, ahead_y, road_half(ahead_y) * 0.6f, 0xff51627a);
}

static void draw_top(struct face *face, struct canvas *canvas)
{
	const struct world *world = face->world;
	bool left = world_indicator_lit(world, INDICATOR_LEFT);
	bool right = world_indicator_lit(world, INDICATOR_RIGHT);

	icon_draw(canvas, ICON_LEFT, 686, 66, 52, left ? GOOD : LAMP_OFF);
	icon_draw(canvas, ICON_RIGHT, 1234, 66, 52, right ? GOOD : LAMP_OFF);
	text_draw(canvas, FONT_MONO, 22, WIDTH / 2, 74, ALIGN_CENTRE, TEXT_NORMAL,
		  world->events[WORLD_EVENTS - 1]);
}

static void draw_modes(struct face *face, struct canvas *canvas)
{
	int mode = cluster_from_face(face)->mode;

	for (int i = 0; i < BUTTONS; i++) {
		const struct face_button *b = &buttons[i];
		uint32_t surface = face_button_is_pressed(face, i) ? SURFACE_DOWN
				   : face->hover == i		   ? SURFACE_HOVER
								   : 0xff141d29;

		fill_box(canvas, b->x, b->y, b->width, b->height, 23, solid(surface));
		if (i == mode)
			stroke_box(canvas, b->x, b->y, b->width, b->height, 23, 2.5f,
				   solid(modes[i].colour));
		text_draw(canvas, FONT_BOLD, 20, b->x + b->width / 2, b->y + 30, ALIGN_CENTRE,
			  i == mode ? modes[i].colour : TEXT_MUTED, modes[i].label);
	}
}

static void draw_telltales(struct face *face, struct canvas *canvas)
{
	const struct world *world = face->world;
	const struct {
		enum icon icon;
		uint32_t colour;
		bool lit;
	} lamps[] = {
		{ICON_LOW_BEAM, GOOD, true},
		{ICON_HIGH_BEAM, 0xff4d8dff, world->high_beam},
		{ICON_BELT, ALARM, false},
		{ICON_BRAKE, ALARM, world->speed < 20},
		{ICON_BATTERY, ALARM, false},
		{ICON_OIL, ALARM, false},
		{ICON_ENGINE, AMBER, world->rpm > 5200},
	};

	for (int i = 0; i < 7; i++)
		icon_draw(canvas, lamps[i].icon, 759 + i * 67, 654, 40,
			  lamps[i].lit ? lamps[i].colour : LAMP_OFF);
}

enum {
	WIDGET_SPEED_GAUGE,
	WIDGET_REV_GAUGE,
	WIDGET_SPEED,
	WIDGET_GEAR,
	WIDGET_TRAFFIC,
	WIDGET_TOP,
	WIDGET_MODES,
	WIDGET_TELLTALES,
	WIDGETS
};

static const struct face_widget widgets[WIDGETS] = {
	[WIDGET_SPEED_GAUGE] = {120, DIAL_Y - DIAL_RADIUS, 600, 600, draw_speed_gauge, false},
	[WIDGET_REV_GAUGE] = {1200, DIAL_Y - DIAL_RADIUS, 600, 600, draw_rev_gauge, false},
	[WIDGET_SPEED] = {320, DIAL_Y - 60, 200, 100, draw_speed, false},
	[WIDGET_GEAR] = {1400, DIAL_Y - 60, 200, 100, draw_gear, false},
	[WIDGET_TRAFFIC] = {WIDTH / 2 - TRAFFIC_HALF, ROAD_Y, 2 * TRAFFIC_HALF, ROAD_HEIGHT + 4,
			    draw_traffic, false},
	[WIDGET_TOP] = {650, 36, 620, 64, draw_top, false},
	[WIDGET_MODES] = {750, 546, 420, 58, draw_modes, false},
	[WIDGET_TELLTALES] = {732, 628, 456, 52, draw_telltales, false},
};

static void invalidate(struct face *face, int widget)
{
	const struct face_widget *w = &widgets[widget];

	face_invalidate(face, w->x, w->y, w->width, w->height);
}

/* -- Events */

static void invalidate_needle(struct face *face, enum gauge gauge, float angle)
{
	float tail_x, tail_y, tip_x, tip_y;
	float margin = NEEDLE_HALF * NEEDLE_HALO + 2;

	polar(gauges[gauge].x, NEEDLE_TAIL, angle, &tail_x, &tail_y);
	polar(gauges[gauge].x, ARC_OUTER, angle, &tip_x, &tip_y);
	face_invalidate(face, fminf(tail_x, tip_x) - margin, fminf(tail_y, tip_y) - margin,
			fabsf(tip_x - tail_x) + 2 * margin, fabsf(tip_y - tail_y) + 2 * margin);
}

/* The arc between the two needles is no longer than a few degrees, unless the needle jumped. */
static void animate_gauge(struct face *face, enum gauge gauge)
{
	struct cluster *cluster = cluster_from_face(face);
	float angle = needle_angle(face, gauge), before = cluster->shown_angle[gauge];

	if (fabsf(angle - before) < 0.02f)
		return;
	cluster->shown_angle[gauge] = angle;
	if (fabsf(angle - before) > 6) {
		invalidate(face, gauge == GAUGE_SPEED ? WIDGET_SPEED_GAUGE : WIDGET_REV_GAUGE);
	} else {
		invalidate_needle(face, gauge, before);
		invalidate_needle(face, gauge, angle);
	}
}

static void cluster_animate(struct face *face)
{
	struct cluster *cluster = cluster_from_face(face);
	const struct world *world = face->world;
	bool left = world_indicator_lit(world, INDICATOR_LEFT);
	bool right = world_indicator_lit(world, INDICATOR_RIGHT);

	animate_gauge(face, GAUGE_SPEED);
	animate_gauge(face, GAUGE_REVS);
	if (cluster->shown_speed != lroundf(world->speed)) {
		cluster->shown_speed = lroundf(world->speed);
		invalidate(face, WIDGET_SPEED);
	}
	if (cluster->shown_gear != world->gear) {
		cluster->shown_gear = world->gear;
		invalidate(face, WIDGET_GEAR);
	}
	if (cluster->shown_left != left || cluster->shown_right != right) {
		cluster->shown_left = left;
		cluster->shown_right = right;
		invalidate(face, WIDGET_TOP);
	}
	if (cluster->shown_beam != world->high_beam) {
		cluster->shown_beam = world->high_beam;
		invalidate(face, WIDGET_TELLTALES);
	}
	if (cluster->shown_distance != world->distance) {
		cluster->shown_distance = world->distance;
		invalidate(face, WIDGET_TRAFFIC);
	}
}

static void cluster_note(struct face *face)
{
	invalidate(face, WIDGET_TOP);
	cluster_animate(face);
}

static void choose_mode(struct face *face, int mode)
{
	cluster_from_face(face)->mode = mode;
	invalidate(face, WIDGET_MODES);
	invalidate(face, WIDGET_SPEED_GAUGE);
	invalidate(face, WIDGET_REV_GAUGE);
}

static void cluster_wheel(struct face *face, int clicks)
{
	int mode = cluster_from_face(face)->mode + clicks;

	choose_mode(face, ((mode % BUTTONS) + BUTTONS) % BUTTONS);
}

static struct face *cluster_create(void)
{
	struct cluster *cluster = calloc(1, sizeof(*cluster));

	if (!cluster)
		abort();
	cluster->mode = BUTTON_COMFORT;
	return &cluster->face;
}

static void cluster_destroy(struct face *face)
{
	free(cluster_from_face(face));
}

const struct face_ops cluster_face = {
	.name = "cluster",
	.width = WIDTH,
	.height = HEIGHT,
	.widgets = widgets,
	.n_widgets = WIDGETS,
	.buttons = buttons,
	.n_buttons = BUTTONS,
	.create = cluster_create,
	.destroy = cluster_destroy,
	.paint = cluster_paint,
	.animate = cluster_animate,
	.note = cluster_note,
	.click = choose_mode,
	.wheel = cluster_wheel,
};

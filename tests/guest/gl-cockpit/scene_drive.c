/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The demo: a drive through the town at night, with instruments of glass
 * before it.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "icons.h"
#include "look.h"
#include "map.h"
#include "path.h"
#include "scene.h"
#include "sheet.h"
#include "town.h"

#define WIDTH  1920
#define HEIGHT 1080

#define DIAL_X	    330 /* its centre */
#define DIAL_Y	    636
#define DIAL_RADIUS 250
#define DIAL_FROM   135.0f /* degrees, clockwise from three o'clock */
#define DIAL_SWEEP  270.0f
#define TOP_SPEED   180.0f
#define TOP_RPM	    7000.0f

#define TURN_X 96
#define TURN_Y 132

#define MEDIA_X	     1424
#define MEDIA_Y	     132
#define MEDIA_WIDTH  456
#define MEDIA_HEIGHT 740
#define COVER	     300
#define SONG_SECONDS 214
#define BARS	     30

#define DOCK_X	    40
#define DOCK_Y	    908
#define DOCK_WIDTH  (WIDTH - 2 * DOCK_X)
#define DOCK_HEIGHT 140
#define APPS	    6
#define APP_X(i)    (510 + (i)*152)
#define APP_WIDTH   136

#define STARS	90
#define SKYLINE 140

enum {
	TEXT_SPEED,
	TEXT_CLOCK,
	TEXT_TITLE,
	TEXT_BODY,
	TEXT_SMALL,
	TEXT_SIZES
};

struct drive {
	const struct world *world;
	struct layout layout;
	struct sheet *sheet;
	struct batch *batch;
	struct town *town;
	int fonts[TEXT_SIZES];
	int bar, dial, turn, turns[2], arrival, media, covers[2], buttons, dock, app, chosen_app,
		glow;
	int chosen;
};

static struct drive *drive_from_scene(struct scene *scene)
{
	return (struct drive *)scene;
}

/* -- Painted once per mode */

static void paint_glass(struct canvas *canvas, float width, float height, float radius)
{
	fill_box(canvas, 0, 0, width, height, radius,
		 gradient(0xd8182334, 0, 0, 0xe60a1019, 0, height));
	stroke_box(canvas, 1, 1, width - 2, height - 2, radius, 1.5f, solid(0x66506a8a));
}

static void paint_bar(struct canvas *canvas, int which)
{
	(void)which;
	text_draw(canvas, FONT_BOLD, 27, 0, 40, ALIGN_LEFT, TEXT_BRIGHT, "WINDSCREEN");
	text_draw(canvas, FONT_REGULAR, 25, 204, 40, ALIGN_LEFT, TEXT_MUTED, "drawn by OpenGL");
	text_draw(canvas, FONT_REGULAR, 27, 1580, 40, ALIGN_RIGHT, TEXT_NORMAL, "17 °C");
	for (int i = 0; i < 4; i++)
		fill_box(canvas, 1620 + i * 12, 38 - 7 * (i + 1), 8, 7 * (i + 1), 2,
			 solid(i < 3 ? TEXT_BRIGHT : LAMP_OFF));
	text_draw(canvas, FONT_BOLD, 22, 1680, 39, ALIGN_LEFT, TEXT_NORMAL, "5G");
	stroke_box(canvas, 1730, 13, 54, 26, 6, 2.5f, solid(TEXT_NORMAL));
	fill_box(canvas, 1735, 18, 34, 16, 3, solid(GOOD));
	fill_box(canvas, 1785, 21, 4, 10, 2, solid(TEXT_NORMAL));
}

static float dial_angle(float speed)
{
	return DIAL_FROM + DIAL_SWEEP * fminf(speed / TOP_SPEED, 1);
}

static void paint_dial(struct canvas *canvas, int which)
{
	const float middle = DIAL_RADIUS + 10;

	(void)which;
	fill_circle(canvas, middle, middle, DIAL_RADIUS + 8, solid(0xb3060a11));
	fill_circle(canvas, middle, middle, DIAL_RADIUS,
		    glow(0xf0182335, 0xf00a1018, middle, middle - 60, DIAL_RADIUS * 1.2f));
	fill_ring(canvas, middle, middle, DIAL_RADIUS - 1, DIAL_RADIUS + 1.5f, solid(0x99607d9f));
	fill_ring(canvas, middle, middle, 128, 129.5f, solid(0x66506a8a));
	for (int speed = 0; speed <= TOP_SPEED; speed += 10) {
		float angle = dial_angle(speed) * (float)M_PI / 180;
		float c = cosf(angle), s = sinf(angle);
		bool main = speed % 20 == 0;
		float inner = main ? 188 : 200;
		char text[8];

		fill_line(canvas, middle + inner * c, middle + inner * s, middle + 212 * c,
			  middle + 212 * s, main ? 4 : 2, solid(main ? TEXT_BRIGHT : TEXT_MUTED));
		if (!main)
			continue;
		snprintf(text, sizeof(text), "%d", speed);
		text_draw(canvas, FONT_REGULAR, 24, middle + 160 * c, middle + 160 * s + 9,
			  ALIGN_CENTRE, TEXT_NORMAL, text);
	}
	text_draw(canvas, FONT_REGULAR, 26, middle, middle + 74, ALIGN_CENTRE, TEXT_MUTED, "km/h");
}

static void paint_turn(struct canvas *canvas, int which)
{
	(void)which;
	paint_glass(canvas, 440, 132, 26);
	fill_box(canvas, 20, 20, 92, 92, 20, gradient(0xff3d93ff, 0, 20, 0xff1f66d8, 0, 112));
}

static void paint_turn_icon(struct canvas *canvas, int which)
{
	icon_draw(canvas, which, 32, 32, 60, 0xffffffff);
}

static void paint_arrival(struct canvas *canvas, int which)
{
	(void)which;
	paint_glass(canvas, 440, 72, 26);
}

static void paint_media(struct canvas *canvas, int which)
{
	(void)which;
	paint_glass(canvas, MEDIA_WIDTH, MEDIA_HEIGHT, 30);
}

static void paint_night_cover(struct canvas *canvas)
{
	const float far[][2] = {{0, 204},   {82, 148},	{150, 198}, {218, 160},
				{300, 208}, {300, 262}, {0, 262}};
	const float near[][2] = {{0, 250},   {70, 212},	 {164, 258}, {240, 224},
				 {300, 254}, {300, 276}, {293, 293}, {276, 300},
				 {24, 300},  {7, 293},	 {0, 276}};

	fill_box(canvas, 0, 0, COVER, COVER, 24, gradient(0xff3b2a7a, 0, 0, 0xffd4476c, 300, 300));
	fill_circle(canvas, 199, 117, 62, gradient(0xffffd27a, 0, 55, 0xffff7a59, 0, 180));
	fill_polygon(canvas, 7, far, solid(0xff5a2f78));
	fill_polygon(canvas, 11, near, solid(0xff2a1c4d));
}

static void paint_cover(struct canvas *canvas, int which)
{
	if (which == 0) {
		paint_night_cover(canvas);
		return;
	}
	fill_box(canvas, 0, 0, COVER, COVER, 24, gradient(0xff0f4c5c, 0, 0, 0xff1b998b, 300, 300));
	for (int i = 5; i >= 0; i--)
		fill_circle(canvas, 150, 170, 22 + i * 22,
			    solid(i % 2	   ? 0xfff2e8cf
				  : i == 4 ? 0xffe36414
					   : 0xff9a031e));
}

static void paint_buttons(struct canvas *canvas, int which)
{
	static const enum icon icons[] = {ICON_PREVIOUS, ICON_PAUSE, ICON_NEXT};

	(void)which;
	for (int i = 0; i < 3; i++) {
		float radius = i == 1 ? 46 : 36;

		fill_circle(canvas, 50 + i * 110, 50, radius,
			    i == 1 ? gradient(0xff3d93ff, 0, 4, 0xff1f66d8, 0, 96)
				   : solid(0xb32a3a50));
		icon_draw(canvas, icons[i], 50 + i * 110, 50, radius * 0.85f, TEXT_BRIGHT);
	}
}

static void paint_seat(struct canvas *canvas, float middle, const char *degrees, const char *name)
{
	for (int i = 0; i < 2; i++) {
		float x = middle + (i ? 140 : -140);

		fill_circle(canvas, x, 70, 42, solid(0x99243246));
		icon_draw(canvas, i ? ICON_PLUS : ICON_MINUS, x, 70, 36, i ? ACCENT_WARM : ACCENT);
	}
	text_draw(canvas, FONT_BOLD, 54, middle, 82, ALIGN_CENTRE, TEXT_BRIGHT, degrees);
	text_draw(canvas, FONT_REGULAR, 20, middle, 116, ALIGN_CENTRE, TEXT_MUTED, name);
}

static const struct {
	enum icon icon;
	const char *label;
} apps[APPS] = {
	{ICON_NAVIGATION, "Navigation"}, {ICON_MUSIC, "Media"}, {ICON_PHONE, "Phone"},
	{ICON_CLIMATE, "Climate"},	 {ICON_CAR, "Vehicle"}, {ICON_SETTINGS, "Settings"},
};

static void paint_dock(struct canvas *canvas, int which)
{
	(void)which;
	paint_glass(canvas, DOCK_WIDTH, DOCK_HEIGHT, 34);
	paint_seat(canvas, 208, "21.5°", "Driver");
	paint_seat(canvas, DOCK_WIDTH - 208, "20.5°", "Passenger");
	for (int i = 0; i < APPS; i++) {
		float middle = APP_X(i) - DOCK_X + APP_WIDTH / 2;

		icon_draw(canvas, apps[i].icon, middle, 56, 50, TEXT_NORMAL);
		text_draw(canvas, FONT_REGULAR, 21, middle, 112, ALIGN_CENTRE, TEXT_MUTED,
			  apps[i].label);
	}
}

static void paint_app(struct canvas *canvas, int which)
{
	(void)which;
	fill_box(canvas, 0, 0, APP_WIDTH, 124, 24, gradient(0x663da9fc, 0, 0, 0x1a3da9fc, 0, 124));
	fill_box(canvas, 44, 114, APP_WIDTH - 88, 5, 2.5f, solid(ACCENT));
}

static void paint_glow(struct canvas *canvas, int which)
{
	(void)which;
	/* Fades out softly: a glow's own falloff ends with an edge. */
	for (int radius = 64; radius > 0; radius -= 8)
		fill_circle(canvas, 64, 64, radius, glow(0x30ffffff, 0x00ffffff, 64, 64, radius));
}

static void drive_resize(struct scene *scene, int width, int height)
{
	struct drive *drive = drive_from_scene(scene);
	float scale = fminf((float)width / WIDTH, (float)height / HEIGHT);
	struct sheet *sheet;

	sheet_destroy(drive->sheet);
	sheet = drive->sheet = sheet_create(scale);
	drive->layout = (struct layout){width, height, scale, (width - WIDTH * scale) / 2,
					(height - HEIGHT * scale) / 2};
	drive->dock = sheet_add(sheet, DOCK_WIDTH, DOCK_HEIGHT, paint_dock, 0);
	drive->bar = sheet_add(sheet, 1790, 60, paint_bar, 0);
	drive->media = sheet_add(sheet, MEDIA_WIDTH, MEDIA_HEIGHT, paint_media, 0);
	drive->dial = sheet_add(sheet, 2 * DIAL_RADIUS + 20, 2 * DIAL_RADIUS + 20, paint_dial, 0);
	drive->turn = sheet_add(sheet, 440, 132, paint_turn, 0);
	drive->covers[0] = sheet_add(sheet, COVER, COVER, paint_cover, 0);
	drive->covers[1] = sheet_add(sheet, COVER, COVER, paint_cover, 1);
	drive->arrival = sheet_add(sheet, 440, 72, paint_arrival, 0);
	drive->buttons = sheet_add(sheet, 320, 100, paint_buttons, 0);
	drive->app = sheet_add(sheet, APP_WIDTH, 124, paint_app, 0);
	drive->glow = sheet_add(sheet, 128, 128, paint_glow, 0);
	for (int i = 0; i < 2; i++)
		drive->turns[i] = sheet_add(sheet, 64, 64, paint_turn_icon,
					    i ? ICON_TURN_RIGHT : ICON_TURN_LEFT);
	drive->fonts[TEXT_SPEED] = sheet_add_font(sheet, FONT_BOLD, 96);
	drive->fonts[TEXT_CLOCK] = sheet_add_font(sheet, FONT_BOLD, 42);
	drive->fonts[TEXT_TITLE] = sheet_add_font(sheet, FONT_BOLD, 36);
	drive->fonts[TEXT_BODY] = sheet_add_font(sheet, FONT_REGULAR, 27);
	drive->fonts[TEXT_SMALL] = sheet_add_font(sheet, FONT_REGULAR, 22);
	sheet_make(sheet);
}

/* -- Drawn for each picture */

/* A number from 0 to 1 that is always the same for `n`. */
static float random_of(unsigned int n)
{
	n = (n ^ 61) ^ n >> 16;
	n *= 9;
	n ^= n >> 4;
	n *= 0x27d4eb2d;
	n ^= n >> 15;
	return (n & 0xffff) / 65536.0f;
}

/* Degrees of the view's width that the sky and the skyline turn over. */
static float sky_x(const struct drive *drive, float degrees, float heading)
{
	float turn = degrees - heading;

	turn -= 360 * roundf(turn / 360);
	return WIDTH / 2 + tanf(fmaxf(-60, fminf(60, turn)) * (float)M_PI / 180) *
				   (drive->layout.width / drive->layout.scale) / 2 / 0.68f;
}

static void draw_sky(struct drive *drive, const struct town_view *view)
{
	struct batch *batch = drive->batch;
	/* The sky fills the screen, also where the design does not. */
	float left = -drive->layout.offset_x / drive->layout.scale;
	float top = -drive->layout.offset_y / drive->layout.scale;
	float width = drive->layout.width / drive->layout.scale;
	float height = drive->layout.height / drive->layout.scale;
	float horizon = top + view->horizon * height, middle = top + (horizon - top) * 0.45f;

	batch_box(batch, left, top, width, middle - top, 0xff080c1c, 0xff151b3a);
	batch_box(batch, left, middle, width, horizon - middle, 0xff151b3a, 0xff4a3b63);
	for (int i = 0; i < STARS; i++) {
		float x = sky_x(drive, random_of(i) * 360, view->heading);
		float y = top + random_of(i + 1000) * (horizon - top) * 0.8f;
		float size = 4 + 6 * random_of(i + 2000);
		uint32_t light = (uint32_t)(90 + 165 * random_of(i + 3000)) << 24 | 0xdfe8ff;

		batch_glow(batch, drive->glow, x - size / 2, y - size / 2, size, size, light);
	}
	/* The town's light behind the skyline. */
	batch_glow(batch, drive->glow, sky_x(drive, 20, view->heading) - 600, horizon - 150, 1200,
		   300, 0x66ff9a5c);
	batch_glow(batch, drive->glow, sky_x(drive, 110, view->heading) - 500, horizon - 130, 1000,
		   260, 0x4d8f7bff);
	for (int i = 0; i < SKYLINE; i++) {
		float x = sky_x(drive, i * 360.0f / SKYLINE, view->heading);
		float tall = 8 + 46 * random_of(i + 4000) * random_of(i + 5000);
		float wide = 40 + 40 * random_of(i + 6000);

		batch_box(batch, x, horizon - tall, wide, tall, 0xff232847, TOWN_HAZE);
	}
	/* Down to where the ground begins. */
	batch_box(batch, left, horizon, width, 120, TOWN_HAZE, TOWN_HAZE);
}

static void draw_bar(struct drive *drive)
{
	struct batch *batch = drive->batch;
	float left = -drive->layout.offset_x / drive->layout.scale;
	float width = drive->layout.width / drive->layout.scale;
	char text[16];
	struct tm tm;

	gmtime_r(&drive->world->clock, &tm);
	batch_box(batch, left, -drive->layout.offset_y / drive->layout.scale, width, 116,
		  0xc0050810, 0x00050810);
	/* The frame number's cells are as large in any mode. */
	batch_picture(batch, drive->bar, fmaxf(96, 80 / drive->layout.scale), 12, 0xffffffff);
	strftime(text, sizeof(text), "%H:%M", &tm);
	batch_text(batch, drive->fonts[TEXT_CLOCK], WIDTH / 2, 58, ALIGN_CENTRE, TEXT_BRIGHT, text);
	strftime(text, sizeof(text), "%S", &tm);
	batch_text(batch, drive->fonts[TEXT_SMALL], WIDTH / 2 + 70, 58, ALIGN_LEFT, TEXT_MUTED,
		   text);
}

static void draw_turn(struct drive *drive)
{
	struct batch *batch = drive->batch;
	float units;
	bool right;
	char text[32];
	const char *street = map_next_turn(drive->world->distance, &units, &right);

	batch_picture(batch, drive->turn, TURN_X, TURN_Y, 0xffffffff);
	batch_picture(batch, drive->turns[right], TURN_X + 34, TURN_Y + 34, 0xffffffff);
	snprintf(text, sizeof(text), "%d m", (int)(units / 20) * 10);
	batch_text(batch, drive->fonts[TEXT_CLOCK], TURN_X + 136, TURN_Y + 62, ALIGN_LEFT,
		   TEXT_BRIGHT, text);
	batch_text(batch, drive->fonts[TEXT_BODY], TURN_X + 136, TURN_Y + 102, ALIGN_LEFT,
		   TEXT_NORMAL, street);
}

static void draw_needle(struct drive *drive, float angle, uint32_t colour)
{
	const float at = angle * (float)M_PI / 180;
	const float c = cosf(at), s = sinf(at);
	static const float shape[][2] = {{128, -4.5f}, {222, -1.4f}, {222, 1.4f}, {128, 4.5f}};
	float points[4][2];

	for (int i = 0; i < 4; i++) {
		points[i][0] = DIAL_X + shape[i][0] * c - shape[i][1] * s;
		points[i][1] = DIAL_Y + shape[i][0] * s + shape[i][1] * c;
	}
	batch_shape(drive->batch, 4, (const float(*)[2])points, colour);
}

static void draw_dial(struct drive *drive)
{
	const struct world *world = drive->world;
	struct batch *batch = drive->batch;
	float angle = dial_angle(world->speed) + world->needle_shift;
	float tip = angle * (float)M_PI / 180;
	float rpm = fminf(world->rpm / TOP_RPM, 1);
	char text[8];

	batch_picture(batch, drive->dial, DIAL_X - DIAL_RADIUS - 10, DIAL_Y - DIAL_RADIUS - 10,
		      0xffffffff);
	batch_arc(batch, DIAL_X, DIAL_Y, 224, 238, DIAL_FROM, DIAL_FROM + DIAL_SWEEP, 0x40607d9f,
		  0x40607d9f);
	batch_arc(batch, DIAL_X, DIAL_Y, 224, 238, DIAL_FROM, angle, 0xff1f66d8, 0xff56ccff);
	batch_glow(batch, drive->glow, DIAL_X + 231 * cosf(tip) - 60, DIAL_Y + 231 * sinf(tip) - 60,
		   120, 120, 0xb356ccff);
	batch_arc(batch, DIAL_X, DIAL_Y, 112, 120, 150, 150 + 240 * rpm, 0xff4cd97b,
		  rpm > 0.6f ? 0xffff7a3d : 0xffb6e34c);
	draw_needle(drive, angle, 0xffff5a3d);
	snprintf(text, sizeof(text), "%d", (int)lroundf(world->speed));
	batch_text(batch, drive->fonts[TEXT_SPEED], DIAL_X, DIAL_Y + 26, ALIGN_CENTRE, TEXT_BRIGHT,
		   text);
	snprintf(text, sizeof(text), "D%d", world->gear);
	batch_text(batch, drive->fonts[TEXT_TITLE], DIAL_X, DIAL_Y + 206, ALIGN_CENTRE, ACCENT,
		   text);
}

static void draw_arrival(struct drive *drive)
{
	const float x = TURN_X, y = TURN_Y + 148;
	double km = 24 - fmod(drive->world->distance / 1500, 23);
	time_t arrival = drive->world->clock + (time_t)(km * 72);
	char text[32];
	struct tm tm;

	gmtime_r(&arrival, &tm);
	batch_picture(drive->batch, drive->arrival, x, y, 0xffffffff);
	strftime(text, sizeof(text), "%H:%M", &tm);
	batch_text(drive->batch, drive->fonts[TEXT_TITLE], x + 28, y + 49, ALIGN_LEFT, GOOD, text);
	snprintf(text, sizeof(text), "%d min   %.1f km", (int)(km * 1.2) + 1, km);
	batch_text(drive->batch, drive->fonts[TEXT_BODY], x + 410, y + 46, ALIGN_RIGHT, TEXT_BRIGHT,
		   text);
}

/* The cover turns a little to and fro, and the glass below reflects it. */
static void draw_cover(struct drive *drive, int which, float middle_x, float turn, float away,
		       uint32_t tint)
{
	const float top = MEDIA_Y + 40, half = COVER / 2, mirror = 84;
	const float c = cosf(turn), s = sinf(turn);
	float corners[4][3], mirrored[4][3];
	const uint32_t colours[4] = {tint, tint, tint, tint};
	uint32_t upper = (tint & 0xffffff) | 0x50000000, lower = tint & 0xffffff;
	const uint32_t fading[4] = {lower, lower, upper, upper};

	for (int side = 0; side < 2; side++) {
		float depth = 1 + away + (side ? 1 : -1) * s * 0.28f;
		float x = middle_x + (side ? half : -half) * c / depth;
		float middle_y = top + half, high = half / depth;
		int upper_corner = side ? 1 : 0, lower_corner = side ? 2 : 3;

		corners[upper_corner][0] = corners[lower_corner][0] = x;
		corners[upper_corner][1] = middle_y - high;
		corners[lower_corner][1] = middle_y + high;
		/* Upside down: what was below is above. */
		mirrored[lower_corner][0] = mirrored[upper_corner][0] = x;
		mirrored[lower_corner][1] = middle_y + high + 4;
		mirrored[upper_corner][1] = middle_y + high + 4 + mirror / depth;
		corners[upper_corner][2] = corners[lower_corner][2] = depth;
		mirrored[upper_corner][2] = mirrored[lower_corner][2] = depth;
	}
	batch_quad(drive->batch, which, (const float(*)[3])mirrored, fading);
	batch_quad(drive->batch, which, (const float(*)[3])corners, colours);
}

static void draw_spectrum(struct drive *drive, float x, float y, float width, float height)
{
	double t = drive->world->seconds;
	float step = width / BARS;

	for (int i = 0; i < BARS; i++) {
		float level = 0.5f + 0.5f * sin(t * (2.1 + i % 7 * 0.6) + i * 1.7);
		float slow = 0.55f + 0.45f * sin(t * 1.3 + i * 0.35);
		float tall = height * (0.06f + 0.94f * level * slow);

		batch_box(drive->batch, x + i * step, y + height - tall, step * 0.62f, tall,
			  0xff56ccff, 0x662f81f7);
	}
}

static void draw_media(struct drive *drive)
{
	struct batch *batch = drive->batch;
	const float x = MEDIA_X + 40, width = MEDIA_WIDTH - 80, y = MEDIA_Y + 590;
	double position = fmod(drive->world->seconds + 71, SONG_SECONDS);
	float done = width * position / SONG_SECONDS;
	float sway = 0.42f * sin(drive->world->seconds * 0.7);
	char text[16];

	batch_picture(batch, drive->media, MEDIA_X, MEDIA_Y, 0xffffffff);
	draw_cover(drive, drive->covers[1], MEDIA_X + MEDIA_WIDTH / 2 + 80, 0.9f, 0.42f,
		   0xff8a8a9a);
	draw_cover(drive, drive->covers[0], MEDIA_X + MEDIA_WIDTH / 2 - 20, sway, 0, 0xffffffff);
	batch_text(batch, drive->fonts[TEXT_TITLE], x, MEDIA_Y + 444, ALIGN_LEFT, TEXT_BRIGHT,
		   "Night Drive");
	batch_text(batch, drive->fonts[TEXT_BODY], x, MEDIA_Y + 482, ALIGN_LEFT, TEXT_MUTED,
		   "The Scanouts");
	draw_spectrum(drive, x, MEDIA_Y + 500, width, 70);
	batch_box(batch, x, y, width, 6, 0xff2a3646, 0xff2a3646);
	batch_box(batch, x, y, done, 6, ACCENT, ACCENT);
	batch_arc(batch, x + done, y + 3, 0, 9, 0, 360, TEXT_BRIGHT, TEXT_BRIGHT);
	snprintf(text, sizeof(text), "%d:%02d", (int)position / 60, (int)position % 60);
	batch_text(batch, drive->fonts[TEXT_SMALL], x, y + 36, ALIGN_LEFT, TEXT_MUTED, text);
	batch_text(batch, drive->fonts[TEXT_SMALL], x + width, y + 36, ALIGN_RIGHT, TEXT_MUTED,
		   "3:34");
	batch_picture(batch, drive->buttons, MEDIA_X + (MEDIA_WIDTH - 320) / 2, MEDIA_Y + 628,
		      0xffffffff);
}

static void drive_draw(struct scene *scene, uint32_t frame)
{
	struct drive *drive = drive_from_scene(scene);
	const struct world *world = drive->world;
	const struct layout *layout = &drive->layout;
	struct town_view view = town_view_at(world->distance);

	glViewport(0, 0, layout->width, layout->height);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	batch_start(drive->batch, layout, drive->sheet);
	draw_sky(drive, &view);
	batch_draw(drive->batch);
	town_draw(drive->town, world->distance, (float)layout->width / layout->height);
	draw_bar(drive);
	draw_turn(drive);
	draw_dial(drive);
	draw_arrival(drive);
	draw_media(drive);
	batch_picture(drive->batch, drive->dock, DOCK_X, DOCK_Y, 0xffffffff);
	batch_picture(drive->batch, drive->app, APP_X(drive->chosen), DOCK_Y + 8, 0xffffffff);
	batch_frame_number(drive->batch, frame);
	batch_draw(drive->batch);
}

static void drive_click(struct scene *scene, int x, int y)
{
	struct drive *drive = drive_from_scene(scene);
	float at_x = (x - drive->layout.offset_x) / drive->layout.scale;
	float at_y = (y - drive->layout.offset_y) / drive->layout.scale;

	if (at_y < DOCK_Y || at_y >= DOCK_Y + DOCK_HEIGHT)
		return;
	for (int i = 0; i < APPS; i++)
		if (at_x >= APP_X(i) && at_x < APP_X(i) + APP_WIDTH)
			drive->chosen = i;
}

static struct scene *drive_create(const struct world *world)
{
	struct drive *drive = calloc(1, sizeof(*drive));

	if (!drive)
		abort();
	drive->world = world;
	drive->batch = batch_create();
	drive->town = town_create();
	return (struct scene *)drive;
}

static void drive_destroy(struct scene *scene)
{
	struct drive *drive = drive_from_scene(scene);

	sheet_destroy(drive->sheet);
	batch_destroy(drive->batch);
	town_destroy(drive->town);
	free(drive);
}

const struct scene_ops scene_drive = {
	.name = "drive",
	.create = drive_create,
	.destroy = drive_destroy,
	.resize = drive_resize,
	.draw = drive_draw,
	.click = drive_click,
};

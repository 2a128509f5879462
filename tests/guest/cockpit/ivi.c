/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Head 0: the IVI, with a map that moves, music, what was done to the guest,
 * and a dock of buttons.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "face.h"
#include "icons.h"
#include "look.h"
#include "map.h"
#include "path.h"
#include "text.h"

#define WIDTH  1920
#define HEIGHT 1080

#define MAP_X	   32
#define MAP_Y	   84
#define MAP_WIDTH  1160
#define MAP_HEIGHT 764
#define CAR_X	   (MAP_X + 600)
#define CAR_Y	   (MAP_Y + 430)

#define SIDE_X	     1220
#define SIDE_WIDTH   668
#define MEDIA_Y	     84
#define MEDIA_HEIGHT 372
#define INPUT_Y	     480
#define INPUT_HEIGHT 368
#define DOCK_Y	     872
#define DOCK_HEIGHT  176

#define SONG_SECONDS 214

enum {
	BUTTON_APP,
	BUTTON_APP_LAST = 5,
	BUTTON_LEFT_COOLER,
	BUTTON_LEFT_WARMER,
	BUTTON_RIGHT_COOLER,
	BUTTON_RIGHT_WARMER,
	BUTTON_PREVIOUS,
	BUTTON_PLAY,
	BUTTON_NEXT,
	BUTTONS
};

#define APP_X(i) (510 + (i)*152)

static const struct face_button buttons[BUTTONS] = {
	{APP_X(0), DOCK_Y + 22, 136, 132},
	{APP_X(1), DOCK_Y + 22, 136, 132},
	{APP_X(2), DOCK_Y + 22, 136, 132},
	{APP_X(3), DOCK_Y + 22, 136, 132},
	{APP_X(4), DOCK_Y + 22, 136, 132},
	{APP_X(5), DOCK_Y + 22, 136, 132},
	[BUTTON_LEFT_COOLER] = {64, DOCK_Y + 44, 88, 88},
	[BUTTON_LEFT_WARMER] = {344, DOCK_Y + 44, 88, 88},
	[BUTTON_RIGHT_COOLER] = {1488, DOCK_Y + 44, 88, 88},
	[BUTTON_RIGHT_WARMER] = {1768, DOCK_Y + 44, 88, 88},
	[BUTTON_PREVIOUS] = {SIDE_X + 286, MEDIA_Y + 154, 84, 84},
	[BUTTON_PLAY] = {SIDE_X + 386, MEDIA_Y + 144, 104, 104},
	[BUTTON_NEXT] = {SIDE_X + 506, MEDIA_Y + 154, 84, 84},
};

static const struct {
	enum icon icon;
	const char *label;
} apps[] = {
	{ICON_NAVIGATION, "Navigation"}, {ICON_MUSIC, "Media"}, {ICON_PHONE, "Phone"},
	{ICON_CLIMATE, "Climate"},	 {ICON_CAR, "Vehicle"}, {ICON_SETTINGS, "Settings"},
};

static const struct {
	const char *title, *artist;
} songs[] = {
	{"Night Drive", "The Scanouts"},
	{"Page Flip", "Double Buffer"},
	{"Damage Control", "Clip Rectangles"},
	{"Mellow Raster", "Vertical Blanks"},
};

#define SONGS (int)(sizeof(songs) / sizeof(songs[0]))

struct ivi {
	struct face face;
	struct map map;
	int app;
	int song;
	int half_degrees[2]; /* left and right seat */

	/* What the picture shows, to redraw only what differs. */
	time_t shown_clock;
	int shown_song_position;
	double shown_distance;
};

static struct ivi *ivi_from_face(struct face *face)
{
	return (struct ivi *)face;
}

static uint32_t button_colour(const struct face *face, int button, uint32_t idle)
{
	if (face_button_is_pressed(face, button))
		return SURFACE_DOWN;
	return face->hover == button ? SURFACE_HOVER : idle;
}

/* -- Background */

static void paint_album(struct canvas *canvas)
{
	float x = SIDE_X + 28, y = MEDIA_Y + 28, size = 220;

	fill_box(canvas, x, y, size, size, 20,
		 gradient(0xff3b2a7a, x, y, 0xffd4476c, x + size, y + size));
	fill_circle(canvas, x + 146, y + 86, 46,
		    gradient(0xffffd27a, 0, y + 40, 0xffff7a59, 0, y + 132));
	/* Two ridges before the sun. */
	const float far[][2] = {{x, y + 150},	    {x + 60, y + 108},	{x + 110, y + 146},
				{x + 160, y + 118}, {x + 220, y + 152}, {x + 220, y + 190},
				{x, y + 190}};
	const float near[][2] = {{x, y + 184},	     {x + 50, y + 156},	 {x + 120, y + 190},
				 {x + 176, y + 164}, {x + 220, y + 186}, {x + 220, y + 200},
				 {x + 200, y + 220}, {x + 20, y + 220},	 {x, y + 200}};

	fill_polygon(canvas, 7, far, solid(0xff5a2f78));
	fill_polygon(canvas, 9, near, solid(0xff2a1c4d));
}

static void paint_status_bar(struct canvas *canvas)
{
	text_draw(canvas, FONT_BOLD, 27, 96, 52, ALIGN_LEFT, TEXT_BRIGHT, "WINDSCREEN");
	text_draw(canvas, FONT_REGULAR, 25, 300, 52, ALIGN_LEFT, TEXT_MUTED, "virtual car");
	text_draw(canvas, FONT_REGULAR, 27, 1676, 52, ALIGN_RIGHT, TEXT_NORMAL, "17 °C");
	for (int i = 0; i < 4; i++)
		fill_box(canvas, 1716 + i * 12, 50 - 7 * (i + 1), 8, 7 * (i + 1), 2,
			 solid(i < 3 ? TEXT_BRIGHT : LAMP_OFF));
	text_draw(canvas, FONT_BOLD, 22, 1776, 51, ALIGN_LEFT, TEXT_NORMAL, "5G");
	stroke_box(canvas, 1826, 25, 54, 26, 6, 2.5f, solid(TEXT_NORMAL));
	fill_box(canvas, 1831, 30, 34, 16, 3, solid(GOOD));
	fill_box(canvas, 1881, 33, 4, 10, 2, solid(TEXT_NORMAL));
}

static void ivi_paint(struct face *face, struct canvas *canvas)
{
	struct ivi *ivi = ivi_from_face(face);

	map_finish(&ivi->map);
	map_init(&ivi->map, canvas->scale);

	look_night(canvas);
	paint_status_bar(canvas);
	fill_box(canvas, MAP_X - 2, MAP_Y - 2, MAP_WIDTH + 4, MAP_HEIGHT + 4, 28, solid(CARD_EDGE));
	look_card(canvas, SIDE_X, MEDIA_Y, SIDE_WIDTH, MEDIA_HEIGHT);
	paint_album(canvas);
	look_card(canvas, SIDE_X, INPUT_Y, SIDE_WIDTH, INPUT_HEIGHT);
	text_draw(canvas, FONT_BOLD, 26, SIDE_X + 32, INPUT_Y + 50, ALIGN_LEFT, TEXT_BRIGHT,
		  "Input");
	look_card(canvas, 32, DOCK_Y, WIDTH - 64, DOCK_HEIGHT);
}

/* -- Widgets */

static void draw_clock(struct face *face, struct canvas *canvas)
{
	char text[16];
	struct tm tm;

	gmtime_r(&face->world->clock, &tm);
	strftime(text, sizeof(text), "%H:%M", &tm);
	text_draw(canvas, FONT_BOLD, 42, 960, 56, ALIGN_CENTRE, TEXT_BRIGHT, text);
	strftime(text, sizeof(text), "%S", &tm);
	text_draw(canvas, FONT_REGULAR, 24, 1030, 56, ALIGN_LEFT, TEXT_MUTED, text);
}

static void draw_car(struct canvas *canvas, float heading)
{
	static const float shape[][2] = {{30, 0}, {-21, 20}, {-11, 0}, {-21, -20}};
	float c = cosf(heading * M_PI / 180), s = sinf(heading * M_PI / 180);
	float points[4][2];

	for (int i = 0; i < 4; i++) {
		points[i][0] = CAR_X + shape[i][0] * c - shape[i][1] * s;
		points[i][1] = CAR_Y + shape[i][0] * s + shape[i][1] * c;
	}
	fill_circle(canvas, CAR_X, CAR_Y, 46, solid(0x402f8cff));
	fill_circle(canvas, CAR_X, CAR_Y, 36, solid(0xff0d1622));
	fill_ring(canvas, CAR_X, CAR_Y, 34, 37, solid(0xff6cb4ff));
	fill_polygon(canvas, 4, (const float(*)[2])points, solid(0xffffffff));
}

static void draw_directions(struct face *face, struct canvas *canvas)
{
	float x = MAP_X + 24, y = MAP_Y + 24, units;
	bool right;
	char text[32];
	const char *street = map_next_turn(face->world->distance, &units, &right);

	fill_box(canvas, x, y, 400, 124, 20, solid(0xff162232));
	fill_box(canvas, x + 16, y + 16, 92, 92, 16, solid(0xff2f81f7));
	icon_draw(canvas, right ? ICON_TURN_RIGHT : ICON_TURN_LEFT, x + 62, y + 62, 60, 0xffffffff);
	snprintf(text, sizeof(text), "%d m", (int)(units / 20) * 10);
	text_draw(canvas, FONT_BOLD, 44, x + 128, y + 60, ALIGN_LEFT, TEXT_BRIGHT, text);
	text_draw(canvas, FONT_REGULAR, 27, x + 128, y + 98, ALIGN_LEFT, TEXT_NORMAL, street);
}

static void draw_arrival(struct face *face, struct canvas *canvas)
{
	float x = MAP_X + 24, y = MAP_Y + MAP_HEIGHT - 96;
	char text[32];
	double km = 24 - fmod(face->world->distance / 1500, 23);
	struct tm tm;
	time_t arrival = face->world->clock + (time_t)(km * 72);

	gmtime_r(&arrival, &tm);
	fill_box(canvas, x, y, 456, 72, 20, solid(0xff162232));
	strftime(text, sizeof(text), "%H:%M", &tm);
	text_draw(canvas, FONT_BOLD, 36, x + 24, y + 48, ALIGN_LEFT, TEXT_BRIGHT, text);
	snprintf(text, sizeof(text), "%d min   %.1f km", (int)(km * 1.2) + 1, km);
	text_draw(canvas, FONT_REGULAR, 28, x + 156, y + 46, ALIGN_LEFT, TEXT_NORMAL, text);
}

/* The card's corners are round: puts back the background outside of them. */
static void round_map_corners(struct face *face, struct canvas *canvas)
{
	struct rect clip = canvas->clip;
	struct rect card = canvas_rect(canvas, MAP_X, MAP_Y, MAP_WIDTH, MAP_HEIGHT);
	float radius = 26 * canvas->scale;
	int size = (int)ceilf(radius);

	for (int corner = 0; corner < 4; corner++) {
		int left = corner & 1 ? card.x1 - size : card.x0;
		int top = corner & 2 ? card.y1 - size : card.y0;
		float centre_x = corner & 1 ? card.x1 - radius : card.x0 + radius;
		float centre_y = corner & 2 ? card.y1 - radius : card.y0 + radius;
		struct rect part = rect_intersection(
			clip, (struct rect){left, top, left + size, top + size});

		for (int y = part.y0; y < part.y1; y++) {
			for (int x = part.x0; x < part.x1; x++) {
				float dx = x + 0.5f - centre_x, dy = y + 0.5f - centre_y;
				float outside = sqrtf(dx * dx + dy * dy) - radius + 0.5f;
				uint32_t under =
					face->background
						.pixels[(size_t)y * face->background.stride + x];

				if (outside > 0)
					canvas_blend_pixel(canvas, x, y, 0xff000000 | under,
							   outside < 1 ? outside * 255 : 255);
			}
		}
	}
}

static void draw_map(struct face *face, struct canvas *canvas)
{
	struct ivi *ivi = ivi_from_face(face);
	struct rect card = canvas_rect(canvas, MAP_X, MAP_Y, MAP_WIDTH, MAP_HEIGHT);
	struct map_place place = map_place_at(face->world->distance);
	int x = lroundf((place.x - (CAR_X - MAP_X)) * canvas->scale);
	int y = lroundf((place.y - (CAR_Y - MAP_Y)) * canvas->scale);

	canvas_tile(canvas, &ivi->map.canvas, card, x, y);
	draw_car(canvas, place.heading);
	draw_directions(face, canvas);
	draw_arrival(face, canvas);
	round_map_corners(face, canvas);
}

/* In half seconds: the bar goes on by steps. */
static int song_position(const struct ivi *ivi)
{
	return (int)(2 * fmod(ivi->face.world->seconds + 71, SONG_SECONDS));
}

static void draw_media(struct face *face, struct canvas *canvas)
{
	struct ivi *ivi = ivi_from_face(face);
	bool playing = face->world->playing;
	const enum icon icons[] = {ICON_PREVIOUS, playing ? ICON_PAUSE : ICON_PLAY, ICON_NEXT};

	text_draw(canvas, FONT_BOLD, 36, SIDE_X + 280, MEDIA_Y + 72, ALIGN_LEFT, TEXT_BRIGHT,
		  songs[ivi->song].title);
	text_draw(canvas, FONT_REGULAR, 27, SIDE_X + 280, MEDIA_Y + 112, ALIGN_LEFT, TEXT_MUTED,
		  songs[ivi->song].artist);
	for (int i = 0; i < 3; i++) {
		const struct face_button *b = &buttons[BUTTON_PREVIOUS + i];
		uint32_t idle = i == 1 ? 0xff2a5f9e : SURFACE;
		float radius = b->width / 2;

		fill_circle(canvas, b->x + radius, b->y + radius, radius - 2,
			    solid(button_colour(face, BUTTON_PREVIOUS + i, idle)));
		icon_draw(canvas, icons[i], b->x + radius, b->y + radius, radius * 0.8f,
			  TEXT_BRIGHT);
	}
}

static void draw_progress(struct face *face, struct canvas *canvas)
{
	int position = song_position(ivi_from_face(face));
	float x = SIDE_X + 28, y = MEDIA_Y + 284, width = SIDE_WIDTH - 56;
	float done = width * position / (2 * SONG_SECONDS);
	char text[16];

	fill_box(canvas, x, y, width, 8, 4, solid(LAMP_OFF));
	fill_box(canvas, x, y, done < 8 ? 8 : done, 8, 4, solid(ACCENT));
	fill_circle(canvas, x + done, y + 4, 9, solid(TEXT_BRIGHT));
	snprintf(text, sizeof(text), "%d:%02d", position / 120, position / 2 % 60);
	text_draw(canvas, FONT_REGULAR, 22, x, y + 38, ALIGN_LEFT, TEXT_MUTED, text);
}

static void draw_volume(struct face *face, struct canvas *canvas)
{
	float x = SIDE_X + 240, y = MEDIA_Y + 318, width = 340;
	int volume = face->world->volume;
	char text[8];

	snprintf(text, sizeof(text), "%d", volume);
	text_draw(canvas, FONT_REGULAR, 22, x - 16, y + 11, ALIGN_RIGHT, TEXT_MUTED, "Volume");
	fill_box(canvas, x, y, width, 8, 4, solid(LAMP_OFF));
	if (volume)
		fill_box(canvas, x, y, 8 + (width - 8) * volume / 100, 8, 4, solid(TEXT_NORMAL));
	text_draw(canvas, FONT_REGULAR, 22, SIDE_X + SIDE_WIDTH - 28, y + 11, ALIGN_RIGHT,
		  TEXT_NORMAL, text);
}

static void draw_input(struct face *face, struct canvas *canvas)
{
	const struct world *world = face->world;
	float x = SIDE_X + 32, y = INPUT_Y + 88;
	char text[WORLD_TYPED_LENGTH + 4];

	for (int i = 0; i < WORLD_EVENTS; i++)
		text_draw(canvas, FONT_MONO, 23, x, y + i * 28, ALIGN_LEFT,
			  i == WORLD_EVENTS - 1 ? TEXT_BRIGHT : TEXT_MUTED, world->events[i]);
	fill_box(canvas, x - 8, INPUT_Y + INPUT_HEIGHT - 76, SIDE_WIDTH - 48, 54, 14,
		 solid(0xff0b111a));
	snprintf(text, sizeof(text), "%s▏", world->typed);
	text_draw(canvas, FONT_MONO, 28, x + 10, INPUT_Y + INPUT_HEIGHT - 40, ALIGN_LEFT,
		  TEXT_BRIGHT, text);
}

static void draw_apps(struct face *face, struct canvas *canvas)
{
	struct ivi *ivi = ivi_from_face(face);

	for (int i = 0; i <= BUTTON_APP_LAST; i++) {
		const struct face_button *b = &buttons[i];
		bool chosen = i == ivi->app;
		bool pressed = face_button_is_pressed(face, i);

		fill_box(canvas, b->x, b->y, b->width, b->height, 22,
			 solid(button_colour(face, i, chosen ? 0xff213a58 : SURFACE)));
		if (chosen)
			fill_box(canvas, b->x + 44, b->y + b->height - 10, b->width - 88, 5, 2.5f,
				 solid(ACCENT));
		icon_draw(canvas, apps[i].icon, b->x + b->width / 2, b->y + 52, 50,
			  pressed || chosen ? TEXT_BRIGHT : TEXT_NORMAL);
		text_draw(canvas, FONT_REGULAR, 21, b->x + b->width / 2, b->y + 107, ALIGN_CENTRE,
			  pressed || chosen ? TEXT_BRIGHT : TEXT_MUTED, apps[i].label);
	}
}

static void draw_seat(struct face *face, struct canvas *canvas, int seat)
{
	int half_degrees = ivi_from_face(face)->half_degrees[seat];
	int first = seat ? BUTTON_RIGHT_COOLER : BUTTON_LEFT_COOLER;
	float middle = (buttons[first].x + buttons[first + 1].x + buttons[first + 1].width) / 2;
	char text[16];

	for (int i = first; i <= first + 1; i++) {
		const struct face_button *b = &buttons[i];

		fill_circle(canvas, b->x + 44, b->y + 44, 42,
			    solid(button_colour(face, i, SURFACE)));
		icon_draw(canvas, i == first ? ICON_MINUS : ICON_PLUS, b->x + 44, b->y + 44, 36,
			  i == first ? ACCENT : ACCENT_WARM);
	}
	snprintf(text, sizeof(text), "%.1f°", half_degrees / 2.0);
	text_draw(canvas, FONT_BOLD, 54, middle, DOCK_Y + 100, ALIGN_CENTRE, TEXT_BRIGHT, text);
	text_draw(canvas, FONT_REGULAR, 20, middle, DOCK_Y + 134, ALIGN_CENTRE, TEXT_MUTED,
		  seat ? "Passenger" : "Driver");
}

static void draw_left_seat(struct face *face, struct canvas *canvas)
{
	draw_seat(face, canvas, 0);
}

static void draw_right_seat(struct face *face, struct canvas *canvas)
{
	draw_seat(face, canvas, 1);
}

enum {
	WIDGET_CLOCK,
	WIDGET_MAP,
	WIDGET_MEDIA,
	WIDGET_PROGRESS,
	WIDGET_VOLUME,
	WIDGET_INPUT,
	WIDGET_APPS,
	WIDGET_LEFT_SEAT,
	WIDGET_RIGHT_SEAT,
	WIDGETS
};

static const struct face_widget widgets[WIDGETS] = {
	[WIDGET_CLOCK] = {880, 12, 190, 60, draw_clock, false},
	[WIDGET_MAP] = {MAP_X, MAP_Y, MAP_WIDTH, MAP_HEIGHT, draw_map, true},
	[WIDGET_MEDIA] = {SIDE_X + 270, MEDIA_Y + 24, 380, 228, draw_media, false},
	[WIDGET_PROGRESS] = {SIDE_X + 16, MEDIA_Y + 272, SIDE_WIDTH - 32, 60, draw_progress, false},
	[WIDGET_VOLUME] = {SIDE_X + 120, MEDIA_Y + 306, SIDE_WIDTH - 140, 34, draw_volume, false},
	[WIDGET_INPUT] = {SIDE_X + 20, INPUT_Y + 62, SIDE_WIDTH - 40, INPUT_HEIGHT - 76, draw_input,
			  false},
	[WIDGET_APPS] = {APP_X(0), DOCK_Y + 22, APP_X(5) + 136 - APP_X(0), 132, draw_apps, false},
	[WIDGET_LEFT_SEAT] = {56, DOCK_Y + 30, 384, 120, draw_left_seat, false},
	[WIDGET_RIGHT_SEAT] = {1480, DOCK_Y + 30, 384, 120, draw_right_seat, false},
};

static void invalidate(struct face *face, int widget)
{
	const struct face_widget *w = &widgets[widget];

	face_invalidate(face, w->x, w->y, w->width, w->height);
}

/* -- Events */

static void ivi_animate(struct face *face)
{
	struct ivi *ivi = ivi_from_face(face);
	int position = song_position(ivi);

	if (ivi->shown_distance != face->world->distance) {
		ivi->shown_distance = face->world->distance;
		invalidate(face, WIDGET_MAP);
	}
	if (ivi->shown_clock != face->world->clock) {
		ivi->shown_clock = face->world->clock;
		invalidate(face, WIDGET_CLOCK);
	}
	if (ivi->shown_song_position != position) {
		ivi->shown_song_position = position;
		invalidate(face, WIDGET_PROGRESS);
	}
}

static void ivi_note(struct face *face)
{
	invalidate(face, WIDGET_INPUT);
}

static void ivi_click(struct face *face, int button)
{
	struct ivi *ivi = ivi_from_face(face);

	if (button <= BUTTON_APP_LAST) {
		ivi->app = button;
		invalidate(face, WIDGET_APPS);
	} else if (button <= BUTTON_RIGHT_WARMER) {
		int seat = button >= BUTTON_RIGHT_COOLER;
		int change = (button - BUTTON_LEFT_COOLER) % 2 ? 1 : -1;
		int *value = &ivi->half_degrees[seat];

		if (*value + change >= 32 && *value + change <= 56)
			*value += change;
		invalidate(face, seat ? WIDGET_RIGHT_SEAT : WIDGET_LEFT_SEAT);
	} else {
		if (button == BUTTON_PLAY)
			face->world->playing = !face->world->playing;
		else
			ivi->song = (ivi->song + (button == BUTTON_NEXT ? 1 : SONGS - 1)) % SONGS;
		invalidate(face, WIDGET_MEDIA);
	}
}

static void ivi_wheel(struct face *face, int clicks)
{
	int volume = face->world->volume + 5 * clicks;

	face->world->volume = volume < 0 ? 0 : volume > 100 ? 100 : volume;
	invalidate(face, WIDGET_VOLUME);
}

static struct face *ivi_create(void)
{
	struct ivi *ivi = calloc(1, sizeof(*ivi));

	if (!ivi)
		abort();
	ivi->half_degrees[0] = 43;
	ivi->half_degrees[1] = 41;
	return &ivi->face;
}

static void ivi_destroy(struct face *face)
{
	struct ivi *ivi = ivi_from_face(face);

	map_finish(&ivi->map);
	free(ivi);
}

const struct face_ops ivi_face = {
	.name = "ivi",
	.width = WIDTH,
	.height = HEIGHT,
	.widgets = widgets,
	.n_widgets = WIDGETS,
	.buttons = buttons,
	.n_buttons = BUTTONS,
	.create = ivi_create,
	.destroy = ivi_destroy,
	.paint = ivi_paint,
	.animate = ivi_animate,
	.note = ivi_note,
	.click = ivi_click,
	.wheel = ivi_wheel,
};

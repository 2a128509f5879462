/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "look.h"

#include "path.h"

void look_night(struct canvas *canvas)
{
	float left = canvas_design_x(canvas, 0), right = canvas_design_x(canvas, canvas->width);
	float top = canvas_design_y(canvas, 0), bottom = canvas_design_y(canvas, canvas->height);

	fill_box(canvas, left, top, right - left, bottom - top, 0,
		 gradient(NIGHT_TOP, 0, top, NIGHT_BOTTOM, 0, bottom));
}

void look_card(struct canvas *canvas, float x, float y, float width, float height)
{
	fill_box(canvas, x, y, width, height, 26,
		 gradient(CARD_TOP, 0, y, CARD_BOTTOM, 0, y + height));
	stroke_box(canvas, x, y, width, height, 26, 1.5f, solid(CARD_EDGE));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Icons: small pictures made of strokes, in one colour.
 */

#include "canvas.h"

enum icon {
	ICON_NAVIGATION,
	ICON_MUSIC,
	ICON_PHONE,
	ICON_CLIMATE,
	ICON_CAR,
	ICON_SETTINGS,
	ICON_PLAY,
	ICON_PAUSE,
	ICON_PREVIOUS,
	ICON_NEXT,
	ICON_MINUS,
	ICON_PLUS,
	ICON_LEFT,
	ICON_RIGHT,
	ICON_LOW_BEAM,
	ICON_HIGH_BEAM,
	ICON_BATTERY,
	ICON_BRAKE,
	ICON_BELT,
	ICON_OIL,
	ICON_ENGINE,
	ICON_TEMPERATURE,
	ICON_FUEL,
	ICON_TURN_LEFT,
	ICON_TURN_RIGHT,
	ICONS
};

/** Draws the icon centred at (x, y), `size` high and wide. Design units. */
void icon_draw(struct canvas *canvas, enum icon icon, float x, float y, float size,
	       uint32_t colour);

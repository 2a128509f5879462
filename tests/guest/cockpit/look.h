/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Look: the colours and surfaces that both heads share.
 */

#include "canvas.h"

#define NIGHT_TOP     0xff0d1420
#define NIGHT_BOTTOM  0xff05080d
#define CARD_TOP      0xff17212f
#define CARD_BOTTOM   0xff101824
#define CARD_EDGE     0xff263447
#define SURFACE	      0xff1e2a3a
#define SURFACE_HOVER 0xff2a3a50
#define SURFACE_DOWN  0xff2f81f7
#define TEXT_BRIGHT   0xffeef3f8
#define TEXT_NORMAL   0xffc3ceda
#define TEXT_MUTED    0xff7f8fa3
#define ACCENT	      0xff3da9fc
#define ACCENT_WARM   0xffff7a3d
#define GOOD	      0xff4cd97b
#define AMBER	      0xffffb638
#define ALARM	      0xffff4d57
#define LAMP_OFF      0xff2a3646

/** The dark gradient behind everything, over the whole canvas whatever its shape. */
void look_night(struct canvas *canvas);

/** A card that things lie on. */
void look_card(struct canvas *canvas, float x, float y, float width, float height);

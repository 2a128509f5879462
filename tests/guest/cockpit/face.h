/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Face
 *
 * What one head shows: a background painted once per mode, and widgets drawn
 * over it wherever something was invalidated. A redraw costs what moved.
 */

#include "canvas.h"
#include "damage.h"
#include "frame_number.h"
#include "world.h"

#define FACE_MAX_TOUCHES      10
#define FACE_MAX_WRONG_PIXELS 16

struct face;

/* Drawn over the background, in this order, where a redraw meets its part of the design. */
struct face_widget {
	float x, y, width, height;
	void (*draw)(struct face *face, struct canvas *canvas);
	bool opaque; /* covers all of its part: nothing below needs drawing */
};

/* A part of the design that can be pointed at and pressed. */
struct face_button {
	float x, y, width, height;
};

struct face_ops {
	const char *name;
	float width, height; /* of the design */

	const struct face_widget *widgets;
	int n_widgets;
	const struct face_button *buttons;
	int n_buttons;

	struct face *(*create)(void);
	void (*destroy)(struct face *face);

	/* Paints what never moves onto the cleared background, and prepares anything that depends
	 * on the scale. */
	void (*paint)(struct face *face, struct canvas *background);

	/* The world moved on: invalidates what shows it. */
	void (*animate)(struct face *face);

	/* Something was done to the guest, and noted in the world. */
	void (*note)(struct face *face);

	/* Button `button` was clicked or tapped. */
	void (*click)(struct face *face, int button);

	/* The wheel turned, up is positive. */
	void (*wheel)(struct face *face, int clicks);
};

/* A touch or a pressed pointer button, in pixels. */
struct face_press {
	bool down;
	int x, y;
	int button; /* what it went down on, -1 for nothing */
};

struct face {
	const struct face_ops *ops;
	struct world *world; /* shared by all faces */

	struct canvas background; /* without pixels while the head is off */
	struct damage damage;
	uint32_t frame; /* number of the newest picture */

	int pointer_x, pointer_y; /* pixels */
	int hover;		  /* button under the pointer, -1 for none */
	struct face_press pointer;
	int pointer_code; /* of the mouse button that is down */
	struct face_press touches[FACE_MAX_TOUCHES];

	struct {
		int x, y;
		uint32_t colour;
	} wrong_pixels[FACE_MAX_WRONG_PIXELS];
	int n_wrong_pixels;
};

extern const struct face_ops ivi_face;
extern const struct face_ops cluster_face;

/** Makes a face of a kind, without a size. The world must outlive it. */
struct face *face_create(const struct face_ops *ops, struct world *world);

/** Frees the face. Accepts NULL. */
void face_destroy(struct face *face);

/** True while the face has a size. */
bool face_is_on(const struct face *face);

/** Gives the face a size in pixels, paints its background and invalidates all; 0 by 0 takes its
 * picture away. */
void face_set_size(struct face *face, int width, int height);

/** Asks for a part of the design to be redrawn. */
void face_invalidate(struct face *face, float x, float y, float width, float height);

/** True when the picture would change. */
bool face_is_dirty(const struct face *face);

/** Goes to the next frame number, and says where its picture differs from the one before. */
struct damage face_next_frame(struct face *face);

/** Draws those parts of the picture into `target`, which has the face's size in pixels. */
void face_draw(struct face *face, const struct canvas *target, const struct damage *parts);

/** Input on this head; positions in pixels. They invalidate, they do not redraw. */
void face_pointer_moved(struct face *face, int x, int y);
void face_pointer_button(struct face *face, int code, bool down);
void face_touched(struct face *face, int slot, bool down, int x, int y);

/** True if that button of the face is held, by pointer or finger. */
bool face_button_is_pressed(const struct face *face, int button);

/**
 * Draws one pixel over everything, or takes it away when that very pixel was there.
 *
 * Returns 0, -EINVAL outside the picture, -ENOSPC when there are too many.
 */
int face_toggle_pixel(struct face *face, int x, int y, uint32_t colour);

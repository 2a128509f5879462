/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Scene
 *
 * What the window shows. A picture follows from the world and its frame number
 * alone, so that a frozen one stays and a step is the same every time. All calls need a
 * current context.
 */

#include <stdint.h>

#include "world.h"

struct scene;

struct scene_ops {
	const char *name; /* as in cockpit.scene */

	/* The world must outlive the scene. Aborts without memory. */
	struct scene *(*create)(const struct world *world);
	void (*destroy)(struct scene *scene);

	/* The screen has this size now, in pixels. Before the first picture, and whenever it
	 * changes. */
	void (*resize)(struct scene *scene, int width, int height);

	void (*draw)(struct scene *scene, uint32_t frame);

	/* This pixel was clicked or tapped. */
	void (*click)(struct scene *scene, int x, int y);
};

extern const struct scene_ops scene_drive;  /* the demo */
extern const struct scene_ops scene_shapes; /* for comparison with a reference */

/** The scene of this name, or NULL. */
const struct scene_ops *scene_from_name(const char *name);

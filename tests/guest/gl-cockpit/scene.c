/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene.h"

#include <stddef.h>
#include <string.h>

static const struct scene_ops *const scenes[] = {&scene_drive, &scene_shapes};

const struct scene_ops *scene_from_name(const char *name)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (!strcmp(scenes[i]->name, name))
			return scenes[i];
	return NULL;
}

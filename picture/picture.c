/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/picture.h"

#include <stdlib.h>

struct picture *picture_create(uint32_t width, uint32_t height)
{
	struct picture *picture = malloc(sizeof(*picture));

	if (!picture)
		return NULL;
	picture->width = width;
	picture->height = height;
	picture->pixels = calloc((size_t)width * height, sizeof(uint32_t));
	if (!picture->pixels) {
		free(picture);
		return NULL;
	}
	return picture;
}

void picture_destroy(struct picture *picture)
{
	if (!picture)
		return;
	free(picture->pixels);
	free(picture);
}

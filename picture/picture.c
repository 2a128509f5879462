/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/picture.h"

#include <stdlib.h>

#include "gateway/frame/frame.h"

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

struct picture *picture_from_frame(const struct frame *frame)
{
	struct picture *picture = picture_create(frame->width, frame->height);

	for (uint32_t y = 0; picture && y < frame->height; y++) {
		const uint32_t *from = frame_row(frame, y);
		uint32_t *to = picture_row(picture, y);

		/* What a frame has in the unused byte is not defined. */
		for (uint32_t x = 0; x < frame->width; x++)
			to[x] = from[x] & 0xffffff;
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

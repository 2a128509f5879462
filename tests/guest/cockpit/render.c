/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <stdio.h>

#include "face.h"

static int write_ppm(const struct canvas *canvas, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file)
		return -errno;
	fprintf(file, "P6\n%d %d\n255\n", canvas->width, canvas->height);
	for (int i = 0; i < canvas->width * canvas->height; i++) {
		uint32_t pixel = canvas->pixels[i];

		fputc(pixel >> 16 & 0xff, file);
		fputc(pixel >> 8 & 0xff, file);
		fputc(pixel & 0xff, file);
	}
	return fclose(file) ? -EIO : 0;
}

static int render_face(const struct face_ops *ops, const char *path, int frames)
{
	struct world world;
	struct canvas picture;
	struct face *face;
	int result;

	world_init(&world, MOTION_FULL);
	world.indicator = INDICATOR_RIGHT;
	world_note(&world, "key KEY_F5 1");
	world_note(&world, "key KEY_F5 0");
	world_note(&world, "touch 0 slot 2 down 640 410");
	face = face_create(ops, &world);
	face_set_size(face, ops->width, ops->height);
	canvas_init(&picture, ops->width, ops->height, ops->width, ops->height);
	for (int i = 0; i < frames; i++) {
		struct damage damage;

		world_tick(&world, 1 / 30.0f);
		ops->animate(face);
		damage = face_next_frame(face);
		face_draw(face, &picture, &damage);
	}
	result = write_ppm(&picture, path);
	canvas_finish(&picture);
	face_destroy(face);
	return result;
}

int render_faces(const char *ivi_path, const char *cluster_path, int frames)
{
	int result = render_face(&ivi_face, ivi_path, frames);

	return result < 0 ? result : render_face(&cluster_face, cluster_path, frames);
}

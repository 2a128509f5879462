/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Picture
 *
 * The pixels of a picture that was or will be a PNG file, for comparing: 8 bits of
 * red, green and blue, as a capture has them. What is transparent in a file is
 * taken as if it were not.
 *
 * Threads: any, one at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

/* In either direction: as large as a head can be. */
#define PICTURE_SIDE_MAX 16384

struct frame;

struct picture {
	uint32_t width; /* at least 1 */
	uint32_t height;
	uint32_t *pixels; /* 0x00RRGGBB, rows without gaps */
};

/* A part of a picture, in its pixels. */
struct picture_box {
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

/** A black picture. Returns NULL when there is not enough memory. */
struct picture *picture_create(uint32_t width, uint32_t height);

/** Accepts NULL. */
void picture_destroy(struct picture *picture);

static inline uint32_t *picture_row(const struct picture *picture, uint32_t y)
{
	return picture->pixels + (size_t)y * picture->width;
}

/**
 * Reads a PNG file.
 *
 * Returns 0; -EBADMSG for what is no PNG file or is a damaged one; -EFBIG for one that
 * is larger than a head can be; -ENOMEM; or why the file cannot be read.
 */
int picture_read(const char *path, struct picture **ret_picture);

/** The same for what such a file has in it. */
int picture_from_png(const uint8_t *bytes, size_t size, struct picture **ret_picture);

/** A copy of a frame. Returns NULL when there is not enough memory. */
struct picture *picture_from_frame(const struct frame *frame);

/** Makes a PNG file's content of it; the caller frees `*ret_png`. Returns 0 or negative errno. */
int picture_to_png(const struct picture *picture, uint8_t **ret_png, size_t *ret_size);

DEFINE_CLEANUP(struct picture *, picture_destroy)

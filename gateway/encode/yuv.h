/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * YUV
 *
 * A picture as video encoders take it: NV12, BT.709 (ITU-R BT.709-6), full range.
 *
 * Threads: the owner's.
 */

#include <pixman.h>
#include <stdint.h>

#include "common/cleanup.h"

struct yuv_picture {
	uint32_t width; /* pixels, even */
	uint32_t height;
	uint32_t stride_bytes; /* of both planes; a multiple of 64 */
	uint8_t *luma;
	uint8_t *chroma; /* Cb and Cr in turn, a pair for 2x2 pixels: their mean */
};

/** A black picture, or NULL when there is no memory. */
struct yuv_picture *yuv_picture_create(uint32_t width, uint32_t height);

/** Accepts NULL. */
void yuv_picture_destroy(struct yuv_picture *picture);

/**
 * Converts `box` of the picture, which is made even first, from pixels of PIXMAN_x8r8g8b8
 * that begin at the picture's corner and go on for `stride_bytes` a row.
 */
void yuv_picture_convert(struct yuv_picture *picture, const uint32_t *pixels, uint32_t stride_bytes,
			 const pixman_box32_t *box);

DEFINE_CLEANUP(struct yuv_picture *, yuv_picture_destroy)

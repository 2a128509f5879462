/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * FLIP
 *
 * How much two pictures differ for somebody who looks at one and then at the other
 * in the same place: a number from 0 (no difference is seen) to 1 (as black from white,
 * nearly) for each pixel. Colours are compared as blurred as the eye sees them, and
 * edges and points that came or went count more.
 *
 * P. Andersson, J. Nilsson, T. Akenine-Möller, M. Oskarsson, K. Åström, M. D. Fairchild:
 * FLIP: A Difference Evaluator for Alternating Images. Proceedings of the ACM on Computer
 * Graphics and Interactive Techniques 3(2), 2020.
 *
 * The viewer sits where the paper has them: 0.7 m from a screen of 0.7 m with 3840 pixels.
 *
 * Threads: any.
 */

#include "picture/picture.h"

/* As far as a pixel's difference reaches, in pixels, to either side. */
#define FLIP_REACH 10

/* The largest box that is compared at a time, to either side. */
#define FLIP_TILE_MAX 128

/**
 * Compares `box`, at most FLIP_TILE_MAX to a side and inside of both pictures, which have one
 * size. Writes an error for each pixel of the box, in rows without gaps.
 */
void flip_compare(const struct picture *reference, const struct picture *actual,
		  const struct picture_box *box, float *ret_errors);

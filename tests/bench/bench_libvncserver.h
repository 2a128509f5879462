/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * libvncserver's own Tight encoder, for comparison, which encodes for each viewer anew.
 */

#include <pixman.h>
#include <stddef.h>
#include <stdint.h>

struct bench_libvncserver;

/** An encoder with a viewer, of pictures of BENCH_WIDTH x BENCH_HEIGHT. Ends the program on
 * failure. */
struct bench_libvncserver *bench_libvncserver_create(uint32_t *pixels);
void bench_libvncserver_destroy(struct bench_libvncserver *server);

/**
 * Encodes a region for the viewer: losslessly, or as JPEG of RFB's quality, if that is 0 or more.
 * Returns the bytes; `ret_ms` is the processor time, writing them to a socket included.
 */
size_t bench_libvncserver_encode(struct bench_libvncserver *server, const pixman_region32_t *region,
				 int quality, double *ret_ms);

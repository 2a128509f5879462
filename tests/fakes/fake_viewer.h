/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake viewer
 *
 * A client of org.qemu.Display1 that watches one output, keeps the picture that
 * it is told of, and can be as slow as a test likes.
 *
 * It runs on the caller's loop, beside what is tested: neither waits for the other.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"

struct fake_viewer;

struct fake_viewer_options {
	const char *path;
	unsigned output;
	bool maps;	    /* names Unix.Map; otherwise it takes copies */
	bool refuses_maps;  /* names it, and refuses each */
	bool takes_dmabufs; /* names Unix.ScanoutDMABUF2, whose files it maps as if they were memory
			     */
	bool refuses_dmabufs; /* names it, and refuses each */
	bool has_no_listener; /* connects only */
	bool is_mute;	      /* gives a socket as its listener, and never says a word on it */
};

/* What it was told so far. */
struct fake_viewer_seen {
	bool is_greeted;    /* the main connection is up */
	bool is_registered; /* RegisterListener was answered well */
	bool has_ended;	    /* the listener's connection */
	bool has_left;	    /* the main connection was closed by the peer */
	unsigned scanout_maps;
	unsigned update_maps;
	unsigned scanout_dmabufs;
	unsigned update_dmabufs;
	unsigned scanouts;
	unsigned updates;
	unsigned disables;
	unsigned cursors;
	unsigned pointers;
	unsigned changes; /* PropertiesChanged signals */
	/* Of the picture: 0 when there is none. */
	uint32_t width;
	uint32_t height;
	/* Of the last update, in either way. */
	int32_t update_x, update_y, update_width, update_height;
	/* Of the last dma-buf. */
	uint32_t fourcc, buffer_width, buffer_height;
	uint64_t modifier;
	bool y_0_top;
	/* Of the pointer. */
	int32_t pointer_x, pointer_y, pointer_is_visible;
	int32_t cursor_width, cursor_height, cursor_hot_x, cursor_hot_y;
	uint32_t cursor_pixel; /* the first */
	bool is_writable;      /* a surface could be mapped for writing */
};

/** Connects, and registers a listener as soon as it may. Fails the test on errors. */
struct fake_viewer *fake_viewer_create(struct loop *loop,
				       const struct fake_viewer_options *options);

/** Closes both connections. Accepts NULL. */
void fake_viewer_destroy(struct fake_viewer *viewer);

const struct fake_viewer_seen *fake_viewer_seen(const struct fake_viewer *viewer);

/** A pixel of the picture as it was told, without the unused byte; UINT32_MAX outside. */
uint32_t fake_viewer_pixel(const struct fake_viewer *viewer, uint32_t x, uint32_t y);

/** Whether all of the picture has one colour. */
bool fake_viewer_is_all(const struct fake_viewer *viewer, uint32_t colour);

/** Takes calls and keeps the answers back; then gives them all. */
void fake_viewer_hold_answers(struct fake_viewer *viewer);
void fake_viewer_give_answers(struct fake_viewer *viewer);

/** Reads nothing any more, on either connection. */
void fake_viewer_fall_asleep(struct fake_viewer *viewer);

/** Registers one listener more, which stays mute. */
void fake_viewer_register_mute(struct fake_viewer *viewer);

/** Closes all of those. */
void fake_viewer_close_mutes(struct fake_viewer *viewer);

/** Closes the listener alone, or the main connection alone. */
void fake_viewer_close_listener(struct fake_viewer *viewer);
void fake_viewer_close_main(struct fake_viewer *viewer);

/**
 * Makes a call on the console, and turns the loop until it is answered. Returns
 * "" or the error's name, until the next call.
 */
const char *fake_viewer_call(struct fake_viewer *viewer, const char *interface, const char *member,
			     const char *types, ...);

/** Fetches a property as text: strings as they are, numbers in decimals, arrays with commas. */
const char *fake_viewer_property(struct fake_viewer *viewer, const char *path,
				 const char *interface, const char *name);

DEFINE_CLEANUP(struct fake_viewer *, fake_viewer_destroy)

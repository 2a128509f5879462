/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Feed stage
 *
 * A head with a feed, a guest that paints boxes, and viewers that fetch when they
 * are woken. What moves, and how it is encoded, is fake_video's.
 */

#include "common/cleanup.h"
#include "gateway/encode/feed.h"
#include "gateway/frame/head.h"

#define WIDTH  320
#define HEIGHT 240

/* Where the guest paints, and what moves there. */
extern const pixman_box32_t moving_box;
extern const pixman_box32_t other_box;

struct scene {
	struct loop *loop;
	struct workers *workers;
	struct heads *heads;
	struct head *head;
	struct feeds *feeds;
	struct feed *feed;
	uint32_t colour;
};

struct scene *scene_create_with(enum encoder_choice encoder, uint64_t frame_memory);

/** With x264 in name, and memory for many frames. */
struct scene *scene_create(void);
void scene_destroy(struct scene *scene);
DEFINE_CLEANUP(struct scene *, scene_destroy)

/** The guest paints a box in another colour and shows it. Returns the frame's number. */
uint64_t paint(struct scene *scene, const pixman_box32_t *box);

/** The same, on a screen of another size. */
uint64_t paint_on(struct scene *scene, const pixman_box32_t *box, uint32_t width, uint32_t height);

/** Turns the loop until nothing is left to be done at once. */
void settle(struct scene *scene);

/** Waits until so many encodes have begun. */
void wait_for_encodes(struct scene *scene, unsigned encodes);

/* A viewer with a wakeup of its own, and the picture that it fetched last. */
struct viewer {
	struct scene *scene;
	struct wakeup *wakeup;
	struct feed_view *view;
	uint64_t seen;
	struct feed_picture picture;
	bool has_picture;
};

struct viewer *viewer_create(struct scene *scene, enum rendition rendition);
void viewer_destroy(struct viewer *viewer);
DEFINE_CLEANUP(struct viewer *, viewer_destroy)

bool is_signalled(const struct viewer *viewer);

/** feed_view_fetch(). */
bool fetch(struct viewer *viewer);

/** Fetches, as viewers do, when it is woken, until there is nothing new. Returns whether there was
 * anything. */
bool fetch_when_woken(struct viewer *viewer);

/** Goes on until the viewer has the newest frame. */
void catch_up(struct viewer *viewer);

/** The box moves, and the viewer has a picture with video of it. */
void begin_motion(struct scene *scene, struct viewer *viewer);

/** For test_wait(), of a viewer: fetches, and looks for streams. */
bool has_streams(void *viewer);
bool has_no_streams(void *viewer);

/** The newest unit of the viewer's first stream. */
const struct packet *last_unit(const struct viewer *viewer);

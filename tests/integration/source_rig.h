/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Source rig
 *
 * A source with real heads and a real seat, and a fake guest for it to attach to.
 */

#include "common/loop.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/source/source.h"
#include "tests/fakes/fake_display1.h"
#include "tests/support/test.h"

#define WIDTH  320
#define HEIGHT 240
#define KEY_A  30

#define RED   0xff0000
#define GREEN 0x00ff00
#define BLUE  0x0000ff

struct rig {
	struct loop *loop;
	char *folder;
	char *path; /* of the guest's socket, in it */
	struct head_policy policies[HEADS_MAX];
	struct heads *heads;
	struct seat *seat;
	struct seat_client *viewer;
	struct source_address address;
	struct source *source;
	bool is_display_only; /* the source has no seat */
	struct fake_options options;
	struct fake_display1 *guest;
	char lines[16384]; /* what the guest was told, each line with its end */
	size_t lines_length;
};

/** Neither the guest nor the source has started: change the options before they do. */
struct rig *rig_create(enum source_transport transport);
void rig_destroy(struct rig *rig);

/** The source has attached, and head 0 is red. */
struct rig *rig_create_attached(enum source_transport transport);

void rig_start_guest(struct rig *rig);
void rig_stop_guest(struct rig *rig);
void rig_start_source(struct rig *rig);

/** Fills the guest's surface; it is shown when the guest presents it. */
void rig_paint(struct rig *rig, unsigned head, uint32_t colour);

/** A viewer's input. */
void rig_send(struct rig *rig, struct input_event event);
void rig_press(struct rig *rig, uint8_t qnum, bool is_down);

DEFINE_CLEANUP(struct rig *, rig_destroy)
#define RIG CLEANUP(rig_destroyp) struct rig

/* -- What can be waited for ---------------------------------------------------------- */

/** Runs the loop until the condition holds. */
#define WAIT_UNTIL(rig, condition) \
	do { \
		uint64_t deadline_ = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000); \
		while (!(condition)) { \
			if (loop_now_us() > deadline_) \
				test_fail(__FILE__, __LINE__, "did not come true: %s\n%s", \
					  #condition, (rig)->lines); \
			sd_event_run(loop_event((rig)->loop), 2000); \
		} \
	} while (0)

/** UINT32_MAX outside of the picture. */
uint32_t rig_pixel_at(struct rig *rig, unsigned head, uint32_t x, uint32_t y);

bool rig_has_picture(struct rig *rig, unsigned head);
bool rig_notice_says(struct rig *rig, unsigned head, const char *text);

/** Its image is only to be compared with NULL. */
struct cursor rig_cursor(struct rig *rig);

/** How often the guest was told exactly this. */
unsigned rig_times_told(struct rig *rig, const char *line);
bool rig_was_told(struct rig *rig, const char *line);

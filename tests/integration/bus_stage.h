/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Bus stage
 *
 * A display without a device, served on a socket: a test plays the guest that
 * draws, and the devices that input goes to.
 */

#include "common/loop.h"
#include "gpu-bridge/bus/display_bus.h"
#include "gpu-bridge/display.h"
#include "tests/fakes/fake_viewer.h"
#include "tests/support/test.h"

#define WIDTH  320
#define HEIGHT 240

/* XR24, laid out as nobody knows. */
#define DMABUF_FOURCC	0x34325258
#define DMABUF_MODIFIER UINT64_C(0x0100000000000001)

#define BLACK 0x000000
#define RED   0xff0000
#define GREEN 0x00ff00
#define BLUE  0x0000ff

struct bus_stage_surface {
	struct display_surface shown;
	struct display_dmabuf dmabuf; /* the same file, in the place of a GPU's */
	uint32_t *pixels;
	size_t size;
};

struct bus_stage {
	struct loop *loop;
	char *folder;
	char *path; /* of the socket, in it */
	struct display *display;
	struct display_bus_options options;
	struct display_bus *bus;
	struct bus_stage_surface surfaces[DISPLAY_OUTPUTS_MAX];
	bool makes_dmabufs; /* of surfaces from now on */
	int refuses_modes;  /* what a request for a mode is answered with; 0: it is followed */
	char lines[16384];  /* the input that came, a line each: "key 0 30 1", "position 0 5 6" */
	size_t lines_length;
};

/** Nothing is shown yet. */
struct bus_stage *bus_stage_create(unsigned outputs);

/** Nothing is shown, and no input taken. */
struct bus_stage *bus_stage_create_without_input(void);
void bus_stage_destroy(struct bus_stage *stage);

/** With output 0 red. */
struct bus_stage *bus_stage_create_red(void);

/** Lets viewers owe an answer for this long only; those that are there are gone. */
void bus_stage_set_patience(struct bus_stage *stage, uint64_t patience_us);

/** The bridge goes, and comes back: its display stays. */
void bus_stage_stop(struct bus_stage *stage);
void bus_stage_start(struct bus_stage *stage);

/** Shows another surface, of one colour. */
void bus_stage_show(struct bus_stage *stage, unsigned output, uint32_t width, uint32_t height,
		    uint32_t colour);

/** Draws a rectangle, and announces it. */
void bus_stage_draw(struct bus_stage *stage, unsigned output, struct display_rect rect,
		    uint32_t colour);

void bus_stage_disable(struct bus_stage *stage, unsigned output);

/** A viewer with its picture; the options' path is filled in. */
struct fake_viewer *bus_stage_viewer(struct bus_stage *stage, struct fake_viewer_options options);

/** Expects just these lines of input, and forgets them. */
void bus_stage_expect_input(struct bus_stage *stage, const char *lines);

DEFINE_CLEANUP(struct bus_stage *, bus_stage_destroy)
#define STAGE  CLEANUP(bus_stage_destroyp) struct bus_stage
#define VIEWER CLEANUP(fake_viewer_destroyp) struct fake_viewer

/** Runs the loop until the condition holds. */
#define WAIT_UNTIL(stage, condition) \
	do { \
		uint64_t deadline_ = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000); \
		while (!(condition)) { \
			if (loop_now_us() > deadline_) \
				test_fail(__FILE__, __LINE__, "did not come true: %s", \
					  #condition); \
			sd_event_run(loop_event((stage)->loop), 2000); \
		} \
	} while (0)

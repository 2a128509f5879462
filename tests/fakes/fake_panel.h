/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake panel
 *
 * QEMU's end of the gpu socket: it keeps a picture of each output as QEMU does, and writes down
 * what it is told, a word a message:
 * "scanout0:64x48 update0:64x8+0+16 off1 cursor0:5,6 pointer0:7,8 hidden0 features".
 *
 * It reads when the test says so, and fails the test for what would freeze, crash or leak in
 * QEMU: a message that has begun and not ended, an UPDATE without a SCANOUT before it or outside of
 * it, a SCANOUT on another that had no UPDATE.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gpu-bridge/panel/panel_message.h"

struct fake_panel_output {
	uint32_t width; /* 0: off */
	uint32_t height;
	uint32_t *pixels; /* NULL: no SCANOUT yet, or off */
	bool is_shown;	  /* since the UPDATE after that */
};

struct fake_panel {
	int fd;
	char text[8192];
	struct fake_panel_output outputs[DISPLAY_OUTPUTS_MAX];
	struct panel_cursor_update cursor; /* the last one */
	size_t pixels_read;		   /* of all updates */

	unsigned char *bytes; /* what is there of the next message */
	size_t size;
};

/** Takes `fd`. */
struct fake_panel *fake_panel_create(int fd);

/** Closes the socket. Accepts NULL. */
void fake_panel_destroy(struct fake_panel *panel);

/** Answers what it is asked at the beginning, as QEMU does when it comes to it. */
void fake_panel_answer(struct fake_panel *panel);

/** Reads what there is, which ends with a whole message. Returns how many bytes that was. */
size_t fake_panel_read(struct fake_panel *panel);

/** The same of up to `max` bytes, which end anywhere. */
size_t fake_panel_read_part(struct fake_panel *panel, size_t max);

/** Says bytes as they are. */
void fake_panel_say(struct fake_panel *panel, const void *bytes, size_t size);

/** Expects just these words, and forgets them. */
void fake_panel_expect(struct fake_panel *panel, const char *text);

/** The colour of a pixel: 0xrrggbb. */
uint32_t fake_panel_pixel(const struct fake_panel *panel, unsigned output, uint32_t x, uint32_t y);

DEFINE_CLEANUP(struct fake_panel *, fake_panel_destroy)

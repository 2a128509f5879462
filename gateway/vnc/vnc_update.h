/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC update
 *
 * What one viewer has been shown, and what is to be sent next: the head's newest
 * frame, where it differs from the one sent last. The frame is held while the
 * library encodes from it, and at no other time.
 *
 * A viewer gets an update when it asked for one, or all the time once it
 * asked for continuous updates.
 *
 * Threads: the viewer's own.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/frame/head.h"
#include "gateway/vnc/vnc_client.h"
#include "gateway/vnc/vnc_cursor.h"
#include "gateway/vnc/vnc_pacing.h"

struct vnc_update {
	struct head *head;
	struct vnc_client *client;

	uint64_t seen; /* the number of the frame sent last */
	bool is_stale; /* the head may have something newer */

	bool is_continuous;
	pixman_box32_t continuous; /* the part that continuous updates are for */

	bool announces_keys; /* the viewer is still to be told that we have the extension */
	bool announces_buttons;

	struct vnc_shape shape;	  /* for viewers that draw the cursor */
	struct vnc_canvas canvas; /* for those that do not */

	struct vnc_pacing pacing;
	uint32_t sent_bytes; /* by the last update */
};

void vnc_update_init(struct vnc_update *update, struct head *head, struct vnc_client *client);
void vnc_update_finish(struct vnc_update *update);

/** Adapts to a SetEncodings that the client has just handled; `before` is what it could until then.
 */
void vnc_update_use_encodings(struct vnc_update *update, const struct vnc_capabilities *before);

/** Whether there is something to send now, were there room on the line. */
bool vnc_update_is_due(const struct vnc_update *update);

/**
 * Sends what is due. Returns how many updates were sent, which may be none
 * although one was due, or negative errno: -ECONNRESET, -EMSGSIZE when the head
 * has a new size and the viewer cannot follow, -ENOMEM.
 */
int vnc_update_send(struct vnc_update *update);

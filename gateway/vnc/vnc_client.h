/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC client
 *
 * One viewer as libvncserver knows it: a rfbScreenInfo of its own with one
 * rfbClientRec. All that has to be known about the library's habits is here.
 *
 * The library encodes what this viewer alone needs, and parses the few messages about
 * formats and sizes; it never listens, starts no thread, and owns nothing that viewers share.
 *
 * Threads: the viewer's own. vnc_client_library_open() comes first, once.
 */

#include <pixman.h>
#include <rfb/rfb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "gateway/frame/head.h"
#include "gateway/vnc/vnc_capabilities.h"
#include "gateway/vnc/vnc_output.h"

#define VNC_CLIENT_REASON_MAX 160

struct vnc_client {
	rfbScreenInfoPtr screen;
	rfbClientPtr rfb;
	const struct log_subject *subject;
	struct vnc_capabilities can;
	struct vnc_output output;

	/* The last thing that the library had to say: why it closed a client. */
	char reason[VNC_CLIENT_REASON_MAX];

	/* The viewer asks for a size. Returns a status of ExtendedDesktopSize, never 0:
	 * with 0 the library would not answer before the size has changed. */
	int (*on_set_desktop_size)(void *data, struct size size, bool is_one_screen);
	void *data;
};

/** Prepares the library for this process. Any thread, any number of times. */
void vnc_client_library_open(void);

/**
 * Makes a client that has logged in on `fd`, which the caller keeps; `name` is
 * what its window says. `subject` is for log lines.
 *
 * Returns 0, -EMFILE when the library, which uses select(2), could not use the
 * descriptor, -ENOMEM or -EIO.
 */
int vnc_client_create(int fd, struct size size, const char *name, const struct log_subject *subject,
		      struct vnc_client **ret_client);

/** Accepts NULL. */
void vnc_client_destroy(struct vnc_client *client);

/** Whether the library has given the connection up, for `reason`. */
bool vnc_client_is_closed(const struct vnc_client *client);

/**
 * Lets the library read and handle the message that is there. Returns 0, or
 * -ECONNRESET when it closed the connection (`reason` is empty when the peer did).
 */
int vnc_client_process(struct vnc_client *client);

/** Reads exactly `size` bytes, waiting a while. Returns 0 or -ECONNRESET. */
int vnc_client_read(struct vnc_client *client, void *buffer, size_t size);

/** Says it after what was said before, as soon as the line takes it. */
void vnc_client_write(struct vnc_client *client, const void *buffer, size_t size);

/** Waits a while until the line has taken all that was said. Returns 0 or -ECONNRESET. */
int vnc_client_drain(struct vnc_client *client);

/** Has the library know what the viewer takes. */
void vnc_client_use(struct vnc_client *client, const struct vnc_capabilities *can);

/** Whether the viewer's pixels are those for which Tight has R, G, B bytes. */
bool vnc_client_has_usual_format(const struct vnc_client *client);

/**
 * The picture has this size from now on: returns 1 when the viewer is to be told, 0 when
 * it is not another one, -EMSGSIZE when the viewer cannot follow.
 */
int vnc_client_set_size(struct vnc_client *client, struct size size);

/** The viewer has asked for the whole picture, and so for its size too, if it takes that. */
void vnc_client_owe_size(struct vnc_client *client);

/** Whether the viewer is to be told the size, or what became of a size that it asked for. */
bool vnc_client_owes_size(const struct vnc_client *client);

/** Has the library send an update that tells the size. Returns 0 or -ECONNRESET. */
int vnc_client_send_size(struct vnc_client *client);

/** Has the library encode and send `region` of the picture. Returns 0 or -ECONNRESET. */
int vnc_client_send_pixels(struct vnc_client *client, const uint32_t *pixels,
			   const pixman_region32_t *region);

/** Bytes that it was sent since it logged in, or is being sent. */
uint64_t vnc_client_bytes_sent(const struct vnc_client *client);

DEFINE_CLEANUP(struct vnc_client *, vnc_client_destroy)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC client
 *
 * One viewer as libvncserver knows it: a rfbScreenInfo of its own with one
 * rfbClientRec. All that has to be known about the library's habits is here.
 *
 * The library encodes, and it parses the few messages that concern encoding;
 * it never listens, starts no thread, and owns nothing that viewers share.
 *
 * Threads: the viewer's own. vnc_client_library_open() comes first, once.
 */

#include <rfb/rfb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "gateway/frame/head.h"

#define VNC_CLIENT_REASON_MAX 160

/* Pseudo-encodings that the library leaves to us, as the last SetEncodings had them. */
struct vnc_capabilities {
	bool qemu_keys;
	bool extended_buttons;
	bool alpha_cursor;
	bool fence;
	bool continuous_updates;
};

struct vnc_client {
	rfbScreenInfoPtr screen;
	rfbClientPtr rfb;
	rfbExtensionData extension;
	const struct log_subject *subject;
	struct vnc_capabilities can;

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

/** Writes them all, waiting a while. Returns 0 or -ECONNRESET. */
int vnc_client_write(struct vnc_client *client, const void *buffer, size_t size);

/** What the library has written in updates. Wraps around. */
uint32_t vnc_client_bytes_sent(const struct vnc_client *client);

DEFINE_CLEANUP(struct vnc_client *, vnc_client_destroy)

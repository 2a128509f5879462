/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC output
 *
 * What we have said to a viewer and its socket has not taken yet. Nothing waits for
 * the socket: a slow line does not keep its viewer's input from being read. One update
 * is here at a time, and answers to what the viewer says meanwhile.
 *
 * Encoded pixels are not copied: the output holds references to packets.
 *
 * Threads: the viewer's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

/* Copied bytes that may wait; with more of them, nothing more of the viewer should be read. */
#define VNC_OUTPUT_BYTES_MAX (1u << 20)

struct vnc_segment {
	struct packet *packet; /* NULL: the next ones of the copied bytes */
	size_t size;
};

struct vnc_output {
	int fd; /* non-blocking */
	uint8_t *bytes;
	size_t bytes_size;
	size_t bytes_room;
	struct vnc_segment *segments;
	size_t segments_count;
	size_t segments_room;

	size_t segment;	      /* that is being sent */
	size_t segment_sent;  /* of it */
	size_t bytes_at;      /* where the first segment that has no packet begins */
	uint64_t bytes_total; /* ever added */
};

void vnc_output_init(struct vnc_output *output, int fd);
void vnc_output_finish(struct vnc_output *output);

/** Copies them. */
void vnc_output_add(struct vnc_output *output, const void *bytes, size_t size);

/** Takes the caller's reference. */
void vnc_output_add_packet(struct vnc_output *output, struct packet *packet);

/** Sends what the socket takes now. Returns 0 or -ECONNRESET. */
int vnc_output_flush(struct vnc_output *output);

/** Sends all, waiting up to `timeout_ms` whenever the socket takes nothing. Returns 0 or
 * -ECONNRESET. */
int vnc_output_drain(struct vnc_output *output, int timeout_ms);

bool vnc_output_is_empty(const struct vnc_output *output);

bool vnc_output_is_full(const struct vnc_output *output);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP server
 *
 * RDP over TLS on FreeRDP 3. A client with several monitors gets the heads as
 * its monitors, one with a single monitor gets one head. Each viewer has a
 * thread, on which FreeRDP and all its channels run.
 *
 * Threads: create and destroy on the loop's.
 */

#include "common/cleanup.h"
#include "gateway/access/tls_key.h"
#include "gateway/net/listener.h"
#include "gateway/services.h"

struct rdp_server;

/* `--rdp-heads`: what a client with one monitor gets. */
#define RDP_HEADS_ALL -1

/* `--rdp-video`: what clients that decode H.264 get of it. */
enum rdp_video_use {
	RDP_VIDEO_REGIONS, /* the parts that move, on surfaces of their own */
	RDP_VIDEO_WHOLE,   /* the whole head while something moves */
	RDP_VIDEO_OFF,	   /* exact pixels only */
};

struct rdp_options {
	struct listen_address address;
	/* By default (heads_are_given false) the number of the client's monitors decides:
	 * one gets head 0, several get all. */
	bool heads_are_given;
	int heads; /* a head's number or RDP_HEADS_ALL */
	enum rdp_video_use video;
	const struct tls_key *key; /* outlives the server */
};

/** Starts the server. Returns 0 or negative errno, logged. */
int rdp_server_create(const struct services *services, const struct rdp_options *options,
		      struct rdp_server **ret_server);

/** Disconnects all viewers and joins their threads. Accepts NULL. */
void rdp_server_destroy(struct rdp_server *server);

/** Where it listens, with the port that was found free. */
const struct listen_address *rdp_server_address(const struct rdp_server *server);

DEFINE_CLEANUP(struct rdp_server *, rdp_server_destroy)

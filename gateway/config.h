/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Configuration
 *
 * What the command line and the INI file say, checked as a whole: a gateway
 * that starts has been told nothing that contradicts itself or is less secure
 * than it looks. The flags' names are the keys' names; flags win.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/log.h"
#include "gateway/access/access.h"
#include "gateway/encode/encoder.h"
#include "gateway/frame/head.h"
#include "gateway/net/listener.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/source/source.h"

struct config {
	char *name;
	struct source_address attach;
	char *input;	      /* the monitor's path; NULL: the display takes input itself */
	char *serial;	      /* the socket's path; NULL or "": none */
	char *serial_chardev; /* the id of QEMU's; NULL or "": none */
	char *renderer;	      /* a tag: common/renderer_tag.h; NULL: it was not said */
	bool has_rdp, has_vnc, has_web;
	struct listen_address rdp, vnc, web;
	bool rdp_heads_are_given;
	int rdp_heads; /* a head's number, or RDP_HEADS_ALL */
	enum rdp_video_use rdp_video;
	char *control;
	char *state_dir;
	char *web_root;
	char *web_host; /* NULL: loopback's names only */
	char *tls_cert; /* both or neither */
	char *tls_key;
	enum access_mode access;
	enum encoder_choice encoder;
	uint64_t frame_memory_bytes;
	enum log_level log_level;
	struct head_policy heads[HEADS_MAX];
};

enum config_outcome {
	CONFIG_RUN,  /* 0 */
	CONFIG_HELP, /* --help or --version was asked for, and printed */
};

/* Room for the one line that says what is wrong, with its end. */
#define CONFIG_ERROR_MAX 512

/**
 * Reads the command line and the file that it names. Environment variables
 * give the directories' defaults.
 *
 * Returns an enum config_outcome, or -EINVAL with one line in `ret_error`.
 */
int config_parse(int argc, char **argv, struct config **ret_config,
		 char ret_error[CONFIG_ERROR_MAX]);

/** Accepts NULL. */
void config_destroy(struct config *config);

DEFINE_CLEANUP(struct config *, config_destroy)

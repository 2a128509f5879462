/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Options
 *
 * The command line of windscreen-gpu-bridge, checked.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/log.h"
#include "gpu-bridge/containment/containment.h"
#include "gpu-bridge/display.h"
#include "gpu-bridge/input/input_events.h"
#include "gpu-bridge/vhost/vhost_connection.h"

/* Room for a sentence about what was wrong, with its end. */
#define OPTIONS_ERROR_MAX 160

struct options_size {
	uint32_t width;
	uint32_t height;
};

struct options {
	const char *name;			 /* of the guest */
	struct vhost_address gpu;		 /* required */
	const char *display;			 /* a socket's path; NULL: nobody can watch */
	struct input_sockets input[INPUT_KINDS]; /* none: input goes to QEMU's own devices */
	bool panel;				 /* QEMU's own display shows the guest too */
	unsigned outputs;
	struct options_size sizes[DISPLAY_OUTPUTS_MAX]; /* of each output */
	uint64_t memory_max;				/* bytes */
	bool gl;					/* 3D */
	enum containment containment;
	enum log_level log_level;
};

/* What options_parse() returns when it has printed the help that was asked for. */
#define OPTIONS_HELP 1

/** Parses into `ret_options`, which points into `argv`. Returns 0, OPTIONS_HELP, or -EINVAL with
 * the reason in `ret_error`. */
int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_error[OPTIONS_ERROR_MAX]);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The gateway as a program, all its listeners open, in a directory of its own:
 * what it stores and its log are there too.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "tests/support/child.h"

#define GATEWAY_WORDS_MAX 32

struct gateway {
	char *directory;
	struct child *child;
	uint16_t rdp_port;
	uint16_t web_port;
};

/**
 * Starts the gateway with listeners for everything and `words` (NULL: none), the
 * guest being awaited at guest.sock, and waits until it is READY. It may open
 * `descriptors` at most (0: as many as the test).
 */
void gateway_start(struct gateway *gateway, unsigned descriptors, const char *const *words);

/** Asks it to end. Returns its exit status; the directory stays. */
int gateway_stop(struct gateway *gateway);

/** Stops it, if it runs, and removes the directory. */
void gateway_finish(struct gateway *gateway);

/** A file's path in the directory. The caller frees. */
char *gateway_path(const struct gateway *gateway, const char *name);

/** The first line of a file in the directory. The caller frees. */
char *gateway_read_line(const struct gateway *gateway, const char *name);

/** All that it has logged. The caller frees. */
char *gateway_log(const struct gateway *gateway);

/** Waits until it has logged `text`. */
void gateway_expect_logged(struct gateway *gateway, const char *text);

/** Connects to one of its ports, or to a unix socket in the directory. Blocking. */
int gateway_connect_port(uint16_t port);
int gateway_connect(const struct gateway *gateway, const char *name);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Log
 *
 * One line an event, to the journal with fields when a service manager
 * connected standard error to it, and to standard error otherwise.
 *
 * Levels: error = someone must act; warning = degraded and continuing (the
 * line says so); info = a life event of the gateway, the guest or a viewer;
 * debug = everything else. The function that decides logs, once; those below
 * it return.
 *
 * Threads: any, after log_open().
 */

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Whom a line is about. Zero and NULL mean: not about one. */
struct log_subject {
	uint64_t viewer;      /* VIEWER= : the viewer's id, from 1 */
	const char *protocol; /* PROTOCOL= : "rdp", "vnc", "web" */
	const char *peer;     /* PEER= : its address */
};

/** Sets the most detailed level that is written. Without a call: info. */
void log_open(enum log_level most_detailed);

/** Parses a level's name as the command line has it. Returns false for another word. */
bool log_level_from_name(const char *name, enum log_level *ret_level);

void log_write(enum log_level level, const struct log_subject *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(...)	 log_write(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define log_info(...)	 log_write(LOG_LEVEL_INFO, NULL, __VA_ARGS__)
#define log_debug(...)	 log_write(LOG_LEVEL_DEBUG, NULL, __VA_ARGS__)

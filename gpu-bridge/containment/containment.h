/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Containment
 *
 * What the process gives up once it has opened what it needs, and before the guest's
 * first byte: whoever takes it over through the guest's commands then holds the guest's
 * own pictures and the sockets to its viewers, and nothing else of this machine.
 *
 *  - No new privileges, and no look into it: no core dumps, since the guest's memory
 *    would be in them, and no debugger of another process of the same user.
 *  - System calls are those that the program makes (containment_filter.h). In force for
 *    all threads, also those that libraries started before.
 *  - Files: none can be opened, but by a GPU's driver, and only its own sockets' folders can
 *    lose any (containment_landlock.h). In force for the calling thread and those it starts.
 *
 * It is for good: nothing in the process can take it back. Threads: the loop's.
 */

#include <stdbool.h>

enum containment {
	CONTAINMENT_AUTO, /* the strongest that what is needed allows */
	CONTAINMENT_FULL,
	CONTAINMENT_JIT, /* as full, and memory may become code */
	CONTAINMENT_OFF, /* nothing: for debuggers and profilers */
};

/* Sockets that a bridge makes. */
#define CONTAINMENT_SOCKETS_MAX 64

/* What has to go on working. */
struct containment_needs {
	bool makes_code; /* Mesa's software renderer compiles shaders for this processor */
	bool has_gpu;	 /* a driver with a render node, which may open files at any time */
	bool connects;	 /* to unix sockets, again and again */
	const char *sockets[CONTAINMENT_SOCKETS_MAX]; /* removed at the end; NULL: none */
};

/** Parses a level's name as the command line has it. Returns false for another word. */
bool containment_from_name(const char *name, enum containment *ret_containment);

/**
 * Contains the process, and says in the log what is in force. Without Landlock in the kernel
 * that is a warning. Returns 0, or negative errno, after which the process must end: -EINVAL when
 * CONTAINMENT_FULL was asked for and code has to be made, others when there is no filter.
 */
int containment_start(enum containment wanted, const struct containment_needs *needs);

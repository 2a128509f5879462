/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Containment by Landlock
 *
 * What the filter of system calls cannot see, because it is behind a pointer or in
 * another thread's hands: which file, which port, whose socket. As much of it as the
 * kernel knows.
 *
 * In force for the calling thread, and those that it starts from then on.
 */

#include "gpu-bridge/containment/containment.h"

/* Room for what is in force, for the log. */
#define CONTAINMENT_LANDLOCK_TEXT_MAX 80

/**
 * Restricts, and says in `ret_text` what. no_new_privs is set.
 *
 * Returns 0, or negative errno with nothing restricted, such as -ENOSYS or -EOPNOTSUPP of a kernel
 * without Landlock, or -EPERM of a container that forbids it; `ret_text` says "none" then.
 */
int containment_landlock_start(const struct containment_needs *needs,
			       char ret_text[CONTAINMENT_LANDLOCK_TEXT_MAX]);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Containment by a filter of system calls (seccomp)
 *
 * A list of what the program calls once it runs; the rest is answered in one of two ways,
 * which containment_filter.c explains. The kernel's log names what was denied: "type=1326".
 *
 * In force for all threads of the process, and for good.
 */

#include "gpu-bridge/containment/containment.h"

/**
 * Installs the filter; `level` is CONTAINMENT_FULL or CONTAINMENT_JIT. no_new_privs is set.
 *
 * Returns 0, or negative errno with nothing restricted.
 */
int containment_filter_start(enum containment level, const struct containment_needs *needs);

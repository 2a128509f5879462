/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Other CPU
 *
 * A guest goes on writing to its memory while a device reads it. Here it does so at chosen
 * moments, the same at each run: whenever the device is about to look at guest memory
 * (guest_memory_at(), guest_memory_has(), chain_read(), which the linker wraps for the
 * targets), a turn passes, and what was planned for that turn is written.
 */

#include <stddef.h>
#include <stdint.h>

#define OTHER_CPU_BYTES_MAX 16

/** Plans to write `size` bytes at `to`, which outlives the plan, `turns` turns after what was
 * planned before. Does nothing when too much is planned already. */
void other_cpu_plan(unsigned turns, void *to, const void *bytes, size_t size);

/** Forgets what has not been written. */
void other_cpu_forget(void);

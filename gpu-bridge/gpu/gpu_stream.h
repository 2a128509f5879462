/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU stream
 *
 * The commands that a guest's program gives to a context in SUBMIT_3D: virgl's protocol. The
 * renderer knows what they mean and checks them. Here is refused what it would carry out, though
 * it is no part of what was offered, or though there is no end to it.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gpu_contexts;

/** Whether the context, which there is, may have these commands carried out. Takes note of the
 * sub-contexts that they create. */
bool gpu_stream_is_allowed(struct gpu_contexts *contexts, uint32_t context, const uint32_t *words,
			   size_t count);

/** These commands, which were allowed, were carried out, all of them: takes note of the
 * sub-contexts that they destroyed. Where one failed, nobody knows which came after it: what they
 * would have destroyed counts until its context goes. */
void gpu_stream_done(struct gpu_contexts *contexts, uint32_t context, const uint32_t *words,
		     size_t count);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU fences
 *
 * Commands that are carried out, and whose answers wait until what they draw is drawn.
 *
 * Answers leave in the order of the commands, whatever context is done first: Linux counts
 * the fences of all contexts on one line, and takes the answer to one for the answer to all
 * before it.
 *
 * Fences have numbers of our own, which only grow: the guest's may be anything. One that is
 * told of after it was forgotten, in a reset say, is none of those that wait.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

/* A guest that keeps to its rings never has more: each takes a descriptor of the queue. */
#define GPU_FENCES_MAX 1024

/* The answer is in the guest's memory already; only the chain has to be given back. */
struct gpu_fence {
	uint64_t number;
	uint32_t context; /* of the renderer's; 0: of none */
	bool is_done;
	uint16_t chain_head;
	uint32_t written;
};

/* Zero-initialise it. */
struct gpu_fences {
	uint64_t last_number;
	unsigned first; /* in `waiting`, which is a ring */
	unsigned count;
	struct gpu_fence waiting[GPU_FENCES_MAX];
};

/** The number of the next fence, above all before. */
uint64_t gpu_fences_number(struct gpu_fences *fences);

/** Adds one with the number that was given out last. Returns false when there are too many. */
bool gpu_fences_add(struct gpu_fences *fences, const struct gpu_fence *fence);

/** Fence `number` of a context is done, and its earlier ones. */
void gpu_fences_passed(struct gpu_fences *fences, uint32_t context, uint64_t number);

/** All of a context's are done: nobody will tell of them. */
void gpu_fences_context_gone(struct gpu_fences *fences, uint32_t context);

/** Calls `visit` with the last fence of each context, unless it is done. It may not add any. */
void gpu_fences_each_last(const struct gpu_fences *fences,
			  void (*visit)(void *data, uint32_t context, uint64_t number), void *data);

/** Takes the next chain whose turn it is. Returns false when there is none. */
bool gpu_fences_pop(struct gpu_fences *fences, struct gpu_fence *ret_fence);

/** Forgets all. Numbers go on. */
void gpu_fences_clear(struct gpu_fences *fences);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_fences.h"

#include <assert.h>
#include <stddef.h>

/* Number `index` of those that wait, from the oldest on. */
static struct gpu_fence *fence_at(const struct gpu_fences *fences, unsigned index)
{
	return (struct gpu_fence *)&fences->waiting[(fences->first + index) % GPU_FENCES_MAX];
}

uint64_t gpu_fences_number(struct gpu_fences *fences)
{
	return ++fences->last_number;
}

bool gpu_fences_add(struct gpu_fences *fences, const struct gpu_fence *fence)
{
	assert(fence->number == fences->last_number);
	if (fences->count == GPU_FENCES_MAX)
		return false;
	*fence_at(fences, fences->count) = *fence;
	fences->count++;
	return true;
}

void gpu_fences_passed(struct gpu_fences *fences, uint32_t context, uint64_t number)
{
	for (unsigned i = 0; i < fences->count; i++) {
		struct gpu_fence *fence = fence_at(fences, i);

		if (fence->number > number)
			return;
		if (fence->context == context)
			fence->is_done = true;
	}
}

void gpu_fences_context_gone(struct gpu_fences *fences, uint32_t context)
{
	gpu_fences_passed(fences, context, fences->last_number);
}

static bool is_last_of_context(const struct gpu_fences *fences, unsigned index)
{
	uint32_t context = fence_at(fences, index)->context;

	for (unsigned i = index + 1; i < fences->count; i++)
		if (fence_at(fences, i)->context == context)
			return false;
	return true;
}

void gpu_fences_each_last(const struct gpu_fences *fences,
			  void (*visit)(void *data, uint32_t context, uint64_t number), void *data)
{
	for (unsigned i = 0; i < fences->count; i++) {
		const struct gpu_fence *fence = fence_at(fences, i);

		if (!fence->is_done && is_last_of_context(fences, i))
			visit(data, fence->context, fence->number);
	}
}

bool gpu_fences_pop(struct gpu_fences *fences, struct gpu_fence *ret_fence)
{
	if (fences->count == 0 || !fence_at(fences, 0)->is_done)
		return false;
	*ret_fence = *fence_at(fences, 0);
	fences->first = (fences->first + 1) % GPU_FENCES_MAX;
	fences->count--;
	return true;
}

void gpu_fences_clear(struct gpu_fences *fences)
{
	fences->first = 0;
	fences->count = 0;
}

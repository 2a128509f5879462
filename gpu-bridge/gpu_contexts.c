/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu_contexts.h"

#include <assert.h>
#include <errno.h>

static unsigned index_of(const struct gpu_contexts *contexts, uint32_t id)
{
	unsigned i = 0;

	while (i < contexts->count && contexts->ids[i] != id)
		i++;
	return i;
}

bool gpu_contexts_has(const struct gpu_contexts *contexts, uint32_t id)
{
	return index_of(contexts, id) < contexts->count;
}

int gpu_context_create(struct gpu_contexts *contexts, uint32_t id, const char *name,
		       uint32_t name_size)
{
	int r;

	assert(id != 0 && !gpu_contexts_has(contexts, id));
	if (contexts->count == GPU_CONTEXTS_MAX)
		return -ENOMEM;
	r = contexts->ops->context_create(contexts->renderer, id, name, name_size);
	if (r < 0)
		return r;
	contexts->ids[contexts->count++] = id;
	return 0;
}

void gpu_context_destroy(struct gpu_contexts *contexts, uint32_t id)
{
	unsigned index = index_of(contexts, id);

	assert(index < contexts->count);
	contexts->ops->context_destroy(contexts->renderer, id);
	contexts->ids[index] = contexts->ids[--contexts->count];
}

void gpu_contexts_clear(struct gpu_contexts *contexts)
{
	while (contexts->count > 0)
		gpu_context_destroy(contexts, contexts->ids[contexts->count - 1]);
}

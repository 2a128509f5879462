/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_contexts.h"

#include <assert.h>
#include <errno.h>

struct gpu_context *gpu_context_find(struct gpu_contexts *contexts, uint32_t id)
{
	for (unsigned i = 0; i < contexts->count; i++)
		if (contexts->contexts[i].id == id)
			return &contexts->contexts[i];
	return NULL;
}

bool gpu_contexts_has(const struct gpu_contexts *contexts, uint32_t id)
{
	return gpu_context_find((struct gpu_contexts *)contexts, id) != NULL;
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
	contexts->contexts[contexts->count++] = (struct gpu_context){.id = id};
	return 0;
}

void gpu_context_destroy(struct gpu_contexts *contexts, uint32_t id)
{
	struct gpu_context *context = gpu_context_find(contexts, id);

	assert(context);
	contexts->ops->context_destroy(contexts->renderer, id);
	contexts->sub_count -= context->sub_count;
	*context = contexts->contexts[--contexts->count];
}

void gpu_contexts_clear(struct gpu_contexts *contexts)
{
	while (contexts->count > 0)
		gpu_context_destroy(contexts, contexts->contexts[contexts->count - 1].id);
}

/* -- Sub-contexts ------------------------------------------------------------ */

static unsigned index_of_sub(const struct gpu_context *context, uint32_t sub_id)
{
	unsigned i = 0;

	while (i < context->sub_count && context->sub_ids[i] != sub_id)
		i++;
	return i;
}

bool gpu_context_add_sub(struct gpu_contexts *contexts, struct gpu_context *context,
			 uint32_t sub_id)
{
	if (sub_id == 0 || index_of_sub(context, sub_id) < context->sub_count)
		return true;
	if (context->sub_count == GPU_SUB_CONTEXTS_MAX ||
	    contexts->sub_count == GPU_ALL_SUB_CONTEXTS_MAX)
		return false;
	context->sub_ids[context->sub_count++] = sub_id;
	contexts->sub_count++;
	return true;
}

void gpu_context_remove_sub(struct gpu_contexts *contexts, struct gpu_context *context,
			    uint32_t sub_id)
{
	unsigned index = index_of_sub(context, sub_id);

	if (index == context->sub_count)
		return;
	context->sub_ids[index] = context->sub_ids[--context->sub_count];
	contexts->sub_count--;
}

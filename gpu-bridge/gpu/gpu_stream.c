/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_stream.h"

#include "gpu-bridge/gpu/gpu_contexts.h"

/* Of virgl's protocol. */
enum stream_command {
	CREATE_SUB_CONTEXT = 29,
	DESTROY_SUB_CONTEXT = 30,
	PIPE_RESOURCE_CREATE = 48,
	PIPE_RESOURCE_SET_TYPE = 49,
};

static bool command_is_allowed(struct gpu_contexts *contexts, struct gpu_context *context,
			       const uint32_t *command, size_t arguments)
{
	switch (command[0] & 0xff) {
	case CREATE_SUB_CONTEXT:
		return arguments == 1 && gpu_context_add_sub(contexts, context, command[1]);
	case DESTROY_SUB_CONTEXT:
		return arguments == 1;
	/* For blobs, which are not offered: what they take is not counted. */
	case PIPE_RESOURCE_CREATE:
	case PIPE_RESOURCE_SET_TYPE:
		return false;
	default:
		return true;
	}
}

bool gpu_stream_is_allowed(struct gpu_contexts *contexts, uint32_t id, const uint32_t *words,
			   size_t count)
{
	struct gpu_context *context = gpu_context_find(contexts, id);

	while (count > 0) {
		size_t arguments = words[0] >> 16;

		if (arguments >= count || !command_is_allowed(contexts, context, words, arguments))
			return false;
		words += arguments + 1;
		count -= arguments + 1;
	}
	return true;
}

void gpu_stream_done(struct gpu_contexts *contexts, uint32_t id, const uint32_t *words,
		     size_t count)
{
	struct gpu_context *context = gpu_context_find(contexts, id);

	for (size_t i = 0; i < count; i += (words[i] >> 16) + 1) {
		uint32_t command = words[i] & 0xff;

		if (command == DESTROY_SUB_CONTEXT)
			gpu_context_remove_sub(contexts, context, words[i + 1]);
		/* It is there, unless it was destroyed just now. */
		else if (command == CREATE_SUB_CONTEXT)
			gpu_context_add_sub(contexts, context, words[i + 1]);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/renderer.h"

/* All that were built. */
static const struct renderer_ops *const renderers[] = {
	&renderer_soft,
#if WINDSCREEN_HAS_VIRGL
	&renderer_virgl,
#endif
};

const struct renderer_ops *renderer_of_gl(void)
{
	for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++)
		if (renderers[i]->three_d)
			return renderers[i];
	return NULL;
}

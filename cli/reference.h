/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Reference
 *
 * The picture that is expected. Renderers smooth edges differently, and so it can be there once
 * for each: what is home.png for the one who asks is home@TAG.png on the renderer TAG. The tag
 * is in the name so that it is seen in a folder and in a review, and outlives whatever a
 * program that compresses pictures does to what is in them.
 */

#include <stdbool.h>

/** `path`'s name on that renderer: NAME@TAG.png of NAME.png, or of another's. The caller frees. */
char *reference_name(const char *path, const char *renderer);

/**
 * The file to compare with, where the guest has that renderer: its own, where there is one. Or else
 * `path`, or else that of the first other one by name: then `*ret_crosses`. NULL: no
 * renderer is known, and it is `path`. It need not be there. The caller frees.
 */
char *reference_find(const char *path, const char *renderer, bool *ret_crosses);

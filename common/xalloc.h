/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Allocation that cannot fail
 *
 * For small things of our own: out of memory, the process says so and aborts.
 * Whatever size a guest, a viewer or the network chose is checked and
 * allocated with malloc() instead, and refused when that fails.
 */

#include <stddef.h>

/** `count` zeroed elements of `size` bytes. The caller frees. */
void *xcalloc(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2)));

/** `elements` with room for `count` of them. The caller frees. */
void *xrealloc(void *elements, size_t count, size_t size) __attribute__((alloc_size(2, 3)));

/** A copy of `text`, which may be NULL. The caller frees. */
char *xstrdup(const char *text);

/** A formatted string. The caller frees. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

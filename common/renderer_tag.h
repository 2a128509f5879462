/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Renderer tag
 *
 * A word for what a guest draws with, "2d" or "virgl-gpu": part of files' names.
 */

#include <stdbool.h>

#define RENDERER_TAG_MAX 32

/** Whether it is one: letters, digits, and . _ - behind the first. */
bool renderer_tag_is_valid(const char *text);

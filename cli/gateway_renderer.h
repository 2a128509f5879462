/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Gateway's renderer
 *
 * What the guest draws with, where --renderer does not say so but the gateway does.
 */

#include "cli/target.h"
#include "common/renderer_tag.h"

/**
 * Sets `target->renderer`, unless it is set or the gateway does not know, to `tag`, which must
 * stay. Returns 0, or the program's exit status, having said why.
 */
int gateway_renderer_find(struct target *target, char tag[RENDERER_TAG_MAX + 1]);

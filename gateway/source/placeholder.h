/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Placeholder
 *
 * Where the guest shows nothing, QEMU sends a surface of its own with a line
 * of text in the middle. Nothing in the protocol tells it from a picture of the
 * guest's, so it is recognised by what it says.
 */

#include <stdbool.h>

#include "gateway/frame/frame_store.h"

/**
 * Whether a memfd of this name may hold a placeholder: QEMU gives the guest's
 * own memory another name. NULL: not known, so it may.
 */
bool placeholder_may_be_in(const char *memfd_name);

/** Whether the picture is one of QEMU's placeholders. */
bool placeholder_is(const struct pixels *picture);

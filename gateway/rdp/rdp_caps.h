/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP graphics capabilities
 *
 * Which of the capability sets that a client advertises ([MS-RDPEGFX] 2.2.3) the
 * graphics pipeline is used with. Pure arithmetic.
 */

#include <freerdp/channels/rdpgfx.h>
#include <stdbool.h>

/** Whether a client that said this decodes AVC420. */
bool rdp_caps_have_video(const RDPGFX_CAPSET *caps);

/**
 * Chooses the newest set that we know; when `wants_video`, of those with AVC420, if
 * there is one. Returns NULL when we know none.
 */
const RDPGFX_CAPSET *rdp_caps_choose(const RDPGFX_CAPSET *sets, unsigned count, bool wants_video);

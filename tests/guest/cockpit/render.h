/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Render: pictures of the faces without a guest, to look at them.
 */

/** Writes each head's picture after `frames` frames as a PPM. Returns 0 or a negative errno. */
int render_faces(const char *ivi_path, const char *cluster_path, int frames);

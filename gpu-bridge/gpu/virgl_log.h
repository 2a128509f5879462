/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Virgl log
 *
 * What virglrenderer has to say goes to our log, for debugging. A guest decides how much that
 * is: beyond some lines a second they are counted.
 *
 * Threads: virglrenderer's write, too.
 */

/** From now on. */
void virgl_log_open(void);

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A short film in H.264, made by h264_clip.c, which says what it shows.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The bars' colours, as in h264_clip.c. */
export const COLOURS = [
  [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0],
  [16, 32, 200], [255, 255, 255], [96, 128, 160], [0, 0, 0],
];

/** Returns `count` access units; those with an even number are key frames. */
export async function makeClip(width, height, count) {
  const { stdout } = await promisify(execFile)(process.env.H264_CLIP,
    [width, height, count].map(String), { encoding: 'buffer', maxBuffer: 1 << 28 });
  const units = [];
  for (let at = 0; at < stdout.length;) {
    const length = stdout.readUInt32BE(at);
    units.push(stdout.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return units;
}

/** The colour of bar `bar` of 8 in picture `number`. */
export function colourOf(bar, number) {
  return COLOURS[(bar + number) % COLOURS.length];
}

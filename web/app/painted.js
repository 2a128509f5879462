/* SPDX-License-Identifier: GPL-3.0-or-later */

const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

/**
 * Whether anything was drawn on `canvas` yet: a canvas begins transparent, and
 * a guest's picture never is. Reads a copy of one pixel, because reading the
 * canvas itself would move it out of the graphics card's memory.
 */
export function isPainted(canvas) {
  if (canvas.width === 0 || canvas.height === 0) {
    return false;
  }
  probe.clearRect(0, 0, 1, 1);
  probe.drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  return probe.getImageData(0, 0, 1, 1).data[3] !== 0;
}

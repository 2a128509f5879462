/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Layout
 *
 * Whether several heads are largest side by side or one above the other. All
 * are shown at one scale, so that a car's screens keep their proportions.
 */

/**
 * `sizes` are the heads' {width, height} in pixels, at least one; `box` is the
 * room for them, with `gap` between two. Returns {columns, rows}: the sizes of
 * a grid's tracks, which have the room's unit.
 */
export function arrange(sizes, box, gap) {
  const widths = sizes.map((size) => size.width);
  const heights = sizes.map((size) => size.height);
  const gaps = gap * (sizes.length - 1);

  const besideScale = Math.min(
    (box.width - gaps) / sum(widths), box.height / Math.max(...heights));
  const aboveScale = Math.min(
    box.width / Math.max(...widths), (box.height - gaps) / sum(heights));
  return besideScale >= aboveScale
    ? scaled(besideScale, { columns: widths, rows: [Math.max(...heights)] })
    : scaled(aboveScale, { columns: [Math.max(...widths)], rows: heights });
}

function scaled(scale, { columns, rows }) {
  const along = (pixels) => Math.max(0, pixels * scale);
  return { columns: columns.map(along), rows: rows.map(along) };
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Annex B
 *
 * What a decoder has to know of an access unit of H.264 before it takes it.
 * (ITU-T H.264, 7.3.1 and 7.3.2.1.1, and its Annex B)
 */

const SLICE = 1;
const IDR_SLICE = 5;
const SEQUENCE_PARAMETERS = 7;

/* With the bit that must be zero: a unit that has it set is none of ours. */
const TYPE_MASK = 0x9f;

/**
 * Returns {hasSlice, isKey, codec}: `codec` is the name that WebCodecs has for what the
 * unit's sequence parameters say, or null when it has none. It looks no further than where
 * the first slice begins.
 */
export function inspectUnit(unit) {
  const found = { hasSlice: false, isKey: false, codec: null };
  for (let at = afterStartCode(unit, 0); at < unit.length; at = afterStartCode(unit, at)) {
    switch (unit[at] & TYPE_MASK) {
    case SLICE:
      return { ...found, hasSlice: true };
    case IDR_SLICE:
      return { ...found, hasSlice: true, isKey: true };
    case SEQUENCE_PARAMETERS:
      if (at + 3 < unit.length) {
        found.codec = codecName(unit.subarray(at + 1, at + 4));
      }
      break;
    }
  }
  return found;
}

/* Where the NAL unit after the next start code, 00 00 01, begins; the end when there is none. */
function afterStartCode(bytes, from) {
  for (let one = bytes.indexOf(1, from + 2); one >= 0; one = bytes.indexOf(1, one + 1)) {
    if (bytes[one - 1] === 0 && bytes[one - 2] === 0) {
      return one + 1;
    }
  }
  return bytes.length;
}

/* `numbers` are the profile, its constraints and the level. */
function codecName(numbers) {
  return `avc1.${[...numbers].map((number) => number.toString(16).padStart(2, '0')).join('')}`;
}

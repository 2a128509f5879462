/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Numbers
 *
 * What two answers of GET /api/v1/status, one after the other, say of the time between
 * them. Knows no DOM. What cannot be told is null.
 */

/** One of each head: what encoding it takes, for all viewers together. */
export function headNumbers(before, now) {
  const seconds = secondsBetween(before, now);
  return now.heads.map((head) => {
    const then = before?.heads.find(({ index }) => index === head.index);
    const grown = (name) => growth(then?.encodes?.[name], head.encodes?.[name]);
    const msPerFrame = (name) => ratio(grown(name), grown('frames'), 1000);
    return {
      index: head.index,
      width: head.width,
      height: head.height,
      viewers: now.viewers.filter(({ heads }) => heads.includes(head.index)).length,
      streams: head.encodes?.streams ?? null,
      frames: ratio(grown('frames'), seconds),
      waited: ratio(grown('waited'), seconds),
      units: ratio(grown('units'), seconds),
      pieces: ratio(grown('pieces'), seconds),
      shared: ratio(grown('pieces_shared'), seconds),
      encodeMs: sum(msPerFrame('encode_us'), msPerFrame('pieces_us')),
    };
  });
}

/** One of each viewer: what it is sent, and how old that is. */
export function viewerNumbers(before, now) {
  const seconds = secondsBetween(before, now);
  return now.viewers.map((viewer) => {
    const then = before?.viewers.find(({ id }) => id === viewer.id);
    const rate = (name) => ratio(growth(then?.[name], viewer[name]), seconds);
    const units = rate('units');
    return {
      id: viewer.id,
      protocol: viewer.protocol,
      peer: viewer.peer,
      heads: viewer.heads,
      codec: codecOf(viewer, units),
      frames: rate('frames'),
      dropped: rate('dropped'),
      bytes: rate('bytes'),
      writtenMs: meanMs(then?.written, viewer.written),
      acknowledgedMs: meanMs(then?.acknowledged, viewer.acknowledged),
    };
  });
}

/* What a viewer is sent now. One that takes video gets exact pixels while nothing moves. */
function codecOf({ protocol, video }, units) {
  if (units > 0) {
    return video === 'cheaper' ? 'H.264, cheaper' : 'H.264';
  }
  return protocol === 'rdp' ? 'planar' : 'Tight';
}

function secondsBetween(before, now) {
  const us = growth(before?.time_us, now.time_us);
  return us === null ? null : us / 1e6;
}

/* null also for what began anew, with the gateway. */
function growth(before, now) {
  return before === undefined || now === undefined || now < before ? null : now - before;
}

function ratio(amount, by, unit = 1) {
  return amount === null || !by ? null : amount / by / unit;
}

function sum(one, other) {
  return one === null || other === null ? null : one + other;
}

/* Of what came between; a percentile would be of all since the viewer joined. */
function meanMs(before, now) {
  return ratio(growth(before?.sum_us, now?.sum_us), growth(before?.count, now?.count), 1000);
}

const UNKNOWN = '–';

/** "29.8", "0" */
export function formatRate(rate) {
  return rate === null ? UNKNOWN : trimmed(rate);
}

/** "4.2 ms" */
export function formatMs(ms) {
  return ms === null ? UNKNOWN : `${trimmed(ms)} ms`;
}

/** "1.3 MB/s", by thousands */
export function formatByteRate(bytes) {
  if (bytes === null) {
    return UNKNOWN;
  }
  const units = ['B/s', 'kB/s', 'MB/s', 'GB/s'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) {
    bytes /= 1000;
  }
  return `${unit === 0 ? Math.round(bytes) : trimmed(bytes)} ${units[unit]}`;
}

function trimmed(number) {
  return number >= 100 ? String(Math.round(number)) : number.toFixed(1).replace(/\.0$/, '');
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  formatByteRate, formatMs, formatRate, headNumbers, viewerNumbers,
} from '../../../web/app/numbers.js';

function status({ time_us = 0, encodes = {}, viewer = {} } = {}) {
  return {
    time_us,
    heads: [{
      index: 0, width: 1920, height: 1080,
      encodes: {
        frames: 0, waited: 0, streams: 2, units: 0, encode_us: 0, pieces: 0, pieces_us: 0,
        pieces_shared: 0, ...encodes,
      },
    }],
    viewers: [{
      id: 3, protocol: 'vnc', peer: '127.0.0.1:5', heads: [0], video: 'main', units: 0,
      frames: 0, dropped: 0, bytes: 0, written: { count: 0, sum_us: 0 },
      acknowledged: { count: 0, sum_us: 0 }, ...viewer,
    }],
  };
}

test('what was counted becomes a rate', () => {
  const now = status({
    time_us: 2000000,
    encodes: {
      frames: 60, waited: 2, units: 50, encode_us: 100000, pieces: 10, pieces_us: 5000,
      pieces_shared: 30,
    },
  });
  assert.deepEqual(headNumbers(status(), now), [{
    index: 0, width: 1920, height: 1080, viewers: 1, streams: 2,
    frames: 30, waited: 1, units: 25, pieces: 5, shared: 15, encodeMs: 1.75,
  }]);
});

test('a viewer has its rates, and the mean of its latencies', () => {
  const before = status({ viewer: { written: { count: 10, sum_us: 1000000 } } });
  const now = status({
    time_us: 1000000,
    viewer: {
      frames: 30, dropped: 2, bytes: 100000, units: 28,
      written: { count: 20, sum_us: 1025000 }, acknowledged: { count: 5, sum_us: 50000 },
    },
  });
  assert.deepEqual(viewerNumbers(before, now), [{
    id: 3, protocol: 'vnc', peer: '127.0.0.1:5', heads: [0], codec: 'H.264',
    frames: 30, dropped: 2, bytes: 100000, writtenMs: 2.5, acknowledgedMs: 10,
  }]);
});

test('how a viewer is sent the picture shows what it gets now', () => {
  const codec = (viewer) => viewerNumbers(status(), status({ time_us: 1e6, viewer }))[0].codec;
  assert.equal(codec({ units: 20 }), 'H.264');
  assert.equal(codec({ units: 20, video: 'cheaper' }), 'H.264, cheaper');
  assert.equal(codec({ units: 0 }), 'Tight');
  assert.equal(codec({ units: 0, protocol: 'rdp' }), 'planar');
});

test('one answer alone tells no rates', () => {
  const [head] = headNumbers(undefined, status({ time_us: 5 }));
  assert.equal(head.frames, null);
  assert.equal(head.streams, 2);
  assert.equal(viewerNumbers(undefined, status())[0].bytes, null);
});

test('where nothing was encoded or answered, there is no mean', () => {
  assert.equal(headNumbers(status(), status({ time_us: 1e6 }))[0].encodeMs, null);
  assert.equal(viewerNumbers(status(), status({ time_us: 1e6 }))[0].acknowledgedMs, null);
});

test('a gateway that began anew gives no negative rates', () => {
  const before = status({ time_us: 1e9, encodes: { frames: 500 }, viewer: { bytes: 500 } });
  const now = status({ time_us: 1e6 });
  assert.equal(headNumbers(before, now)[0].frames, null);
  assert.equal(viewerNumbers(before, now)[0].bytes, null);
});

test('a head without an encoder has no numbers of one', () => {
  const now = status({ time_us: 1e6 });
  delete now.heads[0].encodes;
  const [head] = headNumbers(now, { ...now, time_us: 2e6 });
  assert.equal(head.streams, null);
  assert.equal(head.units, null);
});

test('numbers are short', () => {
  assert.deepEqual([0, 29.97, 30, 123.4, null].map(formatRate), ['0', '30', '30', '123', '–']);
  assert.deepEqual([0.04, 4.25, 250.4, null].map(formatMs), ['0 ms', '4.3 ms', '250 ms', '–']);
  assert.deepEqual([0, 999, 1250, 2.5e6, 3e12, null].map(formatByteRate),
    ['0 B/s', '999 B/s', '1.3 kB/s', '2.5 MB/s', '3000 GB/s', '–']);
});

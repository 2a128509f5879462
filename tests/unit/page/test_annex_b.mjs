/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inspectUnit } from '../../../web/app/annex_b.js';
import { DELTA, KEY, SEI, SPS } from './support/fake_codec.mjs';

const inspect = (...bytes) => inspectUnit(Uint8Array.from(bytes));

test('a key frame names its codec', () => {
  assert.deepEqual(inspectUnit(KEY), { hasSlice: true, isKey: true, codec: 'avc1.42c01f' });
});

test('another frame is none', () => {
  assert.deepEqual(inspectUnit(DELTA), { hasSlice: true, isKey: false, codec: null });
});

test('start codes may have three bytes or four', () => {
  assert.equal(inspect(0, 0, 1, 0x65, 0x88).isKey, true);
  assert.equal(inspect(0, 0, 0, 1, 0x65, 0x88).isKey, true);
  assert.equal(inspect(0, 1, 0x65, 0, 1, 0x65).hasSlice, false);
});

test('without a slice there is no picture', () => {
  for (const unit of [[], [0, 0, 1], SEI, SPS, [...SPS, ...SEI], [1, 2, 3]]) {
    assert.equal(inspect(...unit).hasSlice, false, unit);
  }
});

test('parameters that are cut off name no codec', () => {
  assert.equal(inspect(0, 0, 1, 0x67, 0x42, 0xc0).codec, null);
});

test('what is no NAL unit is passed over', () => {
  assert.equal(inspect(0, 0, 1, 0xe5, 0x88).hasSlice, false);
  assert.equal(inspect(0, 0, 1, 0xe5, 0x88, 0, 0, 1, 0x41).hasSlice, true);
});

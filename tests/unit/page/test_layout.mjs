/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arrange } from '../../../web/app/layout.js';

const IVI = { width: 1920, height: 1080 };
const CLUSTER = { width: 1920, height: 720 };

test('one head is as large as fits', () => {
  assert.deepEqual(arrange([IVI], { width: 960, height: 5000 }, 2),
    { columns: [960], rows: [540] });
  assert.deepEqual(arrange([IVI], { width: 5000, height: 540 }, 2),
    { columns: [960], rows: [540] });
});

test('a wide window puts heads side by side', () => {
  assert.deepEqual(arrange([IVI, CLUSTER], { width: 1922, height: 600 }, 2),
    { columns: [960, 960], rows: [540] });
});

test('a tall window puts them one above the other, at one scale', () => {
  assert.deepEqual(arrange([IVI, CLUSTER], { width: 960, height: 2000 }, 2),
    { columns: [960], rows: [540, 360] });
});

test('no room gives no negative size', () => {
  const { columns, rows } = arrange([IVI, CLUSTER], { width: 0, height: 0 }, 2);
  assert.ok([...columns, ...rows].every((size) => size === 0));
});

/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Contacts, CONTACTS_MAX, pixelAt } from '../../../web/app/contacts.js';

const HEAD = { width: 1920, height: 1080 };

test('a scaled picture maps to the pixel under the finger', () => {
  const box = { left: 100, top: 50, width: 960, height: 540 };
  assert.deepEqual(pixelAt(100, 50, box, HEAD), { x: 0, y: 0 });
  assert.deepEqual(pixelAt(580, 320, box, HEAD), { x: 960, y: 540 });
  assert.deepEqual(pixelAt(1059.6, 589.6, box, HEAD), { x: 1919, y: 1079 });
});

test('a picture larger than its pixels maps too', () => {
  const box = { left: 0, top: 0, width: 3840, height: 2160 };
  assert.deepEqual(pixelAt(3, 5, box, HEAD), { x: 1, y: 2 });
});

test('a finger that slides off the picture stays at its edge', () => {
  const box = { left: 100, top: 50, width: 960, height: 540 };
  assert.deepEqual(pixelAt(0, 10000, box, HEAD), { x: 0, y: 1079 });
  assert.deepEqual(pixelAt(10000, 0, box, HEAD), { x: 1919, y: 0 });
});

test('fingers get the lowest free contacts', () => {
  const contacts = new Contacts();
  assert.equal(contacts.down(77, { x: 1, y: 1 }).contact, 0);
  assert.equal(contacts.down(-5, { x: 2, y: 2 }).contact, 1);
  assert.equal(contacts.up(77, { x: 1, y: 1 }).contact, 0);
  assert.equal(contacts.down(99, { x: 3, y: 3 }).contact, 0);
});

test('a finger that moves less than a pixel says nothing', () => {
  const contacts = new Contacts();
  contacts.down(1, { x: 10, y: 10 });
  assert.equal(contacts.move(1, { x: 10, y: 10 }), null);
  assert.deepEqual(contacts.move(1, { x: 11, y: 10 }), { action: 'move', contact: 0, x: 11, y: 10 });
});

test('an eleventh finger is left out, until one lifts', () => {
  const contacts = new Contacts();
  for (let finger = 0; finger < CONTACTS_MAX; finger++) {
    assert.equal(contacts.down(finger, { x: 0, y: 0 }).contact, finger);
  }
  assert.equal(contacts.down(10, { x: 0, y: 0 }), null);
  assert.equal(contacts.move(10, { x: 5, y: 5 }), null);
  assert.equal(contacts.up(10, { x: 5, y: 5 }), null);
  contacts.up(4, { x: 0, y: 0 });
  assert.equal(contacts.down(11, { x: 0, y: 0 }).contact, 4);
});

test('cancelling lets go of every finger, where it was', () => {
  const contacts = new Contacts();
  contacts.down(1, { x: 10, y: 20 });
  contacts.down(2, { x: 30, y: 40 });
  contacts.move(2, { x: 31, y: 41 });
  assert.deepEqual(contacts.cancelAll(), [
    { action: 'cancel', contact: 0, x: 10, y: 20 },
    { action: 'cancel', contact: 1, x: 31, y: 41 },
  ]);
  assert.deepEqual(contacts.cancelAll(), []);
  assert.equal(contacts.up(1, { x: 10, y: 20 }), null);
});

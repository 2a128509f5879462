/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ALL, choiceFromHash, hashFromChoice, socketUrl } from '../../../web/app/address.js';

test('an address without a choice shows head 0', () => {
  assert.equal(choiceFromHash(''), 0);
  assert.equal(choiceFromHash('#'), 0);
});

test('an address that makes no sense shows head 0', () => {
  for (const hash of ['#head=', '#head=-1', '#head=1.5', '#head=x', '#head=99999', '#hed=1']) {
    assert.equal(choiceFromHash(hash), 0, hash);
  }
});

test('an address keeps the choice', () => {
  for (const choice of [0, 1, 15, ALL]) {
    assert.equal(choiceFromHash(hashFromChoice(choice)), choice);
  }
});

test('a socket is as secret as its page, and beside it', () => {
  assert.equal(socketUrl('api/v1/events', 'http://localhost:8080/#head=1'),
    'ws://localhost:8080/api/v1/events');
  assert.equal(socketUrl('api/v1/events', 'https://car.example/ivi/'),
    'wss://car.example/ivi/api/v1/events');
});

/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Retry } from '../../../web/app/retry.js';

/* A clock that stands still: it shows the one pause that was asked for. */
class FakeClock {
  pause = null;
  #run = null;

  setTimeout(run, pause) {
    this.pause = pause;
    this.#run = run;
    return 1;
  }

  clearTimeout(timer) {
    if (timer !== null) {
      this.pause = null;
      this.#run = null;
    }
  }

  ring() {
    const run = this.#run;
    this.clearTimeout(1);
    run();
  }
}

function setUp({ random = () => 0 } = {}) {
  const clock = new FakeClock();
  const seen = { attempts: 0 };
  const retry = new Retry(() => { seen.attempts += 1; }, { clock, random });
  return { clock, seen, retry };
}

test('pauses grow, up to a longest one', () => {
  const { clock, retry, seen } = setUp();
  const pauses = [];
  for (let i = 0; i < 8; i++) {
    retry.later();
    pauses.push(clock.pause);
    clock.ring();
  }
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.equal(seen.attempts, 8);
});

test('pauses of many pages are spread', () => {
  const { clock, retry } = setUp({ random: () => 1 });
  retry.later();
  assert.equal(clock.pause, 312.5);
});

test('a success makes the next pause a short one', () => {
  const { clock, retry } = setUp();
  retry.later();
  retry.later();
  retry.succeeded();
  assert.equal(clock.pause, null);
  retry.later();
  assert.equal(clock.pause, 250);
});

test('a good sign ends the pause', () => {
  const { clock, retry, seen } = setUp();
  retry.later();
  retry.later();
  retry.now();
  assert.equal(clock.pause, 0);
  clock.ring();
  assert.equal(seen.attempts, 1);
});

test('stopping ends it', () => {
  const { clock, retry } = setUp();
  retry.later();
  retry.stop();
  assert.equal(clock.pause, null);
});

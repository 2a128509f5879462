/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Retry
 *
 * Makes an attempt again after a pause that grows with each failure. The
 * pauses are spread a little, so that the viewers of a gateway that was away
 * do not all return in the same instant.
 */

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
const SPREAD = 0.25;

export class Retry {
  #attempt;
  #clock;
  #random;
  #failures = 0;
  #timer = null;

  /** `clock` has setTimeout and clearTimeout; `random` gives 0 to 1. Tests pass their own. */
  constructor(attempt, { clock = globalThis, random = Math.random } = {}) {
    this.#attempt = attempt;
    this.#clock = clock;
    this.#random = random;
  }

  /** The attempt failed: makes another after a pause. */
  later() {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    this.#schedule(pause * (1 + SPREAD * this.#random()));
  }

  /** There is a reason to think that it works now: does not wait any longer. */
  now() {
    this.#failures = 0;
    this.#schedule(0);
  }

  /** The attempt worked: the next pause is a short one again. */
  succeeded() {
    this.stop();
    this.#failures = 0;
  }

  /** Makes no further attempt, until later() is called. */
  stop() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(pause) {
    this.stop();
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null;
      this.#attempt();
    }, pause);
  }
}

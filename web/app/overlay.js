/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Overlay
 *
 * A panel over the picture that shows the numbers: of each head, what it costs to encode and
 * how this page shows it; of each viewer, what it is sent. It asks the gateway once a
 * second, and only while it is open.
 */

import {
  formatByteRate, formatMs, formatRate, headNumbers, viewerNumbers,
} from './numbers.js';
import { Answer, ask } from './session.js';

const INTERVAL_MS = 1000;

/* Whether it was open last, in this browser. */
const MEMORY = 'windscreen.numbers';

const HEAD_COLUMNS = {
  'Head': ({ index, width, height }) => `${index} (${width} × ${height})`,
  'Viewers': ({ viewers }) => viewers,
  'Frames/s': ({ frames }) => formatRate(frames),
  'Waited/s': ({ waited }) => formatRate(waited),
  'Video/s': ({ units }) => formatRate(units),
  'Exact/s': ({ pieces }) => formatRate(pieces),
  'Shared/s': ({ shared }) => formatRate(shared),
  'Encode/frame': ({ encodeMs }) => formatMs(encodeMs),
  'This page': ({ here }) => here,
};

const VIEWER_COLUMNS = {
  'Viewer': ({ id, protocol }) => `${id} ${protocol}`,
  'From': ({ peer }) => peer,
  'Head': ({ heads }) => heads.join(' ') || '–',
  'Sent as': ({ codec }) => codec,
  'Updates/s': ({ frames }) => formatRate(frames),
  'Drops/s': ({ dropped }) => formatRate(dropped),
  'Bytes': ({ bytes }) => formatByteRate(bytes),
  'Until written': ({ writtenMs }) => formatMs(writtenMs),
  'Until answered': ({ acknowledgedMs }) => formatMs(acknowledgedMs),
};

export class Overlay extends EventTarget {
  #root;
  #heads;
  #viewers;
  #tallies;
  #before = null; /* {status, tallies, time} */
  #polling = null; /* another one for each time that it is opened */
  #timer = null;

  /**
   * `root` is the panel's element. `tallies()` gives what this page has decoded, a
   * Map of a head's index to what HeadView.tally says.
   *
   * Events: `toggle` (detail: {hadFocus}), when it opens or closes.
   */
  constructor(root, tallies) {
    super();
    this.#root = root;
    this.#tallies = tallies;
    this.#heads = new Table(root.querySelector('#head-numbers'), HEAD_COLUMNS);
    this.#viewers = new Table(root.querySelector('#viewer-numbers'), VIEWER_COLUMNS);
    root.querySelector('button').addEventListener('click', () => { this.isOpen = false; });
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        this.isOpen = false;
      }
    });
    document.addEventListener('visibilitychange', () => this.#restart());
  }

  /** Opens it if it was open when this browser showed the page last. */
  restore() {
    this.isOpen = recall() === 'open';
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  set isOpen(isOpen) {
    if (isOpen !== this.isOpen) {
      const hadFocus = this.#root.contains(document.activeElement);
      this.#root.hidden = !isOpen;
      remember(isOpen ? 'open' : 'closed');
      this.#restart();
      this.dispatchEvent(new CustomEvent('toggle', { detail: { hadFocus } }));
    }
  }

  #restart() {
    clearTimeout(this.#timer);
    this.#before = null;
    this.#polling = Symbol();
    if (this.isOpen && !document.hidden) {
      this.#poll(this.#polling);
    }
  }

  async #poll(polling) {
    const { answer, status } = await ask();
    if (polling !== this.#polling) {
      return;
    }
    if (answer === Answer.WELCOME) {
      this.#show({ status, tallies: this.#tallies(), time: performance.now() });
    }
    this.#timer = setTimeout(() => this.#poll(polling), INTERVAL_MS);
  }

  #show(now) {
    const before = this.#before;
    this.#before = now;
    this.#heads.show(headNumbers(before?.status, now.status)
      .map((head) => ({ ...head, here: describeHere(head.index, before, now) })));
    this.#viewers.show(viewerNumbers(before?.status, now.status));
  }
}

/* How this page shows a head. */
function describeHere(index, before, now) {
  const [then, tally] = [before?.tallies.get(index), now.tallies.get(index)];
  if (!tally) {
    return '–';
  }
  const frames = then && tally.frames >= then.frames ? tally.frames - then.frames : 0;
  const lost = tally.lost > 0 ? `, ${tally.lost} lost` : '';
  if (frames === 0) {
    return `Tight${lost}`;
  }
  const rate = frames * 1000 / (now.time - before.time);
  return `H.264, ${formatRate(rate)}/s in ${formatMs((tally.ms - then.ms) / frames)}${lost}`;
}

class Table {
  #body = document.createElement('tbody');
  #columns;

  constructor(table, columns) {
    this.#columns = Object.values(columns);
    const head = document.createElement('thead');
    head.append(row(Object.keys(columns).map((name) => cell('th', name, 'col'))));
    table.append(head, this.#body);
  }

  show(things) {
    this.#body.replaceChildren(...things.map((thing) => row(this.#columns.map((text, i) =>
      i === 0 ? cell('th', text(thing), 'row') : cell('td', text(thing))))));
  }
}

function row(cells) {
  const element = document.createElement('tr');
  element.append(...cells);
  return element;
}

function cell(kind, text, scope = null) {
  const element = document.createElement(kind);
  element.textContent = text;
  if (scope) {
    element.scope = scope;
  }
  return element;
}

/* A browser may refuse to remember anything. */
function recall() {
  try {
    return localStorage.getItem(MEMORY);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(MEMORY, value);
  } catch {
    /* It opens closed, then. */
  }
}

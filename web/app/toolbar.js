/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Toolbar
 *
 * The bar above the picture: which head to show, and a few actions. It folds
 * away in full screen, or when asked, and leaves a small handle. The keyboard
 * belongs to the guest while a picture has the focus: Ctrl+Alt+Shift brings it
 * to the bar, and with N to the numbers.
 *
 * Events: `choose` (detail: a head's index or ALL), `fit` (detail: boolean),
 * `ctrlaltdelete`, `numbers` (detail: {byKey}), `logout`.
 */

import { ALL } from './address.js';

const MODIFIERS = ['Control', 'Alt', 'Shift'];

export class Toolbar extends EventTarget {
  #root;
  #heads;
  #choice = null;

  /** `root` is the page's element around both the bar and the stage. */
  constructor(root) {
    super();
    this.#root = root;
    this.#heads = root.querySelector('#heads');

    this.#on('fit', () => this.#toggleFit());
    this.#on('ctrl-alt-delete', () => this.#tell('ctrlaltdelete'));
    this.#on('numbers-toggle', () => this.#tell('numbers', { byKey: false }));
    this.#on('log-out', () => this.#tell('logout'));
    this.#on('full-screen', () => this.#toggleFullScreen());
    this.#on('fold', () => this.#fold(true));
    this.#on('unfold', () => this.#fold(false, { focus: true }));
    /* Not there on iPhones: folding serves. */
    this.#button('full-screen').hidden = !document.fullscreenEnabled;

    document.addEventListener('fullscreenchange', () => {
      const isFull = Boolean(document.fullscreenElement);
      this.#press('full-screen', isFull);
      this.#fold(isFull);
    });
    window.addEventListener('keydown', (event) => this.#handleKey(event), { capture: true });
  }

  /** Makes a button for each head, and one for all if there are several. */
  showHeads(indexes) {
    const choices = indexes.length > 1 ? [...indexes, ALL] : indexes;
    const wanted = choices.map(String).join();
    if (this.#heads.dataset.choices === wanted) {
      return;
    }
    this.#heads.dataset.choices = wanted;
    this.#heads.replaceChildren(...choices.map((choice) => this.#headButton(choice)));
    this.choice = this.#choice;
  }

  set choice(choice) {
    this.#choice = choice;
    for (const button of this.#heads.children) {
      button.setAttribute('aria-pressed', button.dataset.head === String(choice));
    }
  }

  /** `state` is one of link.js's. */
  set state(state) {
    const link = this.#root.querySelector('#link');
    link.dataset.state = state;
    link.textContent = state === 'open' ? 'Connected' : 'Not connected';
  }

  set guest(name) {
    this.#root.querySelector('#guest').textContent = name;
  }

  set showsNumbers(showsNumbers) {
    this.#press('numbers-toggle', showsNumbers);
  }

  set canLogOut(canLogOut) {
    this.#button('log-out').hidden = !canLogOut;
  }

  #headButton(choice) {
    const button = document.createElement('button');
    button.dataset.head = choice;
    button.textContent = choice === ALL ? 'All' : `Head ${choice}`;
    button.addEventListener('click', () => this.#tell('choose', choice));
    return button;
  }

  #button(id) {
    return this.#root.querySelector(`#${id}`);
  }

  #on(id, run) {
    this.#button(id).addEventListener('click', run);
  }

  #press(id, isPressed) {
    this.#button(id).setAttribute('aria-pressed', isPressed);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #toggleFit() {
    const fits = this.#button('fit').getAttribute('aria-pressed') !== 'true';
    this.#press('fit', fits);
    this.#tell('fit', fits);
  }

  #toggleFullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      this.#root.requestFullscreen();
    }
  }

  #fold(isFolded, { focus = false } = {}) {
    this.#root.classList.toggle('folded', isFolded);
    this.#button('unfold').hidden = !isFolded;
    if (focus) {
      this.#heads.querySelector('[aria-pressed=true]')?.focus();
    }
  }

  #handleKey(event) {
    if (!event.ctrlKey || !event.altKey || !event.shiftKey) {
      return;
    }
    if (MODIFIERS.includes(event.key)) {
      this.#fold(false, { focus: true });
    } else if (event.code === 'KeyN') {
      this.#tell('numbers', { byKey: true });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

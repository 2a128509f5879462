/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Notice
 *
 * A plain sentence over a picture, or in its place: what is wrong, and what
 * can be done about it.
 */

export class Notice {
  #element;
  #text;
  #button = null;

  /** `action` is an optional {label, run}: a button beside the sentence. */
  constructor(parent, { action = null } = {}) {
    this.#element = document.createElement('div');
    this.#element.className = 'notice';
    this.#element.hidden = true;
    this.#text = document.createElement('p');
    /* Spoken by screen readers; on the sentence only, not on the button. */
    this.#text.setAttribute('role', 'status');
    this.#element.append(this.#text);
    if (action) {
      this.#button = document.createElement('button');
      this.#button.textContent = action.label;
      this.#button.addEventListener('click', action.run);
      this.#element.append(this.#button);
    }
    parent.append(this.#element);
  }

  /** Says `text`, nothing when it is empty, and whether the action helps now. */
  say(text, { canAct = false } = {}) {
    if (this.#text.textContent !== text) {
      this.#text.textContent = text;
    }
    this.#element.hidden = !text;
    if (this.#button) {
      this.#button.hidden = !canAct;
    }
  }
}

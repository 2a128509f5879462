/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Touch screen
 *
 * Makes the picture of one head a touch screen of the guest's, with up to ten
 * fingers at once. It listens above noVNC's canvas and before it, and keeps
 * the events from it, and from becoming mouse events, while there is a touch
 * channel to send them by.
 */

import { Contacts, pixelAt } from './contacts.js';

const CAPTURE = { capture: true, passive: false };

export class TouchScreen {
  #contacts = new Contacts();
  #canvas;
  #canSend;
  #send;

  /**
   * `element` is around the canvas. `canvas()` gives noVNC's, one pixel of
   * which is one of the head; `canSend()` says whether touch reaches the guest
   * now, and `send()` takes what Contacts returned.
   */
  constructor(element, { canvas, canSend, send }) {
    this.#canvas = canvas;
    this.#canSend = canSend;
    this.#send = send;
    for (const type of ['touchstart', 'touchmove', 'touchend', 'touchcancel']) {
      element.addEventListener(type, (event) => this.#handle(event), CAPTURE);
    }
    window.addEventListener('blur', () => this.cancel());
    document.addEventListener('visibilitychange', () => document.hidden && this.cancel());
  }

  /** Lets go of every contact, without a tap. */
  cancel() {
    this.#tell(this.#contacts.cancelAll());
  }

  #handle(event) {
    const canvas = this.#canvas();
    if (event.target !== canvas || !this.#canSend()) {
      return;
    }
    /* Neither noVNC's gestures nor the browser's emulated mouse. */
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'touchstart') {
      canvas.focus({ preventScroll: true });
    }
    const box = canvas.getBoundingClientRect();
    this.#tell([...event.changedTouches].map((touch) =>
      this.#change(event.type, touch, pixelAt(touch.clientX, touch.clientY, box, canvas))));
  }

  #change(type, { identifier }, pixel) {
    switch (type) {
    case 'touchstart': return this.#contacts.down(identifier, pixel);
    case 'touchmove': return this.#contacts.move(identifier, pixel);
    case 'touchend': return this.#contacts.up(identifier, pixel);
    default: return this.#contacts.cancel(identifier);
    }
  }

  #tell(messages) {
    for (const message of messages) {
      if (message) {
        this.#send(message);
      }
    }
  }
}

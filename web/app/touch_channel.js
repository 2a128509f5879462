/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Touch channel
 *
 * Carries contacts to the guest's touch screen. RFB has no touch, and noVNC
 * makes mouse gestures of it, so contacts go by a WebSocket of their own
 * (docs/api.md). Motion that a slow network cannot take is dropped; where a
 * contact begins and ends never is.
 */

import { socketUrl } from './address.js';
import { Retry } from './retry.js';

/* More than this waiting to be sent means that motion would arrive late. */
const BACKLOG_BYTES = 4096;

export class TouchChannel {
  #socket = null;
  #retry = new Retry(() => this.#connect());
  #onLost;

  /** `onLost` is called when the channel breaks: the gateway then lets go of all contacts. */
  constructor(onLost) {
    this.#onLost = onLost;
  }

  open() {
    if (!this.#socket) {
      this.#connect();
    }
  }

  close() {
    this.#retry.stop();
    this.#socket?.close();
    this.#lose();
  }

  /** Whether touch reaches the guest. If not, noVNC's gestures serve. */
  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Sends what Contacts returned, for a contact on head `head`. */
  send(head, { action, contact, x, y }) {
    if (!this.isOpen || (action === 'move' && this.#socket.bufferedAmount > BACKLOG_BYTES)) {
      return;
    }
    this.#socket.send(JSON.stringify({ head, action, contact, x, y }));
  }

  #connect() {
    const socket = new WebSocket(socketUrl('api/v1/touch'));
    this.#socket = socket;
    socket.onopen = () => this.#retry.succeeded();
    /* The gateway only speaks here to refuse a message. */
    socket.onmessage = ({ data }) => console.warn(`touch: ${data}`);
    socket.onclose = () => {
      if (socket === this.#socket) {
        this.#lose();
        this.#retry.later();
      }
    };
  }

  #lose() {
    this.#socket = null;
    this.#onLost();
  }
}

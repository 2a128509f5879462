/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Link
 *
 * The page's link to the gateway: the events WebSocket, kept open. It alone
 * finds out that the gateway or the network is away and when it is back;
 * pictures and touch follow it. It tells which heads there are and what is
 * wrong with each.
 *
 * Events: `change`, when the state or the heads did.
 */

import { socketUrl } from './address.js';
import { Retry } from './retry.js';
import { Answer, ask } from './session.js';

export const State = Object.freeze({
  CONNECTING: 'connecting', /* for the first time */
  OPEN: 'open',
  LOST: 'lost',             /* and trying again */
  LOGIN: 'login',           /* the session has expired; the link has given up */
});

/* A network that swallows everything shows no error: ask after this long without a word. */
const SILENCE_MS = 15000;

export class Link extends EventTarget {
  state = State.CONNECTING;
  heads = []; /* {index, width, height, notice} as docs/api.md says */

  #socket = null;
  #retry = new Retry(() => this.#connect());
  #silence = null;

  open() {
    this.#connect();
    window.addEventListener('online', () => this.#nudge());
    window.addEventListener('offline', () => this.#check()); /* a tunnel's end may be local */
    document.addEventListener('visibilitychange', () => document.hidden || this.#nudge());
  }

  /** Tries again now, rather than after the pause. */
  retry() {
    this.#retry.now();
  }

  #connect() {
    this.#drop(); /* an attempt that hangs, perhaps */
    const socket = new WebSocket(socketUrl('api/v1/events'));
    this.#socket = socket;
    socket.onmessage = (event) => this.#handleMessage(socket, event.data);
    socket.onclose = () => socket === this.#socket && this.#lose();
    this.#listen();
  }

  #handleMessage(socket, data) {
    if (socket !== this.#socket) {
      return;
    }
    this.#listen();
    this.#retry.succeeded();
    const { heads } = JSON.parse(data);
    if (heads) {
      this.heads = heads;
    }
    this.#change(State.OPEN);
  }

  async #lose() {
    clearTimeout(this.#silence);
    this.#drop();
    if (this.state === State.OPEN) {
      this.#change(State.LOST);
    }
    this.#retry.later();
    const { answer } = await ask();
    if (answer === Answer.LOGIN) {
      this.#retry.stop();
      this.#drop();
      this.#change(State.LOGIN);
    } else if (this.state === State.CONNECTING) {
      this.#change(State.LOST);
    }
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /* Something changed for the better, perhaps: a laptop woke, a network came back. */
  #nudge() {
    if (this.state === State.OPEN) {
      this.#check();
    } else if (this.state !== State.LOGIN) {
      this.#retry.now();
    }
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#check(), SILENCE_MS);
  }

  async #check() {
    const socket = this.#socket;
    const { answer } = await ask();
    if (socket !== this.#socket || !socket) {
      return;
    }
    if (answer === Answer.WELCOME) {
      this.#listen();
    } else {
      this.#lose();
    }
  }

  #change(state) {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}

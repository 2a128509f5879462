/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tunnel
 *
 * Forwards TCP connections as `ssh -L` does, and can break as networks do.
 */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Tunnel {
  #server;
  #target;
  #sockets = new Set();
  #isCut = false;
  #isFrozen = false;

  /** A tunnel to `url`'s host and port; `t.after` closes it. */
  static async open(t, url) {
    const tunnel = new Tunnel(new URL(url));
    tunnel.#server.listen(0, '127.0.0.1');
    await once(tunnel.#server, 'listening');
    t.after(() => tunnel.#close());
    return tunnel;
  }

  constructor(target) {
    this.#target = target;
    this.#server = createServer((near) => this.#forward(near));
  }

  get url() {
    return `http://localhost:${this.#server.address().port}/`;
  }

  /** Ends every connection, and each new one at once, until mended. */
  cut() {
    this.#isCut = true;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  /** Lets nothing through, without an end, until mended: what a lost route looks like. */
  freeze() {
    this.#isFrozen = true;
    this.#sockets.forEach((socket) => socket.pause());
  }

  mend() {
    this.#isCut = false;
    this.#isFrozen = false;
    this.#sockets.forEach((socket) => socket.resume());
  }

  #forward(near) {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    /* Not by the name: it may stand for ::1 first, where nobody listens. */
    const far = connect(this.#target.port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#sockets.add(from);
      from.on('data', (data) => to.write(data));
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#isFrozen) {
        from.pause();
      }
    }
  }

  #close() {
    this.cut();
    this.#server.close();
  }
}

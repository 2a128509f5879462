/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Contacts
 *
 * The fingers on one head: turns a browser's touch points, with their
 * arbitrary identifiers and window positions, into contacts 0 to 9 at pixels
 * of the head. Knows no DOM and no network.
 */

/* What the gateway and the guest's touch screen can hold. */
export const CONTACTS_MAX = 10;

/**
 * The pixel of a `head` ({width, height}) that is under a window position,
 * when the head is drawn over `box` ({left, top, width, height}). A finger that
 * slides off the picture stays at its edge.
 */
export function pixelAt(clientX, clientY, box, head) {
  return {
    x: pixelAlong(clientX - box.left, box.width, head.width),
    y: pixelAlong(clientY - box.top, box.height, head.height),
  };
}

function pixelAlong(distance, shown, pixels) {
  const pixel = Math.floor(distance * pixels / shown);
  return Math.max(0, Math.min(pixels - 1, pixel));
}

export class Contacts {
  #held = new Map(); /* identifier → {contact, x, y} */

  /** Each of these returns what to tell the gateway, or null if there is nothing to tell. */
  down(identifier, { x, y }) {
    const contact = this.#free();
    if (contact === null || this.#held.has(identifier)) {
      return null;
    }
    this.#held.set(identifier, { contact, x, y });
    return { action: 'down', contact, x, y };
  }

  move(identifier, { x, y }) {
    const held = this.#held.get(identifier);
    if (!held || (held.x === x && held.y === y)) {
      return null;
    }
    Object.assign(held, { x, y });
    return { action: 'move', ...held };
  }

  up(identifier, { x, y }) {
    return this.#end(identifier, 'up', { x, y });
  }

  /** The browser or the page took the finger away: no tap is meant. */
  cancel(identifier) {
    return this.#end(identifier, 'cancel', {});
  }

  cancelAll() {
    return [...this.#held.keys()].map((identifier) => this.cancel(identifier));
  }

  #end(identifier, action, position) {
    const held = this.#held.get(identifier);
    if (!held) {
      return null;
    }
    this.#held.delete(identifier);
    return { action, ...held, ...position };
  }

  #free() {
    const used = new Set([...this.#held.values()].map((held) => held.contact));
    for (let contact = 0; contact < CONTACTS_MAX; contact++) {
      if (!used.has(contact)) {
        return contact;
      }
    }
    return null;
  }
}

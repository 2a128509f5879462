/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Address
 *
 * What the address asks to see, so that a link or a reload shows the same:
 * `#head=1` is one head, `#head=all` every head side by side.
 */

export const ALL = 'all';

/** A head's index, or ALL. Head 0 where the address says nothing sensible. */
export function choiceFromHash(hash) {
  const wanted = new URLSearchParams(hash.replace(/^#/, '')).get('head');
  if (wanted === ALL) {
    return ALL;
  }
  return /^\d{1,3}$/.test(wanted ?? '') ? Number(wanted) : 0;
}

export function hashFromChoice(choice) {
  return `#head=${choice}`;
}

/** The WebSocket beside this page, wherever the page was put: `path` is relative to it. */
export function socketUrl(path, base = document.baseURI) {
  const url = new URL(path, base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return url.href;
}

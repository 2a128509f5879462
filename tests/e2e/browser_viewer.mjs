/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A person at the page, told what to do by lines on standard input:
 *
 *   {"do": "key", "head": 0, "key": "a"}
 *
 * Each is answered by one line, {"result": …} or {"error": "…"}, in order. The
 * first line, unasked, says that the page shows all heads.
 *
 *   browser_viewer.mjs URL PASSWORD
 */

import { createInterface } from 'node:readline';

import {
  logIn, notice, openBrowser, picture, positionOf, waitForPicture,
} from '../browser/support/browser.mjs';

/* Room for both heads without scaling, so that positions are exact. */
const WINDOW = { width: 2000, height: 2000 };

const [url, password] = process.argv.slice(2);
const endings = [];
const page = await openBrowser({ after: (end) => endings.push(end) }, WINDOW);
const devTools = await page.context().newCDPSession(page);

const actions = {
  /* The picture's pixels, as a PNG in base64; null while there is no live picture. */
  picture: ({ head }) => picture(page, head).evaluateAll(
    ([canvas]) => canvas?.toDataURL('image/png').split(',')[1]),

  /* What is said to be wrong with a head, or "". */
  notice: async ({ head }) => (await notice(page, head).isVisible())
    ? notice(page, head).innerText() : '',

  key: async ({ head, key }) => {
    await picture(page, head).focus();
    await page.keyboard.press(key);
  },

  click: async ({ head, x, y }) => {
    const position = await positionOf(page, head, { x, y });
    await page.mouse.click(position.x, position.y);
  },

  wheel: async ({ head, x, y, notches }) => {
    const position = await positionOf(page, head, { x, y });
    await page.mouse.move(position.x, position.y);
    await page.mouse.wheel(0, -120 * notches);
  },

  /* `kind` is touchStart, touchMove or touchEnd; `fingers` are [x, y], those that are left. */
  touch: async ({ head, kind, fingers }) => {
    const points = await Promise.all(fingers.map(async ([x, y], id) =>
      ({ ...await positionOf(page, head, { x, y }), id })));
    await devTools.send('Input.dispatchTouchEvent', { type: kind, touchPoints: points });
  },
};

function answer(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function attempt(action) {
  try {
    answer({ result: await action() ?? null });
  } catch (error) {
    answer({ error: error.message });
  }
}

try {
  await attempt(async () => {
    await logIn(page, { url }, { hash: '#head=all', password });
    await Promise.all([0, 1].map((head) => waitForPicture(page, head)));
    await page.getByRole('button', { name: 'Fit to the window' }).click();
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    await attempt(() => actions[order.do](order));
  }
} finally {
  for (const end of endings) {
    await end();
  }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openBrowser, picture, positionOf, watch } from './support/browser.mjs';
import { startGatewayWithFakeGuest } from './support/gateway.mjs';

/* QEMU's numbers: keys, the left button, and touch begin, update, end and cancel. */
const KEY_A = 30;
const KEY_LEFT = 203;
const BUTTON_LEFT = 0;
const TOUCH = { begin: 0, update: 1, end: 2, cancel: 3 };

test('a key that is pressed on the page is pressed in the guest', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);
  await picture(page, 0).focus();

  for (const [name, qnum] of [['a', KEY_A], ['ArrowLeft', KEY_LEFT]]) {
    const mark = guest.mark;
    await page.keyboard.down(name);
    await guest.waitForLine(`key ${qnum} 1`, mark);
    await page.keyboard.up(name);
    await guest.waitForLine(`key ${qnum} 0`, mark);
  }
});

test('a click on a scaled picture reaches the pixel under it, on its head', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t, { width: 700, height: 500 });
  for (const head of [0, 1]) {
    if (head === 0) {
      await watch(page, gateway);
    } else {
      await page.getByRole('button', { name: `Head ${head}` }).click();
    }
    const { x, y } = await positionOf(page, head, { x: 1001, y: 333 });
    const mark = guest.mark;
    await page.mouse.click(x, y);
    const line = await guest.waitForLine(new RegExp(`^motion ${head} `), mark);
    assertNear(line, [1001, 333]);
    await guest.waitForLine(`button ${head} ${BUTTON_LEFT} 1`, mark);
    await guest.waitForLine(`button ${head} ${BUTTON_LEFT} 0`, mark);
  }
});

/* A page of head 0 for fingers: touch() says where they are, in pixels of the head. */
async function openTouchScreen(t) {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t, { hasTouch: true });
  await watch(page, gateway);
  const devTools = await page.context().newCDPSession(page);
  const touch = async (type, pixels) => devTools.send('Input.dispatchTouchEvent', {
    type,
    touchPoints: await Promise.all(pixels.map(async (pixel, id) =>
      ({ ...await positionOf(page, 0, pixel), id }))),
  });
  return { guest, page, touch };
}

test('two fingers reach the guest as two contacts', async (t) => {
  const { guest, touch } = await openTouchScreen(t);
  const mark = guest.mark;
  const contact = (kind, slot) => guest.waitForLine(new RegExp(`^touch 0 ${kind} ${slot} `), mark);

  await touch('touchStart', [{ x: 200, y: 100 }, { x: 900, y: 600 }]);
  assertNear(await contact(TOUCH.begin, 0), [200, 100]);
  assertNear(await contact(TOUCH.begin, 1), [900, 600]);
  await touch('touchMove', [{ x: 300, y: 150 }, { x: 900, y: 600 }]);
  assertNear(await contact(TOUCH.update, 0), [300, 150]);
  await touch('touchEnd', []);
  assertNear(await contact(TOUCH.end, 0), [300, 150]);
  assertNear(await contact(TOUCH.end, 1), [900, 600]);
});

test('a finger is no mouse', async (t) => {
  const { guest, page, touch } = await openTouchScreen(t);
  const mark = guest.mark;

  await touch('touchStart', [{ x: 200, y: 100 }]);
  await touch('touchMove', [{ x: 700, y: 600 }]);
  await touch('touchEnd', []);
  /* It would go the same way as this key, before it. */
  await page.keyboard.press('a');
  await guest.waitForLine(`key ${KEY_A} 1`, mark);
  assert.deepEqual(guest.linesSince(mark, /^(motion|button)/), []);
  assert.notDeepEqual(guest.linesSince(mark, /^touch/), []);
});

test('fingers that are down when the page goes away are lifted', async (t) => {
  const { guest, page, touch } = await openTouchScreen(t);
  const mark = guest.mark;

  await touch('touchStart', [{ x: 640, y: 360 }]);
  await guest.waitForLine(new RegExp(`^touch 0 ${TOUCH.begin} 0 `), mark);
  await page.goto('about:blank');
  await guest.waitForLine(new RegExp(`^touch 0 (${TOUCH.end}|${TOUCH.cancel}) 0 `), mark);
});

/* A window's pixel is more than one of the head's when the picture is scaled down. */
function assertNear(line, position, pixels = 3) {
  const there = line.split(' ').slice(-2).map(Number);
  const isNear = there.every((coordinate, i) => Math.abs(coordinate - position[i]) <= pixels);
  assert.ok(isNear, `${line} is not at ${position}`);
}

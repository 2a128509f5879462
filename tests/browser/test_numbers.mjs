/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openBrowser, picture, watch } from './support/browser.mjs';
import { startGatewayWithFakeGuest } from './support/gateway.mjs';

const panel = (page) => page.getByRole('complementary', { name: 'Numbers' });
const button = (page) => page.getByRole('button', { name: 'Numbers', exact: true });

function polls(page) {
  return page.requests.filter((url) => url.endsWith('/api/v1/status')).length;
}

test('the numbers are shown, and are asked for while they are', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);
  assert.equal(await panel(page).isVisible(), false);
  assert.equal(polls(page), 1); /* for the guest's name */

  await button(page).click();
  await panel(page).getByRole('cell', { name: '127.0.0.1' }).waitFor();
  assert.equal(await panel(page).getByRole('row', { name: /^0 \(1280 × 720\) 1/ }).count(), 1);
  /* A rate needs two answers. */
  await panel(page).getByRole('cell', { name: /\d (k|M)?B\/s/ }).waitFor();
  assert.deepEqual(page.problems, []);

  await button(page).click();
  assert.equal(await panel(page).isVisible(), false);
  assert.equal(await button(page).getAttribute('aria-pressed'), 'false');
});

test('a key shows them and hides them, and the guest keeps the keyboard', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);
  await picture(page, 0).focus();

  await page.keyboard.press('Control+Alt+Shift+KeyN');
  await panel(page).waitFor();
  const mark = guest.mark;
  await page.keyboard.press('a');
  await guest.waitForLine('key 30 1', mark);
  assert.deepEqual(guest.linesSince(0, /^key 49 /), []);

  await page.keyboard.press('Control+Alt+Shift+KeyN');
  await panel(page).waitFor({ state: 'hidden' });
});

test('Escape closes them, from within', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);
  await button(page).click();
  await page.getByRole('region', { name: 'Tables' }).focus();
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'hidden' });

  await page.keyboard.press('a');
  await guest.waitForLine('key 30 1');
});

test('who had them open has them open again', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);
  await button(page).click();
  await page.reload();
  await panel(page).waitFor();
  assert.equal(await button(page).getAttribute('aria-pressed'), 'true');

  await page.getByRole('button', { name: 'Close the numbers' }).click();
  await page.reload();
  await picture(page, 0).waitFor();
  assert.equal(await panel(page).isVisible(), false);
});

test('on a telephone they fit the window', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t, { width: 360, height: 640, hasTouch: true });
  await watch(page, gateway);
  await button(page).click();
  await panel(page).getByRole('cell', { name: '127.0.0.1' }).waitFor();
  const box = await panel(page).boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
  assert.ok(box.y >= 0 && box.y + box.height <= 640, JSON.stringify(box));
});

/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  compareWithScreenshot, openBrowser, picture, waitForPicture, watch,
} from './support/browser.mjs';
import { startGatewayWithFakeGuest } from './support/gateway.mjs';

const STILL = { guestOptions: ['--fps', '0'] };

test('each head can be chosen, and a reload shows it again', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);

  await page.getByRole('button', { name: 'Head 1' }).click();
  await waitForPicture(page, 1);
  assert.equal(await picture(page, 0).isVisible(), false);

  await page.reload();
  await waitForPicture(page, 1);
});

test('all heads can be shown at once, none larger than the window', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t, { width: 390, height: 800 });
  await watch(page, gateway);
  await page.getByRole('button', { name: 'All' }).click();
  await waitForPicture(page, 0);
  await waitForPicture(page, 1);

  const [first, second] = [
    await picture(page, 0).boundingBox(), await picture(page, 1).boundingBox(),
  ];
  assert.ok(first.width > 380 && first.width <= 390, `${first.width} wide`);
  assert.ok(first.y + first.height <= second.y, 'one above the other');
  assert.ok(second.y + second.height <= 800, 'all in the window');
});

test('the keyboard gets from the guest to the bar, and chooses there', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);
  await picture(page, 0).focus();

  await page.keyboard.press('Control+Alt+Shift');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await waitForPicture(page, 1);

  const mark = guest.mark;
  await page.keyboard.press('a');
  await guest.waitForLine('key 30 1', mark);
});

test('a head that the guest does not have is said not to be there', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);
  await page.goto(`${gateway.url}#head=7`);
  await page.getByText('This guest has no head 7.').waitFor();
});

test('the picture is the screenshot, pixel by pixel', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t, STILL);
  const page = await openBrowser(t);
  await watch(page, gateway);
  await assertExact(page, 0);
  await page.getByRole('button', { name: 'Head 1' }).click();
  await waitForPicture(page, 1);
  await assertExact(page, 1);
});

/* A picture is shown from its first rectangle on; the others come in a moment. */
async function assertExact(page, head) {
  const deadline = Date.now() + 20000;
  let result;
  do {
    result = await compareWithScreenshot(page, head);
  } while (result.differing > 0 && Date.now() < deadline);
  assert.deepEqual(result, { isSameSize: true, differing: 0 });
}

test('no request goes to any other host, and the policy forbids nothing that is needed',
  async (t) => {
    const { gateway } = await startGatewayWithFakeGuest(t);
    const page = await openBrowser(t);
    await watch(page, gateway);
    await page.getByRole('button', { name: 'All' }).click();
    await waitForPicture(page, 1);

    const { host } = new URL(gateway.url);
    const foreign = page.requests.filter((url) =>
      !url.startsWith('data:') && new URL(url).host !== host);
    assert.deepEqual(foreign, []);
    assert.ok(page.requests.some((url) => url.endsWith('/api/v1/heads/1/rfb')));
    assert.ok(!page.requests.some((url) => url.endsWith('/novnc/core/decoders/h264.js')));
    assert.deepEqual(page.problems, []);
  });

/* SPDX-License-Identifier: GPL-3.0-or-later */

import { test } from 'node:test';

import { logIn, notice, openBrowser, picture, waitForPicture, watch } from './support/browser.mjs';
import { startGatewayWithFakeGuest } from './support/gateway.mjs';
import { Tunnel } from './support/tunnel.mjs';

const CANNOT_BE_REACHED = 'The gateway cannot be reached. This page keeps trying.';
const LAST_PICTURE = 'section[aria-label="Head 0"] .last-picture';

test('the page comes back by itself when the gateway was restarted', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);

  await gateway.kill();
  await page.getByText(CANNOT_BE_REACHED).waitFor();
  await page.locator(LAST_PICTURE).waitFor();

  await gateway.start();
  await waitForPicture(page);
  await typeA(page, guest);
});

test('the page comes back by itself when the network was cut', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const tunnel = await Tunnel.open(t, gateway.url);
  const page = await openBrowser(t);
  await watch(page, { url: tunnel.url, password: () => gateway.password() });

  tunnel.cut();
  await page.getByText(CANNOT_BE_REACHED).waitFor();
  await page.locator(LAST_PICTURE).waitFor();

  tunnel.mend();
  await waitForPicture(page);
  await typeA(page, guest);
});

test('a network that swallows everything is noticed', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const tunnel = await Tunnel.open(t, gateway.url);
  const page = await openBrowser(t);
  await watch(page, { url: tunnel.url, password: () => gateway.password() });

  tunnel.freeze();
  await page.getByText(CANNOT_BE_REACHED).waitFor({ timeout: 40000 });
  tunnel.mend();
  await waitForPicture(page);
});

test('a guest that is not there yet is said not to be, and shown when it comes', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t, { guestIsThere: false });
  const page = await openBrowser(t);
  await logIn(page, gateway);
  await notice(page, 0).getByText(/./).waitFor();

  await guest.start();
  await waitForPicture(page);
  await page.getByRole('button', { name: 'Head 1' }).waitFor(); /* it comes with the guest */
});

test('when the guest goes away the page says so, and shows it again when it is back', async (t) => {
  const { gateway, guest } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await watch(page, gateway);

  await guest.stop();
  await notice(page, 0).getByText(/./).waitFor();
  await picture(page, 0).waitFor(); /* the connection stays */

  await guest.start();
  await waitForPicture(page);
  await typeA(page, guest);
});

/* Whoever was typing goes on typing: nothing is clicked first. */
async function typeA(page, guest) {
  const mark = guest.mark;
  await page.keyboard.press('a');
  await guest.waitForLine('key 30 1', mark);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { logIn, openBrowser, waitForPicture, watch } from './support/browser.mjs';
import { startGatewayWithFakeGuest } from './support/gateway.mjs';

test('the page logs in and shows head 0', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await logIn(page, gateway);
  await waitForPicture(page, 0);
  assert.equal(new URL(page.url()).pathname, '/');
  assert.equal(await page.title(), 'ivi – Windscreen');
});

test('a wrong password is said to be wrong', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t);
  const page = await openBrowser(t);
  await logIn(page, gateway, { password: 'guess' });
  await page.getByText('Wrong user or password.').waitFor();
  assert.equal(new URL(page.url()).pathname, '/login');

  await page.fill('[name=password]', await gateway.password());
  await page.keyboard.press('Enter');
  await waitForPicture(page, 0);
});

test('a gateway that is open to all asks for no login', async (t) => {
  const { gateway } = await startGatewayWithFakeGuest(t, {
    gatewayOptions: ['--access', 'open'],
  });
  const page = await openBrowser(t);
  await watch(page, gateway, { mustLogIn: false });
  assert.equal(await page.locator('#log-out').isVisible(), false);
});

test('a session that ends elsewhere leads back to the login, and from there to the same head',
  async (t) => {
    const { gateway } = await startGatewayWithFakeGuest(t);
    const page = await openBrowser(t);
    await watch(page, gateway, { head: 1 });

    const elsewhere = await page.context().newPage();
    await elsewhere.goto(gateway.url);
    await elsewhere.click('#log-out');
    await elsewhere.waitForURL('**/login*');

    await page.waitForURL('**/login#head=1');
    await page.fill('[name=password]', await gateway.password());
    await page.click('form button');
    await waitForPicture(page, 1);
  });

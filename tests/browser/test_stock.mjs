/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * noVNC as others have it, with its own decoder, on a page at the gateway's address.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openBrowser } from './support/browser.mjs';
import {
  beginFilm, countFrames, endFilm, FILM_OPTIONS, rememberPicture, stopFilm,
  timeOfExactPicture, waitForFrames, worstColour,
} from './support/film.mjs';
import { startGatewayWithFakeGuest } from './support/gateway.mjs';
import { viewerPage } from './support/rfb_server.mjs';

const EXACT_WITHIN_MS = 300;
const TOLERANCE = 4;

async function start(t) {
  const { gateway, guest } = await startGatewayWithFakeGuest(t, {
    guestOptions: FILM_OPTIONS,
    gatewayOptions: ['--access', 'open'],
    configuration: '[head 0]\nresize=viewer\n',
  });
  /* A page that a test makes up is nowhere, and so not as near as the gateway. */
  const page = await openBrowser(t, { flags: ['--disable-features=LocalNetworkAccessChecks'] });
  const errors = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await countFrames(page);
  await page.route('**/stock.html', (route) => route.fulfill({
    contentType: 'text/html',
    body: viewerPage({ isOurs: false, socket: '/api/v1/heads/0/rfb' }),
  }));
  await show(page, gateway);
  return { gateway, guest, page, errors };
}

async function show(page, gateway) {
  await page.goto(new URL('stock.html', gateway.url).href);
  await page.waitForFunction(() => document.querySelector('canvas')?.width > 0);
}

async function waitForRest(page) {
  await rememberPicture(page);
  await timeOfExactPicture(page);
}

test('stock noVNC shows motion, and what has come to rest exactly', async (t) => {
  const { guest, page, errors } = await start(t);
  assert.ok(page.requests.some((url) => url.endsWith('/novnc/core/decoders/h264.js')));
  await waitForRest(page);
  const times = [];
  for (let round = 0; round < 5; round++) {
    await beginFilm(page, guest);
    await waitForFrames(page, 10);
    const worst = await worstColour(page, 5);
    assert.ok(worst <= TOLERANCE, `a colour is ${worst} away`);
    times.push(await endFilm(page, guest));
  }
  t.diagnostic(`exact after ${times.join(', ')} ms`);
  assert.ok(times.sort((a, b) => a - b)[2] <= EXACT_WITHIN_MS, `after ${times[2]} ms`);
  assert.deepEqual(errors, []);
});

test('stock noVNC goes on when the size changes in the midst of motion', async (t) => {
  const { guest, page } = await start(t);
  await waitForRest(page);
  await beginFilm(page, guest);
  await waitForFrames(page, 10);
  const mark = guest.mark;
  await page.evaluate(() => { window.rfb.resizeSession = true; });
  await page.setViewportSize({ width: 1000, height: 700 });
  await guest.waitForLine('uiinfo 0 1000 700', mark);
  await page.waitForFunction(() => document.querySelector('canvas').width === 1000);
  await waitForFrames(page, 10);
  await stopFilm(page, guest);
  await waitForRest(page);
});

test('stock noVNC that comes again in the midst of motion sees it', async (t) => {
  const { gateway, guest, page } = await start(t);
  await waitForRest(page);
  await beginFilm(page, guest);
  await waitForFrames(page, 10);
  await show(page, gateway);
  await waitForFrames(page, 10);
  await stopFilm(page, guest);
  await waitForRest(page);
});

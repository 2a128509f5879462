/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What moves, and what has come to rest, from the guest to the canvas.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openBrowser, waitForPicture, watch } from './support/browser.mjs';
import {
  beginFilm, countFrames, endFilm, FILM_OPTIONS, keyToCanvas, rememberPicture,
  timeOfExactPicture, waitForFrames, worstColour,
} from './support/film.mjs';
import { startGatewayWithFakeGuest } from './support/gateway.mjs';
import { Tunnel } from './support/tunnel.mjs';

const EXACT_WITHIN_MS = 300;
const KEY_TO_CANVAS_MS = 215; /* half of what QEMU's VNC server takes */
const TOLERANCE = 4;

async function start(t) {
  const { gateway, guest } = await startGatewayWithFakeGuest(t, {
    guestOptions: FILM_OPTIONS,
    gatewayOptions: ['--access', 'open'],
  });
  const tunnel = await Tunnel.open(t, gateway.url);
  const page = await openBrowser(t);
  await countFrames(page);
  await watch(page, tunnel, { mustLogIn: false });
  await rememberPicture(page);
  await timeOfExactPicture(page);
  return { gateway, guest, page, tunnel };
}

test('motion is shown by video, in the guest\'s colours', async (t) => {
  const { guest, page } = await start(t);
  await beginFilm(page, guest);
  await waitForFrames(page, 20);
  const worst = await worstColour(page, 30);
  t.diagnostic(`colours differ by ${worst} at most`);
  assert.ok(worst <= TOLERANCE, `a colour is ${worst} away`);
});

test('what has come to rest is soon the guest\'s picture exactly', async (t) => {
  const { guest, page } = await start(t);
  const times = [];
  for (let round = 0; round < 5; round++) {
    await beginFilm(page, guest);
    await waitForFrames(page, 10);
    times.push(await endFilm(page, guest));
  }
  t.diagnostic(`exact after ${times.join(', ')} ms`);
  const median = times.sort((a, b) => a - b)[2];
  assert.ok(median <= EXACT_WITHIN_MS, `after ${median} ms`);
});

test('what a key does is on the canvas at once, in the midst of motion', async (t) => {
  const { guest, page } = await start(t);
  const times = [];
  for (let round = 0; round < 5; round++) {
    await beginFilm(page, guest);
    await waitForFrames(page, 10);
    times.push(await keyToCanvas(page, guest));
  }
  t.diagnostic(`${times.join(', ')} ms from key to canvas`);
  const median = times.sort((a, b) => a - b)[2];
  assert.ok(median <= KEY_TO_CANVAS_MS, `after ${median} ms`);
});

test('a decoder that fails is given a key frame', async (t) => {
  const { guest, page } = await start(t);
  await beginFilm(page, guest);
  await waitForFrames(page, 10);
  await page.evaluate(() => {
    const { decode } = VideoDecoder.prototype;
    VideoDecoder.prototype.decode = function ({ timestamp }) {
      VideoDecoder.prototype.decode = decode;
      const data = new Uint8Array(64).fill(0xff);
      data.set([0, 0, 0, 1, 0x65]);
      this.decode(new EncodedVideoChunk({ type: 'key', timestamp, data }));
    };
  });
  await page.waitForEvent('console', (message) => /asking for a key frame/.test(message.text()));
  await waitForFrames(page, 20);
  await endFilm(page, guest);
});

test('the numbers tell video from exact pixels', async (t) => {
  const { guest, page } = await start(t);
  await page.getByRole('button', { name: 'Numbers', exact: true }).click();
  const cell = (name) => page.getByRole('complementary').getByRole('cell', { name });
  await cell(/^Tight$/).nth(1).waitFor(); /* the viewer and this page */
  await beginFilm(page, guest);
  await cell(/^H\.264$/).waitFor();
  await cell(/^H\.264, [\d.]+\/s in [\d.]+ ms$/).waitFor();
  await cell(/^[\d.]+ ms$/).nth(2).waitFor(); /* to encode, until written, until answered */
  await endFilm(page, guest);
  await cell(/^Tight$/).nth(1).waitFor();
});

test('a connection that breaks in the midst of motion is made again, and shows it', async (t) => {
  const { guest, page, tunnel } = await start(t);
  await beginFilm(page, guest);
  await waitForFrames(page, 10);
  tunnel.cut();
  await page.locator('section.stale').waitFor();
  tunnel.mend();
  await waitForPicture(page, 0);
  await waitForFrames(page, 10);
  await endFilm(page, guest);
});

test('a guest that is reset is shown on, in motion and at rest', async (t) => {
  const { gateway, guest, page } = await start(t);
  await beginFilm(page, guest);
  await waitForFrames(page, 10);
  await guest.stop();
  await page.getByText(/./).and(page.locator('.notice p')).first().waitFor();
  await guest.start();
  await page.waitForFunction(() => window.differing() === 0);
  await beginFilm(page, guest);
  await waitForFrames(page, 10);
  await endFilm(page, guest);
  assert.equal((await gateway.status()).viewers.length, 1);
});

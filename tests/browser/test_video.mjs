/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Our decoder in Chromium, against a server that sends what the test says, and noVNC's own
 * beside it where the two do alike.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openBrowser } from './support/browser.mjs';
import { colourOf, makeClip } from './support/clip.mjs';
import { H264, plainRect, RfbServer, videoRect } from './support/rfb_server.mjs';

const SCREEN = { width: 640, height: 360 };
const WHOLE = { x: 0, y: 0, ...SCREEN };
const RESET = 1;

/* Video is shown as exactly as 8 bits a colour and 4:2:0 allow. */
const TOLERANCE = 4;

const PATIENCE_MS = 10000;

async function start(t, options) {
  const server = await RfbServer.open(t, SCREEN);
  const page = await openBrowser(t, { ...SCREEN });
  const warnings = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  const viewer = await server.show(page, options);
  return { server, page, viewer, warnings };
}

/* The canvas's pixels at these places, [x, y] each, as [red, green, blue]. */
function pixels(page, places) {
  return page.evaluate((all) => {
    const canvas = document.querySelector('#screen canvas');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    return all.map(([x, y]) => [...copy.getImageData(x, y, 1, 1).data.slice(0, 3)]);
  }, places);
}

async function waitForPixels(page, wanted, tolerance) {
  const deadline = Date.now() + PATIENCE_MS;
  const places = wanted.map(({ place }) => place);
  let shown;
  do {
    shown = await pixels(page, places);
    if (wanted.every(({ colour }, i) => distance(shown[i], colour) <= tolerance)) {
      return;
    }
  } while (Date.now() < deadline);
  assert.deepEqual(shown, wanted.map(({ colour }) => colour));
}

function distance(one, other) {
  return Math.max(...one.map((value, i) => Math.abs(value - other[i])));
}

/* Waits until the picture of this number is shown in `box`. */
async function waitForVideo(page, number, box = WHOLE) {
  const bars = Array.from({ length: 8 }, (_, bar) => ({
    place: [Math.floor(box.x + (bar + 0.5) * box.width / 8), Math.floor(box.y + box.height / 2)],
    colour: colourOf(bar, number),
  }));
  await waitForPixels(page, bars, TOLERANCE);
}

/* The requests that are not incremental: the first is noVNC's, for all of the picture. */
function requestsAnew(viewer) {
  return viewer.requests.filter(({ incremental }) => !incremental);
}

const center = ({ x, y, width, height }) => [x + Math.floor(width / 2), y + Math.floor(height / 2)];

for (const isOurs of [true, false]) {
  const whose = isOurs ? 'our decoder' : 'stock noVNC';

  test(`${whose} shows motion in the right colours`, async (t) => {
    const { page, viewer } = await start(t, { isOurs });
    assert.ok(viewer.encodings.includes(H264));
    const units = await makeClip(SCREEN.width, SCREEN.height, 30);
    for (const [number, unit] of units.entries()) {
      viewer.update(videoRect(WHOLE, unit, number === 0 ? RESET : 0));
    }
    await waitForVideo(page, 29);
  });

  test(`${whose} draws exact pixels over the video that came before them`, async (t) => {
    const { page, viewer } = await start(t, { isOurs });
    const units = await makeClip(SCREEN.width, SCREEN.height, 60);
    const box = { x: 100, y: 60, width: 33, height: 21 };
    const colour = [1, 2, 254];
    for (const [number, unit] of units.entries()) {
      /* In the same update, and in one that follows at once. */
      if (number % 2 === 0) {
        viewer.update(videoRect(WHOLE, unit), plainRect(box, [number, 0, 0]));
      } else {
        viewer.update(videoRect(WHOLE, unit));
        viewer.update(plainRect(box, colour));
      }
    }
    viewer.fence(1);
    await viewer.until(({ fences }) => fences === 1, 'read it all');
    await waitForVideo(page, 59);
    await waitForPixels(page, [{ place: center(box), colour }], 0);
  });

  test(`${whose} shows several moving regions`, async (t) => {
    const { page, viewer } = await start(t, { isOurs });
    const boxes = [
      { x: 0, y: 0, width: 320, height: 176 }, { x: 320, y: 176, width: 320, height: 176 },
      { x: 320, y: 0, width: 256, height: 160 }, { x: 32, y: 192, width: 128, height: 64 },
    ];
    const clips = await Promise.all(boxes.map(({ width, height }) => makeClip(width, height, 20)));
    for (let number = 0; number < 20; number++) {
      viewer.update(...boxes.map((box, i) => videoRect(box, clips[i][number])));
    }
    for (const box of boxes) {
      await waitForVideo(page, 19, box);
    }
  });
}

test('a unit without a picture stops nothing', async (t) => {
  const { page, viewer } = await start(t);
  const units = await makeClip(SCREEN.width, SCREEN.height, 4);
  const sei = Buffer.from([0, 0, 0, 1, 6, 5, 1, 0, 0x80]);
  viewer.update(videoRect(WHOLE, units[0]));
  viewer.update(videoRect(WHOLE, sei));
  viewer.update(videoRect(WHOLE, Buffer.alloc(0)));
  viewer.update(videoRect(WHOLE, units[1]));
  await waitForVideo(page, 1);
  assert.equal(requestsAnew(viewer).length, 1);
});

test('a unit that cannot be decoded is asked for anew, and the picture goes on', async (t) => {
  const { page, viewer, warnings } = await start(t);
  const units = await makeClip(SCREEN.width, SCREEN.height, 4);
  viewer.update(videoRect(WHOLE, units[0]));
  await waitForVideo(page, 0);

  const broken = Buffer.from(units[2]).fill(0xff, units[2].length / 2);
  viewer.update(videoRect(WHOLE, Buffer.concat([Buffer.from([0, 0, 0, 1, 0x65]), broken])));
  viewer.update(videoRect(WHOLE, units[1]));
  await viewer.until(() => requestsAnew(viewer).length > 1, 'ask for a key frame');
  assert.deepEqual(requestsAnew(viewer)[1], { incremental: 0, ...WHOLE });

  viewer.update(videoRect(WHOLE, units[2], RESET));
  viewer.update(videoRect(WHOLE, units[3]));
  await waitForVideo(page, 3);
  assert.ok(warnings.some((text) => text.startsWith('H.264 640x360+0+0: ')), warnings.join('\n'));
  assert.equal(viewer.isClosed, false);
});

test('a profile that no decoder knows is asked for anew, and exact pixels are shown', async (t) => {
  const { page, viewer } = await start(t);
  const [unit] = await makeClip(SCREEN.width, SCREEN.height, 1);
  const unknown = Buffer.from(unit);
  unknown.set([0xff, 0xff, 0xff], unknown.indexOf(Buffer.from([0, 0, 1, 0x67])) + 4);
  viewer.update(videoRect(WHOLE, unknown, RESET));
  await viewer.until(() => requestsAnew(viewer).length > 1, 'ask for a key frame');
  viewer.update(plainRect(WHOLE, [7, 8, 9]));
  await waitForPixels(page, [{ place: [320, 180], colour: [7, 8, 9] }], 0);
});

test('video is not asked for where the page is not secure', async (t) => {
  const server = await RfbServer.open(t, SCREEN);
  const page = await openBrowser(t, { hosts: { 'viewer.example': '127.0.0.1' } });
  const viewer = await server.show(page, { url: `http://viewer.example:${server.port}/` });
  assert.equal(viewer.encodings.includes(H264), false);
  viewer.update(plainRect(WHOLE, [7, 8, 9]));
  await waitForPixels(page, [{ place: [320, 180], colour: [7, 8, 9] }], 0);
});

test('a change of size in the midst of motion is followed', async (t) => {
  const { page, viewer } = await start(t);
  const units = await makeClip(SCREEN.width, SCREEN.height, 4);
  units.forEach((unit) => viewer.update(videoRect(WHOLE, unit)));
  viewer.resize({ width: 320, height: 180 });
  const smaller = { x: 0, y: 0, width: 320, height: 180 };
  const after = await makeClip(320, 180, 4);
  after.forEach((unit) => viewer.update(videoRect(smaller, unit)));
  await waitForVideo(page, 3, smaller);
});

test('a decoder that is behind holds back the server, and nothing piles up', async (t) => {
  const { page, viewer } = await start(t);
  const units = await makeClip(SCREEN.width, SCREEN.height, 2);
  await page.evaluate(() => { VideoDecoder.prototype.decode = () => {}; });
  for (let number = 1; number <= 40; number++) {
    viewer.update(videoRect(WHOLE, units[(number + 1) % 2]));
    viewer.fence(number);
  }
  let readBefore = 0;
  await viewer.until(({ fences }) => {
    const isGivenUp = requestsAnew(viewer).length > 1;
    readBefore = isGivenUp ? readBefore : fences;
    return isGivenUp;
  }, 'give the decoder up');
  assert.equal(readBefore, 2);
});

/* Prints how fast each decoder is, for docs/facts.md; it cannot fail. */
for (const isOurs of [true, false]) {
  test(`pace of ${isOurs ? 'our decoder' : 'stock noVNC'}`, async (t) => {
    const { page, viewer } = await start(t, { isOurs });
    const units = await makeClip(SCREEN.width, SCREEN.height, 200);
    const since = performance.now();
    for (let number = 1; number <= 200; number++) {
      await viewer.until(({ fences }) => number - fences <= 2, 'keep up');
      viewer.update(videoRect(WHOLE, units[number - 1]));
      viewer.fence(number);
    }
    await waitForVideo(page, 199);
    t.diagnostic(`${(200000 / (performance.now() - since)).toFixed(0)} frames a second`);
  });
}

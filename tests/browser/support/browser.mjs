/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Chromium, and what a person does with the page in it.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const PATIENCE_MS = 30000;

/* Without a sandbox, because tests may run as root or in a container; and
 * without what the browser itself would ask other hosts for. */
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/**
 * Starts a browser that knows nothing; `t.after` ends it. `hosts` are addresses by
 * name, `flags` further ones of Chromium's. Returns its one page, with `requests`,
 * the URLs of all that it asked for, WebSockets too.
 */
export async function openBrowser(t,
  { width = 1280, height = 800, hasTouch = false, hosts = {}, flags = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'windscreen-chromium-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    headless: true,
    args: [...FLAGS, ...flags, `--host-resolver-rules=${resolverRules(hosts)}`],
    viewport: { width, height },
    hasTouch,
  });
  t.after(async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  });
  context.setDefaultTimeout(PATIENCE_MS);

  const page = context.pages()[0];
  page.requests = [];
  page.problems = [];
  context.on('request', (request) => page.requests.push(request.url()));
  page.on('websocket', (socket) => page.requests.push(socket.url()));
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) {
      page.problems.push(message.text());
    }
  });
  return page;
}

function resolverRules(hosts) {
  return Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`).join(',');
}

/** Opens the page at `hash` and logs in. */
export async function logIn(page, gateway, { hash = '', password } = {}) {
  await page.goto(new URL(hash, gateway.url).href);
  await page.fill('[name=password]', password ?? await gateway.password());
  await page.click('form button');
}

/** A locator of a head's live picture: noVNC's canvas. */
export function picture(page, head) {
  return page.locator(`section[aria-label="Head ${head}"]:not(.stale) .picture canvas`);
}

/** Waits until the head's picture is there and nothing is wrong with it. */
export async function waitForPicture(page, head = 0) {
  await picture(page, head).waitFor();
  await notice(page, head).waitFor({ state: 'hidden' });
}

/** A locator of what is said to be wrong with a head. */
export function notice(page, head) {
  return page.locator(`section[aria-label="Head ${head}"] .notice p`);
}

/** Logs in, where that is asked, and waits for the picture. */
export async function watch(page, gateway, { head = 0, mustLogIn = true } = {}) {
  const hash = `#head=${head}`;
  if (mustLogIn) {
    await logIn(page, gateway, { hash });
  } else {
    await page.goto(new URL(hash, gateway.url).href);
  }
  await waitForPicture(page, head);
}

/** The position in the window of a head's pixel, as the page is laid out now. */
export async function positionOf(page, head, { x, y }) {
  return picture(page, head).evaluate((canvas, pixel) => {
    const box = canvas.getBoundingClientRect();
    return {
      x: box.left + (pixel.x + 0.5) * box.width / canvas.width,
      y: box.top + (pixel.y + 0.5) * box.height / canvas.height,
    };
  }, { x, y });
}

/**
 * Compares the picture with the API's screenshot, in the page. Returns
 * {isSameSize, differing}: how many pixels are not exactly the same.
 */
export async function compareWithScreenshot(page, head) {
  return picture(page, head).evaluate(async (canvas, index) => {
    const response = await fetch(`api/v1/heads/${index}/screenshot.png`);
    if (!response.ok) {
      throw new Error(await response.text());
    }
    const image = await createImageBitmap(await response.blob(),
      { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
    const pixels = (source) => {
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(source, 0, 0);
      return new Uint32Array(
        context.getImageData(0, 0, image.width, image.height).data.buffer);
    };
    const [shown, exact] = [pixels(canvas), pixels(image)];
    let differing = 0;
    for (let i = 0; i < exact.length; i++) {
      differing += shown[i] !== exact[i];
    }
    const isSameSize = canvas.width === image.width && canvas.height === image.height;
    return { isSameSize, differing };
  }, head);
}

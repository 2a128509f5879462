/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The fake guest's film (tests/fakes/fake_film.h), and what a page shows of it: how many
 * units its decoders were given, in which colours, and when the canvas is the guest's
 * picture again, pixel by pixel.
 */

import { COLOURS } from './clip.mjs';

export const FILM = { x: 128, y: 96, width: 640, height: 384 };

/** fake-guest's options for it. */
export const FILM_OPTIONS = [
  '--heads', '1', '--film', `${FILM.width}x${FILM.height}+${FILM.x}+${FILM.y}`,
];

const PATIENCE_MS = 20000;

/** Counts the frames that decoders put out, in `decodedFrames`. Before the page is loaded. */
export async function countFrames(page) {
  await page.addInitScript(() => {
    window.decodedFrames = 0;
    window.VideoDecoder = class extends VideoDecoder {
      constructor({ output, error }) {
        super({
          error,
          output: (frame) => {
            window.decodedFrames += 1;
            output(frame);
          },
        });
      }
    };
  });
}

/** Waits until so many more frames were decoded. */
export async function waitForFrames(page, count) {
  await page.evaluate(({ more, patience }) => new Promise((resolve, reject) => {
    const [until, deadline] = [window.decodedFrames + more, performance.now() + patience];
    const look = () => {
      if (window.decodedFrames >= until) {
        resolve();
      } else if (performance.now() > deadline) {
        reject(new Error(`${until - window.decodedFrames} of ${more} frames did not come`));
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  }), { more: count, patience: PATIENCE_MS });
}

/** Takes the guest's picture as it is now for the one that is waited for. */
export async function rememberPicture(page) {
  await page.evaluate(async () => {
    const response = await fetch('/api/v1/heads/0/screenshot.png');
    const image = await createImageBitmap(await response.blob(),
      { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
    const copy = new OffscreenCanvas(image.width, image.height)
      .getContext('2d', { willReadFrequently: true });
    const pixels = (source) => {
      copy.drawImage(source, 0, 0);
      return new Uint32Array(copy.getImageData(0, 0, image.width, image.height).data.buffer);
    };
    const wanted = pixels(image);
    window.differing = () => {
      const canvas = document.querySelector('canvas');
      if (canvas.width !== image.width || canvas.height !== image.height) {
        return wanted.length;
      }
      return pixels(canvas).reduce((count, pixel, i) => count + (pixel !== wanted[i]), 0);
    };
  });
}


/**
 * Resolves to the time, in milliseconds as Date.now() has it, from which on the
 * canvas was the remembered picture.
 */
export function timeOfExactPicture(page) {
  return page.evaluate((patience) => new Promise((resolve, reject) => {
    const deadline = performance.now() + patience;
    const look = () => {
      const now = performance.timeOrigin + performance.now(); /* when it was drawn at the latest */
      const differing = window.differing();
      if (differing === 0) {
        resolve(now);
      } else if (performance.now() > deadline) {
        reject(new Error(`${differing} pixels are not the guest's`));
      } else {
        setTimeout(look, 5);
      }
    };
    look();
  }), PATIENCE_MS);
}

/** Begins the film, by the guest's space bar. */
export async function beginFilm(page, guest) {
  const mark = guest.mark;
  await page.locator('canvas').focus();
  await page.keyboard.press('Space');
  await guest.waitForLine('film', mark);
}

/** Ends it; returns when the last change was, in milliseconds as Date.now() has it. */
export async function stopFilm(page, guest) {
  const mark = guest.mark;
  await page.locator('canvas').focus();
  await page.keyboard.press('Space');
  const line = await guest.waitForLine(/^poster \d+$/, mark);
  return Number(line.split(' ')[1]);
}

/** Ends it; returns how many milliseconds after the last change the canvas was as remembered. */
export async function endFilm(page, guest) {
  const exact = timeOfExactPicture(page);
  const changed = await stopFilm(page, guest);
  return Math.round(await exact - changed);
}

/**
 * How far the bars are from the guest's colours, at the worst of `count` times while the film
 * runs: every picture shows the bars in one order.
 */
export async function worstColour(page, count) {
  const places = COLOURS.map((_, bar) => [
    Math.floor(FILM.x + (bar + 0.5) * FILM.width / 8), FILM.y + FILM.height / 8,
  ]);
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const shown = await page.evaluate((all) => new Promise((resolve) => {
      requestAnimationFrame(() => {
        const canvas = document.querySelector('canvas');
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
        copy.drawImage(canvas, 0, 0);
        resolve(all.map(([x, y]) => [...copy.getImageData(x, y, 1, 1).data.slice(0, 3)]));
      });
    }), places);
    const distances = COLOURS.map((_, turned) => Math.max(...shown.flatMap((pixel, bar) =>
      pixel.map((value, j) => Math.abs(value - COLOURS[(bar + turned) % 8][j])))));
    worst = Math.max(worst, Math.min(...distances));
  }
  return worst;
}

/**
 * Ends the film; returns how many milliseconds after the key the poster was on the
 * canvas, as video or exactly.
 */
export async function keyToCanvas(page, guest) {
  const SIDE = 16;
  const seen = page.evaluate(({ x, y, side, patience }) => new Promise((resolve, reject) => {
    let pressed = null;
    window.addEventListener('keydown', () => { pressed = performance.now(); },
      { capture: true, once: true });
    const copy = new OffscreenCanvas(side, side)
      .getContext('2d', { willReadFrequently: true });
    const deadline = performance.now() + patience;
    const look = () => {
      const now = performance.now();
      copy.drawImage(document.querySelector('canvas'), x, y, side, side, 0, 0, side, side);
      const { data } = copy.getImageData(0, 0, side, side);
      /* Half of the poster, and nothing else here, is nearly white. */
      const bright = data.filter((value, i) => i % 4 === 0 && value > 200 && data[i + 1] > 180);
      if (pressed !== null && bright.length > data.length / 4 / 4) {
        resolve(now - pressed);
      } else if (now > deadline) {
        reject(new Error('the poster was not shown'));
      } else {
        setTimeout(look, 2);
      }
    };
    look();
  }), {
    x: FILM.x + FILM.width / 2, y: FILM.y + FILM.height / 2, side: SIDE, patience: PATIENCE_MS,
  });
  await stopFilm(page, guest);
  return Math.round(await seen);
}

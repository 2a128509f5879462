/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Recordings, as `windscreen record` makes them: Chromium plays them from their start to their
 * end, also where the guest was started again with a screen of another size.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { openBrowser } from './support/browser.mjs';
import { FakeGuest, Gateway } from './support/gateway.mjs';

/** Starts a recording; `ended` is its exit status. */
function record(gateway, file, options) {
  const program = spawn(process.env.WINDSCREEN,
    ['--control', gateway.control, 'record', ...options, file], { stdio: 'inherit' });
  return { program, ended: once(program, 'exit').then(([code]) => code) };
}

/** Waits until so many pictures of head 0 were recorded. */
async function recorded(gateway, pictures) {
  while ((await gateway.status()).heads[0].film.units < pictures) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Plays it, and says what there was to see. */
async function play(page, folder, file) {
  const html = join(folder, 'player.html');
  await writeFile(html, '<!DOCTYPE html><video muted></video>');
  await page.goto(pathToFileURL(html).href);
  return page.evaluate(async (source) => {
    const video = document.querySelector('video');
    const sizes = [];
    const note = () => sizes.push(`${video.videoWidth}x${video.videoHeight}`);
    video.addEventListener('loadedmetadata', note);
    video.addEventListener('resize', note);
    video.src = source;
    await new Promise((resolve, reject) => {
      video.addEventListener('ended', resolve);
      video.addEventListener('error', () => reject(new Error(video.error.message)));
      video.play().catch(reject);
    });
    return {
      seconds: video.currentTime,
      duration: video.duration,
      pictures: video.getVideoPlaybackQuality().totalVideoFrames,
      sizes: [...new Set(sizes)],
    };
  }, pathToFileURL(file).href);
}

for (const ending of ['mp4', 'mkv']) {
  test(`a recording plays to its end: ${ending}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'windscreen-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const socket = join(folder, 'guest.sock');
    const small = new FakeGuest(socket, ['--size', '640x480']);
    const large = new FakeGuest(socket, ['--size', '800x600']);
    const gateway = new Gateway(folder, small.attach);
    const file = join(folder, `film.${ending}`);
    t.after(() => gateway.stop());

    await small.start();
    await gateway.start();
    const { ended } = record(gateway, file, ['--duration', '6s']);
    await recorded(gateway, 40);
    await small.stop();
    await large.start();
    t.after(() => large.stop());
    assert.equal(await ended, 0);

    const page = await openBrowser(t);
    const seen = await play(page, folder, file);
    assert.ok(Math.abs(seen.seconds - 6) < 0.5, `it ends after ${seen.seconds} s`);
    assert.ok(Math.abs(seen.duration - 6) < 0.5, `it says that it is ${seen.duration} s long`);
    assert.ok(seen.pictures > 30, `it has ${seen.pictures} pictures`);
    assert.deepEqual(seen.sizes, ['640x480', '800x600']);
  });
}

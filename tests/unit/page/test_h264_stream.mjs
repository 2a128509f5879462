/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { H264Stream } from '../../../web/app/h264_stream.js';
import { decoders, DELTA, FakeClock, HIGH_KEY, KEY, SEI } from './support/fake_codec.mjs';

let clock, stream, lost, times;

beforeEach(() => {
  decoders.length = 0;
  clock = new FakeClock();
  lost = [];
  times = [];
  stream = new H264Stream({ width: 320, height: 240 }, {
    onFrame: (ms) => times.push(ms),
    onLost: (reason) => lost.push(reason),
    clock,
  });
});

const newest = () => decoders.at(-1);

test('each unit becomes one chunk, and that a frame', () => {
  const [first, second] = [stream.decode(KEY), stream.decode(DELTA)];
  assert.deepEqual(newest().chunks.map(({ type }) => type), ['key', 'delta']);
  assert.deepEqual([...newest().chunks[0].data], [...KEY]);
  assert.equal(first.ready, false);

  const frame = newest().put();
  assert.equal(first.ready, true);
  assert.equal(first.frame, frame);
  assert.equal(second.ready, false);
  assert.deepEqual(lost, []);
});

test('the decoder is one for what the sequence parameters say, and holds nothing back', () => {
  stream.decode(KEY);
  assert.deepEqual(newest().config,
    { codec: 'avc1.42c01f', codedWidth: 320, codedHeight: 240, optimizeForLatency: true });
  stream.decode(KEY);
  assert.equal(decoders.length, 1);

  stream.decode(HIGH_KEY);
  assert.equal(decoders.length, 2);
  assert.equal(decoders[0].state, 'closed');
  assert.equal(newest().config.codec, 'avc1.640028');
});

test('a unit without a slice is no unit', () => {
  stream.decode(KEY);
  assert.equal(stream.decode(Uint8Array.from(SEI)), null);
  assert.equal(stream.decode(new Uint8Array()), null);
  assert.equal(newest().chunks.length, 1);
  assert.deepEqual(lost, []);
});

test('nothing is decoded before a key frame, and that is said', () => {
  assert.equal(stream.decode(DELTA), null);
  assert.equal(decoders.length, 0);
  assert.equal(lost.length, 1);
  assert.notEqual(stream.decode(KEY), null);
});

test('after an error all that was under way shows nothing, and a key frame goes on', async () => {
  const coming = [stream.decode(KEY), stream.decode(DELTA)];
  newest().fail('broken');
  assert.deepEqual(lost, ['broken']);
  for (const frame of coming) {
    await frame.promise;
    assert.equal(frame.ready, true);
    frame.frame.close();
  }
  assert.equal(stream.decode(DELTA), null);

  const next = stream.decode(KEY);
  assert.equal(decoders.length, 2);
  assert.equal(newest().put(), next.frame);
});

test('a configuration that is refused at once is an error like any other', () => {
  const { configure } = VideoDecoder.prototype;
  VideoDecoder.prototype.configure = () => { throw new TypeError('no such codec'); };
  try {
    assert.equal(stream.decode(KEY), null);
  } finally {
    VideoDecoder.prototype.configure = configure;
  }
  assert.deepEqual(lost, ['no such codec']);
  assert.equal(newest().state, 'closed');
});

test('a decoder that says nothing is given up, and what waits for it is let go', () => {
  const coming = stream.decode(KEY);
  clock.pass(999);
  assert.equal(coming.ready, false);
  clock.pass(1);
  assert.equal(coming.ready, true);
  assert.equal(lost.length, 1);
  assert.equal(newest().state, 'closed');
});

test('a decoder that is slow, but goes on, is not given up', () => {
  for (let i = 0; i < 5; i++) {
    stream.decode(KEY);
  }
  for (let i = 0; i < 5; i++) {
    clock.pass(900);
    newest().put();
  }
  clock.pass(10000);
  assert.deepEqual(lost, []);
  assert.deepEqual(times, [900, 1800, 2700, 3600, 4500]);
});

test('a unit that the decoder passes over shows nothing', () => {
  const [first, second] = [stream.decode(KEY), stream.decode(DELTA)];
  newest().swallow();
  const frame = newest().put();
  assert.equal(first.ready, true);
  assert.notEqual(first.frame, frame);
  assert.equal(second.frame, frame);
  assert.equal(stream.depth, 0);
});

test('of frames that wait to be drawn only the newest is kept', () => {
  const [first, second] = [stream.decode(KEY), stream.decode(DELTA)];
  const frames = [newest().put(), newest().put()];
  assert.equal(frames[0].isClosed, true);
  assert.notEqual(first.frame, frames[0]);
  assert.equal(second.frame, frames[1]);
  assert.equal(frames[1].isClosed, false);
});

test('a frame that comes after the end is closed', () => {
  stream.decode(KEY);
  const [decoder] = decoders;
  stream.close();
  assert.equal(decoder.put().isClosed, true);
  assert.equal(decoder.state, 'closed');
  stream.close();
});

test('a decoder that falls behind without end is given up', () => {
  stream.decode(KEY);
  let units = 1;
  while (stream.decode(DELTA)) {
    units += 1;
  }
  assert.equal(units, 32);
  assert.deepEqual(lost, ['the decoder does not keep up']);
  assert.equal(stream.depth, 0);
});

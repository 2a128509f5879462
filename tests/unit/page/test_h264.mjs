/* SPDX-License-Identifier: GPL-3.0-or-later */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import H264Decoder from '../../../web/app/h264.js';
import {
  decoders, DELTA, FakeClock, FakeDisplay, FakeSocket, KEY, SEI,
} from './support/fake_codec.mjs';

const RESET = 1;
const RESET_ALL = 2;

let clock, decoder, socket, display;

console.warn = () => {};

beforeEach(() => {
  decoders.length = 0;
  clock = new FakeClock();
  decoder = new H264Decoder({ clock });
  socket = new FakeSocket();
  display = new FakeDisplay();
});

function header(length, flags) {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setUint32(0, length);
  bytes.setUint32(4, flags);
  return new Uint8Array(bytes.buffer);
}

function decode({ x = 0, y = 0, width = 64, height = 32 } = {}) {
  return decoder.decodeRect(x, y, width, height, socket, display, 24);
}

function receive(unit, { flags = 0, ...box } = {}) {
  socket.receive(header(unit.length, flags));
  socket.receive(unit);
  assert.equal(decode(box), true);
}

/* The rectangles that were asked for anew: [x, y, width, height]. */
function requests() {
  return socket.sent.map(([type, incremental, ...numbers]) => {
    assert.deepEqual([type, incremental], [3, 0]);
    return [0, 2, 4, 6].map((at) => numbers[at] * 256 + numbers[at + 1]);
  });
}

test('a rectangle that comes in parts is decoded when it is whole', () => {
  const bytes = [...header(KEY.length, 0), ...KEY];
  for (const byte of bytes.slice(0, -1)) {
    socket.receive([byte]);
    assert.equal(decode(), false);
  }
  socket.receive(bytes.slice(-1));
  assert.equal(decode(), true);
  assert.deepEqual([...decoders[0].chunks[0].data], [...KEY]);
});

test('a frame has its place in the queue before it is decoded', () => {
  receive(KEY, { x: 16, y: 8 });
  const [{ frame, ...box }] = display.queue;
  assert.deepEqual(box, { x: 16, y: 8, width: 64, height: 32 });
  assert.equal(frame.ready, false);
  const decoded = decoders[0].put();
  assert.deepEqual(display.draw(), [decoded]);
  assert.equal(decoded.isClosed, true);
});

test('an empty rectangle, and one without a picture, change nothing', () => {
  receive(new Uint8Array());
  receive(Uint8Array.from(SEI));
  assert.deepEqual(display.queue, []);
  assert.deepEqual(socket.sent, []);
});

test('a unit that is too large ends the connection, before it is read', () => {
  socket.receive(header(16 * 1024 * 1024 + 1, 0));
  assert.throws(() => decode(), /bytes/);
});

test('each rectangle has a decoder of its own', () => {
  receive(KEY);
  receive(KEY, { width: 66 });
  receive(DELTA);
  assert.deepEqual(decoders.map(({ chunks }) => chunks.length), [2, 1]);
});

test('the server may reset one decoder, or all', () => {
  receive(KEY);
  receive(KEY, { x: 64 });
  receive(KEY, { flags: RESET });
  assert.deepEqual(decoders.map(({ state }) => state), ['closed', 'configured', 'configured']);
  receive(KEY, { flags: RESET_ALL });
  assert.deepEqual(decoders.map(({ state }) => state),
    ['closed', 'closed', 'closed', 'configured']);
  assert.deepEqual(socket.sent, []);
});

test('a unit that needs what was reset asks for its rectangle anew', () => {
  receive(KEY, { x: 16, y: 300, width: 1000, height: 32 });
  receive(DELTA, { x: 16, y: 300, width: 1000, height: 32, flags: RESET });
  assert.deepEqual(requests(), [[16, 300, 1000, 32]]);
});

test('an error asks for the rectangle anew, and shows what comes then', () => {
  receive(KEY);
  decoders[0].fail();
  assert.deepEqual(requests(), [[0, 0, 64, 32]]);
  display.draw();
  assert.deepEqual(display.queue, []);

  receive(KEY, { flags: RESET });
  const frame = decoders[1].put();
  assert.deepEqual(display.draw(), [frame]);
});

test('one that goes on failing asks less and less often', () => {
  let units = 0;
  for (; clock.performance.now() < 60000; clock.pass(100), units++) {
    receive(KEY, { flags: RESET });
    decoders.at(-1).fail('not supported');
  }
  assert.equal(units, 600);
  /* at 0, 1, 3, 7 and 15 s, and then every 8 s */
  assert.equal(requests().length, 10);
  assert.equal(decoder.tally.lost, 600);
});

test('one that recovered asks at once again', () => {
  receive(DELTA);
  receive(KEY);
  decoders[0].put();
  clock.pass(1000);
  receive(DELTA, { flags: RESET });
  clock.pass(1000);
  receive(DELTA);
  assert.equal(requests().length, 3);
});

test('there are 64 decoders at most: the one longest not used goes', () => {
  for (let i = 0; i < 64; i++) {
    receive(KEY, { x: i });
  }
  receive(DELTA, { x: 0 });
  receive(KEY, { x: 64 });
  const closed = decoders.flatMap(({ state }, i) => state === 'closed' ? [i] : []);
  assert.deepEqual(closed, [1]);
});

test('a decoder that is not used for long is closed', () => {
  receive(KEY);
  clock.pass(500);
  decoders[0].put();
  clock.pass(9500);
  receive(KEY, { x: 64 });
  assert.equal(decoders[0].state, 'closed');
  receive(DELTA);
  assert.equal(requests().length, 1);
});

test('at the end of the connection every decoder is closed', () => {
  receive(KEY);
  receive(KEY, { x: 64 });
  decoder.close();
  assert.deepEqual(decoders.map(({ state }) => state), ['closed', 'closed']);
  display.draw();
  assert.deepEqual(display.queue, []);
});

test('updates are read while a decoder works, until it is behind', () => {
  receive(KEY);
  receive(KEY, { x: 64 });
  assert.equal(display.pending(), false);
  receive(DELTA);
  assert.equal(display.pending(), true);

  decoders[0].put();
  decoders[0].put();
  decoders[1].put();
  display.draw();
  assert.equal(display.pending(), false);
});

test('few updates are read ahead of a frame that does not come', () => {
  receive(KEY);
  const read = Array.from({ length: 20 }, () => display.pending());
  assert.equal(read.indexOf(true), 8);
  assert.ok(read.slice(8).every((isPending) => isPending));
});

test('what waits for something other than a decoder is waited for', () => {
  receive(KEY);
  decoders[0].put();
  display.queue.push({ frame: { ready: false } });
  assert.equal(display.pending(), true);
});

test('an RFB without our decoder is told apart', () => {
  assert.equal(H264Decoder.of({ _decoders: { 50: decoder } }), decoder);
  assert.equal(H264Decoder.of({ _decoders: { 50: {} } }), null);
});

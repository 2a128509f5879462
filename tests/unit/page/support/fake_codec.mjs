/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Fakes of what the decoder's modules use: WebCodecs, time, and noVNC's socket and
 * display.
 */

/** Every VideoDecoder that was made, in order. */
export const decoders = [];

export class FakeFrame {
  isClosed = false;
  codedWidth = 64;
  codedHeight = 64;

  constructor(timestamp) {
    this.timestamp = timestamp;
  }

  close() {
    this.isClosed = true;
  }
}

class FakeVideoDecoder {
  state = 'unconfigured';
  config = null;
  chunks = []; /* that have not become frames yet */
  #init;

  constructor(init) {
    this.#init = init;
    decoders.push(this);
  }

  configure(config) {
    this.config = config;
    this.state = 'configured';
  }

  decode(chunk) {
    this.chunks.push(chunk);
  }

  close() {
    if (this.state === 'closed') {
      throw new Error('closed twice');
    }
    this.state = 'closed';
  }

  /** The oldest chunk becomes a frame, which is returned. */
  put() {
    const frame = new FakeFrame(this.chunks.shift().timestamp);
    this.#init.output(frame);
    return frame;
  }

  /** As a chunk without a picture. */
  swallow() {
    this.chunks.shift();
  }

  fail(message = 'decoding error') {
    this.state = 'closed';
    this.#init.error(new Error(message));
  }
}

globalThis.VideoDecoder = FakeVideoDecoder;
globalThis.EncodedVideoChunk = class {
  constructor(init) {
    Object.assign(this, init, { data: Uint8Array.from(init.data) });
  }
};
globalThis.OffscreenCanvas = class {};

export class FakeClock {
  #now = 0;
  #timers = new Map();
  #next = 1;

  performance = { now: () => this.#now };

  setTimeout = (run, ms) => {
    this.#timers.set(this.#next, { run, at: this.#now + ms });
    return this.#next++;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  pass(ms) {
    this.#now += ms;
    for (const [timer, { run, at }] of [...this.#timers]) {
      if (at <= this.#now && this.#timers.delete(timer)) {
        run();
      }
    }
  }
}

/* Access units, as far as a decoder's front looks into them. */

const START = [0, 0, 0, 1];

export const SPS = [...START, 0x67, 0x42, 0xc0, 0x1f, 0x8c];
const PPS = [...START, 0x68, 0xce];
export const SEI = [...START, 0x06, 0x05, 0x01, 0x00, 0x80];
const IDR = [0, 0, 1, 0x65, 0x88, 0x84];
const P = [...START, 0x41, 0x9a];

export const KEY = Uint8Array.from([...SPS, ...PPS, ...SEI, ...IDR]);
export const DELTA = Uint8Array.from(P);

/** A key frame of another profile. */
export const HIGH_KEY = Uint8Array.from([...START, 0x67, 0x64, 0x00, 0x28, 0x8c, ...PPS, ...IDR]);

/** noVNC's Websock: what was received, and what is sent. */
export class FakeSocket {
  sent = [];
  #received = [];
  #shifted = [];
  #queue = [];

  receive(bytes) {
    this.#received.push(...bytes);
  }

  rQwait(what, bytes, goBack = 0) {
    if (this.#received.length >= bytes) {
      return false;
    }
    this.#received.unshift(...this.#shifted.slice(this.#shifted.length - goBack));
    return true;
  }

  rQshiftBytes(bytes) {
    const shifted = this.#received.splice(0, bytes);
    this.#shifted.push(...shifted);
    return Uint8Array.from(shifted);
  }

  rQshift32() {
    return this.rQshiftBytes(4).reduce((value, byte) => value * 256 + byte, 0);
  }

  sQpush8(value) {
    this.#queue.push(value);
  }

  sQpush16(value) {
    this.#queue.push(value >> 8, value & 255);
  }

  flush() {
    this.sent.push(this.#queue.splice(0));
  }
}

/** noVNC's Display: what waits to be drawn, in order. */
export class FakeDisplay {
  queue = [];

  pending() {
    return this.queue.length > 0;
  }

  videoFrame(x, y, width, height, frame) {
    this.queue.push({ x, y, width, height, frame });
  }

  /** Draws what is ready; returns what was drawn. */
  draw() {
    const drawn = [];
    while (this.queue[0]?.frame.ready) {
      const { frame } = this.queue.shift().frame;
      drawn.push(frame);
      frame.close();
    }
    return drawn;
  }
}

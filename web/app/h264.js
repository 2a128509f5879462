/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * RFB encoding 50, "Open H.264", for noVNC
 *
 * Stands in for noVNC's core/decoders/h264.js, by the import map in index.html. A
 * unit that cannot be decoded is left out, and a key frame asked for: it stops neither
 * the picture nor the connection. Whatever knows noVNC's inside because of video is here.
 *
 * A frame takes its place in noVNC's queue of things to draw when its unit comes, and is drawn
 * when it was decoded: exact pixels that come after it are drawn after it.
 */

import { H264Stream } from './h264_stream.js';

const ENCODING = 50;

/* A rectangle's header: u32 length, u32 flags. */
const HEADER_BYTES = 8;
const RESET = 1;
const RESET_ALL = 2;

const UNIT_BYTES_MAX = 16 * 1024 * 1024;

/* As RFB has it. What is not in use any more is closed earlier: a decoder holds some frames. */
const STREAMS_MAX = 64;
const IDLE_MS = 10000;

/* noVNC reads the next update while frames of this many are still to be drawn, if no stream's
 * decoder has more to do than this. */
const UPDATES_AHEAD_MAX = 8;
const UNITS_AHEAD_MAX = 1;

/* Between two requests for a key frame of one stream; longer with each that did not help. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 8000;

/* One rectangle's stream, and its requests for key frames. */
class Context {
  stream;
  usedAt = 0;

  #clock;
  #ask;
  #pause = FIRST_PAUSE_MS;
  #deafUntil = -Infinity;

  constructor(box, tally, { ask, clock }) {
    this.#ask = ask;
    this.#clock = clock;
    this.stream = new H264Stream(box, {
      onFrame: (ms) => this.#handleFrame(tally, ms),
      onLost: (reason) => this.#handleLost(tally, reason),
      clock,
    });
  }

  #handleFrame(tally, ms) {
    tally.frames += 1;
    tally.ms += ms;
    this.#pause = FIRST_PAUSE_MS;
  }

  #handleLost(tally, reason) {
    const now = this.#clock.performance.now();
    tally.lost += 1;
    if (now < this.#deafUntil) {
      return;
    }
    this.#deafUntil = now + this.#pause;
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
    this.#ask(reason);
  }
}

export default class H264Decoder {
  /** What was decoded so far: {frames, lost, ms}, `ms` from a unit's coming to its frame's. */
  tally = { frames: 0, lost: 0, ms: 0 };

  #contexts = new Map(); /* "x,y,width,height" → Context, the least recently used first */
  #display = null;
  #updatesAhead = 0;
  #clock;

  /** An RFB's decoder; null when the browser took no notice of the import map. */
  static of(rfb) {
    const decoder = rfb._decoders[ENCODING];
    return decoder instanceof H264Decoder ? decoder : null;
  }

  constructor({ clock = globalThis } = {}) {
    this.#clock = clock;
  }

  /** noVNC's: takes a rectangle from `sock`; false when more bytes are needed first. */
  decodeRect(x, y, width, height, sock, display) {
    if (sock.rQwait('H.264 header', HEADER_BYTES)) {
      return false;
    }
    const length = sock.rQshift32();
    const flags = sock.rQshift32();
    if (length > UNIT_BYTES_MAX) {
      throw new Error(`a unit of ${length} bytes`);
    }
    if (sock.rQwait('H.264 unit', length, HEADER_BYTES)) {
      return false;
    }
    this.#readAheadOn(display);
    const context = this.#context({ x, y, width, height }, flags, sock);
    const frame = context.stream.decode(sock.rQshiftBytes(length, false));
    if (frame) {
      display.videoFrame(x, y, width, height, frame);
    }
    return true;
  }

  /** Lets go of all decoders. */
  close() {
    this.#contexts.forEach(({ stream }) => stream.close());
  }

  #context(box, flags, sock) {
    const key = [box.x, box.y, box.width, box.height].join();
    const context = this.#contexts.get(key) ?? new Context(box, this.tally, {
      ask: (reason) => askForKeyFrame(sock, box, reason),
      clock: this.#clock,
    });
    if (flags & RESET_ALL) {
      this.close();
    } else if (flags & RESET) {
      context.stream.close();
    }
    context.usedAt = this.#clock.performance.now();
    this.#contexts.delete(key);
    this.#contexts.set(key, context);
    this.#dropUnused(context.usedAt);
    return context;
  }

  #dropUnused(now) {
    for (const [key, { usedAt, stream }] of this.#contexts) {
      if (this.#contexts.size <= STREAMS_MAX && now - usedAt < IDLE_MS) {
        return;
      }
      stream.close();
      this.#contexts.delete(key);
    }
  }

  /* noVNC reads no update while anything waits to be drawn. With that, the decoder and the
   * page would work in turn, and never at once. */
  #readAheadOn(display) {
    if (display === this.#display) {
      return;
    }
    const isPending = display.pending.bind(display);
    display.pending = () => {
      if (!isPending()) {
        this.#updatesAhead = 0;
        return false;
      }
      this.#updatesAhead += 1;
      return this.#updatesAhead > UPDATES_AHEAD_MAX || !this.#isOnlyDecoding();
    };
    this.#display = display;
  }

  /* Whether what waits to be drawn may be waiting for a decoder, and all of them keep up. */
  #isOnlyDecoding() {
    const depths = [...this.#contexts.values()].map(({ stream }) => stream.depth);
    return depths.some((depth) => depth > 0) && depths.every((depth) => depth <= UNITS_AHEAD_MAX);
  }
}

/* A request that is not incremental: the gateway then sends the whole rectangle anew. */
function askForKeyFrame(sock, { x, y, width, height }, reason) {
  const FRAMEBUFFER_UPDATE_REQUEST = 3;
  const INCREMENTAL = 0;

  console.warn(`H.264 ${width}x${height}+${x}+${y}: ${reason}; asking for a key frame`);
  sock.sQpush8(FRAMEBUFFER_UPDATE_REQUEST);
  sock.sQpush8(INCREMENTAL);
  [x, y, width, height].forEach((number) => sock.sQpush16(number));
  sock.flush();
}

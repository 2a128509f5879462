/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * H.264 stream
 *
 * One rectangle's decoder: access units go in, and for each comes a frame, or
 * after a while nothing. What is lost on the way never stops what follows: the
 * stream then waits for a key frame, and says that it does.
 */

import { inspectUnit } from './annex_b.js';

/* A decoder that has more than this to do does not keep up. A gateway sends eight at a time. */
const UNDECODED_MAX = 32;

/* A decoder that says nothing for so long says nothing any more. */
const PATIENCE_MS = 1000;

/* What can be drawn and closed as a VideoFrame can, with no effect. */
let nothing = null;

function drawNothing() {
  nothing ??= Object.assign(new OffscreenCanvas(1, 1),
    { codedWidth: Infinity, codedHeight: Infinity, close() {} });
  return nothing;
}

/**
 * A frame that is being decoded, with the members that noVNC's Display.videoFrame() wants: it
 * draws `frame` when `ready`, and waits for `promise` until then.
 */
class ComingFrame {
  ready = false;
  frame = null;
  promise;
  #resolve;

  constructor() {
    this.promise = new Promise((resolve) => { this.#resolve = resolve; });
  }

  come(frame) {
    this.frame = frame;
    this.ready = true;
    this.#resolve();
  }

  /** Shows nothing instead; harmless when it was drawn. */
  drop() {
    this.frame?.close();
    this.come(drawNothing());
  }
}

export class H264Stream {
  #size;
  #onFrame;
  #onLost;
  #clock;
  #decoder = null;
  #codec = null;
  #hasKey = false;   /* the decoder got a key frame */
  #undecoded = [];   /* {timestamp, since, coming}, in the order of decoding */
  #newest = null;    /* the ComingFrame that was decoded last */
  #timestamp = 0;
  #timer = null;

  /**
   * `size` is the rectangle's {width, height}. `onFrame` is called with the milliseconds that
   * a unit took to become a frame; `onLost` with a reason, each time that a unit could not be
   * shown, and only a key frame helps. `clock` has setTimeout, clearTimeout and performance;
   * tests pass their own.
   */
  constructor(size, { onFrame, onLost, clock = globalThis }) {
    this.#size = size;
    this.#onFrame = onFrame;
    this.#onLost = onLost;
    this.#clock = clock;
  }

  /** How many units are being decoded. */
  get depth() {
    return this.#undecoded.length;
  }

  /**
   * Takes an access unit, whose bytes it copies. Returns the frame to come, or null when
   * there is nothing to show.
   */
  decode(unit) {
    const { hasSlice, isKey, codec } = inspectUnit(unit);
    if (!hasSlice) {
      return null;
    }
    if (this.#undecoded.length >= UNDECODED_MAX) {
      return this.#lose('the decoder does not keep up');
    }
    try {
      if (isKey && codec && codec !== this.#codec) {
        this.#configure(codec);
      }
      if (!this.#decoder || !(isKey || this.#hasKey)) {
        return this.#lose('there was no key frame');
      }
      return this.#submit(unit, isKey);
    } catch (error) {
      return this.#lose(error.message);
    }
  }

  /** Lets go of the decoder. Frames that have not come will not. */
  close() {
    this.#clock.clearTimeout(this.#timer);
    if (this.#decoder && this.#decoder.state !== 'closed') {
      this.#decoder.close();
    }
    this.#decoder = null;
    this.#codec = null;
    this.#hasKey = false;
    this.#undecoded.splice(0).forEach(({ coming }) => coming.drop());
  }

  #configure(codec) {
    this.close();
    const decoder = new VideoDecoder({
      output: (frame) => this.#handleFrame(decoder, frame),
      error: (error) => decoder === this.#decoder && this.#lose(error.message),
    });
    this.#decoder = decoder;
    this.#codec = codec;
    decoder.configure({
      codec,
      codedWidth: this.#size.width,
      codedHeight: this.#size.height,
      optimizeForLatency: true, /* else Chromium's holds back a frame */
    });
  }

  #submit(data, isKey) {
    const timestamp = this.#timestamp++;
    const type = isKey ? 'key' : 'delta';
    this.#decoder.decode(new EncodedVideoChunk({ timestamp, type, data }));
    this.#hasKey = true;
    const coming = new ComingFrame();
    this.#undecoded.push({ timestamp, since: this.#clock.performance.now(), coming });
    if (this.#undecoded.length === 1) {
      this.#watch();
    }
    return coming;
  }

  #handleFrame(decoder, frame) {
    const isOurs = decoder === this.#decoder;
    /* Units that the decoder has passed over show nothing. */
    while (isOurs && this.#undecoded[0]?.timestamp < frame.timestamp) {
      this.#undecoded.shift().coming.drop();
    }
    if (!isOurs || this.#undecoded[0]?.timestamp !== frame.timestamp) {
      frame.close();
      return;
    }
    const { since, coming } = this.#undecoded.shift();
    /* Decoders have few frames: one that waits in noVNC's queue is covered by this one anyway. */
    this.#newest?.drop();
    this.#newest = coming;
    coming.come(frame);
    this.#onFrame(this.#clock.performance.now() - since);
    this.#watch();
  }

  #watch() {
    this.#clock.clearTimeout(this.#timer);
    if (this.#undecoded.length > 0) {
      this.#timer = this.#clock.setTimeout(
        () => this.#lose('the decoder does not answer'), PATIENCE_MS);
    }
  }

  #lose(reason) {
    this.close();
    this.#onLost(reason);
    return null;
  }
}

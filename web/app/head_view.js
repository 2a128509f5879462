/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Head view
 *
 * One head of the guest on the page: its picture, which takes keyboard,
 * pointer and touch, and a notice when the picture is not there or not
 * current. The last picture stays, greyed, until there is a newer one.
 */

import RFB from '../novnc/core/rfb.js';
import { socketUrl } from './address.js';
import H264Decoder from './h264.js';
import { Notice } from './notice.js';
import { isPainted } from './painted.js';
import { Retry } from './retry.js';
import { TouchScreen } from './touch_screen.js';

export class HeadView {
  element = document.createElement('section');

  #index;
  #onShown;
  #reason = ''; /* why the guest shows nothing, or nothing new; '' if it does */
  #isOpen = false;
  #fits = true;

  #picture = document.createElement('div'); /* where noVNC puts its canvas */
  #rfb = null;
  #canvas = null;
  #isPainted = false;
  #lastPicture = null; /* the canvas of a connection that broke */

  #notice;
  #touch;
  #retry = new Retry(() => this.#connect());

  /**
   * A view of head `index`, closed at first. `touch` is the TouchChannel;
   * `onShown` is called whenever a picture is there again.
   */
  constructor(index, touch, onShown) {
    this.#index = index;
    this.#onShown = onShown;
    this.element.className = 'view';
    this.element.setAttribute('aria-label', `Head ${index}`);
    this.#picture.className = 'picture';
    this.element.append(this.#picture);
    this.#notice = new Notice(this.element);
    this.#touch = new TouchScreen(this.#picture, {
      canvas: () => this.#canvas,
      canSend: () => touch.isOpen && this.#isPainted,
      send: (message) => touch.send(index, message),
    });
  }

  /** Shows the head from now on, and again whenever the connection breaks. */
  open() {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#connect();
    }
  }

  /** Leaves the last picture standing. */
  close() {
    this.#isOpen = false;
    this.#retry.stop();
    const rfb = this.#rfb;
    this.#lose();
    rfb?.disconnect();
  }

  /**
   * What the gateway says is wrong with the head; '' when nothing is. It draws
   * that into the picture too, for viewers that have nowhere else to say it.
   */
  set reason(reason) {
    this.#reason = reason;
    this.#show();
  }

  /** Whether the picture is scaled to its room. If not, a pixel is a pixel. */
  set fits(fits) {
    this.#fits = fits;
    if (this.#rfb) {
      this.#rfb.scaleViewport = fits;
    }
  }

  /** Gives the keyboard to this head. */
  focus() {
    this.#rfb?.focus({ preventScroll: true });
  }

  /** What was decoded so far, a copy of H264Decoder's tally; null while nothing is shown. */
  get tally() {
    const decoder = this.#rfb && H264Decoder.of(this.#rfb);
    return decoder ? { ...decoder.tally } : null;
  }

  sendCtrlAltDelete() {
    this.#rfb?.sendCtrlAltDel();
  }

  /** Lets go of every finger that is on this head. */
  cancelTouch() {
    this.#touch.cancel();
  }

  #connect() {
    const rfb = new RFB(this.#picture, socketUrl(`api/v1/heads/${this.#index}/rfb`));
    this.#rfb = rfb;
    this.#canvas = this.#picture.querySelector('canvas');
    rfb.background = 'transparent';
    rfb.scaleViewport = this.#fits;
    rfb.showDotCursor = true; /* a guest without a pointer leaves nothing to aim with */
    rfb.addEventListener('connect', () => this.#awaitPicture(rfb));
    rfb.addEventListener('disconnect', () => {
      H264Decoder.of(rfb)?.close();
      if (rfb === this.#rfb) {
        this.#lose();
        this.#retry.later();
      }
    });
    this.#show();
  }

  /* noVNC does not say when it has drawn its first picture. */
  #awaitPicture(rfb) {
    if (rfb !== this.#rfb) {
      return;
    }
    if (!isPainted(this.#canvas)) {
      requestAnimationFrame(() => this.#awaitPicture(rfb));
      return;
    }
    this.#isPainted = true;
    this.#keep(null);
    this.#retry.succeeded();
    this.#show();
    this.#onShown(this);
  }

  #lose() {
    this.#touch.cancel();
    if (this.#isPainted) {
      this.#keep(this.#canvas);
    }
    this.#rfb = null;
    this.#canvas = null;
    this.#isPainted = false;
    this.#show();
  }

  #keep(canvas) {
    this.#lastPicture?.remove();
    this.#lastPicture = canvas;
    if (canvas) {
      canvas.className = 'last-picture';
      this.element.prepend(canvas);
    }
  }

  #show() {
    this.element.classList.toggle('stale', !this.#isPainted);
    this.#notice.say(this.#whatIsWrong());
  }

  /* While the view is closed, the page says why. */
  #whatIsWrong() {
    if (!this.#isOpen) {
      return '';
    }
    return this.#reason || (this.#isPainted ? '' : 'Waiting for the picture…');
  }
}

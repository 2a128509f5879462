/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A VNC server that a test plays: it sends what the test says, and keeps what the viewer
 * sends. It serves the browser client's files too, and a page for each decoder:
 *
 *   ours.html   noVNC with our decoder
 *   stock.html  noVNC with its own
 *
 * noVNC connects where the page's address says, and is `rfb` there.
 */

import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

import { ServerWebSocket } from './websocket.mjs';

const PATIENCE_MS = 20000;

export const H264 = 50;
const TIGHT = 7;
const CONTINUOUS_UPDATES = -313;
const DESKTOP_SIZE = -223;

const IMPORT_MAP =
  '{"imports": {"/novnc/core/decoders/h264.js": "/app/h264.js"}}';

/** A page on which noVNC is connected to `socket`, an address of this server or another. */
export function viewerPage({ isOurs, socket }) {
  return `<!DOCTYPE html>
<title>noVNC</title>
${isOurs ? `<script type="importmap">${IMPORT_MAP}</script>` : ''}
<body style="margin: 0"><div id="screen" style="width: 100vw; height: 100vh"></div>
<script type="module">
import RFB from '/novnc/core/rfb.js';
window.rfb = new RFB(document.querySelector('#screen'),
  new URL('${socket}', location.href.replace(/^http/, 'ws')).href);
window.rfb.scaleViewport = true;
window.rfb.addEventListener('disconnect', () => { window.wasDisconnected = true; });
</script>`;
}

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

/* What a viewer sends: how many bytes a message has, given those that are there, or 0. */
const MESSAGES = {
  0: () => 20,
  2: (bytes) => bytes.length < 4 ? 0 : 4 + 4 * bytes.readUInt16BE(2),
  3: () => 10,
  4: () => 8,
  5: () => 6,
  6: (bytes) => bytes.length < 8 ? 0 : 8 + Math.abs(bytes.readInt32BE(4)),
  150: () => 10,
  248: (bytes) => bytes.length < 9 ? 0 : 9 + bytes[8],
  251: (bytes) => bytes.length < 8 ? 0 : 8 + 16 * bytes[6],
};

/** Events: `change`, when the viewer has said something. */
export class RfbConnection extends EventEmitter {
  encodings = [];
  requests = [];      /* {incremental, x, y, width, height} */
  fences = 0;         /* the number of the last one that was answered */
  isContinuous = false;
  isClosed = false;

  #socket;
  #size;
  #steps = 0;
  #received = Buffer.alloc(0);

  constructor(socket, size) {
    super();
    this.#socket = socket;
    this.#size = size;
    socket.on('bytes', (bytes) => this.#receive(bytes));
    socket.on('close', () => {
      this.isClosed = true;
      this.emit('change');
    });
    socket.send(Buffer.from('RFB 003.008\n'));
  }

  /** Waits until `isSo(connection)`. */
  async until(isSo, what = isSo) {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    while (!isSo(this)) {
      await once(this, 'change', { signal: deadline }).catch(() => {
        throw new Error(`the viewer did not: ${what}`);
      });
    }
  }

  /** Sends an update of these rectangles, in one message. */
  update(...rects) {
    const header = Buffer.from([0, 0, 0, 0]);
    header.writeUInt16BE(rects.length, 2);
    this.#socket.send(Buffer.concat([header, ...rects]));
  }

  /** Tells of a new size of the screen (DesktopSize). */
  resize({ width, height }) {
    this.update(rectHeader({ x: 0, y: 0, width, height }, DESKTOP_SIZE));
  }

  /** Asks the viewer to say when it has read what came before. */
  fence(number) {
    const message = Buffer.alloc(13);
    message[0] = 248;
    message.writeUInt32BE(0x80000001, 4);
    message[8] = 4;
    message.writeUInt32BE(number, 9);
    this.#socket.send(message);
  }

  close() {
    this.#socket.close();
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#step()) {
      this.emit('change');
    }
  }

  #step() {
    switch (this.#steps) {
    case 0: return this.#next(12, () => this.#socket.send(Buffer.from([1, 1])));
    case 1: return this.#next(1, () => this.#socket.send(Buffer.alloc(4)));
    case 2: return this.#next(1, () => this.#socket.send(serverInit(this.#size)));
    default: return this.#message();
    }
  }

  #next(size, answer) {
    if (this.#received.length < size) {
      return false;
    }
    this.#received = this.#received.subarray(size);
    this.#steps += 1;
    answer();
    return true;
  }

  #message() {
    const type = this.#received[0];
    if (type === undefined) {
      return false;
    }
    const size = MESSAGES[type]?.(this.#received);
    if (size === undefined) {
      throw new Error(`a message of type ${type}`);
    }
    if (size === 0 || this.#received.length < size) {
      return false;
    }
    this.#take(type, this.#received.subarray(0, size));
    this.#received = this.#received.subarray(size);
    return true;
  }

  #take(type, message) {
    switch (type) {
    case 2:
      this.encodings = Array.from({ length: message.readUInt16BE(2) },
        (_, i) => message.readInt32BE(4 + 4 * i));
      if (this.encodings.includes(CONTINUOUS_UPDATES) && !this.isContinuous) {
        this.#socket.send(Buffer.from([150]));
      }
      break;
    case 3: {
      const [x, y, width, height] = [2, 4, 6, 8].map((at) => message.readUInt16BE(at));
      this.requests.push({ incremental: message[1], x, y, width, height });
      break;
    }
    case 150:
      this.isContinuous = message[1] === 1;
      break;
    case 248:
      this.fences = message.readUInt32BE(9);
      break;
    }
  }
}

function serverInit({ width, height }) {
  const message = Buffer.alloc(24);
  message.writeUInt16BE(width, 0);
  message.writeUInt16BE(height, 2);
  message.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4);
  return message; /* without a name */
}

function rectHeader({ x, y, width, height }, encoding) {
  const header = Buffer.alloc(12);
  [x, y, width, height].forEach((number, i) => header.writeUInt16BE(number, 2 * i));
  header.writeInt32BE(encoding, 8);
  return header;
}

/** A rectangle of video. */
export function videoRect(box, unit, flags = 0) {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(unit.length, 0);
  header.writeUInt32BE(flags, 4);
  return Buffer.concat([rectHeader(box, H264), header, unit]);
}

/** A rectangle of one colour, [red, green, blue], exactly. */
export function plainRect(box, colour) {
  return Buffer.concat([rectHeader(box, TIGHT), Buffer.from([0x80, ...colour])]);
}

export class RfbServer {
  #server;
  #size;
  #root;
  #connections = [];
  #arrivals = new EventEmitter();

  /** A server of a screen of this size; `t.after` closes it. */
  static async open(t, size) {
    const server = new RfbServer(size);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    t.after(() => server.#close());
    return server;
  }

  constructor(size) {
    this.#size = size;
    this.#root = process.env.WINDSCREEN_WEB_ROOT;
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket) => {
      this.#connections.push(new RfbConnection(new ServerWebSocket(request, socket), size));
      this.#arrivals.emit('arrival');
    });
  }

  get port() {
    return this.#server.address().port;
  }

  get url() {
    return `http://localhost:${this.port}/`;
  }

  /** Opens the page in the browser; resolves when the viewer is ready for updates. */
  async show(page, { isOurs = true, url = this.url } = {}) {
    const arrival = once(this.#arrivals, 'arrival');
    await page.goto(new URL(isOurs ? 'ours.html' : 'stock.html', url).href);
    await arrival;
    const connection = this.#connections.at(-1);
    await connection.until(({ requests }) => requests.length > 0, 'ask for the picture');
    return connection;
  }

  async #serve(request, response) {
    const path = normalize(new URL(request.url, this.url).pathname).slice(1);
    try {
      const page = /^(ours|stock)\.html$/.exec(path);
      const content = page ? viewerPage({ isOurs: page[1] === 'ours', socket: '/rfb' })
        : await readFile(join(this.#root, path));
      response.setHeader('Content-Type', TYPES[path.split('.').at(-1)] ?? 'text/plain');
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }

  #close() {
    this.#connections.forEach((connection) => connection.close());
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

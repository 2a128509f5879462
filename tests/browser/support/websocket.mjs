/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The serving side of a WebSocket (RFC 6455), as far as tests need it: binary messages, whole
 * ones to the browser, frames of any kind from it as one run of bytes.
 */

import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const BINARY = 0x2;
const CLOSE = 0x8;
const FINAL = 0x80;

/** Events: `bytes` (a Buffer), `close`. */
export class ServerWebSocket extends EventEmitter {
  #socket;
  #received = Buffer.alloc(0);

  /** Answers an upgrade: node:http's `request` and `socket`. */
  constructor(request, socket) {
    super();
    this.#socket = socket;
    const accept = createHash('sha1')
      .update(request.headers['sec-websocket-key'] + GUID).digest('base64');
    socket.setNoDelay(true);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
      `Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', () => {});
    socket.on('close', () => this.emit('close'));
  }

  send(bytes) {
    this.#socket.write(Buffer.concat([header(bytes.length), bytes]));
  }

  close() {
    this.#socket.destroy();
  }

  #receive(data) {
    this.#received = Buffer.concat([this.#received, data]);
    for (let frame = this.#shift(); frame; frame = this.#shift()) {
      if ((frame.kind & 0xf) === CLOSE) {
        this.close();
      } else if ((frame.kind & 0x8) === 0) {
        this.emit('bytes', frame.bytes);
      }
    }
  }

  /* The next frame, unmasked; null until it is whole. */
  #shift() {
    const all = this.#received;
    if (all.length < 2) {
      return null;
    }
    const long = { 126: 2, 127: 8 }[all[1] & 0x7f] ?? 0;
    const mask = 2 + long;
    const start = mask + 4;
    if (all.length < start) {
      return null;
    }
    const length = long === 8 ? Number(all.readBigUInt64BE(2))
      : long === 2 ? all.readUInt16BE(2) : all[1] & 0x7f;
    if (all.length < start + length) {
      return null;
    }
    const bytes = Buffer.from(all.subarray(start, start + length));
    bytes.forEach((byte, i) => { bytes[i] = byte ^ all[mask + i % 4]; });
    this.#received = all.subarray(start + length);
    return { kind: all[0], bytes };
  }
}

function header(length) {
  if (length < 126) {
    return Buffer.from([FINAL | BINARY, length]);
  }
  const bytes = Buffer.alloc(length < 65536 ? 4 : 10);
  bytes[0] = FINAL | BINARY;
  bytes[1] = length < 65536 ? 126 : 127;
  if (length < 65536) {
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  return bytes;
}

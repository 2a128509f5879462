/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A gateway and a guest for it, in a folder of their own. The programs are
 * named by the environment, which CTest sets:
 *
 *   WINDSCREEN_GATEWAY   windscreen-gateway
 *   WINDSCREEN_WEB_ROOT  the browser client's files
 *   FAKE_GUEST           tests/fakes' fake-guest
 */

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Program } from './program.mjs';

function fromEnvironment(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run this test with ctest`);
  }
  return value;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class FakeGuest {
  #program;
  #path;
  #options;

  /** `options` are fake-guest's. */
  constructor(path, options = []) {
    this.#path = path;
    this.#options = options;
  }

  get attach() {
    return `display1:${this.#path}`;
  }

  async start() {
    await rm(this.#path, { force: true });
    this.#program = await Program.start('fake-guest', fromEnvironment('FAKE_GUEST'),
      ['--path', this.#path, ...this.#options]);
  }

  async stop() {
    await this.#program?.stop();
    this.#program = null;
  }

  /** What the guest got so far: a place to wait from. */
  get mark() {
    return this.#program.lines.length;
  }

  waitForLine(wanted, from = 0) {
    return this.#program.waitForLine(wanted, { from });
  }

  /** The lines that match, since `from`. */
  linesSince(from, wanted) {
    return this.#program.lines.slice(from).filter((line) => wanted.test(line));
  }
}

export class Gateway {
  url = null;

  #program = null;
  #folder;
  #attach;
  #options;
  #port = null;

  /** `folder` is for its state; `attach` and `options` as on its command line. */
  constructor(folder, attach, options = []) {
    this.#folder = folder;
    this.#attach = attach;
    this.#options = options;
  }

  /** Resolves when browsers can come. Started again, it listens where it did. */
  async start() {
    this.#port ??= await freePort();
    this.#program = await Program.start('gateway', fromEnvironment('WINDSCREEN_GATEWAY'), [
      '--name', 'ivi',
      '--attach', this.#attach,
      '--web', `127.0.0.1:${this.#port}`,
      '--web-root', fromEnvironment('WINDSCREEN_WEB_ROOT'),
      '--control', this.control,
      '--state', join(this.#folder, 'state'),
      ...this.#options,
    ]);
    this.url = `http://localhost:${this.#port}/`;
  }

  async stop() {
    await this.#program?.stop();
  }

  async kill() {
    await this.#program.kill();
    this.#program = null;
  }

  /** GET /api/v1/status on the control socket. */
  status() {
    return new Promise((resolve, reject) => {
      request({ socketPath: this.control, path: '/api/v1/status' }, async (response) => {
        const chunks = await response.toArray();
        resolve(JSON.parse(Buffer.concat(chunks)));
      }).on('error', reject).end();
    });
  }

  async password() {
    return (await this.status()).access.password;
  }

  get control() {
    return join(this.#folder, 'control.sock');
  }
}

/**
 * Both, started, with these options of theirs, or the gateway only; `configuration` is
 * the gateway's configuration file. `t` is the test: `t.after` stops them.
 */
export async function startGatewayWithFakeGuest(t,
  { guestOptions, gatewayOptions = [], configuration = '', guestIsThere = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'windscreen-browser-'));
  const file = join(folder, 'gateway.conf');
  await writeFile(file, configuration);
  const guest = new FakeGuest(join(folder, 'display.sock'), guestOptions);
  const gateway = new Gateway(folder, guest.attach, [...gatewayOptions, '--config', file]);
  t.after(async () => {
    try {
      await gateway.stop();
    } finally {
      await guest.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
  if (guestIsThere) {
    await guest.start();
  }
  await gateway.start();
  return { gateway, guest };
}

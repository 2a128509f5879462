/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Program
 *
 * A program under test, or one that a test needs: its lines are kept, and can
 * be waited for. What it says is shown when a wait fails.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 30000;

export class Program {
  lines = [];

  #name;
  #child;
  #waiters = new Set();

  /** Starts it; resolves when it has said READY. */
  static async start(name, command, args, options = {}) {
    const program = new Program(name, command, args, options);
    try {
      await program.waitForLine('READY');
    } catch (error) {
      await program.kill();
      throw error;
    }
    return program;
  }

  constructor(name, command, args, { env = {} } = {}) {
    this.#name = name;
    this.#child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#handleLine(line));
    }
    this.#child.on('error', (error) => this.#handleLine(`could not be started: ${error.message}`));
    this.#child.on('exit', (code, signal) => this.#handleLine(`ended: ${signal ?? code}`));
  }

  /** A line that was said since `from` lines ago, or will be soon. */
  async waitForLine(wanted, { from = 0 } = {}) {
    const isWanted = (line) =>
      wanted instanceof RegExp ? wanted.test(line) : line === wanted;
    const found = this.lines.slice(from).find(isWanted);
    if (found !== undefined) {
      return found;
    }
    return new Promise((resolve, reject) => {
      const waiter = (line) => {
        if (isWanted(line)) {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(line);
        }
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`${this.#name} did not say ${wanted}, but:\n${this.#transcript()}`));
      }, PATIENCE_MS);
      this.#waiters.add(waiter);
    });
  }

  /**
   * Asks it to end, and waits until it has; throws if it ended in another way
   * than well: by itself before, or with what a sanitizer found.
   */
  async stop() {
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await this.#end('SIGTERM');
    clearTimeout(killer);
    if (this.#child.exitCode !== 0) {
      throw new Error(`${this.#name} did not end well:\n${this.#transcript()}`);
    }
  }

  /** Ends it without a chance to clean up. */
  async kill() {
    await this.#end('SIGKILL');
  }

  async #end(signal) {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill(signal);
      await ended;
    }
  }

  #handleLine(line) {
    this.lines.push(line);
    for (const waiter of [...this.#waiters]) {
      waiter(line);
    }
  }

  #transcript() {
    return this.lines.slice(-40).map((line) => `  ${line}`).join('\n');
  }
}

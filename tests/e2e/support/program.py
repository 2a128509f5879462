# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that tests start: each writes what it says to a file, and never
outlives the test."""

import os
import re
import select
import signal
import subprocess
import time

from .waiting import PATIENCE_S, TimedOut, wait_until


class Program:
    """A program that runs until it is stopped.

    What it says on both outputs is in `results`/NAME.log, one file for all of
    its runs, for waiting and for whoever looks into a failure.
    """

    def __init__(self, name, command, results, env=None, pass_fds=()):
        self.name = name
        self._path = os.path.join(results, f"{name}.log")
        with open(self._path, "ab") as log:
            self._start = log.tell()
            # The kernel ends it with us, even if we are killed.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})}, pass_fds=pass_fds)

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process.poll() is None

    def require_running(self):
        if not self.is_running:
            raise AssertionError(
                f"{self.name} ended with status {self._process.returncode}:\n{self._tail()}")

    def said(self):
        """All that it has said in this run."""
        with open(self._path, "rb") as log:
            log.seek(self._start)
            return log.read().decode(errors="replace")

    def mark(self):
        """A place in what it says, to wait from."""
        return len(self.said())

    def wait_for(self, pattern, since=0, timeout=PATIENCE_S):
        """Waits until it says what matches, and returns the match."""
        def find():
            found = re.search(pattern, self.said()[since:], re.MULTILINE)
            if not found:
                self.require_running()
            return found

        return wait_until(
            find, lambda: f"{self.name} says {pattern!r}; it said:\n{self._tail()}", timeout)

    def wait_for_end(self, timeout=PATIENCE_S):
        """Waits until it ends by itself, and returns its exit status."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimedOut(f"{self.name} did not end; it said:\n{self._tail()}") from None

    def stop(self, with_signal=signal.SIGTERM, timeout=10):
        """Ends it, and returns its exit status. Fine when it has ended already."""
        if self.is_running:
            self._process.send_signal(with_signal)
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise TimedOut(f"{self.name} did not end on {with_signal.name}") from None

    def kill(self):
        self.stop(signal.SIGKILL)

    def _tail(self, lines=25):
        return "\n".join("  " + line for line in self.said().splitlines()[-lines:])


class Conversation:
    """A program that is told what to do line by line, and answers each with a line.

    What it says on standard error is in `results`/NAME.log. It ends with its input.
    """

    def __init__(self, name, command, results, env=None, pass_fds=()):
        self.name = name
        with open(os.path.join(results, f"{name}.log"), "ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, **(env or {})}, pass_fds=pass_fds)
        self._rest = b""

    @property
    def pid(self):
        return self._process.pid

    def read(self, timeout=2 * PATIENCE_S):
        """Waits for the next line."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self._rest:
            readable, _, _ = select.select([self._process.stdout], [], [],
                                           max(0, deadline - time.monotonic()))
            if not readable:
                raise TimedOut(f"{self.name} does not answer")
            data = os.read(self._process.stdout.fileno(), 1 << 20)
            if not data:
                raise AssertionError(f"{self.name} ended with status {self._process.wait()}")
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        return line.decode()

    def tell(self, line):
        """Tells it a line, and returns its answer."""
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return self.read()

    def stop(self, timeout=20):
        """Ends its input, so that it ends by itself. Fine when it has ended already."""
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise TimedOut(f"{self.name} did not end with its input") from None
        finally:
            self._process.stdout.close()

# SPDX-License-Identifier: GPL-3.0-or-later
"""The guest's serial line: what the cockpit tells, and what it is told
(tests/guest/README.md)."""

import re
import socket
import threading

from .waiting import PATIENCE_S, wait_until

# Motion comes as often as the X server sends it; what was done counts.
_DONE = re.compile(r"(key|button|wheel|touch) ")
_REPEATED_KEY = re.compile(r"key \S+ 2$")


class SerialLine:
    """Keeps every line since it was opened. A thread reads, so that the guest
    never has to drop any. `require_guest` raises when there is no guest any more
    to wait for."""

    def __init__(self, path, require_guest):
        self._require_guest = require_guest
        self._socket = wait_until(lambda: _connect(path), f"QEMU listens on {path}")
        self._lines = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def mark(self):
        """A place among the lines, to wait from."""
        return len(self._lines)

    def since(self, mark):
        return self._lines[mark:]

    def done_since(self, mark):
        """Keys, buttons, wheel and touches, without what the guest repeats by itself."""
        return [line for line in self.since(mark)
                if _DONE.match(line) and not _REPEATED_KEY.match(line)]

    def wait_for(self, pattern, since, timeout=PATIENCE_S):
        """Waits for a line that matches from start to end; returns the match."""
        def find():
            matches = (re.fullmatch(pattern, line) for line in self.since(since))
            found = next((match for match in matches if match), None)
            if not found:
                self._require_guest()
            return found

        return wait_until(
            find, lambda: f"the guest says {pattern!r}; it said {self.since(since)[-30:]}", timeout)

    def wait_for_done(self, expected, since, timeout=PATIENCE_S):
        """Waits until just this was done, in this order."""
        wait_until(
            lambda: self.done_since(since) == expected,
            lambda: f"the guest says {expected}; it said {self.done_since(since)}", timeout)

    def ask(self, command, answer):
        """Sends a command, and returns the match of its answer."""
        mark = self.mark()
        self._socket.sendall(command.encode() + b"\n")
        return self.wait_for(answer, mark)

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _read(self):
        rest = b""
        while True:
            try:
                read = self._socket.recv(65536)
            except OSError:
                read = b""
            if not read:
                return
            *lines, rest = (rest + read).split(b"\n")
            self._lines += [line.decode(errors="replace").strip("\r") for line in lines]


def _connect(path):
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
        return connection
    except OSError:
        connection.close()
        return None

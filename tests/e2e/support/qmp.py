# SPDX-License-Identifier: GPL-3.0-or-later
"""A small client of QEMU's monitor protocol."""

import json
import socket

from .waiting import PATIENCE_S, wait_until


class QmpError(Exception):
    pass


class Qmp:
    """One connection; QEMU takes one a socket."""

    def __init__(self, path):
        self._socket = wait_until(lambda: _connect(path), f"QEMU listens on {path}")
        self._socket.settimeout(PATIENCE_S)
        self._lines = self._socket.makefile("rb")
        self._read()  # the greeting
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        """Runs a command and returns its answer; events in between are dropped."""
        message = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(message).encode() + b"\n")
        while True:
            answer = self._read()
            if "error" in answer:
                raise QmpError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def close(self):
        self._lines.close()
        self._socket.close()

    def _read(self):
        line = self._lines.readline()
        if not line:
            raise QmpError("QEMU closed the monitor")
        return json.loads(line)


def _connect(path):
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
        return connection
    except OSError:
        connection.close()
        return None

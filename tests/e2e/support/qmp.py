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
        self._socket.sendall(_line(command, arguments))
        return self._answer(command)

    def execute_with(self, command, file, **arguments):
        """The same with a file's or socket's descriptor, which stays the caller's."""
        socket.send_fds(self._socket, [_line(command, arguments)], [file.fileno()])
        return self._answer(command)

    def _answer(self, command):
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


def _line(command, arguments):
    return json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"


def _connect(path):
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
        return connection
    except OSError:
        connection.close()
        return None

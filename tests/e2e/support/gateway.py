# SPDX-License-Identifier: GPL-3.0-or-later
"""windscreen-gateway, and `windscreen` talking to it."""

import json
import os
import random
import socket
import subprocess

from .picture import picture_from_bytes
from .program import Program
from .settings import setting
from .waiting import PATIENCE_S, wait_until

HEAD_SIZES = {0: (1920, 1080), 1: (1920, 720)}


class Gateway:
    """A gateway with every protocol on loopback ports of its own.

    `folder` is for its sockets, state and configuration. `lines` are more for the
    configuration's [gateway], `head_lines` for each of its heads. `heads` are their sizes.
    """

    def __init__(self, folder, results, attach, lines=(), head_lines=(), name="gateway",
                 heads=None):
        self.control = os.path.join(folder, f"{name}.sock")
        self._heads = heads or HEAD_SIZES
        self._name = name
        self._results = results
        self._config = os.path.join(folder, f"{name}.conf")
        self._program = None
        self.rdp_port, self.web_port, self.vnc_port = free_ports()
        config = [
            "[gateway]", "name=e2e", f"attach={attach}",
            f"rdp=127.0.0.1:{self.rdp_port}", f"vnc=127.0.0.1:{self.vnc_port}",
            f"web=127.0.0.1:{self.web_port}", f"web-root={setting('WINDSCREEN_WEB_ROOT')}",
            f"control={self.control}", f"state={os.path.join(folder, name + '-state')}", *lines]
        for head, (width, height) in self._heads.items():
            config += [f"[head {head}]", f"size={width}x{height}", *head_lines]
        with open(self._config, "w") as file:
            file.write("\n".join(config) + "\n")

    def start(self):
        self._program = Program(
            self._name, [setting("WINDSCREEN_GATEWAY"), "--config", self._config], self._results)
        self._program.wait_for("^READY$")

    @property
    def pid(self):
        return self._program.pid

    @property
    def is_running(self):
        return self._program.is_running

    @property
    def url(self):
        return f"http://127.0.0.1:{self.web_port}/"

    def stop(self):
        """Ends it as systemd does, and returns its exit status."""
        return self._program.stop() if self._program else 0

    def kill(self):
        """It dies without a chance to say so."""
        self._program.kill()

    def wait_for_log(self, pattern, since=0):
        return self._program.wait_for(pattern, since)

    def mark(self):
        return self._program.mark()

    def cli(self, *arguments, timeout=PATIENCE_S):
        """Runs `windscreen` with these arguments; both outputs are bytes."""
        return subprocess.run(
            [setting("WINDSCREEN_CLI"), "--control", self.control, *map(str, arguments)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)

    def do(self, *arguments):
        """Runs `windscreen`, which must succeed; returns what it printed."""
        result = self.cli(*arguments)
        if result.returncode != 0:
            raise AssertionError(
                f"windscreen {' '.join(map(str, arguments))} ended with status "
                f"{result.returncode}: {result.stderr.decode()}")
        return result.stdout

    def status(self):
        return json.loads(self.do("status", "--json"))

    def capture(self, head, *options):
        """The head's picture, or None while there is none."""
        result = self.cli("capture", "--head", head, *options, "-")
        return picture_from_bytes(result.stdout) if result.returncode == 0 else None

    def shows(self, head):
        """Whether the head shows the guest's picture, at the configured size."""
        heads = self.status()["heads"]
        return (head < len(heads) and heads[head]["notice"] == "" and
                (heads[head]["width"], heads[head]["height"]) == self._heads[head])

    def wait_for_heads(self, timeout=PATIENCE_S):
        wait_until(lambda: all(self.shows(head) for head in self._heads),
                   lambda: f"the gateway shows all heads: {self.status()['heads']}", timeout)

    def wait_for_viewers(self, count):
        """Waits until so many watch, and returns them as the status has them."""
        wait_until(lambda: len(self.status()["viewers"]) == count,
                   lambda: f"there are {count} viewers: {self.status()['viewers']}")
        return self.status()["viewers"]


def free_ports():
    """Three places for listeners, the last with room for three more heads' next to it.

    They are below the ports that the kernel hands out for port 0, so that nothing
    else takes them between here and the gateway.
    """
    wanted = range(6)
    for _ in range(100):
        first = random.randrange(20000, 30000)
        if all(_is_free(first + offset) for offset in wanted):
            return first, first + 1, first + 2
    raise RuntimeError("found no free ports")


def _is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False

# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual machine with the demo guest, or with the GL guest (tests/guest)."""

import os
import platform

from .picture import picture_from_file
from .program import Program
from .qmp import Qmp
from .serial_line import SerialLine
from .settings import setting, source_path

BOOT_PATIENCE_S = 120  # TCG on a busy machine


class VirtualMachine:
    """QEMU, as tests/guest/run-vm starts it. `folder` is for its sockets; `guest` is "guest" or
    "gl_guest".

    The gateway has the monitor at `gateway_qmp` for itself, and `attach` is how
    to tell it so. `serial` and `qmp` are the test's.
    """

    def __init__(self, folder, results, arch=None, append="", options=(), qemu_options=(),
                 guest="guest"):
        self.arch = arch or platform.machine()
        self.gateway_qmp = os.path.join(folder, "gateway.qmp")
        self.serial = None
        self.qmp = None
        self._folder = folder
        self._results = results
        self._command = [
            source_path("tests/guest/run-vm"), "--guest", _built(guest, self.arch), "--arch",
            self.arch,
            "--qmp", self.gateway_qmp, "--qmp", self._path("test.qmp"),
            "--serial", self._path("serial"), "--append", append, *options,
            *(["--", *qemu_options] if qemu_options else [])]
        self._program = None

    @property
    def attach(self):
        return f"qmp:{self.gateway_qmp}"

    @property
    def pid(self):
        return self._program.pid

    @property
    def is_running(self):
        return self._program is not None and self._program.is_running

    def start(self):
        """Starts QEMU; wait_until_ready() waits for the guest."""
        for path in (self.gateway_qmp, self._path("test.qmp"), self._path("serial")):
            if os.path.exists(path):
                os.unlink(path)
        self._program = Program(f"qemu-{self.arch}", self._command, self._results)
        self.serial = SerialLine(self._path("serial"), self._program.require_running)
        self.qmp = Qmp(self._path("test.qmp"))

    def wait_until_ready(self, since=0):
        self.serial.wait_for(r"cockpit ready.*", since, BOOT_PATIENCE_S)

    def wait_for_mode(self, head, width, height, since=0):
        self.serial.wait_for(f"head {head} mode {width}x{height}", since, BOOT_PATIENCE_S)

    def freeze(self):
        """Stops everything that moves by itself; the guest still reacts to input."""
        self.serial.ask("freeze", r"frozen .*")

    def resume(self):
        self.serial.ask("resume", r"done resume.*")

    def step(self, frames=1):
        """Lets a frozen guest move on by so many frames."""
        self.serial.ask(f"step {frames}", r"done step.*")

    def frames(self):
        """The number of each head's newest picture, once it is shown; None for one that is off."""
        numbers = self.serial.ask("frame", r"frame(.*)")[1].split()
        return [None if number == "-" else int(number) for number in numbers]

    def present(self, how):
        """By "flip" or "damage"."""
        self.serial.ask(f"present {how}", r"done present.*")

    def move(self, what):
        """What moves while the guest is not frozen: "none", "some" or "full"."""
        self.serial.ask(f"motion {what}", r"done motion.*")

    def stop_clock(self, seconds):
        """The guest's clock shows this time, in seconds since 1970, from now on."""
        self.serial.ask(f"clock {seconds}", r"done clock.*")

    def toggle_pixel(self, head, x, y):
        self.serial.ask(f"pixel {head} {x} {y}", r"done pixel.*")

    def screendump(self, head):
        """The head's picture by QEMU's own account, without the pointer."""
        path = self._path(f"head{head}.ppm")
        self.qmp.execute("screendump", filename=path, device="gpu0", head=head)
        return picture_from_file(path)

    def reset(self):
        """Pulls the reset line, and returns the serial line's mark from before."""
        mark = self.serial.mark()
        self.qmp.execute("system_reset")
        return mark

    def kill(self):
        """QEMU dies without a chance to say so."""
        self._program.kill()
        self._close()

    def stop(self):
        if self._program:
            self._program.stop()
        self._close()

    def _close(self):
        for connection in (self.serial, self.qmp):
            if connection:
                connection.close()
        self.serial = self.qmp = None

    def _path(self, name):
        return os.path.join(self._folder, name)


def _built(guest, arch):
    """Where CTest's build-guest put the guest for this architecture, or build-gl-guest its own."""
    return setting(f"WINDSCREEN_{guest}_{arch}".upper())

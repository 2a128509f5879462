# SPDX-License-Identifier: GPL-3.0-or-later
"""windscreen-gpu-bridge: a guest's virtio-gpu in a process of its own."""

import os

from .program import Program
from .settings import setting


class Bridge:
    """A bridge for one guest, with outputs of these sizes. `folder` is for its sockets.

    It connects to QEMU, so that the next one can take over from one that died;
    with `listens`, QEMU connects to it. `options` are more words for it.
    With `input_devices`, such as "keyboard", it has those in place of QEMU's.

    `vm_options` are what a VirtualMachine needs to be on it, and `attach` is how to tell
    a gateway where the pictures are. Start it before the virtual machine.
    """

    def __init__(self, folder, results, heads, options=(), listens=False,
                 input_devices=(), name="bridge"):
        gpu = os.path.join(folder, f"{name}.gpu")
        display = os.path.join(folder, f"{name}.display")
        ours, qemus = ("listen", "connect") if listens else ("connect", "listen")
        self.attach = f"display1:{display}"
        sockets = [(kind, os.path.join(folder, f"{name}.{index}"))
                   for index, kind in enumerate(input_devices)]
        self.vm_options = ("--bridge", f"{qemus}:{gpu}",
                           *(word for _, path in sockets for word in ("--input", path)))
        self._name = name
        self._results = results
        self._command = [setting("WINDSCREEN_GPU_BRIDGE"), "--gpu", f"{ours}:{gpu}",
                         "--display", display, "--outputs", len(heads),
                         "--mode", ",".join(f"{width}x{height}"
                                            for width, height in heads.values()),
                         *(word for kind, path in sockets for word in (f"--{kind}", path)),
                         *options]
        self._program = None

    def start(self):
        self._program = Program(self._name, self._command, self._results)
        self._program.wait_for("^READY$")

    @property
    def pid(self):
        return self._program.pid

    @property
    def is_running(self):
        return self._program is not None and self._program.is_running

    def wait_for_log(self, pattern, since=0):
        return self._program.wait_for(pattern, since)

    def mark(self):
        return self._program.mark()

    def said(self):
        """All that it has said in this run."""
        return self._program.said()

    def kill(self):
        """It dies without a chance to say so."""
        self._program.kill()

    def stop(self):
        """Ends it as systemd does, and returns its exit status."""
        return self._program.stop() if self._program else 0

# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage for tests: one guest and one gateway for all of a module's tests."""

import os
import shutil
import tempfile
import unittest

from .gateway import HEAD_SIZES, Gateway
from .picture import wait_until_same
from .vm import BOOT_PATIENCE_S, VirtualMachine
from .x_display import XDisplay


class StageTest(unittest.TestCase):
    """Tests with a folder of their own: `folder` for sockets, whose paths must be
    short, and `results` for what explains a failure."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="windscreen-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        root = os.environ.get("WINDSCREEN_RESULTS", os.path.join(cls.folder, "results"))
        cls.results = os.path.join(root, cls.__module__, cls.__qualname__)
        shutil.rmtree(cls.results, ignore_errors=True)
        os.makedirs(cls.results)

    def open_display(self, width, height, name="xvfb", **options):
        """An X display for this test."""
        display = XDisplay(self.folder, self.results, width, height, name, **options)
        self.addCleanup(display.stop)
        return display

    def keep(self, thing):
        """Stops it after this test. Returns it."""
        self.addCleanup(thing.stop)
        return thing


class GuestTest(StageTest):
    """Tests with a running guest, `vm`, whose two heads `gateway` shows.

    Each test starts with a guest that is frozen: nothing on its screens moves
    but by input. What one test leaves on the screens is there in the next.
    """

    arch = None
    gateway_lines = ()
    head_lines = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vm = VirtualMachine(cls.folder, cls.results, cls.arch)
        cls.addClassCleanup(cls.vm.stop)
        cls.vm.start()
        cls.gateway = Gateway(cls.folder, cls.results, cls.vm.attach, cls.gateway_lines,
                              cls.head_lines)
        cls.addClassCleanup(cls.gateway.stop)
        cls.gateway.start()
        cls.wait_for_guest()
        cls.access = cls.gateway.status()["access"]

    @classmethod
    def wait_for_guest(cls, since=0):
        """Waits until a guest that has just started shows both heads."""
        cls.vm.wait_until_ready(since)
        for head, (width, height) in HEAD_SIZES.items():
            cls.vm.wait_for_mode(head, width, height, since)
        cls.gateway.wait_for_heads(BOOT_PATIENCE_S)

    def setUp(self):
        self.vm.freeze()

    def expect_same(self, show, head, what, **options):
        """Waits until `show()` is exactly what QEMU says that the head shows."""
        return wait_until_same(show, lambda: self.vm.screendump(head), what, self.results,
                               **options)

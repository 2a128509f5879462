# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage for tests: one guest and one gateway for all of a module's tests."""

import os
import re
import shutil
import sys
import tempfile
import unittest

from .bridge import Bridge
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


def wait_for_guest(vm, gateway, heads, since=0):
    """Waits until a guest that has just started shows all heads."""
    vm.wait_until_ready(since)
    for head, (width, height) in heads.items():
        vm.wait_for_mode(head, width, height, since)
    gateway.wait_for_heads(BOOT_PATIENCE_S)


class GuestTest(StageTest):
    """Tests with a running guest, `vm`, whose heads `gateway` shows.

    Each test starts with a guest that is frozen: nothing on its screens moves
    but by input. What one test leaves on the screens is there in the next.
    """

    arch = None
    guest = "guest"  # or "gl_guest"
    append = ""  # to the kernel's command line
    heads = HEAD_SIZES
    gateway_lines = ()
    head_lines = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_guest()
        cls.gateway = cls.open_gateway()
        cls.addClassCleanup(cls.gateway.stop)
        cls.gateway.start()
        cls.wait_for_boot()
        cls.access = cls.gateway.status()["access"]

    @classmethod
    def start_guest(cls, options=()):
        cls.vm = VirtualMachine(
            cls.folder, cls.results, cls.arch, cls.append,
            ("--outputs", len(cls.heads), *options), guest=cls.guest)
        cls.addClassCleanup(cls.vm.stop)
        cls.vm.start()

    @classmethod
    def open_gateway(cls):
        return Gateway(cls.folder, cls.results, cls.vm.attach, cls.gateway_lines, cls.head_lines,
                       heads=cls.heads)

    @classmethod
    def wait_for_boot(cls):
        """As wait_for_guest(). QEMU aborts now and then while a guest boots (docs/facts.md), and is
        given a second chance."""
        try:
            cls.wait_for_guest()
        except AssertionError:
            if cls.vm.is_running:
                raise
            print("QEMU ended while the guest booted: once more", file=sys.stderr)
            cls.vm.kill()
            cls.vm.start()
            cls.wait_for_guest()

    @classmethod
    def wait_for_guest(cls, since=0):
        """Waits until a guest that has just started shows all heads."""
        wait_for_guest(cls.vm, cls.gateway, cls.heads, since)

    def setUp(self):
        self.vm.freeze()

    def guest_picture(self, head):
        """What the head shows, by the display's own account."""
        return self.vm.screendump(head)

    def expect_same(self, show, head, what, **options):
        """Waits until `show()` is exactly what the head shows."""
        return wait_until_same(show, lambda: self.guest_picture(head), what, self.results,
                               **options)


class BridgeTest(GuestTest):
    """Tests with a guest whose virtio-gpu is a gpu-bridge, `bridge`. What its heads show is what the
    gateway captures; that this is right is compared elsewhere (test_gpu_bridge.py)."""

    bridge_listens = False
    bridge_options = ()
    input_devices = ()  # the bridge's own, such as "keyboard", in place of QEMU's

    @classmethod
    def start_guest(cls, options=()):
        cls.bridge = Bridge(cls.folder, cls.results, cls.heads, cls.bridge_options,
                            listens=cls.bridge_listens, input_devices=cls.input_devices)
        cls.addClassCleanup(cls.stop_bridge)
        cls.bridge.start()
        super().start_guest((*cls.bridge.vm_options, *options))

    @classmethod
    def stop_bridge(cls):
        """It must have lived, and have had nothing to complain about."""
        said = cls.bridge.said()
        if cls.bridge.stop() != 0 or re.search("^(error|warning):", said, re.MULTILINE):
            raise AssertionError(f"the bridge did not do well:\n{said}")

    @classmethod
    def open_gateway(cls):
        # QEMU's devices are reached by its monitor, the bridge's own with its display.
        lines = () if cls.input_devices else (f"input={cls.vm.attach}",)
        return Gateway(cls.folder, cls.results, cls.bridge.attach,
                       (*lines, *cls.gateway_lines), cls.head_lines, heads=cls.heads)

    def guest_picture(self, head):
        return self.gateway.capture(head)


class PanelTest(BridgeTest):
    """A BridgeTest whose bridge feeds QEMU's own display: what the heads show is what that has."""

    bridge_options = ("--panel", "on")

    def guest_picture(self, head):
        return self.vm.screendump(head)

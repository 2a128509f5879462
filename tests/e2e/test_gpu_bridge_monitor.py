# SPDX-License-Identifier: GPL-3.0-or-later
"""Input and sizes for a guest on windscreen-gpu-bridge, by QEMU's monitor; and what becomes of them
when a part of it dies."""

from support.case import BridgeTest
from support.viewers import VncViewer
from support.viewing import key_lines
from support.waiting import wait_until


class MonitorTest(BridgeTest):
    """QEMU has this display, which nobody watches, and whose sizes are not what the guest sees."""

    qemu_display = "dbus,p2p=on"

    @classmethod
    def start_guest(cls, options=()):
        super().start_guest(("--display", cls.qemu_display, *options))

    def expect_that_input_reaches_the_guest(self):
        wait_until(lambda: self.gateway.status()["input"]["attached"], "input is attached")
        mark = self.vm.serial.mark()
        self.gateway.do("key", "r")
        self.vm.serial.wait_for_done(key_lines("KEY_R"), mark)


class Lives(MonitorTest):
    def test_a_pause_leaves_no_key_down(self):
        mark = self.vm.serial.mark()
        self.gateway.do("key", "--down", "c")
        self.vm.serial.wait_for("key KEY_C 1", mark)
        self.vm.qmp.execute("stop")
        self.gateway.do("key", "--up", "c")
        self.vm.qmp.execute("cont")
        self.vm.serial.wait_for_done(key_lines("KEY_C"), mark)

    def test_what_a_gateway_held_when_it_died_is_let_go_of(self):
        mark = self.vm.serial.mark()
        self.gateway.do("key", "--down", "right")
        self.gateway.do("key", "--down", "c")
        self.vm.serial.wait_for("key KEY_C 1", mark)
        self.gateway.kill()
        self.gateway.start()
        self.gateway.wait_for_heads()
        self.vm.serial.wait_for("key KEY_C 0", mark)
        self.vm.serial.wait_for("key KEY_RIGHT 0", mark)
        self.expect_that_input_reaches_the_guest()

    def test_input_goes_on_without_a_picture_until_there_is_one_again(self):
        self.bridge.kill()
        wait_until(lambda: not self.gateway.status()["guest"]["attached"],
                   "the gateway notices that the bridge is gone")
        self.assertIn("The guest's display has gone away",
                      self.gateway.status()["guest"]["reason"])
        self.expect_that_input_reaches_the_guest()
        self.bridge.start()
        self.wait_for_guest(self.vm.reset())
        self.expect_that_input_reaches_the_guest()

    def test_a_qemu_that_comes_back_takes_input_again(self):
        self.vm.kill()
        wait_until(lambda: not self.gateway.status()["input"]["attached"],
                   "the gateway notices that QEMU is gone")
        self.assertIn("Input does not reach the guest any more: QEMU",
                      self.gateway.status()["input"]["reason"])
        self.assertIn("no input: ", self.gateway.do("status").decode())
        result = self.gateway.cli("key", "r")
        self.assertEqual(result.returncode, 3)
        self.vm.start()
        self.wait_for_guest()
        self.expect_that_input_reaches_the_guest()


class Resize(MonitorTest):
    head_lines = ("resize=viewer",)

    def resize(self, head, width, height):
        self.keep(VncViewer(self.open_display(2048, 1200), self.gateway.vnc_port + head,
                            self.access["vnc_password"], self.results,
                            options=["-RemoteResize", f"-DesktopSize={width}x{height}"]))

    def test_a_viewer_s_size_becomes_the_guest_s_mode(self):
        for head, width, height in ((1, 1600, 900), (0, 1280, 800)):
            with self.subTest(head=head):
                mark = self.vm.serial.mark()
                self.resize(head, width, height)
                self.vm.wait_for_mode(head, width, height, mark)
                self.assertEqual([], [line for line in self.vm.serial.since(mark)
                                      if line.startswith(f"head {1 - head}")])


class ResizeWithoutADisplay(Resize):
    qemu_display = "none"

    def test_a_viewer_s_size_becomes_the_guest_s_mode(self):
        """At its next start: until then the gateway says so."""
        mark = self.vm.serial.mark()
        self.resize(1, 1600, 900)
        self.gateway.wait_for_log("The guest sees a new size when it looks at its monitors again")
        self.bridge.wait_for_log("output 1: 1600x900 from now on")
        self.expect_that_input_reaches_the_guest()
        self.vm.reset()
        self.vm.wait_for_mode(1, 1600, 900, mark)

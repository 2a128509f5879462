# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest whose virtio-gpu is windscreen-gpu-bridge."""

import os
import signal
import sys
import time

from support.case import PanelTest
from support.gateway import HEAD_SIZES
from support.input_tests import InputTests
from support.picture import is_same
from support.same_picture import SamePictureTests
from support.viewers import RdpViewer, VncViewer
from support.viewing import DrivingTests, key_lines
from support.waiting import wait_until


class FourHeads(SamePictureTests, InputTests, PanelTest):
    heads = {**HEAD_SIZES, 2: (1280, 720), 3: (800, 480)}
    bridge_listens = True


class Viewed(DrivingTests, PanelTest):
    def open_viewer(self, head=0, draws_pointer=False):
        display = self.open_display(2048, 1200, draws_pointer=draws_pointer)
        return self.keep(VncViewer(display, self.gateway.vnc_port + head,
                                   self.access["vnc_password"], self.results))

    def test_rdp_and_vnc_show_the_same_guest_exactly(self):
        display = self.open_display(3840, 1080, "xvfb-rdp")
        display.set_monitors((1920, 1080), (1920, 1080))
        rdp = self.keep(RdpViewer(display, self.gateway.rdp_port, self.access["password"],
                                  self.results, (3840, 1080), options=["/multimon:force"]))
        vnc = self.open_viewer(head=1)
        for steps in (1, 30):
            self.vm.step(steps)
            self.expect_same(vnc.picture, 1, f"VNC, {steps} frames later")
            for head in (0, 1):
                self.expect_same(lambda: self.part(rdp.picture(), head), head,
                                 f"RDP, head {head}, {steps} frames later")

    def part(self, desktop, head):
        width, height = self.heads[head]
        return None if desktop is None else desktop[:height, 1920 * head:1920 * head + width]


class Lives(PanelTest):
    """Each of the processes ends, and the others go on."""

    PICTURES = 60

    def setUp(self):
        super().setUp()
        self.vnc = self.keep(VncViewer(self.open_display(2048, 1200), self.gateway.vnc_port + 1,
                                       self.access["vnc_password"], self.results))

    def expect_that_all_works(self, when):
        """The picture is right, and a key typed into the viewer reaches the guest."""
        self.vm.freeze()
        self.expect_same(self.vnc.picture, 1, f"VNC {when}")
        self.expect_same(lambda: self.gateway.capture(0), 0, f"head 0 {when}")
        mark = self.vm.serial.mark()
        self.vnc.take_keyboard()
        self.vnc.press("r")
        self.vm.serial.wait_for_done(key_lines("KEY_R"), mark)
        self.expect_same(self.vnc.picture, 1, f"VNC {when} and a key")

    def expect_the_same_viewer(self, before):
        self.assertEqual([viewer["id"] for viewer in self.gateway.status()["viewers"]],
                         [viewer["id"] for viewer in before])
        self.assertTrue(self.vnc.is_running)

    def test_viewers_stay_while_the_guest_resets(self):
        self.expect_that_all_works("before the reset")
        viewers = self.gateway.wait_for_viewers(1)
        self.wait_for_guest(self.vm.reset())
        self.expect_that_all_works("after the reset")
        self.expect_the_same_viewer(viewers)

    def test_viewers_stay_while_the_bridge_dies_and_another_takes_over_at_a_reset(self):
        self.expect_that_all_works("before the bridge died")
        viewers = self.gateway.wait_for_viewers(1)
        last = self.vm.screendump(1)
        self.bridge.kill()
        wait_until(lambda: not self.gateway.status()["guest"]["attached"],
                   "the gateway notices that the bridge is gone")
        wait_until(lambda: not is_same(self.vnc.picture(), last), "VNC shows a notice")
        # The guest runs on, and does not see.
        mark = self.vm.serial.mark()
        self.vm.qmp.execute("send-key", keys=[{"type": "qcode", "data": "k"}])
        self.vm.serial.wait_for_done(key_lines("KEY_K"), mark)

        self.bridge.start()
        self.wait_for_guest(self.vm.reset())
        self.expect_that_all_works("after another bridge took over")
        self.expect_the_same_viewer(viewers)

    def test_a_new_gateway_has_the_picture_of_a_guest_that_draws_nothing(self):
        frames = self.vm.frames()
        self.gateway.kill()
        self.gateway.start()
        self.gateway.wait_for_heads()
        for head in self.heads:
            self.expect_same(lambda: self.gateway.capture(head), head, f"head {head}")
        self.assertEqual(self.vm.frames(), frames)

    def test_a_guest_draws_on_while_there_is_no_gateway(self):
        self.vm.resume()
        self.gateway.kill()
        self.wait_for_pictures(self.PICTURES)
        self.gateway.start()
        self.gateway.wait_for_heads()
        self.wait_for_pictures(self.PICTURES)
        self.vm.freeze()
        for head in self.heads:
            self.expect_same(lambda: self.gateway.capture(head), head, f"head {head}")

    def test_a_pause_of_the_machine_loses_nothing(self):
        self.expect_that_all_works("before the pause")
        frames = self.vm.frames()
        expected = self.vm.screendump(1)
        self.vm.qmp.execute("stop")
        self.assertTrue(is_same(self.gateway.capture(1), expected))
        self.assertTrue(is_same(self.vnc.picture(), expected))
        self.vm.qmp.execute("cont")
        self.assertEqual(self.vm.frames(), frames)
        self.assertTrue(is_same(self.gateway.capture(1), expected))
        self.vm.step(3)
        self.expect_that_all_works("after the pause")

    def test_a_gateway_that_stands_still_does_not_slow_the_guest(self):
        for present in ("damage", "flip"):
            with self.subTest(present=present):
                self.vm.present(present)
                self.vm.resume()
                usual = self.wait_for_pictures(self.PICTURES)
                os.kill(self.gateway.pid, signal.SIGSTOP)
                try:
                    stuck = self.wait_for_pictures(self.PICTURES)
                finally:
                    os.kill(self.gateway.pid, signal.SIGCONT)
                print(f"{present}: {self.PICTURES} pictures in {usual:.2f} s, with a gateway that "
                      f"stands still in {stuck:.2f} s", file=sys.stderr)
                # Others use this machine too; who waits for a gateway waits for ever.
                self.assertLess(stuck, 2 * usual)
                self.expect_that_all_works(f"after it stood still ({present})")

    def wait_for_pictures(self, count):
        """Waits until head 0 has drawn so many more. Returns the seconds that it took."""
        begun, until = time.monotonic(), self.vm.frames()[0] + count
        wait_until(lambda: self.vm.frames()[0] >= until, f"head 0 draws {count} pictures")
        return time.monotonic() - begun

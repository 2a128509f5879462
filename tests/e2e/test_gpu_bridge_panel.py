# SPDX-License-Identifier: GPL-3.0-or-later
"""QEMU's own display, fed by windscreen-gpu-bridge while others watch.

What that display shows is QEMU's account of it, the screendump, and what others see the gateway's,
which watches the bridge. The windows that QEMU would open there need a GPU (docs/facts.md).
"""

from support.case import BridgeTest
from support.picture import describe_difference, without_frame_number
from support.waiting import wait_until


class Panel(BridgeTest):
    bridge_options = ("--panel", "on")

    def show_panel(self, head):
        return self.vm.screendump(head)

    def expect_panel(self, head, what):
        return self.expect_same(lambda: self.show_panel(head), head, what)

    def test_the_panel_shows_exactly_what_viewers_see(self):
        for head in self.heads:
            with self.subTest(head=head):
                self.expect_panel(head, f"head {head} of the panel")

    def test_one_changed_pixel_changes_one_pixel_of_the_panel(self):
        before = self.expect_panel(0, "panel")
        self.vm.toggle_pixel(0, 1234, 567)
        wait_until(lambda: (self.show_panel(0) != before).any(), "the panel changes")
        after = self.expect_panel(0, "panel with the pixel")
        self.assertEqual(describe_difference(without_frame_number(after),
                                             without_frame_number(before)),
                         "1 pixels differ, within x 1234..1234, y 567..567")

    def test_after_much_motion_the_panel_is_exact(self):
        before = self.expect_panel(0, "panel before")
        self.vm.resume()
        wait_until(lambda: (self.show_panel(0) != before).any(), "the panel moves")
        frame = self.gateway.status()["heads"][0]["frame"]
        wait_until(lambda: self.gateway.status()["heads"][0]["frame"] > frame + 30,
                   "the guest has drawn 30 frames")
        self.vm.freeze()
        for head in self.heads:
            self.expect_panel(head, f"head {head} of the panel after motion")

    def test_a_vm_that_was_paused_goes_on_showing(self):
        self.vm.qmp.execute("stop")
        self.vm.qmp.execute("cont")
        self.vm.toggle_pixel(1, 40, 50)
        for head in self.heads:
            self.expect_panel(head, f"head {head} of the panel after a pause")

    def test_a_guest_that_was_reset_is_on_the_panel_again(self):
        self.wait_for_guest(self.vm.reset())
        self.vm.freeze()
        for head in self.heads:
            self.expect_panel(head, f"head {head} of the panel after a reset")

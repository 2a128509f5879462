# SPDX-License-Identifier: GPL-3.0-or-later
"""FreeRDP's client: what it shows, and what a person does with it."""

from support.case import GuestTest
from support.viewers import EXTRA, SIDE, RdpViewer
from support.viewing import DrivingTests


class Rdp(DrivingTests, GuestTest):
    BUTTONS = {**DrivingTests.BUTTONS, SIDE: "BTN_SIDE", EXTRA: "BTN_EXTRA"}

    def open_viewer(self, **options):
        display = self.open_display(1920, 1080)
        return self.keep(RdpViewer(display, self.gateway.rdp_port, self.access["password"],
                                   self.results, **options))

    def test_the_picture_is_exact_with_the_graphics_pipeline(self):
        viewer = self.open_viewer(options=["/gfx"])
        self.expect_same(viewer.picture, 0, "RDP with the graphics pipeline")

    def test_the_picture_is_exact_without_the_graphics_pipeline(self):
        # -gfx changes nothing. Asked for 16 bits, the client does without, and is given 32.
        viewer = self.open_viewer(options=["/bpp:16"])
        self.expect_same(viewer.picture, 0, "RDP without the graphics pipeline")
        self.vm.toggle_pixel(0, 1919, 1079)
        self.expect_same(viewer.picture, 0, "RDP without the graphics pipeline, a pixel later")

    def test_a_wrong_password_is_refused(self):
        display = self.open_display(1920, 1080)
        wrong = self.keep(RdpViewer(display, self.gateway.rdp_port, "wrong", self.results,
                                    name="rdp-viewer-wrong"))
        self.assertNotEqual(wrong.program.wait_for_end(), 0)
        self.assertEqual(self.gateway.status()["viewers"], [])

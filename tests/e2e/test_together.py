# SPDX-License-Identifier: GPL-3.0-or-later
"""RDP, VNC and a browser at once, each with both screens of one guest."""

from support.browser import BrowserViewer
from support.case import GuestTest
from support.gateway import HEAD_SIZES
from support.viewers import LEFT, RdpViewer, VncViewer
from support.viewing import key_lines
from support.vm import BOOT_PATIENCE_S
from support.waiting import wait_until


class Together(GuestTest):
    def setUp(self):
        super().setUp()
        self.vnc = [self.keep(VncViewer(self.open_display(2048, 1200, f"xvfb-vnc-{head}"),
                                        self.gateway.vnc_port + head,
                                        self.access["vnc_password"], self.results,
                                        name=f"vnc-viewer-{head}"))
                    for head in HEAD_SIZES]
        display = self.open_display(3840, 1080, "xvfb-rdp")
        display.set_monitors((1920, 1080), (1920, 1080))
        self.rdp = self.keep(RdpViewer(display, self.gateway.rdp_port, self.access["password"],
                                       self.results, size=(3840, 1080),
                                       options=["/multimon:force", "/gfx:AVC420"]))
        self.page = self.keep(BrowserViewer(self.gateway.url, self.access["password"],
                                            self.results))

    def rdp_picture(self, head):
        """The head's part of the RDP client's desktop: side by side, tops aligned."""
        picture = self.rdp.picture()
        width, height = HEAD_SIZES[head]
        return picture[:height, head * width:(head + 1) * width] if picture is not None else None

    def expect_all_show_the_guest(self, when):
        for head in HEAD_SIZES:
            self.expect_same(self.vnc[head].picture, head, f"VNC head {head} {when}")
            self.expect_same(lambda: self.rdp_picture(head), head, f"RDP head {head} {when}")
            self.expect_same(lambda: self.page.picture(head), head, f"page head {head} {when}")
            self.expect_same(lambda: self.gateway.capture(head), head,
                             f"capture of head {head} {when}")

    def test_all_show_both_heads_of_the_same_guest_and_drive_it(self):
        self.expect_all_show_the_guest("at first")
        self.assertEqual(sorted((viewer["protocol"], viewer["heads"])
                                for viewer in self.gateway.status()["viewers"]),
                         [("rdp", [0, 1]), ("vnc", [0]), ("vnc", [1]), ("web", [0]), ("web", [1])])

        self.vm.step(5)
        self.expect_all_show_the_guest("five frames later")

        self.vm.resume()
        wait_until(lambda: all(viewer["units"] >= 30 for viewer in self.gateway.status()["viewers"]
                               if viewer["protocol"] == "rdp"),
                   "both heads move in the RDP client", BOOT_PATIENCE_S)
        self.vm.freeze()
        self.expect_all_show_the_guest("after some motion")

        mark = self.vm.serial.mark()
        expected = []
        for press, key in ((lambda: self.press_in(self.vnc[1], "v"), "KEY_V"),
                           (lambda: self.press_in(self.rdp, "r"), "KEY_R"),
                           (lambda: self.page.press(1, "w"), "KEY_W")):
            press()
            expected += key_lines(key)
            self.vm.serial.wait_for_done(expected, mark)
        self.expect_clicks_reach_their_heads()
        self.expect_all_show_the_guest("driven by all")

    def press_in(self, viewer, key):
        viewer.take_keyboard()
        viewer.press(key)

    def expect_clicks_reach_their_heads(self):
        """Each clicks head 1."""
        def click_vnc(x, y):
            self.vnc[1].point(x, y)
            self.vnc[1].click(LEFT)

        def click_rdp(x, y):
            self.rdp.point(HEAD_SIZES[0][0] + x, y)
            self.rdp.click(LEFT)

        for click, x in ((click_vnc, 500), (click_rdp, 600),
                         (lambda x, y: self.page.click(1, x, y), 700)):
            mark = self.vm.serial.mark()
            click(x, 650)
            self.vm.serial.wait_for(f"pointer 1 {x} 650", mark)
            self.vm.serial.wait_for_done(["button BTN_LEFT 1", "button BTN_LEFT 0"], mark)

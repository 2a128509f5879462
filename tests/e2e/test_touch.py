# SPDX-License-Identifier: GPL-3.0-or-later
"""Touch from the command line, from RDP and from the page, as the guest gets it."""

from support.browser import BrowserViewer
from support.case import GuestTest
from support.input_tests import InputTests


class Touch(InputTests, GuestTest):
    def test_two_fingers_move_on_the_page(self):
        page = self.keep(BrowserViewer(self.gateway.url, self.access["password"], self.results))
        mark = self.vm.serial.mark()
        page.touch(1, "touchStart", [(300, 500), (900, 600)])
        page.touch(1, "touchMove", [(320, 510), (900, 600)])
        page.touch(1, "touchEnd", [(900, 600)])
        page.touch(1, "touchEnd", [])
        self.vm.serial.wait_for_done(
            ["touch 1 slot 0 down 300 500", "touch 1 slot 1 down 900 600",
             "touch 1 slot 0 move 320 510", "touch 1 slot 0 up", "touch 1 slot 1 up"], mark)

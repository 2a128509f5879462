# SPDX-License-Identifier: GPL-3.0-or-later
"""Touch from the command line, from RDP and from the page, as the guest gets it."""

from support.browser import BrowserViewer
from support.case import GuestTest
from support.rdp_touch import RdpTouch


class Touch(GuestTest):
    def test_a_tap_from_the_command_line_reaches_the_guest_on_its_head(self):
        for head, x, y in ((0, 1919, 1079), (1, 700, 650)):
            with self.subTest(head=head):
                mark = self.vm.serial.mark()
                self.gateway.do("touch", "--head", head, "tap", x, y)
                self.vm.serial.wait_for_done(
                    [f"touch {head} slot 0 down {x} {y}", f"touch {head} slot 0 up"], mark)

    def test_ten_fingers_from_the_command_line_are_ten_contacts(self):
        mark = self.vm.serial.mark()
        fingers = [(contact, 100 + 150 * contact, 800) for contact in range(10)]
        for contact, x, y in fingers:
            self.gateway.do("touch", "--contact", contact, "down", x, y)
        for contact, _, _ in fingers:
            self.gateway.do("touch", "--contact", contact, "up")
        self.vm.serial.wait_for_done(
            [f"touch 0 slot {contact} down {x} {y}" for contact, x, y in fingers] +
            [f"touch 0 slot {contact} up" for contact, _, _ in fingers], mark)

    def test_two_fingers_move_over_rdp(self):
        client = self.keep(RdpTouch(self.gateway.rdp_port, self.access["password"], self.results))
        mark = self.vm.serial.mark()
        expected = []
        # Each is waited for, since a client merges what comes within one frame.
        for action, contact, x, y, line in (
                ("down", 0, 300, 900, "touch 0 slot 0 down 300 900"),
                ("down", 1, 900, 950, "touch 0 slot 1 down 900 950"),
                ("move", 0, 320, 910, "touch 0 slot 0 move 320 910"),
                ("up", 1, 900, 950, "touch 0 slot 1 up"),
                ("up", 0, 320, 910, "touch 0 slot 0 up")):
            client.do(action, contact, x, y)
            expected.append(line)
            self.vm.serial.wait_for_done(expected, mark)

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

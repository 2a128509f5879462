# SPDX-License-Identifier: GPL-3.0-or-later
"""Viewers stay while the guest resets, and while QEMU dies and comes back."""

from support.browser import BrowserViewer
from support.case import GuestTest
from support.gateway import HEAD_SIZES
from support.picture import is_same
from support.viewers import RdpViewer, VncViewer
from support.viewing import key_lines
from support.waiting import wait_until


class Restart(GuestTest):
    def open_viewers(self):
        """One of each kind. Sets `pictures`, by name: what each shows of which head."""
        self.vnc = self.keep(VncViewer(self.open_display(2048, 1200, "xvfb-vnc"),
                                       self.gateway.vnc_port + 1, self.access["vnc_password"],
                                       self.results))
        self.rdp = self.keep(RdpViewer(self.open_display(1920, 1080, "xvfb-rdp"),
                                       self.gateway.rdp_port, self.access["password"],
                                       self.results))
        self.page = self.keep(BrowserViewer(self.gateway.url, self.access["password"],
                                            self.results))
        self.pictures = {"VNC": (self.vnc.picture, 1), "RDP": (self.rdp.picture, 0),
                         "page": (lambda: self.page.picture(0), 0)}
        # The page shows both heads by a connection for each.
        self.viewers = {viewer["id"] for viewer in self.gateway.wait_for_viewers(4)}

    def expect_all_show_the_guest(self, when):
        for name, (show, head) in self.pictures.items():
            self.expect_same(show, head, f"{name} {when}")

    def expect_the_same_viewers(self):
        self.assertEqual({viewer["id"] for viewer in self.gateway.status()["viewers"]},
                         self.viewers)
        self.assertTrue(self.vnc.is_running and self.rdp.is_running)

    def expect_that_keys_reach_the_guest(self):
        mark = self.vm.serial.mark()
        self.rdp.take_keyboard()
        self.rdp.press("r")
        self.vm.serial.wait_for_done(key_lines("KEY_R"), mark)

    def test_viewers_stay_while_the_guest_resets(self):
        self.open_viewers()
        self.expect_all_show_the_guest("before the reset")
        self.wait_for_guest(self.vm.reset())
        self.vm.freeze()
        self.expect_all_show_the_guest("after the reset")
        self.expect_the_same_viewers()
        self.expect_that_keys_reach_the_guest()

    def test_viewers_see_why_there_is_nothing_to_see_until_qemu_is_back(self):
        self.open_viewers()
        self.expect_all_show_the_guest("before QEMU was killed")
        last = {name: self.vm.screendump(head) for name, (_, head) in self.pictures.items()}
        self.vm.kill()

        wait_until(lambda: not self.gateway.status()["guest"]["attached"],
                   "the gateway notices that QEMU is gone")
        reason = self.gateway.status()["guest"]["reason"]
        self.assertIn("gone", reason)
        result = self.gateway.cli("capture", "--head", 0, "-")
        self.assertEqual((result.returncode, result.stdout), (3, b""))
        self.assertRegex(result.stderr.decode(), r"^windscreen: .*gone.*\n$")

        for name in ("VNC", "RDP"):
            show = self.pictures[name][0]
            wait_until(lambda: not is_same(show(), last[name]), f"{name} shows a notice")
        wait_until(lambda: "gone" in self.page.notice(0), "the page shows the reason")
        self.expect_the_same_viewers()

        self.vm.start()
        self.wait_for_guest()
        self.vm.freeze()
        self.expect_all_show_the_guest("after QEMU came back")
        self.expect_the_same_viewers()
        self.expect_that_keys_reach_the_guest()

    def test_ctrl_alt_delete_from_a_script_restarts_the_guest(self):
        mark = self.vm.serial.mark()
        self.gateway.do("key", "ctrl+alt+delete")
        self.wait_for_guest(mark)
        self.vm.freeze()
        for head in HEAD_SIZES:
            self.expect_same(lambda: self.gateway.capture(head), head, f"capture of head {head}")

# SPDX-License-Identifier: GPL-3.0-or-later
"""The same guest on QEMU's aarch64 machine, which is AGL's."""

from support.case import GuestTest
from support.gateway import HEAD_SIZES
from support.viewing import key_lines


class Aarch64(GuestTest):
    arch = "aarch64"

    def test_captures_of_both_heads_are_exactly_what_qemu_dumps(self):
        for head in HEAD_SIZES:
            with self.subTest(head=head):
                self.expect_same(lambda: self.gateway.capture(head), head, f"capture of head {head}")

    def test_keys_and_touch_reach_the_guest(self):
        mark = self.vm.serial.mark()
        self.gateway.do("key", "a")
        self.gateway.do("touch", "--head", 1, "tap", 700, 650)
        self.vm.serial.wait_for_done(
            key_lines("KEY_A") + ["touch 1 slot 0 down 700 650", "touch 1 slot 0 up"], mark)

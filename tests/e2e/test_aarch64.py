# SPDX-License-Identifier: GPL-3.0-or-later
"""The same guest on QEMU's aarch64 machine, which is AGL's."""

from support.case import GuestTest
from support.gateway import HEAD_SIZES
from support.input_tests import InputTests


class Aarch64(InputTests, GuestTest):
    arch = "aarch64"

    def test_captures_of_both_heads_are_exactly_what_qemu_dumps(self):
        for head in HEAD_SIZES:
            with self.subTest(head=head):
                self.expect_same(lambda: self.gateway.capture(head), head, f"capture of head {head}")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact pictures from the command line."""

import os

from support.case import GuestTest
from support.gateway import HEAD_SIZES
from support.picture import (
    describe_difference, is_same, picture_from_file, without_frame_number)
from support.waiting import wait_until


class Capture(GuestTest):
    def test_the_gateway_switches_both_heads_on_at_their_configured_sizes(self):
        for head, (width, height) in HEAD_SIZES.items():
            with self.subTest(head=head):
                self.assertEqual(self.vm.screendump(head).shape, (height, width, 3))
                self.assertEqual(self.gateway.capture(head).shape, (height, width, 3))

    def test_a_capture_of_a_still_head_is_exactly_what_qemu_dumps(self):
        for head in HEAD_SIZES:
            with self.subTest(head=head):
                self.expect_same(lambda: self.gateway.capture(head), head, f"capture of head {head}")

    def test_a_capture_into_a_file_is_the_same_picture(self):
        path = os.path.join(self.folder, "head1.png")
        self.gateway.do("capture", "--head", 1, path)
        self.assertTrue(is_same(picture_from_file(path), self.gateway.capture(1)))

    def test_one_changed_pixel_changes_one_pixel_of_the_capture(self):
        before = self.expect_same(lambda: self.gateway.capture(0), 0, "capture")
        self.vm.toggle_pixel(0, 1234, 567)
        after = self.expect_same(lambda: self.gateway.capture(0), 0, "capture with the pixel")
        self.assertEqual(describe_difference(without_frame_number(after),
                                             without_frame_number(before)),
                         "1 pixels differ, within x 1234..1234, y 567..567")

    def test_the_pointer_is_drawn_into_a_capture_that_asks_for_it_and_no_other(self):
        mark = self.vm.serial.mark()
        self.gateway.do("pointer", "--head", 1, 960, 30)
        self.vm.serial.wait_for("pointer 1 960 30", mark)
        without = self.expect_same(lambda: self.gateway.capture(1), 1, "capture")

        def changed():
            picture = self.gateway.capture(1, "--cursor")
            rows, columns = (picture != without).any(axis=2).nonzero()
            return rows.size and (columns.min(), columns.max(), rows.min(), rows.max())

        left, right, top, bottom = wait_until(changed, "the pointer is in the capture")
        # The arrow's tip is near its image's corner, and the image is 64 pixels large.
        self.assertTrue(950 <= left <= 965 and 20 <= top <= 35, (left, top))
        self.assertTrue(right < left + 64 and bottom < top + 64, (right, bottom))

    def test_a_moving_guest_makes_new_frames(self):
        before = [head["frame"] for head in self.gateway.status()["heads"]]
        self.vm.resume()
        for head in HEAD_SIZES:
            wait_until(lambda: self.gateway.status()["heads"][head]["frame"] > before[head] + 5,
                       f"head {head} has new frames")

    def test_there_is_no_capture_of_a_head_that_does_not_exist(self):
        result = self.gateway.cli("capture", "--head", 2, "-")
        self.assertEqual(result.returncode, 3)
        self.assertRegex(result.stderr.decode(), r"^windscreen: .*no head 2.*\n$")

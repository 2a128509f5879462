# SPDX-License-Identifier: GPL-3.0-or-later
"""FreeRDP's client: what it shows, and what a person does with it."""

import os
import sys
import time

import numpy

from support.case import GuestTest
from support.gateway import HEAD_SIZES
from support.picture import save_picture
from support.viewers import EXTRA, SIDE, RdpViewer
from support.viewing import DrivingTests
from support.vm import BOOT_PATIENCE_S
from support.waiting import wait_until

# What xfreerdp ends with when it could not connect.
CONNECTION_FAILED = 131


class Rdp(DrivingTests, GuestTest):
    BUTTONS = {**DrivingTests.BUTTONS, SIDE: "BTN_SIDE", EXTRA: "BTN_EXTRA"}

    def open_viewer(self, draws_pointer=False, **options):
        display = self.open_display(1920, 1080, draws_pointer=draws_pointer)
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
        self.assertEqual(wrong.program.wait_for_end(), CONNECTION_FAILED)
        self.assertIn("ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES", wrong.program.said())
        self.gateway.wait_for_log("rdp 127.0.0.1:.* wrong user or password")
        self.assertEqual(self.gateway.status()["viewers"], [])


class VideoTests:
    """Needs `video`, what the gateway calls the video that the viewer gets, and `codec`,
    what the viewer is told to take."""

    # Enough for streams to have begun, and for their pictures to build on each other.
    UNITS = 60

    # Of 255, on average over the window: the guest goes on while its picture is on its way.
    CLOSE = 12

    def viewer_numbers(self):
        return self.gateway.status()["viewers"][0]

    def play(self, units):
        self.vm.resume()
        wait_until(lambda: self.viewer_numbers()["units"] >= units, f"{units} units came",
                   BOOT_PATIENCE_S)

    def test_what_moves_is_video_and_exact_once_it_rests(self):
        viewer = self.keep(RdpViewer(self.open_display(1920, 1080), self.gateway.rdp_port,
                                     self.access["password"], self.results,
                                     options=[f"/gfx:{self.codec}"]))
        self.expect_same(viewer.picture, 0, "RDP with video")
        for number in range(1, 4):
            self.play(number * self.UNITS)
            self.assertEqual(self.viewer_numbers()["video"], self.video)
            shown = viewer.picture()
            save_picture(shown, os.path.join(self.results, f"moving-{number}.png"))
            apart = numpy.abs(shown.astype(numpy.int16) - self.vm.screendump(0)).mean()
            self.assertLess(apart, self.CLOSE)
            self.vm.freeze()
            began = time.monotonic()
            self.expect_same(viewer.picture, 0, "RDP with video, at rest")
            print(f"at rest: {apart:.2f} apart while it moved, exact after "
                  f"{(time.monotonic() - began) * 1000:.0f} ms", file=sys.stderr)


class Video(VideoTests, GuestTest):
    video = "main"
    codec = "AVC420"


class VideoOfTheWholeHead(VideoTests, GuestTest):
    gateway_lines = ("rdp-video=whole",)
    video = "whole"
    codec = "AVC444"  # a newer version of the pipeline, in which AVC420 is understood


class AllHeadsInOneWindow(GuestTest):
    gateway_lines = ("rdp-heads=all",)

    def test_a_client_with_one_monitor_gets_all_heads_side_by_side(self):
        (left_width, _), (right_width, right_height) = HEAD_SIZES.values()
        width = left_width + right_width
        display = self.open_display(width, 1080)
        viewer = self.keep(RdpViewer(display, self.gateway.rdp_port, self.access["password"],
                                     self.results, (width, 1080)))
        for head, columns in enumerate((slice(0, left_width), slice(left_width, width))):
            height = HEAD_SIZES[head][1]
            self.expect_same(lambda: part(viewer.picture(), slice(0, height), columns), head,
                             f"head {head} in the window of all")
        below = part(viewer.picture(), slice(right_height, 1080), slice(left_width, width))
        self.assertFalse(below.any(), "below the lower head it is black")


def part(picture, rows, columns):
    return None if picture is None else picture[rows, columns]

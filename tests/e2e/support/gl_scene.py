# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what the GL guest draws by virgl, against pictures that its program drew by itself."""

import os
import sys

import numpy

from .picture import picture_from_file, save_picture, without_frame_number
from .settings import source_path
from .waiting import wait_until

sys.path.insert(0, source_path("tests/guest"))
import frame_number  # noqa: E402  (its path is known only now)
from PIL import Image  # noqa: E402

# The references were drawn by Mesa 22.3 on a processor (gl-cockpit --render). Mesa 25.0 draws the very same ones, and
# through virgl 6 pixels differ, by 1. What is left is for renderers with other arithmetic, a GPU's: filters that
# round differently, and an edge or a texel's border that takes another pixel here and there. A scene moved by
# one pixel has more than 90 times as many pixels that differ as may, and 27 times the mean.
EXACT = 8  # of 255: a pixel that differs by more is counted
MAX_PIXELS = 640 * 360 // 1000
MAX_MEAN = 0.1


def difference(picture, reference):
    """How many pixels differ visibly, and by how much all do in the mean."""
    distance = numpy.abs(picture.astype(numpy.int16) - reference)
    return int((distance.max(axis=2) > EXACT).sum()), float(distance.mean())


def is_drawn_alike(picture, reference):
    pixels, mean = difference(picture, reference)
    return pixels <= MAX_PIXELS and mean <= MAX_MEAN


class GlSceneTests:
    """Beside BridgeTest."""

    guest = "gl_guest"
    heads = {0: (640, 360)}
    bridge_options = ("--gl",)
    append = "cockpit.scene=shapes cockpit.motion=none"

    def picture_of_frame(self, number):
        """The guest's picture of that number, which is ahead of the present one."""
        shown = int(self.vm.serial.ask("frame", r"frame (\d+) -")[1])
        if number > shown:
            self.vm.step(number - shown)

        taken = []

        def is_taken():
            taken[:] = [self.guest_picture(0)]
            return (taken[0] is not None and
                    frame_number.read(Image.fromarray(taken[0])) == number)

        wait_until(is_taken, f"frame {number} is captured")
        return taken[0]

    def expect_drawn_alike(self, number):
        picture = self.picture_of_frame(number)
        reference = picture_from_file(source_path(f"tests/reference/gl_shapes_{number}.png"))
        if not is_drawn_alike(picture, reference):
            save_picture(picture, os.path.join(self.results, f"gl_shapes_{number}.png"))
        pixels, mean = difference(picture, reference)
        self.assertLessEqual(pixels, MAX_PIXELS, f"of frame {number}; see {self.results}")
        self.assertLessEqual(mean, MAX_MEAN, f"of frame {number}; see {self.results}")
        return picture, reference

    def test_1_the_guest_draws_by_virgl(self):
        renderer = self.vm.serial.wait_for("gl renderer (.*)", 0)[1]
        self.assertRegex(renderer, "^virgl ")

    def test_2_a_scene_is_drawn_as_by_the_reference(self):
        picture, reference = self.expect_drawn_alike(42)
        for axis in (0, 1):
            moved = numpy.roll(without_frame_number(picture), 1, axis)
            pixels, _ = difference(moved, without_frame_number(reference))
            self.assertGreater(pixels, 50 * MAX_PIXELS, "a scene moved by one pixel passes")

    def test_3_and_so_it_is_later(self):
        self.expect_drawn_alike(137)



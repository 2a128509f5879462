# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of frame numbers against the description in tests/guest/README.md."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "guest"))
import frame_number  # noqa: E402

try:
    from PIL import Image
except ImportError:
    Image = None

LIGHT, DARK = (0xC8, 0xD2, 0xDC), (0x10, 0x16, 0x1E)


def picture(cells, width=200, height=100):
    image = Image.new("RGB", (width, height), (40, 60, 80))
    for i in range(32):
        x, y = i % 8 * 8, i // 8 * 8
        image.paste(LIGHT if cells >> (31 - i) & 1 else DARK, (x, y, x + 8, y + 8))
    return image


class FrameNumber(unittest.TestCase):
    def test_the_cells_are_those_of_the_description(self):
        for number, cells in ((0, 0xFF), (1, 0x1F8), (1234567, 0x12D687D3), (0xFFFFFF, 0xFFFFFFF0)):
            self.assertEqual(frame_number.cells(number), cells)

    @unittest.skipUnless(Image, "needs PIL")
    def test_a_number_is_read_back(self):
        for number in (0, 1, 1234567, 0xFFFFFF):
            self.assertEqual(frame_number.read(picture(frame_number.cells(number))), number)

    @unittest.skipUnless(Image, "needs PIL")
    def test_one_wrong_cell_is_no_number(self):
        for cell in range(32):
            self.assertIsNone(frame_number.read(picture(frame_number.cells(77) ^ 1 << cell)))

    @unittest.skipUnless(Image, "needs PIL")
    def test_pictures_of_something_else_are_no_number(self):
        for colour in ((0, 0, 0), (255, 255, 255), (112, 112, 112)):
            self.assertIsNone(frame_number.read(Image.new("RGB", (200, 100), colour)))
        self.assertIsNone(frame_number.read(Image.new("RGB", (63, 100))))


if __name__ == "__main__":
    unittest.main()

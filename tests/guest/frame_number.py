#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the demo guest's frame number from a picture of one of its heads.

    import frame_number
    frame_number.read(Image.open("head0.png"))    a number, or None

    frame_number.py head0.png                     prints it

README.md describes the blocks. A picture that was scaled is read too when its
scale is given: a browser's canvas at half size is scale 0.5.
"""

import sys

CELL = 8
COLUMNS = 8
ROWS = 4
MIDDLE = 112  # of 0..255: between the dark cells' 22 and the light ones' 208


def checksum(number):
    """CRC-8 (polynomial 0x07, no reflection) of the 24 bits, inverted."""
    crc = 0
    for bit in range(23, -1, -1):
        carry = (crc >> 7) ^ (number >> bit & 1)
        crc = (crc << 1 & 0xFF) ^ (0x07 if carry else 0)
    return crc ^ 0xFF


def cells(number):
    """The 32 cells as a number, the first cell in the highest bit."""
    return number << 8 | checksum(number)


def read(image, scale=1.0):
    """The frame number in the top left corner of a PIL image, or None where there is none."""
    if image.width < COLUMNS * CELL * scale or image.height < ROWS * CELL * scale:
        return None
    corner = image.crop((0, 0, round(COLUMNS * CELL * scale), round(ROWS * CELL * scale)))
    corner = corner.convert("L")
    bits = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            # The middle of a cell is what a codec spoils last.
            left, top = round((column * CELL + 2) * scale), round((row * CELL + 2) * scale)
            size = max(1, round((CELL - 4) * scale))
            block = corner.crop((left, top, left + size, top + size))
            pixels = block.tobytes()
            bits = bits << 1 | (sum(pixels) > MIDDLE * len(pixels))
    number = bits >> 8
    return number if cells(number) == bits else None


def main():
    from PIL import Image

    if len(sys.argv) != 2:
        print("usage: frame_number.py PICTURE", file=sys.stderr)
        return 2
    number = read(Image.open(sys.argv[1]))
    if number is None:
        print(f"frame_number: no frame number in {sys.argv[1]}", file=sys.stderr)
        return 1
    print(number)
    return 0


if __name__ == "__main__":
    sys.exit(main())

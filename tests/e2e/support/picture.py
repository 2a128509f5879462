# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as arrays of height x width x RGB, and comparing them exactly."""

import io
import os

import numpy
from PIL import Image

from .waiting import PATIENCE_S, TimedOut, wait_until


def picture_from_bytes(data):
    """From PNG or PPM."""
    with Image.open(io.BytesIO(data)) as image:
        return numpy.asarray(image.convert("RGB"))


def picture_from_file(path):
    with open(path, "rb") as file:
        return picture_from_bytes(file.read())


def save_picture(picture, path):
    Image.fromarray(numpy.ascontiguousarray(picture)).save(path)


def without_frame_number(picture):
    """A copy without the blocks that count the guest's frames (tests/guest/README.md)."""
    copy = picture.copy()
    copy[:32, :64] = 0
    return copy


def is_same(a, b):
    return a is not None and b is not None and a.shape == b.shape and bool((a == b).all())


def is_close(a, b, tolerance):
    """Whether no channel of any pixel differs by more."""
    return (a is not None and b is not None and a.shape == b.shape and
            numpy.abs(a.astype(numpy.int16) - b).max() <= tolerance)


def describe_difference(shown, expected):
    if shown is None:
        return "there is no picture"
    if shown.shape != expected.shape:
        return f"it is {shown.shape[1]}x{shown.shape[0]}, not {expected.shape[1]}x{expected.shape[0]}"
    rows, columns = (shown != expected).any(axis=2).nonzero()
    if not rows.size:
        return "they are the same"
    return (f"{rows.size} pixels differ, within x {columns.min()}..{columns.max()}, "
            f"y {rows.min()}..{rows.max()}")


def wait_until_same(show, expect, what, results, timeout=PATIENCE_S):
    """Waits until `show()` and `expect()` return the same picture, and returns it.

    `show` may return None while there is none. Leaves both in `results` when
    they stay different; `what` names them.
    """
    pair = [None, None]

    def same():
        pair[:] = show(), expect()
        return is_same(*pair)

    try:
        wait_until(same, "", timeout)
    except TimedOut:
        name = "".join(c if c.isalnum() else "-" for c in what)
        for picture, kind in zip(pair, ("shown", "expected")):
            if picture is not None:
                save_picture(picture, os.path.join(results, f"{name}-{kind}.png"))
        raise TimedOut(f"{what} is not the guest's picture: {describe_difference(*pair)}; "
                       f"see {results}/{name}-*.png") from None
    return pair[0]

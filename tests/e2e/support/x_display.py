# SPDX-License-Identifier: GPL-3.0-or-later
"""An X display in memory, and the keyboard and pointer before it."""

import os
import re
import struct
import subprocess

import numpy

from .program import Program
from .waiting import PATIENCE_S, wait_until

# The fields of an XWD header: 32 bits each, in the file's byte order.
_XWD_FIELDS = 25
_HEADER_SIZE, _WIDTH, _HEIGHT, _BYTES_PER_LINE, _COLOURS = 0, 4, 5, 12, 19
_COLOUR_BYTES = 12


class XDisplay:
    """An X server. It draws no pointer unless asked, for pictures on its screen are compared.

    It has no window manager, so windows are where they put themselves.
    """

    def __init__(self, folder, results, width, height, name="xvfb", draws_pointer=False):
        self._folder = os.path.join(folder, name)
        os.makedirs(self._folder, exist_ok=True)
        # It says which display number was free.
        number, said = os.pipe()
        try:
            self._program = Program(
                name, ["Xvfb", "-displayfd", said, "-screen", "0", f"{width}x{height}x24",
                       "-fbdir", self._folder, "-noreset", "-nolisten", "tcp",
                       *([] if draws_pointer else ["-nocursor"])],
                results, pass_fds=(said,))
        finally:
            os.close(said)
        with os.fdopen(number) as numbers:
            line = numbers.readline()
        if not line:
            raise AssertionError(f"Xvfb ended with status {self._program.wait_for_end()}")
        self.env = {"DISPLAY": f":{line.strip()}", "HOME": self._folder}

    def stop(self):
        self._program.stop()

    def set_monitors(self, *sizes):
        """Divides the screen into monitors of these sizes, from left to right."""
        left = 0
        for index, (width, height) in enumerate(sizes):
            # The size in millimetres is for 96 dots an inch. The one real output goes to the first.
            geometry = (f"{width}/{width * 254 // 960}x{height}/{height * 254 // 960}+{left}+0")
            subprocess.run(
                ["xrandr", "--setmonitor", f"monitor{index}", geometry,
                 "none" if index else "screen"],
                check=True, capture_output=True, env={**os.environ, **self.env})
            left += width

    def screenshot(self):
        """What is on the screen, straight from its memory."""
        with open(os.path.join(self._folder, "Xvfb_screen0"), "rb") as file:
            data = file.read()
        header = struct.unpack_from(f">{_XWD_FIELDS}I", data)
        start = header[_HEADER_SIZE] + header[_COLOURS] * _COLOUR_BYTES
        rows, stride = header[_HEIGHT], header[_BYTES_PER_LINE]
        pixels = numpy.frombuffer(data, numpy.uint8, rows * stride, start)
        # Little-endian xRGB.
        return pixels.reshape(rows, stride // 4, 4)[:, :header[_WIDTH], 2::-1]

    def find_window(self, title):
        """The place on the screen of the window whose title matches, as (x, y, width,
        height), or None."""
        found = self._run("search", "--onlyvisible", "--name", title)
        if found.returncode != 0 or not found.stdout.split():
            return None
        window = found.stdout.split()[-1].decode()
        geometry = self._run("getwindowgeometry", "--shell", window)
        if geometry.returncode != 0:
            return None
        values = dict(re.findall(r"(\w+)=(\d+)", geometry.stdout.decode()))
        return tuple(int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def wait_for_window(self, title, timeout=PATIENCE_S):
        return wait_until(lambda: self.find_window(title), f"a window has the title {title}",
                          timeout)

    def resize_window(self, title, width, height):
        """What a person does by dragging the window's corner."""
        self.do("search", "--onlyvisible", "--name", title, "windowsize", width, height)

    def focus(self, title):
        """Keys go to the window: what a window manager would do on a click."""
        self.do("search", "--onlyvisible", "--name", title, "windowfocus", "--sync")

    def do(self, *arguments):
        """Runs xdotool: "key", "a"; "mousemove", 10, 20; "click", 1."""
        result = self._run(*arguments)
        if result.returncode != 0:
            raise AssertionError(f"xdotool {arguments}: {result.stderr.decode()}")

    def _run(self, *arguments):
        return subprocess.run(["xdotool", *map(str, arguments)], capture_output=True,
                              env={**os.environ, **self.env}, timeout=PATIENCE_S)

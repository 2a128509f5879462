# SPDX-License-Identifier: GPL-3.0-or-later
"""People's viewers, each in a window on an X display."""

from .program import Program

# X's buttons.
LEFT, MIDDLE, RIGHT, WHEEL_UP, WHEEL_DOWN, SIDE, EXTRA = 1, 2, 3, 4, 5, 8, 9


class Viewer:
    """A viewer's program and its window. Positions are pixels of the window's picture."""

    def __init__(self, name, display, title, command, results, env=None):
        self._display = display
        self._title = title
        self.program = Program(name, command, results, {**display.env, **(env or {})})

    def stop(self):
        self.program.kill()

    @property
    def is_running(self):
        return self.program.is_running

    def picture(self):
        """What its window shows, or None while it has none."""
        place = self._display.find_window(self._title)
        if not place:
            return None
        x, y, width, height = place
        return self._display.screenshot()[y:y + height, x:x + width]

    def take_keyboard(self):
        self._display.wait_for_window(self._title)
        self._display.focus(self._title)

    def resize(self, width, height):
        self._display.resize_window(self._title, width, height)

    def press(self, *keys):
        """Presses and releases each: X's names, joined by + for chords."""
        self._display.do("key", "--delay", 0, *keys)

    def press_code(self, code):
        """Presses and releases the key that has this code in Linux."""
        # X's are 8 more; three digits are no key's name.
        self._display.do("key", "--delay", 0, f"{code + 8:03}")

    def hold(self, key):
        self._display.do("keydown", key)

    def release(self, key):
        self._display.do("keyup", key)

    def point(self, x, y):
        left, top, _, _ = self._display.wait_for_window(self._title)
        self._display.do("mousemove", left + x, top + y)

    def click(self, button):
        self._display.do("click", button)


class VncViewer(Viewer):
    """TigerVNC, in true colour and without JPEG: exact, whatever it thinks of the network."""

    def __init__(self, display, port, password, results, name="vnc-viewer", options=()):
        super().__init__(
            name, display, "TigerVNC",
            ["xtigervncviewer", "-FullColor", "-AutoSelect=0", "-NoJPEG", "-Shared",
             "-RemoteResize=0", "-MenuKey=", "-AlertOnFatalError=0", "-ReconnectOnError=0",
             *options, f"127.0.0.1::{port}"],
            results, {"VNC_PASSWORD": password})


class RdpViewer(Viewer):
    """FreeRDP's, in a window as large as the desktop that it asks for."""

    def __init__(self, display, port, password, results, size=(1920, 1080), name="rdp-viewer",
                 options=()):
        super().__init__(
            name, display, "FreeRDP",
            ["xfreerdp3", f"/v:127.0.0.1:{port}", "/u:dev", f"/p:{password}", "/cert:ignore",
             f"/size:{size[0]}x{size[1]}", "-decorations", "-grab-keyboard", "-grab-mouse",
             # With a clipboard it mounts a file system, which outlives it when it is killed.
             "-clipboard", *options],
            results)

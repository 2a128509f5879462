# SPDX-License-Identifier: GPL-3.0-or-later
"""What every viewer must do, whatever it speaks."""

from .picture import is_close
from .viewers import LEFT, MIDDLE, RIGHT, WHEEL_DOWN, WHEEL_UP
from .waiting import wait_until

# What blending may do to a pixel; the pointer itself differs by much more from what is below.
SOFT_EDGE = 40

# Linux's codes: letters, both sides of the modifiers, and the keys that share their first
# scancode with others.
KEYS = {
    "KEY_A": 30, "KEY_Z": 44, "KEY_1": 2, "KEY_SPACE": 57, "KEY_ENTER": 28, "KEY_ESC": 1,
    "KEY_BACKSPACE": 14, "KEY_TAB": 15, "KEY_F1": 59, "KEY_F12": 88, "KEY_LEFTCTRL": 29,
    "KEY_RIGHTCTRL": 97, "KEY_LEFTSHIFT": 42, "KEY_RIGHTSHIFT": 54, "KEY_LEFTALT": 56,
    "KEY_RIGHTALT": 100, "KEY_LEFTMETA": 125, "KEY_UP": 103, "KEY_DOWN": 108, "KEY_LEFT": 105,
    "KEY_RIGHT": 106, "KEY_HOME": 102, "KEY_END": 107, "KEY_PAGEUP": 104, "KEY_PAGEDOWN": 109,
    "KEY_INSERT": 110, "KEY_DELETE": 111, "KEY_KPENTER": 96, "KEY_KPSLASH": 98, "KEY_KP5": 76,
    "KEY_KPPLUS": 78, "KEY_102ND": 86, "KEY_COMPOSE": 127, "KEY_PAUSE": 119, "KEY_SYSRQ": 99,
}


def key_lines(*keys):
    """What the guest says when each of these keys is pressed and let go."""
    return [line for key in keys for line in (f"key {key} 1", f"key {key} 0")]


class DrivingTests:
    """Needs open_viewer(draws_pointer=False), which opens a viewer of head 0."""

    BUTTONS = {LEFT: "BTN_LEFT", MIDDLE: "BTN_MIDDLE", RIGHT: "BTN_RIGHT"}

    def open_driving_viewer(self):
        viewer = self.open_viewer()
        self.expect_same(viewer.picture, 0, "the viewer's picture")
        self.click_into(viewer)
        return viewer

    def click_into(self, viewer, position=(4, 600)):
        """Makes the viewer's window the active one, as people do: by a click into it, here
        where the guest has no button."""
        mark = self.vm.serial.mark()
        viewer.take_keyboard()
        viewer.point(*position)
        viewer.click(LEFT)
        self.vm.serial.wait_for_done(["button BTN_LEFT 1", "button BTN_LEFT 0"], mark)

    def test_the_picture_follows_the_guest(self):
        viewer = self.open_driving_viewer()
        self.vm.toggle_pixel(0, 0, 1079)
        self.expect_same(viewer.picture, 0, "one pixel later")
        self.vm.resume()
        self.vm.freeze()
        self.expect_same(viewer.picture, 0, "some frames later")

    def test_every_key_reaches_the_guest_once(self):
        viewer = self.open_driving_viewer()
        mark = self.vm.serial.mark()
        expected = []
        # One at a time: the guest's kernel drops keys that come faster than its programs read.
        for key, code in KEYS.items():
            viewer.press_code(code)
            expected += key_lines(key)
            self.vm.serial.wait_for_done(expected, mark)

    def test_a_chord_reaches_the_guest_in_the_order_of_its_keys(self):
        viewer = self.open_driving_viewer()
        mark = self.vm.serial.mark()
        viewer.press("Control_L+Alt_L+t")
        self.vm.serial.wait_for_done(
            [f"key {key} {value}" for value in (1, 0)
             for key in ("KEY_LEFTCTRL", "KEY_LEFTALT", "KEY_T")], mark)

    def test_the_pointer_reaches_every_corner_exactly(self):
        viewer = self.open_driving_viewer()
        for x, y in ((960, 540), (0, 0), (1919, 0), (1919, 1079), (0, 1079), (123, 456)):
            mark = self.vm.serial.mark()
            viewer.point(x, y)
            self.vm.serial.wait_for(f"pointer 0 {x} {y}", mark)

    def test_the_guest_s_pointer_is_the_viewer_s(self):
        viewer = self.open_viewer(draws_pointer=True)
        self.click_into(viewer)
        mark = self.vm.serial.mark()
        viewer.point(500, 1000)
        self.vm.serial.wait_for("pointer 0 500 1000", mark)
        # X clients blend the pointer's soft edges in ways of their own.
        wait_until(lambda: is_close(viewer.picture(), self.gateway.capture(0, "--cursor"),
                                    SOFT_EDGE),
                   "the viewer shows the guest's pointer, where the capture has it")
        self.assertFalse(is_close(viewer.picture(), self.guest_picture(0), SOFT_EDGE))

    def test_buttons_and_the_wheel_reach_the_guest(self):
        viewer = self.open_driving_viewer()
        mark = self.vm.serial.mark()
        expected = []
        for button, name in self.BUTTONS.items():
            viewer.click(button)
            expected += [f"button {name} 1", f"button {name} 0"]
            self.vm.serial.wait_for_done(expected, mark)
        for button, line in ((WHEEL_UP, "wheel 1"), (WHEEL_DOWN, "wheel -1")):
            viewer.click(button)
            expected.append(line)
            self.vm.serial.wait_for_done(expected, mark)

    def test_what_a_viewer_holds_is_let_go_when_it_leaves(self):
        viewer = self.open_driving_viewer()
        mark = self.vm.serial.mark()
        viewer.hold("Shift_L")
        self.vm.serial.wait_for_done(["key KEY_LEFTSHIFT 1"], mark)
        viewer.stop()
        self.vm.serial.wait_for_done(["key KEY_LEFTSHIFT 1", "key KEY_LEFTSHIFT 0"], mark)

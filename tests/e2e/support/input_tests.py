# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to the heads from the command line and with fingers, as the guest gets it."""

from .rdp_touch import RdpTouch
from .viewing import key_lines


class InputTests:
    """Needs a GuestTest."""

    def test_keys_from_the_command_line_reach_the_guest(self):
        mark = self.vm.serial.mark()
        self.gateway.do("key", "a", "ctrl+f12")
        self.vm.serial.wait_for_done(
            key_lines("KEY_A") + [f"key {key} {value}" for key, value in (
                ("KEY_LEFTCTRL", 1), ("KEY_F12", 1), ("KEY_F12", 0), ("KEY_LEFTCTRL", 0))], mark)

    def test_the_pointer_its_buttons_and_its_wheel_reach_the_head_that_they_are_for(self):
        for head, (width, height) in self.heads.items():
            with self.subTest(head=head):
                for x, y in ((width - 1, height - 1), (0, 0), (700, 470)):
                    mark = self.vm.serial.mark()
                    self.gateway.do("pointer", "--head", head, x, y)
                    self.vm.serial.wait_for(f"pointer {head} {x} {y}", mark)
                mark = self.vm.serial.mark()
                for more in (("--click", "left"), ("--wheel", 1), ("--click", "right"),
                             ("--wheel", -1)):
                    self.gateway.do("pointer", "--head", head, 700, 470, *more)
                self.vm.serial.wait_for_done(
                    ["button BTN_LEFT 1", "button BTN_LEFT 0", "wheel 1",
                     "button BTN_RIGHT 1", "button BTN_RIGHT 0", "wheel -1"], mark)

    def test_a_tap_from_the_command_line_reaches_the_guest_on_its_head(self):
        for head, (width, height) in self.heads.items():
            with self.subTest(head=head):
                x, y = width - 1, height - 1
                mark = self.vm.serial.mark()
                self.gateway.do("touch", "--head", head, "tap", x, y)
                self.vm.serial.wait_for_done(
                    [f"touch {head} slot 0 down {x} {y}", f"touch {head} slot 0 up"], mark)

    def test_ten_fingers_from_the_command_line_are_ten_contacts(self):
        mark = self.vm.serial.mark()
        fingers = [(contact, 100 + 150 * contact, 800) for contact in range(10)]
        for contact, x, y in fingers:
            self.gateway.do("touch", "--contact", contact, "down", x, y)
        for contact, _, _ in fingers:
            self.gateway.do("touch", "--contact", contact, "up")
        self.vm.serial.wait_for_done(
            [f"touch 0 slot {contact} down {x} {y}" for contact, x, y in fingers] +
            [f"touch 0 slot {contact} up" for contact, _, _ in fingers], mark)

    def test_two_fingers_move_over_rdp(self):
        client = self.keep(RdpTouch(self.gateway.rdp_port, self.access["password"], self.results))
        mark = self.vm.serial.mark()
        expected = []
        # Each is waited for, since a client merges what comes within one frame.
        for action, contact, x, y, line in (
                ("down", 0, 300, 900, "touch 0 slot 0 down 300 900"),
                ("down", 1, 900, 950, "touch 0 slot 1 down 900 950"),
                ("move", 0, 320, 910, "touch 0 slot 0 move 320 910"),
                ("up", 1, 900, 950, "touch 0 slot 1 up"),
                ("up", 0, 320, 910, "touch 0 slot 0 up")):
            client.do(action, contact, x, y)
            expected.append(line)
            self.vm.serial.wait_for_done(expected, mark)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Input devices of gpu-bridge's own, as the guest gets what `windscreen` does."""

import string

from support.case import BridgeTest

# As much as fits into a guest's own queue when it comes in one go (docs/facts.md).
LINE = string.ascii_lowercase


class Absolute(BridgeTest):
    bridge_listens = True
    input_devices = ("keyboard", "touch", "touch", "tablet", "tablet")

    def test_keys_are_typed(self):
        mark = self.vm.serial.mark()
        self.gateway.do("key", "ctrl+alt+f2")
        self.gateway.do("type", LINE)
        chord = ("LEFTCTRL", "LEFTALT", "F2")
        self.vm.serial.wait_for_done(
            [f"key KEY_{key} 1" for key in chord] + [f"key KEY_{key} 0" for key in chord[::-1]] +
            [f"key KEY_{letter.upper()} {value}" for letter in LINE for value in (1, 0)], mark)

    def test_each_head_s_tablet_hits_its_pixels(self):
        for head, (width, height) in self.heads.items():
            for x, y in ((0, 0), (1, 1), (width // 2, height // 2), (width - 1, height - 1)):
                with self.subTest(head=head, x=x, y=y):
                    mark = self.vm.serial.mark()
                    self.gateway.do("pointer", "--head", head, x, y)
                    self.vm.serial.wait_for(f"pointer {head} {x} {y}", mark)

    def test_buttons_are_pressed_where_the_pointer_is(self):
        for head in self.heads:
            mark = self.vm.serial.mark()
            for button in ("left", "middle", "right", "side", "extra"):
                self.gateway.do("pointer", "--head", head, 40, 50, "--click", button)
            self.gateway.do("pointer", "--head", head, 60, 50, "--wheel", 2)
            self.gateway.do("pointer", "--head", head, 60, 50, "--wheel", -1)
            self.vm.serial.wait_for("wheel -1", mark)
            self.assertEqual(self.vm.serial.since(mark)[0], f"pointer {head} 40 50")
            done = self.vm.serial.done_since(mark)
            self.assertEqual(done[:10], [
                f"button BTN_{button} {value}"
                for button in ("LEFT", "MIDDLE", "RIGHT", "SIDE", "EXTRA") for value in (1, 0)])
            # Notches that come together may be one report.
            self.assertEqual(sum(int(line.split()[1]) for line in done[10:]), 1)

    def test_ten_fingers_are_ten_contacts(self):
        for head in self.heads:
            mark = self.vm.serial.mark()
            fingers = [(contact, 100 + 150 * contact, 600) for contact in range(10)]
            for contact, x, y in fingers:
                self.gateway.do("touch", "--head", head, "--contact", contact, "down", x, y)
            for contact, _, _ in fingers:
                self.gateway.do("touch", "--head", head, "--contact", contact, "up")
            self.vm.serial.wait_for_done(
                [f"touch {head} slot {contact} down {x} {y}" for contact, x, y in fingers] +
                [f"touch {head} slot {contact} up" for contact, _, _ in fingers], mark)

    def test_a_swipe_ends_where_it_should(self):
        mark = self.vm.serial.mark()
        self.gateway.do("touch", "swipe", 100, 900, 1800, 200)
        self.vm.serial.wait_for("touch 0 slot 0 up", mark)
        done = self.vm.serial.done_since(mark)
        self.assertEqual(done[0], "touch 0 slot 0 down 100 900")
        self.assertEqual(done[-2:], ["touch 0 slot 0 move 1800 200", "touch 0 slot 0 up"])
        self.assertGreater(len(done), 5)

    def test_what_is_done_to_a_paused_guest_is_not_made_up_for(self):
        mark = self.vm.serial.mark()
        self.vm.qmp.execute("stop")
        self.gateway.do("key", "a")
        self.gateway.do("touch", "tap", 5, 5)
        self.vm.qmp.execute("cont")
        self.gateway.do("key", "b")
        self.vm.serial.wait_for_done(["key KEY_B 1", "key KEY_B 0"], mark)

    def test_a_guest_that_resets_is_driven_on_and_lets_go(self):
        mark = self.vm.serial.mark()
        self.addCleanup(self.gateway.do, "key", "--up", "shift")
        self.gateway.do("key", "--down", "shift")
        self.addCleanup(self.gateway.do, "touch", "--head", 1, "up")
        self.gateway.do("touch", "--head", 1, "down", 10, 10)
        self.vm.serial.wait_for("touch 1 slot 0 down 10 10", mark)
        mark = self.vm.reset()
        self.wait_for_guest(mark)
        self.vm.freeze()
        mark = self.vm.serial.mark()
        self.gateway.do("key", "--up", "shift")
        self.gateway.do("touch", "--head", 1, "up")
        self.gateway.do("key", "a")
        self.gateway.do("touch", "--head", 1, "tap", 7, 8)
        # The finger's end is not said: the cockpit started after its beginning.
        self.vm.serial.wait_for_done(
            ["key KEY_LEFTSHIFT 0", "key KEY_A 1", "key KEY_A 0", "touch 1 slot 0 down 7 8",
             "touch 1 slot 0 up"], mark)


class Relative(BridgeTest):
    input_devices = ("keyboard", "mouse", "mouse")

    def test_mice_move_by_steps(self):
        for head in self.heads:
            self.gateway.do("pointer", "--head", head, 100, 100)
            mark = self.vm.serial.mark()
            self.gateway.do("pointer", "--head", head, 110, 95, "--click", "left")
            self.vm.serial.wait_for_done(["button BTN_LEFT 1", "button BTN_LEFT 0"], mark)
            self.assertEqual(self.vm.serial.since(mark)[0], f"motion {head} 10 -5")

# SPDX-License-Identifier: GPL-3.0-or-later
"""`windscreen wait`, `console` and `run` on a real guest, whose serial line the gateway has."""

import os
import xml.etree.ElementTree

from support.case import GuestTest
from support.gateway import Gateway

# The frame number changes with every picture, whatever is on it.
IGNORE_NUMBER = "--ignore 0,0,64x32"

# Where the cluster's speedometer is.
DIAL = "--area dial=200,100,620x560"


class Scenario(GuestTest):
    @classmethod
    def open_gateway(cls):
        # It serves one client, and from here on that is the gateway.
        cls.wait_for_ready()
        cls.vm.freeze()
        cls.vm.serial.close()
        cls.gateway_lines = (f"serial=unix:{os.path.join(cls.folder, 'serial')}",)
        return Gateway(cls.folder, cls.results, cls.vm.attach, cls.gateway_lines)

    @classmethod
    def wait_for_ready(cls):
        cls.vm.wait_until_ready()

    @classmethod
    def wait_for_guest(cls, since=0):
        cls.gateway.wait_for_heads()
        cls.vm.serial = None

    def setUp(self):
        self.say("freeze", "^frozen")
        self.report = os.path.join(self.results, self._testMethodName)

    def say(self, command, answer):
        self.gateway.do("console", "--send", command, "--expect", answer)

    def run_scenario(self, steps, expected_status=0):
        """Runs it, and returns JUnit's account of the steps."""
        path = os.path.join(self.folder, "test.scenario")
        with open(path, "w") as file:
            file.write(steps)
        result = self.gateway.cli("run", "--report", self.report, path, timeout=120)
        self.assertEqual(result.returncode, expected_status, result.stdout + result.stderr)
        return xml.etree.ElementTree.parse(os.path.join(self.report, "junit.xml")).getroot()[0]

    def save_reference(self, head):
        self.gateway.do("capture", "--head", head, os.path.join(self.folder, f"head{head}.png"))

    def test_a_guest_is_waited_for_driven_and_compared(self):
        self.save_reference(0)
        self.save_reference(1)
        suite = self.run_scenario(f"""
            wait --head 1 --size 1920x720
            wait --shown
            console --send freeze --expect "^frozen"
            wait --still 300ms
            capture home
            expect --head 0 {IGNORE_NUMBER} head0.png
            expect --head 1 {IGNORE_NUMBER} head1.png
            key b
            console --all --expect "^key KEY_B 0"
            wait --still 300ms
            touch pinch 900 500 100 300 --duration 100
            console --all --expect "^touch 0 slot 1 up"
            touch swipe 900 500 700 500 --duration 100
            pointer --head 1 960 300 --click left
            console --all --expect "^button BTN_LEFT 0"
            pause 10ms
            power pause
            power resume
            """)
        self.assertEqual(suite.get("failures"), "0")
        self.assertEqual(suite.get("tests"), "18")
        self.assertTrue(os.path.getsize(os.path.join(self.report, "home.png")))

    def test_one_wrong_pixel_is_found_and_shown(self):
        self.save_reference(0)
        self.say("pixel 0 1000 400 ff0000", "^done pixel")
        self.addCleanup(self.say, "pixel 0 1000 400", "^done pixel")
        suite = self.run_scenario(
            f"expect --area map=900,300,200x200 --timeout 1s head0.png\nkey a\n", 1)
        self.assertEqual(suite.get("failures"), "1")
        self.assertEqual(suite.get("skipped"), "1")
        message = suite[0].find("failure").get("message")
        self.assertIn("map: 1 of 40000 pixels are off, in 1000,400,1x1", message)
        with open(os.path.join(self.report, "report.html")) as file:
            self.assertEqual(file.read().count('src="data:image/png;base64,'), 3)

    def test_a_needle_that_points_elsewhere_is_no_matter_of_taste(self):
        self.save_reference(1)
        steps = f"expect --head 1 --tolerance 0.3 {DIAL} {IGNORE_NUMBER} --timeout 1s head1.png\n"
        self.run_scenario(steps)
        self.say("needle 3", "^done needle")
        self.addCleanup(self.say, "needle -3", "^done needle")
        suite = self.run_scenario(steps, 1)
        self.assertIn("dial: ", suite[0].find("failure").get("message"))

    def test_a_guest_is_paused_and_reset(self):
        self.assertEqual(self.gateway.do("power", "status"), b"running\n")
        self.gateway.do("power", "pause")
        self.assertEqual(self.gateway.do("power", "status"), b"paused\n")
        self.gateway.do("power", "resume")
        self.gateway.do("power", "reset")
        self.gateway.do("console", "--expect", "^cockpit ready", "--timeout", "120s")
        self.gateway.do("wait", "--size", "1920x1080", "--timeout", "60s")

    def test_a_moving_guest_is_not_still_but_where_it_is_looked_at(self):
        self.say("resume", "^done resume")
        result = self.gateway.cli("wait", "--head", 1, "--still", "500ms", "--timeout", "1500ms")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.gateway.do("wait", "--head", 1, "--change", "--timeout", "5s")
        self.say("freeze", "^frozen")
        self.gateway.do("wait", "--head", 1, "--still", "500ms")

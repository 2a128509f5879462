# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios (docs/testing-guests.md) on a stage's guest."""

import os
import xml.etree.ElementTree

# The frame number changes with every picture, whatever is on it.
IGNORE_NUMBER = "--ignore 0,0,64x32"

# Where the cluster's speedometer is.
DIAL = "--area dial=200,100,620x560"

EVERY_KIND_OF_STEP = f"""
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
    """


class ScenarioStage:
    """For a GuestTest: the gateway has the guest's serial line, which serves one client."""

    @classmethod
    def open_gateway(cls):
        cls.vm.wait_until_ready()
        cls.vm.freeze()
        cls.vm.serial.close()
        cls.gateway_lines = (
            *cls.gateway_lines, f"serial=unix:{os.path.join(cls.folder, 'serial')}")
        return super().open_gateway()

    @classmethod
    def wait_for_guest(cls, since=0):
        cls.gateway.wait_for_heads(timeout=120)
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
        result = self.gateway.cli("run", "--report", self.report, path, timeout=180)
        self.assertEqual(result.returncode, expected_status, result.stdout + result.stderr)
        return xml.etree.ElementTree.parse(os.path.join(self.report, "junit.xml")).getroot()[0]

    def save_reference(self, head):
        self.gateway.do("capture", "--head", head, os.path.join(self.folder, f"head{head}.png"))

    def expect_every_kind_of_step_to_work(self):
        self.save_reference(0)
        self.save_reference(1)
        suite = self.run_scenario(EVERY_KIND_OF_STEP)
        self.assertEqual(suite.get("failures"), "0")
        self.assertEqual(suite.get("tests"), str(len(EVERY_KIND_OF_STEP.split("\n")) - 2))
        self.assertTrue(os.path.getsize(os.path.join(self.report, "home.png")))

# SPDX-License-Identifier: GPL-3.0-or-later
"""`windscreen wait`, `console`, `run` and `look` on a real guest, whose serial line the gateway has."""

import json
import os

from support.case import GuestTest
from support.scenario import DIAL, IGNORE_NUMBER, ScenarioStage


class Scenario(ScenarioStage, GuestTest):
    def test_a_guest_is_waited_for_driven_and_compared(self):
        self.expect_every_kind_of_step_to_work()

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

    def check_look(self, folder, expected_status, renderer="2d"):
        """Returns the verdicts on the steps, and that on the whole."""
        result = self.gateway.cli("--renderer", renderer, "look", "check", "--report", self.report,
                                  folder, timeout=180)
        self.assertEqual(result.returncode, expected_status, result.stdout + result.stderr)
        with open(os.path.join(self.report, "look.json")) as file:
            look = json.load(file)
        return [step["verdict"] for step in look["steps"]], look["verdict"]

    def test_a_guest_looks_the_same_until_something_is_elsewhere(self):
        folder = os.path.join(self.folder, "look")
        path = os.path.join(self.folder, "look.scenario")
        with open(path, "w") as file:
            file.write(f"""
                wait --still 300ms
                capture {IGNORE_NUMBER} map
                capture --head 1 {IGNORE_NUMBER} {DIAL} --cross-tolerance 1 cluster
                """)
        self.gateway.do("--renderer", "2d", "look", "save", folder, path)
        self.assertEqual(self.check_look(folder, 0), (["same", "same"], "same"))
        self.say("needle 3", "^done needle")
        self.addCleanup(self.say, "needle -3", "^done needle")
        self.assertEqual(self.check_look(folder, 1), (["same", "different"], "different"))
        self.assertEqual(self.check_look(folder, 0, "virgl-gpu"),
                         (["same", "renderer differs only"], "renderer differs only"))

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

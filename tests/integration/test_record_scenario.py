# SPDX-License-Identifier: GPL-3.0-or-later
"""`windscreen record-scenario`: what is done to a guest is written down, and can be done again."""

import os
import signal
import subprocess
import time
import unittest

from fake_guest_gateway import PATIENCE_S, Gateway


class RecordScenario(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # A part of its screens is a film's poster, and nothing moves.
        cls.gateway = Gateway("--film", "64x64+100+100")
        cls.addClassCleanup(cls.gateway.close)
        cls.cli("wait", "--shown")
        cls.cli("wait", "--head", "1", "--shown")

    @classmethod
    def command(cls, *words):
        control = os.path.join(cls.gateway.folder, "control")
        return [os.environ["CLI"], "--control", control, *words]

    @classmethod
    def cli(cls, *words, status=0):
        result = subprocess.run(cls.command(*words), capture_output=True, text=True,
                                timeout=3 * PATIENCE_S)
        assert result.returncode == status, (words, result)
        return result

    def setUp(self):
        self.path = os.path.join(self.gateway.folder, self._testMethodName + ".scenario")

    def record(self):
        recorder = subprocess.Popen(
            self.command("record-scenario", "--quiet", "300ms", self.path),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(recorder.stdout.close)
        self.addCleanup(recorder.stderr.close)
        self.addCleanup(recorder.wait)
        self.addCleanup(recorder.kill)
        self.assertIn("passwords too", recorder.stderr.readline())
        return recorder

    def wait_for(self, text, count):
        """Until the scenario has that so often."""
        deadline = time.monotonic() + PATIENCE_S
        while (written := self.read()).count(text) < count:
            self.assertLess(time.monotonic(), deadline, written)
            time.sleep(0.02)

    def read(self):
        with open(self.path) as file:
            return file.read()

    def stop(self, recorder):
        recorder.send_signal(signal.SIGINT)
        self.assertEqual(recorder.wait(PATIENCE_S), 0, recorder.stderr.read())

    def test_what_was_done_can_be_done_again(self):
        recorder = self.record()
        self.cli("type", "Hi,you")
        self.cli("key", "ctrl+c")
        self.wait_for("expect", 4)
        self.cli("pointer", "10", "20", "--click", "left")
        self.cli("touch", "tap", "30", "40")
        self.stop(recorder)
        name = os.path.basename(self.path).removesuffix(".scenario")
        self.assertEqual(self.read(), f"""\
# Written down by windscreen record-scenario.
wait --head 0 --size 1280x720
wait --head 1 --size 1280x720
expect --head 0 "{name}-0-head0.png"
expect --head 1 "{name}-0-head1.png"
type "Hi,you"
key ctrl+c
expect --head 0 "{name}-1-head0.png"
expect --head 1 "{name}-1-head1.png"
pointer --head 0 10 20 --click left
touch --head 0 tap 30 40
expect --head 0 "{name}-2-head0.png"
expect --head 1 "{name}-2-head1.png"
""")
        report = os.path.join(self.gateway.folder, "report")
        self.cli("run", "--report", report, self.path)

    def test_what_moves_has_no_picture(self):
        # The space bar begins the film on both heads.
        self.cli("key", "spc")
        self.cli("wait", "--change", "--timeout", "5s")
        recorder = self.record()
        self.assertIn("# Head 0 did not come to rest here.", self.read())
        self.cli("key", "spc")
        self.wait_for("expect --head 1", 1)
        self.stop(recorder)

    def test_a_scenario_that_is_there_is_kept(self):
        with open(self.path, "w") as file:
            file.write("key a\n")
        result = self.cli("record-scenario", self.path, status=3)
        self.assertIn("is there already", result.stderr)
        self.assertEqual(self.read(), "key a\n")

    def test_wrong_words_are_refused(self):
        self.cli("record-scenario", status=2)
        self.cli("record-scenario", "--quiet", "0s", self.path, status=2)
        self.cli("record-scenario", "--ignore", "1,2", self.path, status=2)
        self.cli("record-scenario", "/no/such/folder/x", status=3)


if __name__ == "__main__":
    unittest.main()

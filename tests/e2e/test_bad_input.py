# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong gets one clear line that names it, and nothing else stops."""

import os
import socket
import subprocess

from support.case import GuestTest, StageTest
from support.gateway import Gateway
from support.settings import setting
from support.waiting import PATIENCE_S, wait_until


class WrongStart(StageTest):
    """A gateway that cannot do what it was told ends, and says why."""

    def run_gateway(self, *options):
        result = subprocess.run([setting("WINDSCREEN_GATEWAY"), *options], capture_output=True,
                                stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE_S)
        return result.returncode, result.stderr

    def test_an_unknown_key_in_the_configuration_is_named(self):
        path = os.path.join(self.folder, "wrong.conf")
        with open(path, "w") as config:
            config.write("[gateway]\nattach=qmp:/nowhere\nspeed=9\n")
        self.assertEqual(self.run_gateway("--config", path),
                         (2, f"windscreen-gateway: {path} line 3: unknown key 'speed' in [gateway]\n"))

    def test_an_attach_that_is_no_address_is_named(self):
        status, said = self.run_gateway("--attach", "nowhere")
        self.assertEqual(status, 2)
        self.assertRegex(said, r"^windscreen-gateway: attach 'nowhere' .*\n$")

    def test_a_port_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for protocol in ("rdp", "vnc", "web"):
                with self.subTest(protocol=protocol):
                    status, said = self.run_gateway(
                        "--attach", "qmp:/nowhere", f"--{protocol}", address,
                        "--state", os.path.join(self.folder, "state"),
                        "--control", os.path.join(self.folder, "control"))
                    self.assertEqual(status, 3)
                    self.assertRegex(said, f"cannot listen on {address}.*in use")


class WrongGuest(StageTest):
    """A gateway whose guest cannot be reached serves its viewers the reason."""

    def test_an_attach_path_where_nothing_listens_is_named(self):
        gateway = self.keep(Gateway(self.folder, self.results, "qmp:/nowhere/qmp"))
        gateway.start()
        gateway.wait_for_log("Waiting for QEMU at /nowhere/qmp: no such file")
        status = gateway.status()
        self.assertFalse(status["guest"]["attached"])
        self.assertIn("/nowhere/qmp", status["guest"]["reason"])
        result = gateway.cli("capture", "-")
        self.assertEqual((result.returncode, result.stdout), (3, b""))
        self.assertRegex(result.stderr.decode(), "^windscreen: .*/nowhere/qmp.*\n$")


class WrongRequest(GuestTest):
    def expect_refusal(self, said, *arguments):
        result = self.gateway.cli(*arguments)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertRegex(result.stderr.decode(), f"^windscreen: .*{said}.*\n$")

    def test_a_monitor_that_another_program_holds_is_named_and_keeps_working(self):
        # Ours: the test's own connection holds it.
        path = os.path.join(self.folder, "test.qmp")
        gateway = self.keep(Gateway(self.folder, self.results, f"qmp:{path}", name="second"))
        gateway.start()
        gateway.wait_for_log(f"Waiting for QEMU at {path}: .*another client .*holds this monitor")
        self.assertEqual(self.vm.qmp.execute("query-status")["status"], "running")
        self.assertTrue(self.gateway.shows(0))

    def test_a_key_that_does_not_exist_is_named(self):
        self.expect_refusal( "nonsense", "key", "nonsense")

    def test_a_position_outside_the_screen_is_refused(self):
        self.expect_refusal( "1920", "pointer", 1920, 0)
        self.expect_refusal( "720", "touch", "--head", 1, "tap", 0, 720)

    def test_a_character_that_the_layout_lacks_is_named_and_nothing_is_typed(self):
        mark = self.vm.serial.mark()
        self.expect_refusal( "ä", "type", "abä")
        self.gateway.do("type", "c")
        self.vm.serial.wait_for("key KEY_C 0", mark)
        self.assertEqual(self.vm.serial.done_since(mark), ["key KEY_C 1", "key KEY_C 0"])

    def test_a_wrong_password_for_the_page_is_refused(self):
        path = os.path.join(self.folder, "password")
        with open(path, "w") as file:
            file.write("wrong\n")
        result = subprocess.run(
            [setting("WINDSCREEN_CLI"), "--url", self.gateway.url, "--password-file", path,
             "status"], capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertRegex(result.stderr, "^windscreen: .*password.*\n$")

    def test_a_connection_that_speaks_nothing_known_is_closed_and_the_others_stay(self):
        for port in (self.gateway.rdp_port, self.gateway.vnc_port, self.gateway.web_port):
            with self.subTest(port=port):
                with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as stranger:
                    stranger.sendall(b"\xff" * 4096)
                    wait_until(lambda: is_closed(stranger), "the gateway closes the connection")
        self.assertTrue(self.gateway.shows(0))


def is_closed(connection):
    """Reads whatever is there."""
    try:
        return connection.recv(65536) == b""
    except ConnectionError:
        return True

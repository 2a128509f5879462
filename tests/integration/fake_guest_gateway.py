# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway with a fake guest, for tests in Python."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile

PATIENCE_S = 20


class Answer:
    """Without the body, where it goes on until the client has enough."""

    def __init__(self, response, goes_on=False):
        self.status = response.status
        self.headers = response.headers
        is_endless = response.status == 101 or (goes_on and response.status == 200)
        self.body = b"" if is_endless else response.read()

    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(self._path)


class Gateway:
    """A gateway with a guest that is a fake, and everything that it can have."""

    def __init__(self, *guest_options):
        self.folder = tempfile.mkdtemp(prefix="openapi-")
        self.web_root = os.path.join(self.folder, "web")
        os.mkdir(self.web_root)
        for page in ("index.html", "login.html"):
            with open(os.path.join(self.web_root, page), "w") as file:
                file.write("<!DOCTYPE html><title>A page</title>")
        self.serial = socket.socket(socket.AF_UNIX)
        self.serial.bind(self._path("serial"))
        self.serial.listen()
        self._guest = self._start(
            os.environ["FAKE_GUEST"], "--path", self._path("qmp"), "--qmp", *guest_options)
        self._gateway = self._start(
            os.environ["GATEWAY"], "--attach", "qmp:" + self._path("qmp"), "--serial",
            "unix:" + self._path("serial"), "--control", self._path("control"), "--state",
            self._path("state"), "--web", "127.0.0.1:0", "--web-root", self.web_root, "--vnc",
            "127.0.0.1:0", "--rdp", "127.0.0.1:0", "--log-level", "error")
        self.line, _ = self.serial.accept()
        self.status = self.program("GET", "/api/v1/status").json()
        self.address = self.status["listeners"]["web"]

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _start(self, *words):
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "READY\n", words
        return process

    def close(self):
        self.line.close()
        self.serial.close()
        for process in (self._gateway, self._guest):
            process.terminate()
            process.wait(PATIENCE_S)
            process.stdout.close()
        shutil.rmtree(self.folder)

    def program(self, method, path, body=None, headers=None, goes_on=False):
        """Asks on the control socket."""
        connection = UnixConnection(self._path("control"))
        return self._ask(connection, method, path, body, headers, goes_on)

    def browser(self, method, path, body=None, headers=None):
        """Asks on the web listener."""
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        return self._ask(connection, method, path, body, headers)

    def _ask(self, connection, method, path, body, headers, goes_on=False):
        headers = dict(headers or {})
        if isinstance(body, dict):
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        try:
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse(), goes_on)
        finally:
            connection.close()

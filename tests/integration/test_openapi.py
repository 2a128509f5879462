# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/openapi.yaml against the gateway: each has what the other has. All examples in it are asked,
and all answers are as it says."""

import base64
import json
import os
import re
import socket
import unittest
import urllib.parse

import jsonschema
import yaml

from fake_guest_gateway import PATIENCE_S, Gateway

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
METHODS = ("get", "post", "put", "patch", "delete")

# The macros of web_routes.c, and what is asked by them.
MACROS = {"GET": "get", "POST": "post", "POST_PICTURE": "post", "WEBSOCKET": "get"}


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


def routes_of_the_server():
    table = read("gateway", "web", "web_routes.c").split("web_routes[] = {")[1].split("};")[0]
    routes = set()
    for line in filter(None, map(str.strip, table.splitlines())):
        page = re.match(r'PAGE\(WEB_(GET|POST), "([^"]+)"', line)
        other = re.match(r'([A-Z_]+)\("([^"]+)"', line)
        method, path = (page[1].lower(), page[2]) if page else (MACROS[other[1]], other[2])
        routes.add((method, path.replace("/N/", "/{head}/")))
    return routes


class Document:
    """What docs/openapi.yaml says."""

    def __init__(self):
        self.all = yaml.safe_load(read("docs", "openapi.yaml"))
        self._resolver = jsonschema.RefResolver("", self.all)

    def operations(self):
        for path, item in self.all["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    def resolved(self, thing):
        return self._resolver.resolve(thing["$ref"])[1] if "$ref" in thing else thing

    def check(self, value, schema, what):
        validator = jsonschema.Draft202012Validator(schema, resolver=self._resolver)
        for error in validator.iter_errors(value):
            raise AssertionError(f"{what}: {list(error.absolute_path)}: {error.message}")

    def members_of(self, operation):
        """The schema of a request's JSON body."""
        content = operation["requestBody"]["content"]["application/json"]
        return self.resolved(content["schema"])


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
}


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = Document()
        cls.gateway = Gateway()
        cls.addClassCleanup(cls.gateway.close)
        shown = cls.gateway.program("POST", "/api/v1/heads/0/wait", {"until": "shown"})
        assert shown.json()["met"]

    def check_answer(self, method, path, operation, answer):
        """It is one of those that the document has, and is as that says."""
        what = f"{method} {path}: {answer.status}"
        self.assertIn(str(answer.status), operation["responses"], f"{what}: {answer.body[:300]}")
        response = self.document.resolved(operation["responses"][str(answer.status)])
        for name, header in response.get("headers", {}).items():
            self.assertIn(name, answer.headers, what)
            self.document.check(answer.headers[name], header["schema"], what)
        if "content" not in response:
            self.assertEqual(answer.body, b"", what)
            return
        kind = answer.headers["Content-Type"].split(";")[0]
        self.assertIn(kind, response["content"], what)
        schema = response["content"][kind].get("schema")
        if schema:
            body = answer.json() if kind == "application/json" else answer.body.decode()
            self.document.check(body, schema, what)

    def expect(self, status, method, path, operation, answer):
        self.assertEqual(answer.status, status, f"{method} {path}: {answer.body[:300]}")
        self.check_answer(method, path, operation, answer)

    def operation(self, method, path):
        return self.document.all["paths"][path][method]

    def test_the_document_is_an_openapi_document(self):
        self.assertEqual(self.document.all["openapi"], "3.1.0")
        for schema in self.document.all["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        for method, path, operation in self.document.operations():
            self.assertIn("summary", operation, f"{method} {path}")
            self.assertIn("responses", operation, f"{method} {path}")
            for response in operation["responses"].values():
                self.assertIn("description", self.document.resolved(response), f"{method} {path}")

    def test_it_has_all_routes_of_the_server_and_no_others(self):
        written = {(method, path) for method, path, _ in self.document.operations()}
        self.assertEqual(written, routes_of_the_server())

    def test_what_can_be_asked_for_is_answered_as_it_says(self):
        for method, path, operation in self.document.operations():
            if method != "get" or path in ("/", "/login") or "x-websocket" in operation:
                continue
            with self.subTest(path=path):
                answer = self.gateway.program("GET", path.replace("{head}", "0"),
                                              goes_on="x-goes-on" in operation)
                self.expect(200, method, path, operation, answer)

    def test_every_example_is_taken(self):
        for method, path, operation in self.document.operations():
            content = operation.get("requestBody", {}).get("content", {})
            examples = content.get("application/json", {}).get("examples", {})
            for name, example in examples.items():
                with self.subTest(path=path, example=name):
                    value = example["value"]
                    self.document.check(value, content["application/json"]["schema"], name)
                    answer = self.gateway.program(
                        method.upper(), path.replace("{head}", "0"), value)
                    self.assertLess(answer.status, 300, answer.body)
                    self.check_answer(method, path, operation, answer)

    def test_every_member_of_a_request_is_in_an_example_and_no_other_is_taken(self):
        for method, path, operation in self.document.operations():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if not content or path == "/login":
                continue
            with self.subTest(path=path):
                values = [example["value"] for example in content["examples"].values()]
                known = set(self.document.members_of(operation)["properties"])
                self.assertEqual(set().union(*values), known)
                answer = self.gateway.program(method.upper(), path.replace("{head}", "0"),
                                              {**values[0], "misspelt": 1})
                self.expect(400, method, path, operation, answer)

    def test_the_names_of_a_choice_are_the_server_s(self):
        for method, path, operation in self.document.operations():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if not content or path == "/login":
                continue
            members = self.document.members_of(operation)["properties"]
            for name in (n for n, m in members.items() if "enum" in self.document.resolved(m)):
                with self.subTest(path=path, member=name):
                    value = dict(next(iter(content["examples"].values()))["value"])
                    value[name] = "no such thing"
                    answer = self.gateway.program(method.upper(), path.replace("{head}", "0"), value)
                    self.expect(400, method, path, operation, answer)

    def test_a_head_that_does_not_exist_is_refused_as_it_says(self):
        for method, path, operation in self.document.operations():
            if "{head}" not in path:
                continue
            with self.subTest(path=path):
                headers = UPGRADE if "x-websocket" in operation else {}
                body = {"until": "shown"} if method == "post" else None
                answer = self.gateway.program(
                    method.upper(), path.replace("{head}", "7"), body, headers)
                self.expect(404, method, path, operation, answer)

    def test_websockets_open(self):
        for method, path, operation in self.document.operations():
            if "x-websocket" not in operation:
                continue
            with self.subTest(path=path):
                answer = self.gateway.program("GET", path.replace("{head}", "0"), None, UPGRADE)
                self.expect(101, method, path, operation, answer)

    def test_the_status_has_viewers_as_it_says(self):
        """A WebSocket with RFB is one."""
        with socket.socket(socket.AF_UNIX) as viewer:
            viewer.settimeout(PATIENCE_S)
            viewer.connect(os.path.join(self.gateway.folder, "control"))
            lines = ["GET /api/v1/heads/0/rfb HTTP/1.1", "Host: localhost",
                     *(f"{name}: {value}" for name, value in UPGRADE.items()), "", ""]
            viewer.sendall("\r\n".join(lines).encode())
            # What is said, after what: it has one security type, None, and that is fine. With the
            # name of the desktop it is a viewer.
            for said, reply in ((b"RFB 003.008\n", b"RFB 003.008\n"), (b"\1\1", b"\1"),
                                (bytes(4), b"\1")):
                self.receive_until(viewer, said)
                viewer.sendall(bytes([0x82, 0x80 | len(reply), 0, 0, 0, 0]) + reply)
            self.receive_until(viewer, b"Windscreen head 0")
            operation = self.operation("get", "/api/v1/status")
            answer = self.gateway.program("GET", "/api/v1/status")
            self.assertEqual(len(answer.json()["viewers"]), 1, answer.body)
            self.expect(200, "get", "/api/v1/status", operation, answer)

    def receive_until(self, peer, end):
        received = b""
        while end not in received:
            more = peer.recv(4096)
            self.assertTrue(more, received)
            received += more

    def test_the_log_of_input_is_as_it_says(self):
        path = "/api/v1/input"
        operation = self.operation("get", path)
        since = self.gateway.program("GET", path + "?since=end").json()["next"]
        expected = {"key", "motion", "button", "wheel", "touch"}
        for name, body in (("key", {"keys": "a"}),
                           ("pointer", {"x": 1, "y": 2, "click": "left"}),
                           ("pointer", {"x": 3, "y": 4, "wheel": -1}),
                           ("touch", {"action": "tap", "x": 5, "y": 6})):
            answer = self.gateway.program("POST", f"/api/v1/input/{name}", body)
            self.assertEqual(answer.status, 204, answer.body)
        kinds = set()
        while kinds != expected:
            answer = self.gateway.program("GET", f"{path}?since={since}&wait_ms=10000")
            self.expect(200, "get", path, operation, answer)
            self.assertTrue(answer.json()["events"], kinds)
            kinds.update(event["type"] for event in answer.json()["events"])
            since = answer.json()["next"]

    def test_sessions_begin_and_end_as_it_says(self):
        login = self.operation("post", "/login")
        access = {"user": self.gateway.status["access"]["user"],
                  "password": self.gateway.status["access"]["password"]}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for body, headers, status in (
                (access, {}, 200),
                (urllib.parse.urlencode(access), form, 303),
                ({"user": "dev"}, {}, 400),
                ({**access, "password": "wrong"}, {}, 401)):
            answer = self.gateway.browser("POST", "/login", body, headers)
            self.expect(status, "post", "/login", login, answer)
            if status == 200:
                token = {"Authorization": "Bearer " + answer.json()["token"]}
        for path, headers, status in (
                ("/", {}, 303), ("/", token, 200), ("/login", {}, 200)):
            answer = self.gateway.browser("GET", path, None, headers)
            self.expect(status, "get", path, self.operation("get", path), answer)
        answer = self.gateway.browser("GET", "/api/v1/status", None, token)
        self.expect(200, "get", "/api/v1/status", self.operation("get", "/api/v1/status"), answer)
        answer = self.gateway.browser("POST", "/logout", b"", token)
        self.expect(204, "post", "/logout", self.operation("post", "/logout"), answer)


if __name__ == "__main__":
    unittest.main()

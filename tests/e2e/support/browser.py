# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at the page in Chromium: a program in Node does what it is told."""

import base64
import json

from .picture import picture_from_bytes
from .program import Conversation
from .settings import setting, source_path


class BrowserError(Exception):
    """The page did not let it be done."""


class BrowserViewer:
    """Shows all heads, from when it is made. Positions are pixels of a head."""

    def __init__(self, url, password, results, name="browser"):
        self._conversation = Conversation(
            name, [setting("NODE"), source_path("tests/e2e/browser_viewer.mjs"), url, password],
            results)
        try:
            _result(self._conversation.read())
        except BaseException:
            self.stop()
            raise

    def picture(self, head):
        """What the page shows of the head, or None while that is not the guest."""
        png = self._do("picture", head=head)
        return picture_from_bytes(base64.b64decode(png)) if png else None

    def notice(self, head):
        """What the page says is wrong with the head, or ""."""
        return self._do("notice", head=head)

    def press(self, head, key):
        self._do("key", head=head, key=key)

    def click(self, head, x, y):
        self._do("click", head=head, x=x, y=y)

    def turn_wheel(self, head, x, y, notches):
        self._do("wheel", head=head, x=x, y=y, notches=notches)

    def touch(self, head, kind, fingers):
        """`kind` is touchStart, touchMove or touchEnd; `fingers` are the (x, y) that are down."""
        self._do("touch", head=head, kind=kind, fingers=fingers)

    def stop(self):
        self._conversation.stop()

    def _do(self, action, **order):
        return _result(self._conversation.tell(json.dumps({"do": action, **order})))


def _result(line):
    answer = json.loads(line)
    if "error" in answer:
        raise BrowserError(answer["error"])
    return answer["result"]

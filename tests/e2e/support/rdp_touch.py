# SPDX-License-Identifier: GPL-3.0-or-later
"""A touch screen at the end of an RDP connection (tests/fakes/rdp_touch_client.c)."""

from .program import Conversation
from .settings import setting


class RdpTouch:
    def __init__(self, port, password, results):
        self._conversation = Conversation(
            "rdp-touch-client",
            [setting("WINDSCREEN_RDP_TOUCH"), "--port", port, "--user", "dev",
             "--password", password], results)
        self._conversation.read()

    def do(self, action, contact, x, y):
        """`action` is down, move, up or cancel."""
        self._conversation.tell(f"{action} {contact} {x} {y}")

    def stop(self):
        self._conversation.stop()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for events, with a deadline. Nothing else here sleeps."""

import time

PATIENCE_S = 30
_INTERVAL_S = 0.03


class TimedOut(AssertionError):
    """What was waited for did not come."""


def wait_until(condition, what, timeout=PATIENCE_S):
    """Returns what `condition()` returns as soon as that is true.

    `what` completes "waited in vain until …"; it may be a function, called at
    the end, that tells what is there instead.
    """
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimedOut(f"waited in vain until {what() if callable(what) else what}")
        time.sleep(_INTERVAL_S)

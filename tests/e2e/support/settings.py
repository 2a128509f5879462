# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: CTest sets it in the environment."""

import os


def setting(name):
    try:
        return os.environ[name]
    except KeyError:
        raise RuntimeError(f"{name} is not set: run this test with ctest") from None


def source_path(path):
    """A file of the source tree."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
    return os.path.join(os.path.normpath(root), path)

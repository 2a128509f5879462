# SPDX-License-Identifier: GPL-3.0-or-later
"""The same guest on an emulated aarch64 machine: its OpenGL runs at this one's own speed."""

from support.case import BridgeTest
from support.gl_scene import GlSceneTests


class VirglOnAarch64(GlSceneTests, BridgeTest):
    arch = "aarch64"

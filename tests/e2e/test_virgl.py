# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest whose OpenGL is drawn on this machine, by windscreen-gpu-bridge --gl."""

from support.case import BridgeTest
from support.gl_scene import GlSceneTests


class Virgl(GlSceneTests, BridgeTest):
    def test_4_key_pointer_and_finger_reach_the_program(self):
        mark = self.vm.serial.mark()
        self.gateway.do("key", "a")
        self.vm.serial.wait_for("key KEY_A 1", mark)
        self.gateway.do("pointer", 200, 100, "--click", "left")
        self.vm.serial.wait_for("pointer 0 200 100", mark)
        self.vm.serial.wait_for("button BTN_LEFT 1", mark)
        self.gateway.do("touch", "tap", 320, 180)
        self.vm.serial.wait_for("touch 0 slot 0 down 320 180", mark)

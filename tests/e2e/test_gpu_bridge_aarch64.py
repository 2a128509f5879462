# SPDX-License-Identifier: GPL-3.0-or-later
"""An aarch64 guest whose virtio-gpu is windscreen-gpu-bridge."""

import test_gpu_bridge_input
from support.case import PanelTest
from support.input_tests import InputTests
from support.same_picture import SamePictureTests


class Aarch64(SamePictureTests, InputTests, PanelTest):
    arch = "aarch64"


class Aarch64Input(test_gpu_bridge_input.Absolute):
    arch = "aarch64"

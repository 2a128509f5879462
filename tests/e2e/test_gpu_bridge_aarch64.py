# SPDX-License-Identifier: GPL-3.0-or-later
"""An aarch64 guest whose virtio-gpu is windscreen-gpu-bridge."""

from support.case import BridgeTest
from support.same_picture import SamePictureTests


class SamePicture(SamePictureTests, BridgeTest):
    arch = "aarch64"

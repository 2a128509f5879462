# SPDX-License-Identifier: GPL-3.0-or-later
"""The same scenario, unchanged, on a guest whose virtio-gpu is a gpu-bridge."""

from support.case import BridgeTest
from support.scenario import ScenarioStage


class ScenarioOnBridge(ScenarioStage, BridgeTest):
    def test_a_guest_is_waited_for_driven_and_compared(self):
        self.expect_every_kind_of_step_to_work()

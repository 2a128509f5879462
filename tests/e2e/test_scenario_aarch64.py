# SPDX-License-Identifier: GPL-3.0-or-later
"""The same scenario, unchanged, on an aarch64 guest."""

from support.case import GuestTest
from support.scenario import ScenarioStage


class ScenarioOnAarch64(ScenarioStage, GuestTest):
    arch = "aarch64"

    def test_a_guest_is_waited_for_driven_and_compared(self):
        self.expect_every_kind_of_step_to_work()

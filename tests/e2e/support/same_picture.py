# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest on gpu-bridge shows what it shows on QEMU's own virtio-gpu."""

import os

from .case import wait_for_guest
from .gateway import Gateway
from .picture import wait_until_same
from .vm import VirtualMachine

# Nothing moves but by steps.
STILL = "cockpit.motion=none"


def play(vm, heads):
    """Takes a guest that has just booted through its ways to draw. Yields a name for each picture
    that is there then. The same steps make the same pictures, frame numbers and all."""
    vm.freeze()
    vm.stop_clock(1767261600)
    vm.move("full")
    for number, present in enumerate(("damage", "flip", "damage")):
        vm.present(present)
        for steps in (1, 40):
            vm.step(steps)
            yield f"{number}: {present}, {steps} later"
        for head in range(heads):
            vm.toggle_pixel(head, 639, 479)
        yield f"{number}: {present}, with a pixel"


class SamePictureTests:
    """Needs a PanelTest."""

    append = STILL

    def test_every_picture_is_that_of_qemu_s_own_virtio_gpu(self):
        expected = self.play_on_qemu()
        self.wait_for_guest(self.vm.reset())
        for name in play(self.vm, len(self.heads)):
            for head in self.heads:
                for who, show in ("gateway", self.gateway.capture), ("panel", self.vm.screendump):
                    wait_until_same(lambda: show(head), lambda: expected[name, head],
                                    f"{who}: head {head}, {name}", self.results)

    def play_on_qemu(self):
        """What another guest on QEMU's own virtio-gpu shows, by each picture's name and head."""
        folder, results = (os.path.join(path, "own") for path in (self.folder, self.results))
        os.mkdir(folder)
        os.mkdir(results)
        vm = self.keep(VirtualMachine(folder, results, self.arch, STILL,
                                      ("--outputs", len(self.heads))))
        vm.start()
        gateway = self.keep(Gateway(folder, results, vm.attach, heads=self.heads))
        gateway.start()
        wait_for_guest(vm, gateway, self.heads)
        return {(name, head): vm.screendump(head)
                for name in play(vm, len(self.heads)) for head in self.heads}

# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest on gpu-bridge shows what it shows on QEMU's own virtio-gpu."""

import os

from .case import wait_for_guest
from .gateway import Gateway
from .picture import wait_until_same
from .vm import VirtualMachine

# Nothing moves but by steps.
STILL = "cockpit.motion=none"


def play(vm):
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
        for head in (0, 1):
            vm.toggle_pixel(head, 719, 719)
        yield f"{number}: {present}, with a pixel"


class SamePictureTests:
    """Needs a BridgeTest."""

    append = STILL

    def test_every_picture_is_that_of_qemu_s_own_virtio_gpu(self):
        expected = self.play_on_qemu()
        for name in play(self.vm):
            for head in self.heads:
                with self.subTest(picture=name, head=head):
                    wait_until_same(lambda: self.gateway.capture(head),
                                    lambda: expected[name, head], f"head {head} {name}",
                                    self.results)

    def play_on_qemu(self):
        """What another guest on QEMU's own virtio-gpu shows, by each picture's name and head."""
        folder, results = (os.path.join(path, "own") for path in (self.folder, self.results))
        os.mkdir(folder)
        os.mkdir(results)
        vm = self.keep(VirtualMachine(folder, results, self.arch, STILL))
        vm.start()
        gateway = self.keep(Gateway(folder, results, vm.attach))
        gateway.start()
        wait_for_guest(vm, gateway, self.heads)
        return {(name, head): vm.screendump(head) for name in play(vm) for head in self.heads}

# SPDX-License-Identifier: GPL-3.0-or-later
"""QEMU's command line as tests/guest/run-vm puts it together; no guest is started."""

import pathlib
import shlex
import subprocess
import tempfile
import unittest

RUN_VM = pathlib.Path(__file__).resolve().parents[2] / "guest" / "run-vm"


class RunVm(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.guest = pathlib.Path(folder.name)
        for name in ("vmlinuz", "initrd.img"):
            (self.guest / name).touch()
        # A QEMU to be found, which is never run.
        for arch in ("x86_64", "aarch64"):
            qemu = self.guest / f"qemu-system-{arch}"
            qemu.write_text("#!/bin/false\n")
            qemu.chmod(0o755)

    def run_vm(self, *arguments, guest=True):
        given = ["--guest", str(self.guest)] if guest else []
        return subprocess.run(
            [RUN_VM, *given, *arguments], capture_output=True, text=True,
            env={"PATH": f"{self.guest}:/usr/bin:/bin", "HOME": str(self.guest)}, check=False)

    def command(self, *arguments):
        result = self.run_vm("--accel", "tcg", "--print", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return shlex.split(result.stdout)

    def values(self, option, *arguments):
        words = self.command(*arguments)
        return [words[i + 1] for i, word in enumerate(words) if word == option]

    def expect_refused(self, said, *arguments, status=2, guest=True):
        result = self.run_vm("--print", *arguments, guest=guest)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(said, result.stderr.splitlines()[0])

    def test_pointers_come_after_touch_screens_and_each_has_its_head(self):
        for option, name in ((), "tablet"), (("--mouse",), "mouse"):
            devices = self.values("-device", "--arch", "x86_64", *option)
            self.assertEqual(devices[-4:], [
                f"virtio-{kind}-pci,display=gpu0,head={head}"
                for kind in ("multitouch", name) for head in (0, 1)])

    def test_each_of_the_outputs_has_its_input_devices(self):
        for outputs in (1, 4, 16):
            gpu, _, *pointers = self.values("-device", "--outputs", str(outputs))
            self.assertIn(f"max_outputs={outputs},", gpu)
            self.assertEqual([device.rsplit("=", 1)[1] for device in pointers],
                             2 * [str(head) for head in range(outputs)])

    def test_a_bridge_is_the_display_and_reads_the_guest_s_memory(self):
        for arch, machine in ("x86_64", "q35"), ("aarch64", "virt"):
            words = ("--arch", arch, "--bridge", "connect:/tmp/a,b", "--memory", "768")
            self.assertEqual(self.values("-machine", *words), [f"{machine},memory-backend=memory"])
            self.assertEqual(self.values("-object", *words),
                             ["memory-backend-memfd,id=memory,size=768M,share=on"])
            self.assertEqual(self.values("-m", *words), ["768"])
            self.assertEqual(self.values("-chardev", *words)[0],
                             "socket,id=bridge,path=/tmp/a,,b")
            self.assertEqual(self.values("-device", *words)[0],
                             "vhost-user-gpu-pci,id=gpu0,chardev=bridge,max_outputs=2")
            self.assertEqual(self.values("-display", *words), ["none"])

    def test_qemu_can_wait_for_its_bridge_and_still_have_a_display(self):
        words = ("--bridge", "listen:/tmp/a", "--display", "dbus,p2p=on", "--outputs", "3")
        self.assertEqual(self.values("-chardev", *words)[0],
                         "socket,id=bridge,path=/tmp/a,server=on,wait=on")
        self.assertEqual(self.values("-display", *words), ["dbus,p2p=on"])
        self.assertEqual(self.values("-device", *words)[-1],
                         "virtio-tablet-pci,display=gpu0,head=2")

    def test_a_bridge_s_input_devices_take_the_place_of_qemu_s(self):
        words = ("--bridge", "connect:/tmp/a", "--input", "/tmp/k", "--input", "/tmp/t,0")
        self.assertEqual(self.values("-device", *words)[1:], [
            "vhost-user-input-pci,chardev=input0", "vhost-user-input-pci,chardev=input1"])
        self.assertEqual(self.values("-chardev", *words)[1:3], [
            "socket,id=input0,path=/tmp/k", "socket,id=input1,path=/tmp/t,,0"])

    def test_a_root_file_system_is_a_disk_and_takes_more_memory(self):
        self.assertEqual(self.values("-m"), ["512"])
        self.assertEqual(self.values("-drive"), [])
        (self.guest / "root.img").touch()
        self.assertEqual(self.values("-m"), ["1024"])
        self.assertEqual(self.values("-m", "--memory", "2048"), ["2048"])
        self.assertEqual(self.values("-drive"), [
            f"if=none,id=root,format=raw,readonly=on,file={self.guest}/root.img"])
        self.assertEqual(self.values("-device")[0], "virtio-blk-pci,drive=root")

    def test_every_monitor_gets_its_socket(self):
        self.assertEqual(
            self.values("-qmp", "--qmp", "/tmp/a", "--qmp", "/tmp/b,c"),
            ["unix:/tmp/a,server=on,wait=off", "unix:/tmp/b,,c,server=on,wait=off"])

    def test_a_display_is_qemus_or_vnc(self):
        self.assertEqual(self.values("-display"), ["dbus,p2p=on"])
        self.assertEqual(self.values("-display", "--display", "none"), ["none"])
        self.assertEqual(self.values("-vnc", "--display", "vnc:unix:/tmp/v"), ["unix:/tmp/v"])

    def test_the_kernel_gets_what_is_appended_and_the_console_of_its_machine(self):
        for arch, console in ("x86_64", "ttyS0"), ("aarch64", "ttyAMA0"):
            line, = self.values("-append", "--arch", arch, "--append", "cockpit.fps=60")
            self.assertIn(f"console={console} ", line)
            self.assertTrue(line.endswith(" cockpit.fps=60"))

    def test_more_words_go_to_qemu(self):
        self.assertEqual(self.command("--", "-S", "-m", "1G")[-3:], ["-S", "-m", "1G"])

    def test_what_is_wrong_is_named(self):
        self.expect_refused("--guest is missing", guest=False)
        self.expect_refused("unknown option: --fast", "--fast", "1")
        self.expect_refused("--size: not of the form WxH: big", "--size", "big")
        self.expect_refused("neither listen:PATH nor connect:PATH: /tmp/a", "--bridge", "/tmp/a")
        for outputs in ("0", "17", "many"):
            self.expect_refused(f"--outputs: not a number from 1 to 16: {outputs}", "--outputs",
                                outputs)
        self.expect_refused("--memory: not a number of megabytes: 1G", "--memory", "1G")
        self.expect_refused("--input: there is no --bridge", "--input", "/tmp/k")
        self.expect_refused("neither kvm nor tcg: xen", "--accel", "xen")
        self.expect_refused("--qmp", "--qmp")
        self.expect_refused("no guest for riscv64", "--arch", "riscv64")

    def test_a_guest_that_was_not_built_is_named(self):
        (self.guest / "initrd.img").unlink()
        self.expect_refused(f"no {self.guest}/initrd.img", status=3)


if __name__ == "__main__":
    unittest.main()

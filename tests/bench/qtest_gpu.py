# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtio-gpu in a QEMU without a guest: its driver is here, and speaks qtest.

The same words drive QEMU's own device and a bridge, and the moment of the kick is known.
"""

import socket
import struct

# Where things are in the machine's memory: rings, commands, pictures.
_DESCRIPTORS, _AVAILABLE, _USED = 0x100000, 0x101000, 0x102000
_COMMANDS, _ANSWERS, _PICTURES = 0x110000, 0x120000, 0x1000000
_QUEUE_SIZE = 64
_BAR = 0xE0000000

_PCI_ADDRESS, _PCI_DATA = 0xCF8, 0xCFC
_GPU_ID = 0x10501AF4
_CAPABILITY_VENDOR = 9
_COMMON, _NOTIFY = 1, 2

_GET_DISPLAY_INFO, _CREATE_2D, _SET_SCANOUT, _FLUSH, _TRANSFER, _ATTACH = (
    0x100, 0x101, 0x103, 0x104, 0x105, 0x106)
_B8G8R8X8 = 2
_OK_NODATA = 0x1100


# What the machine starts with: a processor that does nothing (cli; hlt; and again).
FIRMWARE = bytes(0xFFF0) + b"\xfa\xf4\xeb\xfd" + bytes(12)


class QtestGpu:
    """Listens at `path` before QEMU is started with `-qtest unix:PATH`."""

    def __init__(self, path):
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen()
        self._next = 0

    def accept(self):
        self._listening.settimeout(30)
        self._socket, _ = self._listening.accept()
        self._socket.settimeout(30)
        self._lines = self._socket.makefile("rb")

    def close(self):
        self._lines.close()
        self._socket.close()
        self._listening.close()

    # -- qtest

    def _ask(self, line):
        self._socket.sendall(line.encode() + b"\n")
        while True:
            answer = self._lines.readline().decode().split()
            if not answer or answer[0] == "FAIL":
                raise RuntimeError(f"qtest: {line[:60]}: {answer}")
            if answer[0] == "OK":
                return answer[1:]

    def _write(self, address, data):
        self._ask(f"write {address:#x} {len(data):#x} 0x{data.hex()}")

    def _read(self, address, size):
        return bytes.fromhex(self._ask(f"read {address:#x} {size:#x}")[0][2:])

    # -- PCI

    def _config(self, slot, offset, value=None):
        self._ask(f"outl {_PCI_ADDRESS:#x} {0x80000000 | slot << 11 | offset:#x}")
        if value is not None:
            self._ask(f"outl {_PCI_DATA:#x} {value:#x}")
            return None
        return int(self._ask(f"inl {_PCI_DATA:#x}")[0], 16)

    def _find(self):
        """Returns its slot, and where its structures are, by their types."""
        slot = next(slot for slot in range(32) if self._config(slot, 0) == _GPU_ID)
        structures = {}
        at = self._config(slot, 0x34) & 0xFF
        while at:
            head = self._config(slot, at)
            if head & 0xFF == _CAPABILITY_VENDOR:
                bar = self._config(slot, at + 4) & 0xFF
                structures.setdefault(head >> 24, (bar, self._config(slot, at + 8), at))
            at = head >> 8 & 0xFF
        bar = structures[_COMMON][0]
        self._config(slot, 0x10 + 4 * bar, _BAR)
        self._config(slot, 0x14 + 4 * bar, 0)
        self._config(slot, 0x04, 0x6)  # memory, and being a bus master
        return slot, structures

    def start(self):
        """Does what a driver does until the device runs."""
        slot, structures = self._find()
        common = _BAR + structures[_COMMON][1]
        notify = _BAR + structures[_NOTIFY][1]
        multiplier = self._config(slot, structures[_NOTIFY][2] + 16)
        for status in (0, 1, 3):
            self._ask(f"writeb {common + 20:#x} {status}")
        # VIRTIO_F_VERSION_1 and no other feature.
        for half, features in ((0, 0), (1, 1)):
            self._ask(f"writel {common + 8:#x} {half}")
            self._ask(f"writel {common + 12:#x} {features}")
        self._ask(f"writeb {common + 20:#x} 11")
        for queue in (0, 1):
            self._ask(f"writew {common + 22:#x} {queue}")
            self._ask(f"writew {common + 24:#x} {_QUEUE_SIZE if queue == 0 else 16}")
            for offset, where in ((32, _DESCRIPTORS), (40, _AVAILABLE), (48, _USED)):
                self._ask(f"writeq {common + offset:#x} {where + queue * 0x4000:#x}")
            if queue == 0:
                at = int(self._ask(f"readw {common + 30:#x}")[0], 16)
                self._kick_line = f"writew {notify + at * multiplier:#x} 0\n".encode()
            self._ask(f"writew {common + 28:#x} 1")
        self._ask(f"writeb {common + 20:#x} 15")

    # -- Commands

    def offer(self, *commands):
        """Puts commands into the queue, which the device sees at the next kick."""
        for number, command in enumerate(commands):
            index = 2 * number
            where, answer = _COMMANDS + 0x200 * number, _ANSWERS + 0x200 * number
            self._write(where, command)
            self._write(answer, bytes(24))
            self._write(_DESCRIPTORS + 16 * index,
                        struct.pack("<QIHHQIHH", where, len(command), 1, index + 1,
                                    answer, 0x200, 2, 0))
            self._write(_AVAILABLE + 4 + 2 * ((self._next + number) % _QUEUE_SIZE),
                        struct.pack("<H", index))
        self._next += len(commands)
        self._offered = len(commands)
        self._write(_AVAILABLE + 2, struct.pack("<H", self._next & 0xFFFF))

    def kick(self):
        self._socket.sendall(self._kick_line)

    def finish(self):
        """Waits until everything that was offered is answered, and well."""
        if self._lines.readline() != b"OK\n":
            raise RuntimeError("qtest: the kick failed")
        while struct.unpack("<H", self._read(_USED + 2, 2))[0] != self._next & 0xFFFF:
            pass
        for number in range(self._offered):
            answer = struct.unpack("<I", self._read(_ANSWERS + 0x200 * number, 4))[0]
            if answer != _OK_NODATA:
                raise RuntimeError(f"command {number} was answered with {answer:#x}")

    def do(self, *commands):
        self.offer(*commands)
        self.kick()
        self.finish()

    def show(self, width, height):
        """Makes two pictures of this size, 1 and 2. Output 0 shows the first."""
        for picture in (1, 2):
            # Memory that nobody ever wrote to is one page of zeros, all over.
            size = 4 * width * height
            where = _PICTURES + (picture - 1) * size
            self._ask(f"memset {where:#x} {size:#x} 0x5a")
            self.do(_command(_CREATE_2D, "IIII", picture, _B8G8R8X8, width, height),
                    _command(_ATTACH, "IIQII", picture, 1, where, size, 0))
        self.do(*flip(width, height, 1))


def flip(width, height, picture):
    """The commands that show all of a picture in place of another, as Linux says them."""
    return (transfer(width, height, picture),
            _command(_SET_SCANOUT, "IIIIII", 0, 0, width, height, 0, picture),
            flush(width, height, picture))


def transfer(width, height, picture=1):
    """The command that takes the first corner of a picture over."""
    return _command(_TRANSFER, "IIIIQII", 0, 0, width, height, 0, picture, 0)


def flush(width, height, picture=1):
    return _command(_FLUSH, "IIIIII", 0, 0, width, height, picture, 0)


def _command(kind, layout, *values):
    return struct.pack("<IIQII", kind, 0, 0, 0, 0) + struct.pack("<" + layout, *values)

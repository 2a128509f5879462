#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of the fuzz targets: corpus/<target>/<what it is about>.

    tests/fuzz/make_corpus.py            writes all of them anew
    tests/fuzz/make_corpus.py --check    says which differ from those in the tree

What the operations are is said in queue_program.h and in fuzz_vhost_user.c; their order
here is the order there. Files whose names begin with "found-" are inputs that once broke
something: they are kept as they are.
"""

import pathlib
import struct
import sys

CORPUS = pathlib.Path(__file__).parent / "corpus"


def u8(value):
    return struct.pack("<B", value & 0xFF)


def u16(value):
    return struct.pack("<H", value & 0xFFFF)


def u32(value):
    return struct.pack("<I", value & 0xFFFFFFFF)


def u64(value):
    return struct.pack("<Q", value & 0xFFFFFFFFFFFFFFFF)


def number(value):
    """As fuzz_input.h reads it."""
    if value < 0xC0:
        return u8(value)
    for bit in range(32):
        if value == 1 << bit:
            return u8(0xC0 + bit)
        if bit < 31 and value == (2 << bit) - 1:
            return u8(0xE0 + bit)
    return u8(0xFF) + u32(value)


def numbers(*values):
    return b"".join(number(value) for value in values)


class Queue:
    """Operations of queue_program.h."""

    OTHER, INDIRECT, FENCE, PIECES, ACROSS, LATER, ROOM, HEADER = (1 << bit for bit in range(8))
    TYPES = """DISPLAY_INFO CREATE_2D UNREF SET_SCANOUT FLUSH TRANSFER ATTACH DETACH CAPSET_INFO
        CAPSET EDID UUID UPDATE_CURSOR MOVE_CURSOR CTX_CREATE CTX_DESTROY CTX_ATTACH CTX_DETACH
        CREATE_3D TRANSFER_TO_3D TRANSFER_FROM_3D SUBMIT_3D""".split()
    # How many words follow the header, where padding is among them.
    WORDS = dict(UNREF=2, SET_SCANOUT=6, FLUSH=6, TRANSFER=8, DETACH=2, EDID=2, UUID=2,
                 UPDATE_CURSOR=8, MOVE_CURSOR=8)
    FIRST_SIZE, SECOND_SIZE = 0x7FF0, 0x4000
    WHOLE, OPEN, FIRST, SWAPPED, NONE = range(5)
    NEXT, WRITE, TABLE = 1, 2, 4

    @staticmethod
    def command(kind, *words, shape=0, cut=0, room=None, header=b""):
        shape |= Queue.ROOM if room is not None else 0
        shape |= Queue.HEADER if header else 0
        known = kind in Queue.TYPES
        words += (0,) * (Queue.WORDS.get(kind, 0) - len(words))
        type_ = u8(Queue.TYPES.index(kind)) if known else u8(len(Queue.TYPES)) + u32(kind)
        return (
            u8(0) + u8(shape) + type_ + header
            + (number(room) if room is not None else b"")
            + u8(len(words) | cut << 4) + numbers(*words)
        )

    @staticmethod
    def attach(resource, *spans, claimed=0):
        entries = b"".join(place + number(length) for place, length in spans)
        return u8(1) + number(resource) + u8(claimed) + u8(len(spans)) + entries

    @staticmethod
    def make(resource, width, height, format_=0):
        return u8(2) + numbers(resource, width, height) + u8(format_)

    @staticmethod
    def show(output=0):
        return u8(3) + u8(output)

    @staticmethod
    def write(where, data):
        return u8(4) + u16(where) + u8(len(data)) + data

    @staticmethod
    def descriptor(place, length, flags=0, next_=0):
        return place + number(length) + u8(flags) + u8(next_)

    @staticmethod
    def table(where, *descriptors):
        return u8(5) + u16(where) + u8(len(descriptors)) + b"".join(descriptors)

    @staticmethod
    def describe(index, descriptor, other=0):
        return u8(6) + u8(index * 2 + other) + descriptor

    @staticmethod
    def offer(head, other=0):
        return u8(7) + u8(other) + number(head)

    @staticmethod
    def index(more, flags=0, event=0, other=0):
        return u8(8) + u16(more) + u8(other) + u8(flags) + u16(event)

    @staticmethod
    def run(turns=0, other=0):
        return u8(9) + u8(other) + u8(turns)

    @staticmethod
    def race(turns, where, data, ring=False):
        return u8(10) + u8(turns) + u16(where | (0x8000 if ring else 0)) + u8(len(data)) + data

    RESET = u8(11)

    @staticmethod
    def restart(size=16, base=0, skew=0, features=1, other=0):
        return u8(12) + u8(other) + number(size) + u16(base) + number(skew) + u8(features)

    @staticmethod
    def memory(layout):
        return u8(13) + u8(layout)

    @staticmethod
    def shrink(pages, other=0):
        return u8(14) + u8(other) + u8(pages)

    @staticmethod
    def request(output, width, height, millimetres=0):
        return u8(15) + u8(output) + numbers(width, height, millimetres)

    WATCH = u8(16)

    @staticmethod
    def submit(context, *words, shape=2):
        return u8(17) + u8(shape) + number(context) + u8(len(words)) + b"".join(map(u32, words))

    @staticmethod
    def pass_(context, fence):
        return u8(18) + numbers(context, fence)

    @staticmethod
    def texture(context, id_, format_, width, height):
        return u8(20) + numbers(context, id_, format_, width, height)

    @staticmethod
    def context(context, name_length=4, shape=2):
        return u8(19) + u8(shape) + numbers(context, name_length)

    @staticmethod
    def at(offset):
        return u8(0) + u16(offset)

    @staticmethod
    def before_first_end(offset):
        return u8(4) + u8(offset)

    @staticmethod
    def before_second_end(offset):
        return u8(5) + u8(offset)

    @staticmethod
    def anywhere(address):
        return u8(6) + u64(address)

    @staticmethod
    def before_last(offset):
        return u8(7) + u8(offset)


def rect(x, y, width, height):
    return x, y, width, height


def control_queue():
    q = Queue
    whole = rect(0, 0, 8, 8)
    transfer = q.command("TRANSFER", *whole, 0, 0, 1)
    flush = q.command("FLUSH", *whole, 1)
    scanout = q.command("SET_SCANOUT", *whole, 0, 1)
    made = q.make(1, 8, 8)
    later = [q.command("EDID", output, shape=q.LATER) for output in range(3)]
    loop = q.describe(0, q.descriptor(q.at(0x6000), 64, q.NEXT, 1)) + q.describe(
        1, q.descriptor(q.at(0x6000), 64, q.NEXT, 0))
    return {
        "display_info": q.command("DISPLAY_INFO"),
        "edid_of_each_output": b"".join(q.command("EDID", output) for output in range(4)),
        "whole_life": made + transfer + scanout + flush + q.command("DETACH", 1)
        + q.command("UNREF", 1),
        "each_format": b"".join(q.make(i + 1, 4, 4, i) + q.show() for i in range(8)),
        "unknown_format": q.command("CREATE_2D", 1, 5, 4, 4),
        "strange_sizes": b"".join(
            q.command("CREATE_2D", i + 1, 1, width, height)
            for i, (width, height) in enumerate(
                [(0, 1), (1, 0), (65535, 65535), (65536, 1), (0xFFFFFFFF, 0xFFFFFFFF), (65535, 1)])),
        "beyond_the_budget": b"".join(q.make(i + 1, 256, 255) for i in range(6))
        + q.command("UNREF", 2) + q.make(9, 256, 255),
        "ids_that_are_wrong": q.command("CREATE_2D", 0, 1, 4, 4) + made + made
        + b"".join(q.command(kind, 7) for kind in ["UNREF", "DETACH", "UUID"])
        + q.command("FLUSH", *whole, 7) + q.command("TRANSFER", *whole, 0, 0, 7),
        "two_resources_in_a_bucket": q.make(1, 4, 4) + q.make(257, 8, 4) + q.show(1)
        + q.command("UNREF", 1) + q.command("UNREF", 257),
        "one_resource_on_each_output": q.make(1, 64, 48) + q.show(0) + q.show(1) + q.show(2)
        + q.show(3) + q.command("FLUSH", *rect(60, 40, 4, 8), 1) + q.command("UNREF", 1),
        "windows": q.make(1, 64, 48) + q.command("SET_SCANOUT", *rect(32, 16, 32, 32), 1, 1)
        + q.command("FLUSH", *rect(0, 0, 33, 17), 1) + q.command("FLUSH", *rect(0, 0, 8, 8), 1)
        + q.command("SET_SCANOUT", *rect(33, 16, 32, 32), 1, 1),
        "page_flips": q.make(1, 8, 8) + q.show() + q.make(2, 8, 8) + q.show() + scanout + scanout
        + q.command("SET_SCANOUT", *rect(0, 0, 0, 0), 0, 0),
        "rectangles_that_are_wrong": made + scanout + b"".join(
            q.command("FLUSH", *wrong, 1) + q.command("TRANSFER", *wrong, 0, 0, 1)
            for wrong in [(0, 0, 0, 8), (0, 0, 9, 8), (8, 0, 1, 1), (0xFFFFFFFF, 1, 2, 1),
                          (1, 0, 0xFFFFFFFF, 1)]),
        "offsets_that_are_wrong": made + b"".join(
            q.command("TRANSFER", *whole, low, high, 1)
            for low, high in [(1, 0), (0xFFFFFFFF, 0xFFFFFFFF), (256, 0), (0, 1)]),
        "scattered_backing": q.command("CREATE_2D", 1, 1, 8, 8)
        + q.attach(1, *[(q.at(0x6100 - 32 * i), 16 + 4 * (i % 2)) for i in range(15)])
        + q.command("TRANSFER", *rect(1, 1, 5, 6), 36, 0, 1),
        "backing_in_two_regions": q.command("CREATE_2D", 1, 1, 8, 8)
        + q.attach(1, (q.before_first_end(40), 256)) + transfer,
        "backing_that_is_wrong": q.command("CREATE_2D", 1, 1, 8, 8) + b"".join(
            q.attach(1, *spans) for spans in [
                [], [(q.at(0), 0)], [(q.before_second_end(8), 9)], [(q.before_last(3), 8)],
                [(q.at(0xFFFF), 1)], [(q.anywhere(0), 4096)]])
        + q.attach(1, (q.at(0), 64), claimed=2) + q.attach(1, (q.at(0), 64), claimed=255)
        + q.command("ATTACH", 1, 0xFFFFFFFF) + q.command("ATTACH", 1, 131072),
        "backing_twice_and_not_at_all": made + q.attach(1, (q.at(0), 64)) + q.command("DETACH", 1)
        + q.command("DETACH", 1) + transfer,
        "uuid": made + q.command("UUID", 1) + q.command("UUID", 1),
        "three_d_without_3d": q.command("CAPSET_INFO", 0) + q.command("CAPSET", 1, 1)
        + q.command("CTX_CREATE", 4) + q.command("CREATE_3D", 1, 2, 1, 2, 8, 8, 1, 1)
        + q.command("SUBMIT_3D", 8),
        "commands_that_do_not_exist": q.command(0) + q.command(0x1FF) + q.command(0xFFFFFFFF)
        + q.command("MOVE_CURSOR", *[0] * 8),
        "cut_short": b"".join(q.command(kind, *[1] * 4, cut=cut) for kind, cut in
                              [("CREATE_2D", 1), ("UNREF", 12), ("EDID", 15), ("FLUSH", 4)])
        + q.command("DISPLAY_INFO", cut=1),
        "little_room": b"".join(q.command("EDID", 0, room=room) for room in [0, 1, 23, 24, 255])
        + q.command("DISPLAY_INFO", room=407) + q.command("DISPLAY_INFO", room=408),
        "fences": q.command("DISPLAY_INFO", shape=q.FENCE) + q.command(
            "CREATE_2D", 1, 1, 4, 4, header=number(0xFFFFFFFF) + u64(1 << 63) + number(5)),
        "in_pieces": q.command("EDID", 1, shape=q.PIECES) + q.command(
            "EDID", 1, shape=q.PIECES | q.INDIRECT | q.ACROSS),
        "many_at_once": b"".join(later) * 4 + q.run(1) + q.run(),
        "more_than_the_ring_has": b"".join(later) * 6 + q.run(),
        "a_loop": loop + q.offer(0) + q.run(),
        "a_loop_of_nothing": loop.replace(number(64), number(0)) + q.offer(0) + q.run(),
        "a_loop_where_regions_meet": q.describe(
            0, q.descriptor(q.before_first_end(8), 16, q.NEXT, 0)) + q.offer(0) + q.run(),
        "one_pixel_too_far": q.command("CREATE_2D", 1, 1, 8, 8) + q.attach(1, (q.at(0), 4096))
        + scanout + b"".join(
            q.command("TRANSFER", *wrong, 0, 0, 1) + q.command("FLUSH", *wrong, 1)
            for wrong in [(1, 0, 8, 8), (0, 1, 8, 8), (0, 0, 8, 9), (7, 7, 2, 1), (7, 7, 1, 2)]),
        "a_long_chain": q.restart(256) + q.table(
            0x6000, *[q.descriptor(q.at(0x5000), 4, q.NEXT, i + 1) for i in range(7)])
        + q.describe(0, q.descriptor(q.at(0x6000), 0x1000, q.TABLE)) + q.offer(0) + q.run(),
        "tables_that_are_wrong": b"".join(
            q.describe(i, q.descriptor(place, size, flags)) + q.offer(i) + q.run()
            + q.restart(features=1)
            for i, (place, size, flags) in enumerate([
                (q.at(0x6000), 15, q.TABLE), (q.at(0x6000), 0, q.TABLE),
                (q.at(0x6000), 16, q.TABLE | q.NEXT), (q.before_first_end(8), 16, q.TABLE),
                (q.at(0x6000), 0x4010, q.TABLE)])),
        "a_table_in_a_table": q.table(0x6000, q.descriptor(q.at(0x6010), 16, q.TABLE))
        + q.describe(0, q.descriptor(q.at(0x6000), 16, q.TABLE)) + q.offer(0) + q.run(),
        "a_table_without_the_feature": q.restart(features=0)
        + q.command("DISPLAY_INFO", shape=q.INDIRECT),
        "writable_before_readable": q.describe(0, q.descriptor(q.at(0), 64, q.NEXT | q.WRITE, 1))
        + q.describe(1, q.descriptor(q.at(64), 64)) + q.offer(0) + q.run(),
        "no_such_memory": b"".join(
            q.describe(0, q.descriptor(place, 64)) + q.offer(0) + q.run() + q.restart()
            for place in [q.anywhere(0), q.before_last(15), q.before_second_end(1)]),
        "no_such_head": q.offer(16) + q.run() + q.restart() + q.offer(0xFFFF) + q.run(),
        "an_index_that_jumps": q.index(17) + q.run() + q.restart() + q.index(0xFFFF) + q.run(),
        "event_indexes": q.restart(features=3) + later[0] + q.index(0, event=1) + q.run()
        + b"".join(later) + q.index(0, flags=1, event=2) + q.run(),
        "the_indexes_wrap": q.restart(base=0xFFFE) + b"".join(later) * 2 + q.run() + made,
        "restarts": b"".join(q.restart(size) + q.command("EDID", 0)
                             for size in [0, 1, 3, 2, 64, 256, 512, 65536, 0xFFFFFFFF]),
        "rings_that_are_elsewhere": b"".join(
            q.restart(skew=skew) + later[0] + q.run() for skew in [1, 8, 16, 4096, 16384, 1 << 31]),
        "a_command_that_changes": q.command("CREATE_2D", 1, 1, 4, 4, shape=q.LATER)
        + q.race(4, 0, u32(0x101) + u32(1)) + q.race(0, 24, u32(0) + u32(9)) + q.run(),
        "a_backing_that_changes": q.command("CREATE_2D", 1, 1, 8, 8, shape=q.LATER)
        + q.race(6, 0x880, u64(0) + u32(0xFFFFFFF)) + q.attach(1, (q.at(0), 256)) + transfer,
        "a_descriptor_that_changes": later[0] + q.race(1, 0x10, u64(1 << 62) + u32(99), ring=True)
        + q.run(),
        "resets": made + q.show() + q.RESET + q.RESET + made + q.show(1),
        "memory_that_goes": made + q.show() + q.memory(q.NONE) + transfer + q.memory(q.WHOLE)
        + q.restart() + transfer + q.memory(q.FIRST) + q.restart() + transfer,
        "memory_that_moves": made + q.memory(q.SWAPPED) + transfer + flush,
        "an_answer_into_the_ring": q.memory(q.OPEN) + q.table(
            0x6000, q.descriptor(q.at(0x5000), 24, q.NEXT, 1),
            q.descriptor(q.at(q.FIRST_SIZE + q.SECOND_SIZE), 1056, q.WRITE))
        + q.write(0x5000, u32(0x100)) + q.describe(0, q.descriptor(q.at(0x6000), 32, q.TABLE))
        + q.offer(0) + q.run() + later[0] + q.run(),
        "memory_cut_short": made + later[0] + q.shrink(0) + made + q.show() + later[0]
        + q.shrink(13) + later[1] + q.shrink(1) + q.shrink(17),
        "modes": q.request(0, 1920, 1080, 600) + q.command("EDID", 0) + q.request(0, 0, 0)
        + q.command("DISPLAY_INFO") + q.request(1, 0, 5) + q.request(2, 65535, 65535)
        + q.request(3, 8, 8) + q.request(2, 4096, 4096, 65535) + q.command("EDID", 2),
        "watchers": made + q.show() + q.WATCH + flush + q.WATCH + q.WATCH
        + q.command("UPDATE_CURSOR", 0, 1, 1, 0, 1, 2, 2, shape=q.OTHER) + q.WATCH + q.WATCH,
        "the_cursor_too": made + q.command("UPDATE_CURSOR", 0, 5, 5, 0, 1, 1, 1, shape=q.OTHER)
        + q.command("UNREF", 1) + q.RESET,
    }


def cursor_queue():
    q = Queue

    def update(output, x, y, resource, hot_x=0, hot_y=0, **more):
        return q.command("UPDATE_CURSOR", output, x, y, 0, resource, hot_x, hot_y, 0, **more)

    def move(output, x, y, resource, **more):
        return q.command("MOVE_CURSOR", output, x, y, 0, resource, 0, 0, 0, **more)

    picture = q.make(1, 64, 64) + q.show()
    return {
        "shown_moved_hidden": picture + update(0, 10, 20, 1, 3, 4) + move(0, 11, 21, 1)
        + update(0, 0, 0, 0),
        "on_each_output": picture + b"".join(update(output, 1, 1, 1) for output in range(4)),
        "each_format": b"".join(q.make(i + 1, 8, 8, i) + update(0, 0, 0, i + 1) for i in range(8)),
        "each_size": b"".join(
            q.make(i + 1, width, height) + update(0, 0, 0, i + 1)
            for i, (width, height) in enumerate([(1, 1), (64, 1), (1, 64), (65, 1), (1, 65)])),
        "no_such_resource": update(0, 0, 0, 9) + move(0, 0, 0, 9) + move(0, 5, 5, 1),
        "no_such_output": picture + update(3, 0, 0, 1) + move(0xFFFFFFFF, 0, 0, 1),
        "outside": picture + update(0, 0xFFFFFFFF, 0x80000000, 1) + move(0, 0x7FFFFFFF, 65535, 1),
        "hot_spots": picture + update(0, 0, 0, 1, 63, 63) + update(0, 0, 0, 1, 64, 64)
        + update(0, 0, 0, 1, 0xFFFFFFFF, 0xFFFFFFFF),
        "destroyed_under_it": picture + update(0, 0, 0, 1)
        + q.command("UNREF", 1, shape=q.OTHER) + move(0, 1, 1, 1) + update(0, 0, 0, 1),
        "without_backing": q.command("CREATE_2D", 1, 1, 16, 16, shape=q.OTHER) + update(0, 0, 0, 1),
        "cut_short": picture + update(0, 0, 0, 1, cut=1) + update(0, 0, 0, 1, cut=15)
        + q.command("MOVE_CURSOR", 0, cut=4) + q.command("MOVE_CURSOR", cut=15),
        "no_room": picture + b"".join(update(0, 0, 0, 1, room=room) for room in [0, 1, 23, 24]),
        "a_fence": picture + update(0, 0, 0, 1, shape=q.FENCE),
        "in_pieces": picture + update(0, 0, 0, 1, shape=q.PIECES | q.INDIRECT)
        + update(0, 0, 0, 1, shape=q.PIECES | q.ACROSS),
        "control_commands": q.command("DISPLAY_INFO") + q.command("CREATE_2D", 1, 1, 4, 4)
        + q.command(0x302) + q.command(0x2FF),
        "many_at_once": picture + b"".join(move(0, i, i, 1, shape=q.LATER) for i in range(12))
        + q.run(1) + q.run(),
        "a_command_that_changes": picture + update(0, 0, 0, 1, shape=q.LATER | q.INDIRECT)
        + q.race(3, 0x1000, u32(0x301)) + q.race(2, 40, u32(0)) + q.run(),
        "a_loop": q.describe(0, q.descriptor(q.at(0x6000), 64, q.NEXT, 0)) + q.offer(0) + q.run(),
        "an_index_that_jumps": q.index(0x8000) + q.run() + q.restart() + move(0, 1, 1, 1),
        "resets": picture + update(1, 5, 5, 1) + q.RESET + move(1, 6, 6, 1) + q.WATCH,
        "restarts": q.restart(base=0xFFFF, features=3) + move(0, 1, 1, 1) + move(0, 2, 2, 1)
        + q.restart(3) + move(0, 3, 3, 1),
        "memory_that_goes": picture + update(0, 0, 0, 1) + q.memory(q.NONE) + move(0, 1, 1, 1),
        "memory_cut_short": picture + move(0, 1, 1, 1, shape=q.LATER) + q.shrink(0),
        "watchers": picture + update(0, 3, 3, 1) + q.WATCH + move(0, 4, 4, 1) + q.WATCH,
    }


def three_d():
    """For both targets with 3D. The words are virgl's: command, object and length, and so on."""
    q = Queue
    fence = 1

    def of(context, kind, *words, fenced=False, **more):
        header = number(fence if fenced else 0) + u64(7) + number(context)
        return q.command(kind, *words, header=header, **more)

    def word(command, object_, length):
        return command | object_ << 8 | length << 16

    def surface(handle, resource, format_=1):
        return [word(1, 8, 5), handle, resource, format_, 0, 0]

    def target(handle):
        return [word(5, 0, 3), 1, 0, handle]

    clear = [word(7, 0, 8), 4, 0x3F800000, 0, 0, 0x3F800000, 0, 0, 0]
    context = q.context(1)
    texture = q.texture(1, 1, 1, 16, 8)
    box = [0, 0, 0, 16, 8, 1]
    whole = box + [0, 0, 1, 0, 0, 0]
    drawn = q.submit(1, *surface(1, 1), *target(1), *clear)
    show = q.command("SET_SCANOUT", *rect(0, 0, 16, 8), 0, 1)
    flush = q.command("FLUSH", *rect(0, 0, 16, 8), 1)
    crossing = [(q.before_first_end(4), 8)]
    return {
        "capsets": b"".join(q.command("CAPSET_INFO", i, 0) for i in range(4)) + b"".join(
            q.command("CAPSET", id_, version) for id_, version in
            [(1, 1), (1, 2), (2, 1), (2, 2), (0, 0), (4, 0), (1, 0xFFFFFFFF)])
        + q.command("CAPSET", 1, 1, room=100) + q.command("CAPSET", 1, 1, room=24 + 16),
        "drawn_and_shown": context + texture + drawn + show + flush,
        "contexts_that_are_wrong": q.context(0) + q.context(1, 0xFFFFFFFF) + context + of(1, "CTX_CREATE", 4)
        + of(9, "CTX_DESTROY") + of(1, "CTX_DESTROY") + of(1, "CTX_DESTROY"),
        "many_contexts": b"".join(q.context(i, shape=q.LATER) for i in range(1, 16))
        + q.run() + q.RESET + context,
        "resources_in_contexts": context + texture + of(1, "CTX_DETACH", 1, 0)
        + of(1, "CTX_DETACH", 1, 0) + of(1, "CTX_ATTACH", 1, 0) + of(2, "CTX_ATTACH", 1, 0)
        + of(1, "CTX_ATTACH", 9, 0) + q.command("UNREF", 1) + drawn,
        "each_target": context + b"".join(
            of(1, "CREATE_3D", i + 1, target_, 1, 8, 8, 8, depth, layers, 0, 0, 0, 0)
            for i, (target_, depth, layers) in enumerate(
                [(0, 1, 1), (1, 1, 1), (2, 1, 1), (3, 4, 1), (4, 1, 6), (5, 1, 1), (6, 1, 4),
                 (7, 1, 4), (8, 1, 12)])),
        "textures_that_are_wrong": b"".join(
            of(0, "CREATE_3D", 1, 2, format_, 10, width, height, 1, 1, level, samples, 0, 0)
            for format_, width, height, level, samples in
            [(0, 8, 8, 0, 0), (0xFFFFFFFF, 8, 8, 0, 0), (1, 0, 8, 0, 0), (1, 65536, 65536, 0, 0),
             (1, 8, 8, 31, 0), (1, 8, 8, 3, 4), (1, 8, 8, 0, 0xFFFFFFFF), (1, 16384, 16384, 0, 0)]),
        "a_buffer": context + of(1, "CREATE_3D", 1, 0, 64, 1 << 4, 4096, 1, 1, 1, 0, 0, 0, 0)
        + q.attach(1, (q.at(0), 4096)) + of(
            1, "TRANSFER_TO_3D", 8, 0, 0, 64, 1, 1, 8, 0, 1, 0, 0, 0)
        + of(1, "TRANSFER_FROM_3D", 0, 0, 0, 4096, 1, 1, 0, 0, 1, 0, 0, 0),
        "levels": context + of(1, "CREATE_3D", 1, 2, 1, 8, 16, 16, 1, 1, 4, 0, 0, 0)
        + q.attach(1, (q.at(0), 2048)) + b"".join(
            of(1, "TRANSFER_TO_3D", 0, 0, 0, 16 >> level, 16 >> level, 1, 0, 0, 1, level, 0, 0)
            for level in range(6)),
        "transfers": context + texture + of(1, "TRANSFER_TO_3D", *whole)
        + of(1, "TRANSFER_FROM_3D", *whole) + of(0, "TRANSFER_FROM_3D", *whole),
        "boxes_that_are_wrong": context + texture + b"".join(
            of(1, "TRANSFER_TO_3D", *wrong, *whole[6:]) + of(1, "TRANSFER_FROM_3D", *wrong, *whole[6:])
            for wrong in [[0, 0, 0, 17, 8, 1], [0, 0, 0, 0, 8, 1], [0, 0, 1, 16, 8, 1]]),
        "offsets_that_are_wrong": context + texture + b"".join(
            of(1, "TRANSFER_TO_3D", *box, low, high, *whole[8:]) for low, high in
            [(4, 0), (0xFFFFFFFF, 0xFFFFFFFF), (0, 1)]) + of(2, "TRANSFER_TO_3D", *whole),
        "strides_that_are_wrong": context + texture + b"".join(
            of(1, "TRANSFER_FROM_3D", *box, 0, 0, 1, level, stride, layer_stride)
            for level, stride, layer_stride in
            [(1, 0, 0), (0, 1, 1), (0, 0xFFFFFFFF, 0xFFFFFFFF), (0, 64, 1 << 31)]),
        "transfers_of_an_unattached_one": context + of(
            1, "CREATE_3D", 1, 2, 1, 10, 8, 8, 1, 1, 0, 0, 0, 0)
        + of(1, "TRANSFER_FROM_3D", 0, 0, 0, 8, 8, 1, 0, 0, 1),
        "memory_where_regions_meet": context + q.texture(1, 1, 1, 4, 4)
        + q.command("DETACH", 1) + q.attach(1, *(crossing * 15))
        + of(1, "TRANSFER_TO_3D", 0, 0, 0, 4, 4, 1, 0, 0, 1, 0, 0, 0),
        "memory_that_goes": context + texture + drawn + show + q.memory(q.NONE)
        + of(1, "TRANSFER_TO_3D", *whole) + q.memory(q.WHOLE) + q.restart()
        + of(1, "TRANSFER_FROM_3D", *whole) + q.memory(q.SWAPPED) + flush,
        "memory_cut_short": context + texture + of(1, "TRANSFER_TO_3D", *whole, shape=q.LATER)
        + q.shrink(0) + context + texture,
        "submits_that_are_wrong": context + q.submit(9, 0) + q.submit(1) + q.submit(1, 0xFFFFFFFF)
        + of(1, "SUBMIT_3D", 3, 0) + of(1, "SUBMIT_3D", 0xFFFFFFFC, 0) + of(1, "SUBMIT_3D", 8, 0, 0),
        "sub_contexts": context + q.submit(1, *sum(
            [[word(command, 0, 1), id_] for command, id_ in
             [(29, 1), (29, 2), (28, 1), (29, 1), (30, 2), (30, 7), (29, 0), (30, 1)]], []))
        + q.submit(1, word(29, 0, 0)) + q.submit(1, word(30, 0, 2), 1, 1) + q.submit(1, word(48, 0, 1), 0),
        "many_sub_contexts": context + q.submit(
            1, *sum([[word(29, 0, 1), 1 + i] for i in range(28)], [])),
        "commands_that_are_wrong": context + texture + b"".join(
            q.submit(1, *words) for words in [
                surface(1, 9), surface(1, 1, 999), target(7), [word(1, 8, 200)],
                [word(99, 0, 1), 0], [word(3, 8, 1), 5], [word(2, 1, 1), 5]]),
        "fences": context + texture + q.submit(1, *clear, shape=6) + of(1, "CTX_DESTROY", fenced=True)
        + q.command("DISPLAY_INFO", shape=q.FENCE) + q.run() + q.pass_(0, 2) + q.pass_(1, 1) + q.run(),
        "fences_in_another_order": context + q.context(2, 0)
        + of(1, "CTX_ATTACH", 9, 0, fenced=True) + of(2, "CTX_ATTACH", 9, 0, fenced=True)
        + q.pass_(2, 2) + q.pass_(1, 1) + q.run() + q.pass_(1, 0xFFFFFFFF),
        "a_reset_in_mid_fence": context + q.submit(1, 0, shape=6) + q.RESET + q.pass_(1, 1)
        + q.restart() + context + q.submit(1, 0, shape=6) + q.pass_(1, 9),
        "a_restart_in_mid_fence": context + q.submit(1, 0, shape=6) + q.restart(size=4)
        + q.pass_(1, 1) + q.run(),
        "a_context_that_goes_in_mid_fence": context + q.context(2, 0)
        + q.submit(1, 0, shape=6) + q.submit(2, 0, shape=6) + of(1, "CTX_DESTROY") + q.run()
        + q.pass_(2, 9),
        "two_d": q.make(1, 8, 8) + q.show() + q.make(2, 64, 64)
        + q.command("UPDATE_CURSOR", 0, 1, 1, 0, 2, 0, 0, 0, shape=q.OTHER)
        + of(0, "TRANSFER_FROM_3D", 0, 0, 0, 8, 8, 1, 0, 0, 1, 0, 0, 0),
        "submit_that_changes": context + texture + q.submit(1, *target(1), shape=0x22)
        + q.race(4, 0x1000, u32(0xFFFF0007)) + q.run(),
    }


class Front:
    """Operations of fuzz_vhost_user.c."""

    REQUESTS = """GET_FEATURES SET_FEATURES SET_OWNER RESET_OWNER SET_MEM_TABLE SET_VRING_NUM
        SET_VRING_ADDR SET_VRING_BASE GET_VRING_BASE SET_VRING_KICK SET_VRING_CALL SET_VRING_ERR
        GET_PROTOCOL_FEATURES SET_PROTOCOL_FEATURES GET_QUEUE_NUM SET_VRING_ENABLE GET_CONFIG
        SET_CONFIG GPU_SET_SOCKET RESET_DEVICE""".split()
    PASSED = """RAM RAM_AGAIN SMALL EMPTY SEALED KICK_0 KICK_1 CALL FULL PIPE_READ PIPE_WRITE
        PIPE_ENDED PIPE_BROKEN SOCKET NULL DIRECTORY EPOLL""".split()
    NEED_REPLY, NO_VERSION = 8, 0x80
    NO_FD = 0x100

    @staticmethod
    def fds(*names):
        return u8(len(names)) + b"".join(u8(Front.PASSED.index(name)) for name in names)

    @staticmethod
    def message(request, payload=b"\0", *fds, flags=8, change=0):
        known = request in Front.REQUESTS
        which = u8(Front.REQUESTS.index(request)) if known else u8(len(Front.REQUESTS)) + u32(request)
        return u8(0) + which + u8(flags) + u8(change) + Front.fds(*fds) + payload

    @staticmethod
    def value(low):
        return u16(low) + u8(0)

    @staticmethod
    def long(value):
        return u16(0) + u8(1) + u64(value)

    @staticmethod
    def state(index, value):
        return u8(index) + number(value)

    @staticmethod
    def address(index, descriptors, available, used):
        return u8(index) + u8(descriptors) + u8(available) + u8(used)

    @staticmethod
    def regions(*regions, count=None):
        count = len(regions) if count is None else count
        return u8(count) + u8(len(regions)) + b"".join(
            number(guest) + number(size) + u8(place) + number(offset)
            for guest, size, place, offset in regions)

    @staticmethod
    def config(offset, size, data=None):
        data = bytes(size) if data is None else data
        return numbers(offset, size, 0) + u8(len(data)) + data

    @staticmethod
    def bytes_(data, *fds):
        return u8(1) + u8(len(data)) + Front.fds(*fds) + data

    @staticmethod
    def start(rings=3, features=1):
        return u8(2) + u8(rings) + u8(features)

    @staticmethod
    def chain(ring, type_, *words):
        return u8(3) + u8(ring) + u8(type_) + numbers(*(list(words) + [0] * 8)[:8])

    @staticmethod
    def kick(which):
        return u8(4) + u8(which)

    @staticmethod
    def write(where, data):
        return u8(5) + u16(where) + u8(len(data)) + data

    @staticmethod
    def turn(times=10):
        return u8(6) + u8(times)

    @staticmethod
    def pieces(size):
        return u8(7) + u8(size)

    @staticmethod
    def shrink(pages):
        return u8(8) + u8(pages)

    AGAIN = u8(9)

    @staticmethod
    def second(when):
        return u8(10) + u8(when)

    @staticmethod
    def close(way):
        return u8(11) + u8(way)

    @staticmethod
    def flood(count):
        return u8(12) + u8(count)

    RESET = u8(13)
    PANEL_COMES, PANEL_READY, PANEL_READS, PANEL_GOES = (u8(14) + u8(what) for what in range(4))

    @staticmethod
    def panel(data):
        return u8(14) + u8(len(data)) + data

    @staticmethod
    def show(output, width, height):
        return u8(15) + u8(output) + numbers(width, height)


def vhost_user():
    f = Front
    page = 4096
    memory = f.message("SET_MEM_TABLE", f.regions((0, 0x10000, 0, 0)), "RAM")
    ring = [
        f.message("SET_VRING_NUM", f.state(0, 8)),
        f.message("SET_VRING_BASE", f.state(0, 0)),
        f.message("SET_VRING_ADDR", f.address(0, 0, 1, 2)),
        f.message("SET_VRING_KICK", f.value(0), "KICK_0"),
        f.message("SET_VRING_CALL", f.value(0), "CALL"),
        f.message("SET_VRING_ENABLE", f.state(0, 1)),
    ]
    features = f.message("SET_FEATURES", f.long(1 << 32 | 1 << 30 | 3 << 28))
    by_hand = features + memory + b"".join(ring)
    create = f.chain(0, 1, 1, 1, 8, 8)
    return {
        "started": f.start() + f.turn(),
        "a_command_on_each_ring": f.start() + create + f.chain(1, 1) + f.turn(),
        "many_commands": f.start() + f.chain(0, 10, 0) * 6 + f.turn() + f.chain(0, 0) * 6,
        "started_by_hand": by_hand + f.kick(0) + f.turn(),
        "started_without_protocol_features": f.message("SET_FEATURES", f.long(1 << 32)) + memory
        + b"".join(ring[:5]) + f.chain(0, 0) + f.turn(),
        "what_is_asked": b"".join(f.message(request, flags=0) for request in [
            "GET_FEATURES", "GET_PROTOCOL_FEATURES", "GET_QUEUE_NUM"]) + f.turn()
        + f.message("SET_OWNER") + f.message("RESET_OWNER")
        + f.message("SET_PROTOCOL_FEATURES", f.value(0x2209)),
        "configuration": b"".join(
            f.message("GET_CONFIG", f.config(offset, size)) for offset, size in
            [(0, 24), (0, 32), (255, 1), (256, 0)])
        + f.message("GET_CONFIG", f.config(250, 10)) + f.message("GET_CONFIG", f.config(0, 300, b""))
        + f.message("GET_CONFIG", f.config(0, 4, bytes(8)))
        + f.message("SET_CONFIG", f.config(4, 4)) + f.message("SET_CONFIG", f.config(4, 5, b"")),
        "paused_and_continued": f.start() + create + f.turn()
        + f.message("SET_VRING_ENABLE", f.state(0, 0)) + f.message("GET_VRING_BASE", f.state(0, 0))
        + f.start() + create,
        "reset": f.start() + create + f.turn() + f.RESET + create + f.turn()
        + f.message("RESET_DEVICE"),
        "a_base_that_jumps": by_hand + f.message("GET_VRING_BASE", f.state(0, 0)) + ring[1].replace(
            f.state(0, 0), f.state(0, 5)) + ring[3] + f.message("SET_VRING_BASE", f.state(0, 65536)),
        "no_such_ring": b"".join(
            f.message(request, f.state(2, 1)) for request in
            ["SET_VRING_NUM", "SET_VRING_BASE", "GET_VRING_BASE", "SET_VRING_ENABLE"])
        + f.message("SET_VRING_ADDR", f.address(9, 0, 0, 0))
        + f.message("SET_VRING_KICK", f.value(4), "KICK_0"),
        "ring_sizes": b"".join(
            f.message("SET_VRING_NUM", f.state(0, size)) + ring[3]
            for size in [0, 1, 3, 1024, 2048, 0xFFFFFFFF]),
        "ring_addresses": memory + ring[0] + b"".join(
            f.message("SET_VRING_ADDR", f.address(0, *places)) + ring[3] for places in
            [(0xF1, 1, 2), (0, 0xF1, 2), (0, 1, 0xF2), (0xF4, 1, 2), (0, 0xF5, 1), (0, 1, 0xF7),
             (1, 1, 1)]),
        "rings_over_each_other": memory + ring[0] + f.message(
            "SET_VRING_ADDR", f.address(0, 1, 1, 1)) + b"".join(ring[3:])
        + f.write(2050, u16(1)) + f.kick(0) + f.turn(200),
        "each_descriptor_as_memory": b"".join(
            f.message("SET_MEM_TABLE", f.regions((0, page, 0, 0)), name) for name in f.PASSED),
        **{f"{name.lower()}_as_kick": f.start() + f.message(
            "SET_VRING_KICK", f.value(0), name) + create + f.kick(2) + f.turn()
           for name in f.PASSED},
        **{f"{name.lower()}_as_call": f.start() + f.message(
            "SET_VRING_CALL", f.value(0), name) + create + f.turn() for name in f.PASSED},
        "each_descriptor_as_error": b"".join(
            f.message("SET_VRING_ERR", f.value(1), name) for name in f.PASSED) + memory + ring[3],
        "each_descriptor_as_gpu_socket": b"".join(
            f.message("GPU_SET_SOCKET", b"\0", name) for name in f.PASSED),
        "no_descriptor": f.message("SET_VRING_KICK", f.value(f.NO_FD))
        + f.message("SET_VRING_CALL", f.value(f.NO_FD)) + f.message("SET_VRING_ERR", f.value(f.NO_FD))
        + f.message("SET_VRING_KICK", f.value(0)) + f.message("GPU_SET_SOCKET")
        + f.message("SET_VRING_CALL", f.value(f.NO_FD), "CALL"),
        "too_many_descriptors": f.message("GET_FEATURES", b"\0", "RAM")
        + f.message("SET_VRING_CALL", f.value(0), "CALL", "CALL") + f.message("SET_OWNER", b"\0",
                                                                             *["CALL"] * 12),
        "memory_tables": b"".join(
            f.message("SET_MEM_TABLE", f.regions(*regions), *["RAM"] * len(regions)) for regions in [
                [], [(0, page, 0, 0), (1, page, 1, page)], [(i, page, i, i * page) for i in range(8)],
                [(0, 0, 0, 0)], [(0, 0x10001, 0, 0)], [(0, page, 0, 0x10000)], [(0, page, 0xF8, 0)],
                [(0, 0xFFFFFFFF, 0xF7, 0xFFFFFFFF)], [(0, 1, 0, 1), (0, page, 0, 0)]]),
        "memory_tables_that_do_not_add_up": f.message(
            "SET_MEM_TABLE", f.regions((0, page, 0, 0), count=2), "RAM", "RAM")
        + f.message("SET_MEM_TABLE", f.regions((0, page, 0, 0), count=9), *["RAM"] * 9)
        + f.message("SET_MEM_TABLE", f.regions((0, page, 0, 0)))
        + f.message("SET_MEM_TABLE", f.regions(count=0xFF)),
        "memory_that_goes_while_it_runs": f.start() + create + f.turn()
        + f.message("SET_MEM_TABLE", f.regions()) + f.kick(0) + f.start() + create + f.turn(),
        "memory_cut_short": f.start() + create + f.turn() + f.shrink(0) + f.kick(0) + f.turn()
        + f.AGAIN + f.start(),
        "memory_cut_short_at_the_rings": by_hand + f.shrink(1) + f.kick(0) + f.turn(),
        "a_ring_that_breaks": f.start() + f.message("SET_VRING_ERR", f.value(0), "PIPE_WRITE")
        + f.write(130, u16(999)) + f.kick(0) + f.turn() + f.RESET + create,
        "a_pipe_as_kick": by_hand + f.message("SET_VRING_KICK", f.value(0), "PIPE_READ") + create
        + f.kick(2) + f.turn(),
        "sizes_that_are_wrong": f.message("GET_FEATURES", u8(1) + b"x") + b"".join(
            f.message("SET_VRING_NUM", f.state(0, 8), change=change) for change in [-1, 1, -8, 127])
        + f.message("SET_FEATURES", f.value(1), change=-1),
        "refused_without_an_answer": f.message("SET_VRING_NUM", f.state(7, 8), flags=0) + f.turn()
        + f.message("GET_FEATURES") + f.AGAIN + f.message("GET_FEATURES"),
        "no_such_request": f.message(0) + f.message(40) + f.message(0xFFFFFFFF) + f.message(40, flags=0),
        "wrong_version": f.message("GET_FEATURES", flags=f.NO_VERSION | 0) + f.AGAIN
        + f.message("GET_FEATURES", flags=f.NO_VERSION | 2),
        "too_long": f.bytes_(u32(1) + u32(1) + u32(0xFFFFFFFF)) + f.AGAIN
        + f.bytes_(u32(5) + u32(1) + u32(273)),
        "in_pieces": f.pieces(5) + features + f.pieces(1) + memory + f.pieces(13) + ring[2]
        + f.start() + create,
        "cut_off": f.bytes_(u32(5) + u32(9), "RAM") + f.AGAIN + f.bytes_(b"\x01"),
        "descriptors_with_pieces": f.bytes_(u32(9) + u32(9), "CALL", "CALL", "CALL")
        + f.bytes_(u32(8), *["CALL"] * 7) + f.bytes_(u64(0), "KICK_0"),
        "again_and_again": f.start() + create + f.AGAIN + f.start() + create + f.AGAIN,
        "a_second_front_end": f.start() + f.second(0) + f.second(3) + create + f.turn(),
        "a_second_one_that_leaves_at_once": f.second(2) + f.second(1) + f.start() + create,
        "another_in_its_place": f.start() + create + f.second(4) + f.start() + create + f.turn(),
        "another_when_it_closed": f.start() + f.close(1) + f.second(1) + f.turn(),
        "closed_in_each_way": f.start() + f.close(0) + f.turn() + f.AGAIN + f.start() + f.close(1)
        + f.AGAIN + f.message("GET_FEATURES") + f.close(2),
        "a_panel": f.start() + f.PANEL_COMES + f.PANEL_READY + f.show(0, 64, 48) + f.show(1, 8, 8)
        + f.PANEL_READS + f.RESET + f.PANEL_READS,
        "a_panel_of_a_guest_that_runs": f.start() + f.show(0, 64, 48) + f.chain(1, 1)
        + f.PANEL_COMES + f.PANEL_READY + f.PANEL_READS + f.show(0, 32, 32) + f.PANEL_READS,
        "a_panel_that_does_not_read": f.start() + f.PANEL_COMES + f.PANEL_READY
        + f.show(0, 511, 511) + f.show(1, 255, 255) + f.turn() + f.PANEL_READS + f.PANEL_READS,
        "panels_one_after_another": f.start() + f.PANEL_COMES + f.PANEL_READY + f.PANEL_COMES
        + f.show(0, 8, 8) + f.PANEL_READY + f.PANEL_READS + f.PANEL_GOES + f.show(0, 9, 9),
        "a_panel_that_says_something_else": f.start() + f.PANEL_COMES + f.panel(u32(7) + u32(4))
        + f.panel(u32(8) + u64(0)) + f.PANEL_COMES + f.PANEL_READY + f.panel(u32(1)),
        "a_panel_with_a_pointer": f.start() + f.PANEL_COMES + f.PANEL_READY + f.show(0, 32, 32)
        + f.chain(1, 0, 0, 5, 5, 0, 1, 2, 2) + f.PANEL_READS + f.chain(1, 1, 0, 6, 6, 0, 1)
        + f.PANEL_READS + f.chain(1, 0, 0) + f.PANEL_READS,
        "a_panel_that_is_too_narrow": f.start() + f.PANEL_COMES + f.PANEL_READY
        + f.show(0, 16385, 1) + f.PANEL_READS + f.show(1, 16384, 1) + f.PANEL_READS,
        "a_panel_in_pieces": f.PANEL_COMES + f.panel(u32(1)) + f.turn() + f.panel(u32(4) + u32(8))
        + f.turn() + f.panel(u64(1)) + f.start() + f.show(1, 4, 4) + f.PANEL_READS,
        "answers_that_nobody_reads": f.flood(0xFF) + f.AGAIN + f.flood(3) + f.turn(),
    }


def input_queue():
    keyboard, tablet, mouse, touch = range(4)
    key, position, motion, wheel, down, move, up = range(7)

    def device(kind, size=2):
        return u8(kind) + u8(size)

    def change(kind, code=0, x=0, y=0):
        return u8(0) + u8(kind) + u8(code) + u16(x) + u16(y)

    def offer(count):
        return u8(1) + u8(count)

    def buffer(ring, length, flags=2, next_=0, head=0):
        return u8(2) + u8(ring) + number(length) + u8(flags) + u8(next_) + number(head)

    def status(type_, code, value, size=8):
        return u8(3) + u16(type_) + u16(code) + u8(value) + u8(size)

    def config(offset, *data):
        return u8(4) + u8(offset) + u8(len(data)) + bytes(data)

    turn, pause, go, boot = (u8(operation) for operation in range(5, 9))

    def index(ring, more, event=0):
        return u8(9) + u8(ring) + u16(more) + u16(event)

    def write(where, data):
        return u8(10) + u16(where) + u8(len(data)) + data

    def press(code):
        return change(key, code, 1) + change(key, code, 0)

    return {
        "keys": device(keyboard) + offer(4) + press(30) + turn + offer(4) + press(31) + turn,
        "keys_that_stay_down": device(keyboard) + offer(2) + change(key, 30, 1) + change(key, 42, 1)
        + turn + offer(1) + turn,
        "keys_before_there_is_room": device(keyboard) + press(30) + change(key, 31, 1) + turn
        + offer(7) + turn + offer(7),
        "keys_across_a_reset": device(keyboard) + offer(4) + change(key, 30, 1) + turn + boot
        + change(key, 30, 0) + offer(4) + turn,
        "keys_across_a_pause": device(keyboard) + offer(4) + change(key, 30, 1) + turn + pause
        + change(key, 30, 0) + change(key, 31, 1) + change(key, 30, 1) + go + offer(4) + turn,
        "more_than_the_queue_holds": device(keyboard, 0) + b"".join(
            press(1 + i % 80) for i in range(16)) + change(key, 5, 1) + offer(1) + turn,
        "a_wheel_and_buttons": device(mouse) + offer(7) + change(wheel, 0, 1) + change(wheel, 0, 1)
        + change(wheel, 0, 0xFFFF) + change(key, 0xF0, 1) + change(motion, 0, 5, 0xFFFB) + turn,
        "motion_adds_up": device(mouse) + b"".join(
            change(motion, 0, 0x7FFF, 0x8000) for _ in range(6)) + offer(4) + turn,
        "positions": device(tablet) + offer(7) + change(position, 0, 1, 2) + change(position, 0, 1, 2)
        + change(position, 0, 0x7FFF, 0) + turn + pause + change(position, 0, 9, 9) + go,
        "fingers": device(touch) + offer(7) + change(down, 0, 1, 1) + change(down, 9, 2, 2) + turn
        + offer(7) + change(move, 0, 3, 3) + change(move, 9, 4, 4) + change(up, 0) + turn,
        "a_finger_that_comes_again": device(touch, 0) + change(down, 1, 1, 1) + change(up, 1)
        + change(down, 1, 5, 5) + change(down, 1, 6, 6) + change(move, 2, 1, 1) + change(up, 2)
        + offer(1) + turn,
        "all_fingers": device(touch, 7) + b"".join(change(down, i, i, i) for i in range(10))
        + offer(7) + turn + b"".join(change(move, i, i, 99) for i in range(10)) + boot,
        "lights": device(keyboard) + status(0x11, 0, 1) + status(0x11, 1, 1) + status(0x11, 2, 1)
        + turn + status(0x11, 1, 0) + status(0x11, 9, 1) + turn + boot,
        "statuses_that_are_wrong": device(keyboard) + status(0x11, 1, 1, 7) + status(0x11, 1, 1, 0)
        + status(0x11, 1, 1, 16) + status(1, 1, 1) + turn,
        "what_each_says_of_itself": b"".join([device(keyboard)] + [
            config(0, select, subsel) for select, subsel in
            [(1, 0), (2, 0), (3, 0), (0x10, 0), (0x11, 1), (0x11, 2), (0x11, 3), (0x11, 0x11)]]),
        "what_a_touch_screen_says": device(touch) + config(0, 0x11, 3) + config(0, 0x12, 0)
        + config(0, 0x12, 53) + config(0, 0x10, 0) + config(0, 0x12, 255),
        "what_a_mouse_says": device(mouse) + config(0, 0x11, 2) + config(0, 0x11, 1) + config(0, 1, 5),
        "configurations_that_are_wrong": device(tablet) + config(1, 3) + config(2, 1) + config(255, 1)
        + config(0) + config(1, 1, 2, 3) + config(0, 255, 255),
        "buffers_that_are_wrong": device(keyboard) + change(key, 30, 1) + buffer(0, 7) + turn
        + buffer(0, 0, head=1) + turn + buffer(0, 8, flags=0, head=2) + turn + buffer(0, 9, head=3) + turn,
        "a_loop": device(keyboard) + change(key, 30, 1) + buffer(0, 1, flags=3) + turn,
        "no_such_head": device(keyboard) + change(key, 30, 1) + buffer(0, 8, head=200) + turn + boot
        + buffer(1, 8, flags=0, head=200) + turn,
        "an_index_that_jumps": device(mouse) + change(motion, 0, 1, 1) + index(0, 99) + turn + boot
        + index(1, 0x8000) + turn,
        "rings_that_change": device(touch) + change(down, 1, 1, 1) + offer(2)
        + write(0, u64(1 << 40) + u32(8)) + turn + write(64, bytes(16)) + turn,
    }


def display_bus():
    (register, set_ui_info, press, release, button, button_up, absolute, relative, touch, get, get_all,
     set_, introspect, objects, ping, anywhere) = range(16)
    socket, file, event, none = range(4)
    line_external, _, _, _, line_fds, line_cancel, _, line_begin, line_empty, _ = range(10)

    def call(method, output, *arguments, signature=0, flags=0):
        return u8(0) + u8(method) + u8(output) + u8(signature) + u8(flags) + b"".join(
            argument if isinstance(argument, bytes) else number(argument) for argument in arguments)

    def text(data):
        return u8(len(data)) + data

    def raw(data):
        return u8(1) + u8(len(data)) + data

    def line(which):
        return u8(2) + u8(which)

    begin, turn, leave = u8(3), u8(4), u8(6)

    def client(index):
        return u8(5) + u8(index)

    surface, update, off, cursor, pointer, devices = range(6)

    def guest(what, output=0):
        return u8(7) + u8(what) + u8(output)

    hello, reads, answers, goes, maps = (u8(8) + u8(what) for what in range(5))
    double = struct.Struct("<d").pack
    listener = call(register, 0, u8(socket)) + turn
    console = b"org.qemu.Display1.Console"
    return {
        "a_viewer": begin + guest(surface) + listener + hello + answers + u8(4) + guest(update)
        + reads + answers + u8(4) + guest(cursor) + guest(pointer) + reads + guest(off) + reads,
        "a_viewer_that_maps": begin + guest(surface) + listener + hello + maps + reads + answers + u8(1)
        + guest(update) * 2 + reads + answers + u8(3) + guest(surface) + guest(off) + reads,
        "a_viewer_that_falls_behind": begin + guest(surface) + listener + hello + maps
        + (guest(update) + guest(surface) + guest(cursor) + guest(pointer)) * 3 + reads + answers
        + u8(15) + reads,
        "a_listener_that_says_nothing": begin + guest(surface) + listener + guest(update) * 3 + turn,
        "a_listener_that_goes": begin + guest(surface) + listener + hello + goes + guest(update) + turn,
        "a_listener_that_says_something_else": begin + listener + hello + raw(b"x" * 20)
        + u8(8) + u8(16) + b"l" + bytes(15) + turn,
        "listeners_on_each_output": begin + b"".join(
            call(register, output, u8(socket)) + turn for output in range(3)) * 2,
        "descriptors_that_are_wrong": begin + b"".join(
            call(register, 0, u8(which)) + turn for which in [file, event, none])
        + call(register, 0, signature=2) + turn,
        "keys": begin + call(press, 0, 30) + call(press, 0, 200) + call(release, 0, 30)
        + call(press, 0, 0xFFFFFFFF) + call(press, 0, 256) + call(release, 1, 5) + turn,
        "keys_that_two_hold": begin + call(press, 0, 30) + client(1) + begin + call(press, 0, 30)
        + call(release, 0, 30) + turn + leave + call(press, 0, 31) + turn,
        "buttons": begin + b"".join(call(button, 0, i) for i in range(9)) + call(button_up, 0, 3)
        + call(button_up, 0, 0) + turn,
        "positions": begin + guest(surface) + b"".join(
            call(absolute, 0, x, y) for x, y in [(0, 0), (15, 15), (16, 0), (0xFFFFFFFF, 1)])
        + call(absolute, 1, 0, 0) + call(relative, 0, 1, 0xFFFFFFFF) + guest(devices)
        + call(relative, 0, 1, 0xFFFFFFFF) + turn,
        "fingers": begin + guest(surface) + b"".join(
            call(touch, 0, kind, u64(slot), double(x), double(y)) for kind, slot, x, y in
            [(0, 0, 1.5, 2.5), (1, 0, 3, 3), (0, 9, 15.9, 0), (2, 0, 0, 0), (0, 10, 1, 1), (1, 3, 1, 1),
             (9, 1, 1, 1), (0, 1, -1, 1e300), (0, 2, float("nan"), float("inf"))]) + turn,
        "sizes": begin + call(set_ui_info, 0, 300, 200, 0, 0, 1920, 1080) + call(
            set_ui_info, 0, 0, 0, 0xFFFFFFFF, 0x80000000, 0, 0) + call(
                set_ui_info, 1, 0, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF) + call(set_ui_info, 2) + turn,
        "properties": begin + call(get_all, 0, text(console)) + call(
            get, 0, text(console), text(b"Width")) + call(get, 0, text(console), text(b"Nothing"))
        + call(set_, 0, text(console), text(b"Width"), 5) + call(get_all, 0, text(b"")) + turn,
        "the_vm": begin + call(get_all, 255, text(b"org.qemu.Display1.VM")) + call(introspect, 255) + turn,
        "what_is_there": begin + call(introspect, 0) + call(objects, 2) + call(ping, 0)
        + call(anywhere, 0, 30) + turn,
        "signatures_that_are_wrong": begin + b"".join(
            call(press, 0, 1, 1, 1, 1, signature=i) + turn for i in range(1, 13)),
        "calls_that_want_no_answer": begin + call(press, 0, 1, flags=1) + call(press, 0, 1, flags=3) + turn,
        "a_handshake_by_lines": raw(b"\0") + line(line_external) + turn + line(line_fds) + turn
        + line(line_begin) + turn + call(ping, 0) + turn,
        "a_handshake_that_ends": raw(b"\0") + line(line_cancel) * 20 + turn + leave + line(line_begin),
        "a_handshake_that_is_too_long": raw(b"\0" + b"A" * 200) + raw(b"B" * 100) + turn,
        "an_empty_handshake": line(line_empty) * 3 + turn + leave + raw(bytes(40)) + turn,
        "the_first_call_at_once": raw(b"\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n")
        + call(register, 0, u8(socket)) + turn,
        "messages_that_are_wrong": begin + raw(b"l\1\0\1" + u32(0xFFFFFFFF) + u32(1) + u32(8)) + turn
        + leave + begin + raw(b"B" * 100) + turn,
        "clients_come_and_go": begin + client(1) + begin + client(2) + leave + client(2) + begin
        + call(ping, 0) + turn,
        "lights": begin + listener + guest(devices) + call(press, 0, 1) + guest(devices, 1) + turn,
    }


TARGETS = {
    "control_queue": control_queue,
    "control_queue_3d": three_d,
    "control_queue_gl": three_d,
    "cursor_queue": cursor_queue,
    "display_bus": display_bus,
    "input_queue": input_queue,
    "vhost_user": vhost_user,
}


def main():
    is_check = sys.argv[1:] == ["--check"]
    differing = []
    for target, seeds in TARGETS.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        wanted = seeds()
        there = {path.name for path in folder.iterdir() if not path.name.startswith("found-")}
        for name in sorted(there | set(wanted)):
            path = folder / name
            if name in wanted and name in there and path.read_bytes() == wanted[name]:
                continue
            differing.append(path)
            if is_check:
                continue
            if name in wanted:
                path.write_bytes(wanted[name])
            else:
                path.unlink()
    for path in differing:
        print(path.relative_to(CORPUS))
    return 1 if is_check and differing else 0


if __name__ == "__main__":
    sys.exit(main())

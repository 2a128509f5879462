# SPDX-License-Identifier: GPL-3.0-or-later
"""gpu-bridge's display bus, watched and driven by a client that shares nothing with it:
GLib's own D-Bus (GDBus), which is what QEMU's clients are made of."""

import mmap
import os
import socket
import subprocess
import time
import unittest

from gi.repository import Gio, GLib

PATIENCE_S = 10
CONSOLE = "org.qemu.Display1.Console"
KEYBOARD = "org.qemu.Display1.Keyboard"
MOUSE = "org.qemu.Display1.Mouse"
MULTITOUCH = "org.qemu.Display1.MultiTouch"
MAP = "org.qemu.Display1.Listener.Unix.Map"

# What a client has to serve: QEMU's ui/dbus-display1.xml, in part.
LISTENER = Gio.DBusNodeInfo.new_for_xml("""
<node>
  <interface name="org.qemu.Display1.Listener">
    <method name="Scanout">
      <arg type="u" direction="in"/><arg type="u" direction="in"/><arg type="u" direction="in"/>
      <arg type="u" direction="in"/><arg type="ay" direction="in"/>
    </method>
    <method name="Update">
      <arg type="i" direction="in"/><arg type="i" direction="in"/><arg type="i" direction="in"/>
      <arg type="i" direction="in"/><arg type="u" direction="in"/><arg type="u" direction="in"/>
      <arg type="ay" direction="in"/>
    </method>
    <method name="Disable"/>
    <method name="MouseSet">
      <arg type="i" direction="in"/><arg type="i" direction="in"/><arg type="i" direction="in"/>
    </method>
    <method name="CursorDefine">
      <arg type="i" direction="in"/><arg type="i" direction="in"/><arg type="i" direction="in"/>
      <arg type="i" direction="in"/><arg type="ay" direction="in"/>
    </method>
    <property name="Interfaces" type="as" access="read"/>
  </interface>
  <interface name="org.qemu.Display1.Listener.Unix.Map">
    <method name="ScanoutMap">
      <arg type="h" direction="in"/><arg type="u" direction="in"/><arg type="u" direction="in"/>
      <arg type="u" direction="in"/><arg type="u" direction="in"/><arg type="u" direction="in"/>
    </method>
    <method name="UpdateMap">
      <arg type="i" direction="in"/><arg type="i" direction="in"/><arg type="i" direction="in"/>
      <arg type="i" direction="in"/>
    </method>
  </interface>
</node>""")

X8R8G8B8 = 0x20020888


class Server:
    """The bus, with a guest and devices that do as they are told."""

    def __init__(self):
        self._process = subprocess.Popen(
            [os.environ["BUS_SERVER"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.path = self._process.stdout.readline().split()[1]

    def tell(self, *words):
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")

    def stop(self):
        self._process.communicate()
        return self._process.returncode


class Viewer:
    """A client with a listener on one output, and the picture that it was told of."""

    def __init__(self, path, output=0, maps=True):
        self.maps = maps
        self.calls = []
        self.size = (0, 0)
        self.picture = bytearray()
        self.console = f"/org/qemu/Display1/Console_{output}"
        self.changes = []
        self._map = None
        self.bus = Gio.DBusConnection.new_for_address_sync(
            f"unix:path={path}", Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
        self.bus.signal_subscribe(
            None, "org.freedesktop.DBus.Properties", "PropertiesChanged", None, None,
            Gio.DBusSignalFlags.NONE, lambda *signal: self.changes.append(signal[5].unpack()))
        # The first call of all, with a descriptor: it may come together with the handshake's end.
        self._register()

    def _register(self):
        ours, theirs = socket.socketpair()
        descriptors = Gio.UnixFDList.new()
        descriptors.append(theirs.fileno())
        self.bus.call_with_unix_fd_list_sync(
            None, self.console, CONSOLE, "RegisterListener", GLib.Variant("(h)", (0,)), None,
            Gio.DBusCallFlags.NONE, -1, descriptors, None)
        theirs.close()
        stream = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
        self.listener = Gio.DBusConnection.new_sync(
            stream, None, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.DELAY_MESSAGE_PROCESSING, None, None)
        for interface in LISTENER.interfaces:
            if self.maps or interface.name != MAP:
                self.listener.register_object(
                    "/org/qemu/Display1/Listener", interface, self._handle_call,
                    self._handle_get, None)
        self.listener.start_message_processing()

    def _handle_get(self, connection, sender, path, interface, name):
        return GLib.Variant("as", [MAP] if self.maps else [])

    def _handle_call(self, connection, sender, path, interface, method, arguments, invocation):
        self.calls.append(method)
        children = map(arguments.get_child_value, range(arguments.n_children()))
        # unpack() would make a list of numbers of a picture.
        values = [child.get_data_as_bytes().get_data()
                  if child.get_type_string() == "ay" else child.unpack() for child in children]
        getattr(self, "_" + method)(invocation, *values)
        invocation.return_value(None)

    def _begin(self, width, height, stride, pixel_format):
        assert pixel_format == X8R8G8B8 and stride >= width * 4
        self.size = (width, height)
        self.picture = bytearray(width * height * 4)

    def _take(self, x, y, width, height, stride, data, offset=0):
        for row in range(height):
            to = ((y + row) * self.size[0] + x) * 4
            at = offset + row * stride
            self.picture[to:to + width * 4] = data[at:at + width * 4]

    def _ScanoutMap(self, invocation, handle, offset, width, height, stride, pixel_format):
        self._begin(width, height, stride, pixel_format)
        descriptor = invocation.get_message().get_unix_fd_list().get(handle)
        self._map = mmap.mmap(descriptor, offset + stride * height, prot=mmap.PROT_READ)
        self._offset, self._stride = offset, stride
        os.close(descriptor)

    def _UpdateMap(self, invocation, x, y, width, height):
        self._take(x, y, width, height, self._stride, self._map,
                   self._offset + y * self._stride + x * 4)

    def _Scanout(self, invocation, width, height, stride, pixel_format, data):
        assert len(data) == stride * height
        self._begin(width, height, stride, pixel_format)
        self._take(0, 0, width, height, stride, data)

    def _Update(self, invocation, x, y, width, height, stride, pixel_format, data):
        assert pixel_format == X8R8G8B8 and len(data) == stride * height
        self._take(x, y, width, height, stride, data)

    def _Disable(self, invocation):
        self.size, self.picture = (0, 0), bytearray()

    def _MouseSet(self, invocation, *position):
        self.pointer = position

    def _CursorDefine(self, invocation, width, height, hot_x, hot_y, data):
        assert len(data) == width * height * 4
        self.cursor = (width, height, hot_x, hot_y, data[:4])

    def is_all(self, colour, size):
        pixel = colour.to_bytes(4, "little")[:3]
        return self.size == size and all(
            self.picture[i::4] == bytes([pixel[i]]) * (size[0] * size[1]) for i in range(3))

    def pixel(self, x, y):
        at = (y * self.size[0] + x) * 4
        return int.from_bytes(self.picture[at:at + 3], "little")

    def call(self, interface, method, signature="()", *arguments):
        return self.bus.call_sync(None, self.console, interface, method,
                                  GLib.Variant(signature, arguments), None,
                                  Gio.DBusCallFlags.NONE, PATIENCE_S * 1000, None)


class GDBus(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(lambda: self.assertEqual(self.server.stop(), 0))
        self.server.tell("show", 0, 320, 240, "ff0000")

    def viewer(self, **options):
        return Viewer(self.server.path, **options)

    def wait_until(self, condition):
        deadline = time.monotonic() + PATIENCE_S
        # Nothing is missed: this wakes up for events, and now and then by itself.
        timer = GLib.timeout_add(20, lambda: True)
        while not condition():
            self.assertLess(time.monotonic(), deadline, "did not come true")
            GLib.MainContext.default().iteration(True)
        GLib.source_remove(timer)

    def expect_error(self, name, call, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            call(*arguments)
        self.assertEqual(Gio.DBusError.get_remote_error(caught.exception), name)

    def see_a_guest_at_work(self, viewer):
        self.wait_until(lambda: viewer.is_all(0xff0000, (320, 240)))
        self.server.tell("draw", 0, 5, 7, 11, 13, "00ff00")
        self.wait_until(lambda: viewer.pixel(5, 7) == 0x00ff00)
        self.assertEqual([viewer.pixel(15, 19), viewer.pixel(16, 19), viewer.pixel(15, 20)],
                         [0x00ff00, 0xff0000, 0xff0000])
        self.server.tell("show", 0, 101, 33, "123456")
        self.wait_until(lambda: viewer.is_all(0x123456, (101, 33)))
        self.server.tell("disable", 0)
        self.wait_until(lambda: viewer.size == (0, 0))
        self.server.tell("show", 0, 64, 48, "0000ff")
        self.wait_until(lambda: viewer.is_all(0x0000ff, (64, 48)))

    def test_a_viewer_that_maps_sees_what_the_guest_draws(self):
        viewer = self.viewer()
        self.see_a_guest_at_work(viewer)
        self.assertEqual(set(viewer.calls), {"ScanoutMap", "UpdateMap", "Disable"})

    def test_a_viewer_that_takes_copies_sees_the_same(self):
        viewer = self.viewer(maps=False)
        self.see_a_guest_at_work(viewer)
        self.assertEqual(set(viewer.calls), {"Scanout", "Update", "Disable"})

    def test_the_objects_are_found_as_qemu_s_are(self):
        viewer = self.viewer()
        manager = Gio.DBusObjectManagerClient.new_sync(
            viewer.bus, Gio.DBusObjectManagerClientFlags.NONE, None, "/org/qemu/Display1", None,
            None, None)
        self.assertEqual(
            {item.get_object_path() for item in manager.get_objects()},
            {f"/org/qemu/Display1/{name}" for name in ("VM", "Console_0", "Console_1")})
        machine = manager.get_interface("/org/qemu/Display1/VM", "org.qemu.Display1.VM")
        self.assertEqual(machine.get_cached_property("Name").unpack(), "stage")
        self.assertEqual(machine.get_cached_property("ConsoleIDs").unpack(), [0, 1])
        console = manager.get_interface("/org/qemu/Display1/Console_0", CONSOLE)
        self.assertEqual(console.get_cached_property("Width").unpack(), 320)
        self.assertEqual(console.get_cached_property("Interfaces").unpack(),
                         [KEYBOARD, MOUSE, MULTITOUCH])

    def test_introspection_names_what_there_is(self):
        text = self.viewer().call("org.freedesktop.DBus.Introspectable", "Introspect").unpack()[0]
        node = Gio.DBusNodeInfo.new_for_xml(text)
        signature = [arg.signature for arg in
                     node.lookup_interface(CONSOLE).lookup_method("SetUIInfo").in_args]
        self.assertEqual(signature, ["q", "q", "i", "i", "u", "u"])
        for interface, methods in ((KEYBOARD, ("Press", "Release")),
                                   (MOUSE, ("Press", "Release", "SetAbsPosition", "RelMotion")),
                                   (MULTITOUCH, ("SendEvent",))):
            for method in methods:
                self.assertTrue(node.lookup_interface(interface).lookup_method(method), method)

    def test_a_mode_that_is_asked_for_comes(self):
        viewer = self.viewer(output=1)
        self.wait_until(lambda: "Disable" in viewer.calls)
        viewer.call(CONSOLE, "SetUIInfo", "(qqiiuu)", 0, 0, 0, 0, 80, 60)
        self.wait_until(lambda: viewer.is_all(0x0000ff, (80, 60)))
        self.wait_until(lambda: any(
            change[0] == CONSOLE and change[1] == {"Width": 80, "Height": 60}
            for change in viewer.changes))

    def test_the_pointer_is_told(self):
        viewer = self.viewer()
        self.server.tell("cursor", 0, 3, 4, "80112233")
        self.server.tell("pointer", 0, -5, 17, 1)
        self.wait_until(lambda: getattr(viewer, "pointer", None) == (-5, 17, 1))
        self.assertEqual(viewer.cursor, (64, 64, 3, 4, bytes.fromhex("33221180")))

    def test_input_comes_as_it_was_sent(self):
        viewer = self.viewer()
        viewer.call(KEYBOARD, "Press", "(u)", 30)
        viewer.call(KEYBOARD, "Release", "(u)", 30)
        viewer.call(MOUSE, "SetAbsPosition", "(uu)", 12, 34)
        viewer.call(MOUSE, "Press", "(u)", 0)
        viewer.call(MOUSE, "Release", "(u)", 0)
        viewer.call(MULTITOUCH, "SendEvent", "(utdd)", 0, 1, 5.5, 6.5)
        viewer.call(MULTITOUCH, "SendEvent", "(utdd)", 2, 1, 5.5, 6.5)
        self.assertEqual(self.server.tell("input"),
                         "key 0 30 1;key 0 30 0;position 0 12 34;button 0 0 1;button 0 0 0;"
                         "touch 0 0 1 5 6;touch 0 2 1 0 0;")

    def test_wrong_arguments_are_errors_with_qemu_s_names(self):
        viewer = self.viewer()
        invalid = "org.qemu.Display1.Error.Invalid"
        self.expect_error(invalid, viewer.call, MOUSE, "Press", "(u)", 99)
        self.expect_error(invalid, viewer.call, MOUSE, "SetAbsPosition", "(uu)", 320, 0)
        self.expect_error(invalid, viewer.call, MOUSE, "RelMotion", "(ii)", 1, 1)
        self.expect_error(invalid, viewer.call, MULTITOUCH, "SendEvent", "(utdd)", 0, 10, 0, 0)
        self.expect_error("org.freedesktop.DBus.Error.InvalidArgs", viewer.call, KEYBOARD,
                          "Press", "(s)", "a")
        self.assertEqual(self.server.tell("input"), "")

    def test_the_mouse_s_kind_is_signalled(self):
        viewer = self.viewer()
        self.server.tell("absolute", 0)
        self.wait_until(lambda: any(change[0] == MOUSE and change[1] == {"IsAbsolute": False}
                                    for change in viewer.changes))
        viewer.call(MOUSE, "RelMotion", "(ii)", 3, -4)
        self.assertEqual(self.server.tell("input"), "motion 0 3 -4;")


if __name__ == "__main__":
    unittest.main(verbosity=2)

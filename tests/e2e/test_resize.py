# SPDX-License-Identifier: GPL-3.0-or-later
"""A viewer's request for another size, where the configuration lets it through and where not."""

from support.case import GuestTest
from support.viewers import RdpViewer, VncViewer


class ResizeByViewer(GuestTest):
    head_lines = ("resize=viewer",)

    def expect_mode(self, viewer, head, width, height, since):
        """The guest changes its mode, and the viewer shows the new one."""
        self.vm.wait_for_mode(head, width, height, since)
        picture = self.expect_same(viewer.picture, head, f"head {head} at {width}x{height}")
        self.assertEqual(picture.shape, (height, width, 3))

    def test_the_rdp_client_s_window_becomes_the_guest_s_mode(self):
        viewer = self.keep(RdpViewer(self.open_display(1920, 1080), self.gateway.rdp_port,
                                     self.access["password"], self.results,
                                     options=["/dynamic-resolution"]))
        self.expect_same(viewer.picture, 0, "RDP before the change")
        mark = self.vm.serial.mark()
        viewer.resize(1280, 800)
        self.expect_mode(viewer, 0, 1280, 800, mark)

    def test_the_vnc_viewer_s_size_becomes_the_guest_s_mode(self):
        mark = self.vm.serial.mark()
        viewer = self.keep(VncViewer(self.open_display(2048, 1200), self.gateway.vnc_port + 1,
                                     self.access["vnc_password"], self.results,
                                     options=["-RemoteResize", "-DesktopSize=1600x900"]))
        self.expect_mode(viewer, 1, 1600, 900, mark)


class FixedSize(GuestTest):
    def test_watching_changes_nothing(self):
        mark = self.vm.serial.mark()
        viewer = self.keep(VncViewer(self.open_display(2048, 1200), self.gateway.vnc_port + 1,
                                     self.access["vnc_password"], self.results,
                                     options=["-RemoteResize", "-DesktopSize=1600x900"]))
        self.expect_same(viewer.picture, 1, "VNC at the size that the configuration fixes")
        self.assertEqual([line for line in self.vm.serial.since(mark) if " mode " in line], [])

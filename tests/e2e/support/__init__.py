# SPDX-License-Identifier: GPL-3.0-or-later
"""What end-to-end tests, benchmarks and scripts share: a virtual machine with
the demo guest, a gateway, and people's viewers on an X display of their own.

Programs that tests start end with the process that started them, however it
ends.
"""

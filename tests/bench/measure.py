# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks' scripts have in common."""

import os
import subprocess
import sys

TESTS = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
ROOT = os.path.dirname(TESTS)
sys.path.insert(0, os.path.join(TESTS, "e2e"))

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def point_at_build(build):
    """Sets what ctest sets for tests/e2e/support. Returns the folder of the benchmarks' programs."""
    build = os.path.abspath(build)
    os.environ.update({
        "WINDSCREEN_GATEWAY": f"{build}/gateway/windscreen-gateway",
        "WINDSCREEN_GPU_BRIDGE": f"{build}/gpu-bridge/windscreen-gpu-bridge",
        "WINDSCREEN_CLI": f"{build}/cli/windscreen",
        "WINDSCREEN_WEB_ROOT": f"{build}/share/windscreen/web",
        "WINDSCREEN_GUEST_X86_64": f"{ROOT}/build/guest-x86_64",
        "WINDSCREEN_GUEST_AARCH64": f"{ROOT}/build/guest-aarch64",
        "WINDSCREEN_GL_GUEST_X86_64": f"{ROOT}/build/gl-guest-x86_64",
        "WINDSCREEN_GL_GUEST_AARCH64": f"{ROOT}/build/gl-guest-aarch64",
    })
    return f"{build}/tests/bench"


def build_guest():
    subprocess.run([f"{TESTS}/guest/build-guest", "--arch", "x86_64",
                    os.environ["WINDSCREEN_GUEST_X86_64"]], check=True)


def build_gl_guest(arch):
    subprocess.run([f"{TESTS}/guest/build-gl-guest", "--arch", arch,
                    os.environ[f"WINDSCREEN_GL_GUEST_{arch.upper()}"]], check=True)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def cell(value, digits=1):
    return "–" if value is None else f"{value:.{digits}f}"


def print_table(columns, rows):
    """A table as docs/performance.md has it; cells are text, or numbers for cell()."""
    print("| " + " | ".join(columns) + " |")
    print("|---" * len(columns) + "|")
    for row in rows:
        print("| " + " | ".join(value if isinstance(value, str) else cell(value)
                                for value in row) + " |")
    print(flush=True)

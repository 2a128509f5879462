# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway in front of bench-display, and viewers of it."""

import os
import re
import statistics
import time
import urllib.request

from measure import cpu_seconds, percentile
from support.gateway import Gateway
from support.program import Conversation
from support.waiting import wait_until


class Viewer:
    """One of the benchmarks' viewers; `kind` says what it speaks, for tables."""

    def __init__(self, kind, command, results):
        self.kind = kind
        self._program = Conversation(f"viewer-{kind}".replace(" ", "-"), command, results)

    def wait(self):
        answer = self._program.read()
        assert answer == "READY", answer
        return self

    def tell(self, line):
        return self._program.tell(line)

    def stop(self):
        self._program.stop()

    def count(self):
        """Updates, bytes and units of video since it was started."""
        return [int(number) for number in self.tell("count").split()]

    def seen(self):
        """When it received each of the last frames, in microseconds, by their numbers."""
        return frame_times(self.tell("seen"))

    def keys(self, presses):
        """Milliseconds from each press to the frame that answers it, None for those that none
        answered."""
        return [None if taken == "-" else float(taken)
                for taken in self.tell(f"keys {presses}").split()]


def frame_times(text):
    times = (pair.split(":") for pair in text.split())
    return {int(frame): int(us) for frame, us in times}


class Load:
    """What happened while it was entered: CPU, in percent of a core, and how many of each
    viewer's updates and the display's frames there were a second."""

    def __init__(self, rig, viewers):
        self._rig = rig
        self._viewers = viewers

    def _look(self):
        return (time.monotonic(), cpu_seconds(self._rig.gateway.pid), self._rig.metrics(),
                [viewer.count() for viewer in self._viewers],
                [int(n) for n in self._rig.display.tell("count").split()])

    def __enter__(self):
        self._before = self._look()
        return self

    def __exit__(self, *_):
        begun, cpu, metrics, counts, display = self._before
        ended, cpu_after, metrics_after, counts_after, display_after = self._look()
        self.seconds = ended - begun
        self.cpu = 100 * (cpu_after - cpu) / self.seconds
        self.updates = [(a[0] - b[0]) / self.seconds for a, b in zip(counts_after, counts)]
        self.units = [(a[2] - b[2]) / self.seconds for a, b in zip(counts_after, counts)]
        self.megabytes = sum(a[1] - b[1] for a, b in zip(counts_after, counts)
                             ) / self.seconds / 1e6
        self.frames = (display_after[0] - display[0]) / self.seconds
        self.late = display_after[1] - display[1]
        self.metrics = metrics_after.since(metrics)

    def rate(self, metric):
        return self.metrics.total(metric) / self.seconds

    def fps(self, kind):
        """Updates a second: the mean, and the fewest that a viewer of this kind got."""
        rates = [rate for viewer, rate in zip(self._viewers, self.updates) if viewer.kind == kind]
        return statistics.mean(rates), min(rates)


class Metrics:
    """What /metrics said, by each line's name and labels."""

    def __init__(self, values):
        self._values = values

    def since(self, earlier):
        return Metrics({name: value - earlier._values.get(name, 0)
                        for name, value in self._values.items()})

    def total(self, metric):
        return sum(value for name, value in self._values.items()
                   if name.split("{")[0] == metric)

    def percentile_ms(self, metric, share):
        """Of a histogram, over all viewers: the upper bound of the bucket that has it."""
        buckets = {}
        for name, value in self._values.items():
            found = re.match(metric + r'_bucket\{.*le="([^"]+)".*\}', name)
            if found:
                bound = float(found[1].replace("+Inf", "inf"))
                buckets[bound] = buckets.get(bound, 0) + value
        total = buckets.get(float("inf"), 0)
        reached = [bound for bound, count in sorted(buckets.items()) if count >= share * total]
        return 1000 * reached[0] if total else None


class Rig:
    """`programs` is the folder of the benchmarks' programs, `folder` for sockets and logs."""

    def __init__(self, programs, folder, size=(1920, 1080), heads=1):
        self.programs = programs
        self.results = folder
        self.size = size
        path = os.path.join(folder, "display")
        self.display = Conversation(
            "display", [f"{programs}/bench-display", "--path", path, "--heads", heads,
                        "--size", "x".join(map(str, size))], folder)
        assert self.display.read() == "READY"
        self.gateway = Gateway(folder, folder, f"display1:{path}", ["access=open"])
        self.gateway.start()
        wait_until(lambda: self._shows(heads), "the gateway shows what the display does")
        self._viewers = []

    def _shows(self, heads):
        shown = self.gateway.status()["heads"]
        return len(shown) >= heads and all(head["notice"] == "" for head in shown[:heads])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for viewer in self._viewers:
            viewer.stop()
        self.gateway.stop()
        self.display.stop()

    def metrics(self):
        with urllib.request.urlopen(self.gateway.url + "metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return Metrics({name: float(value) for name, value in pairs})

    def show(self, pattern, fps=30):
        assert self.display.tell(f"show {pattern} {fps}") == "done"

    def stop_display(self):
        """The last frame's number, when it was presented in microseconds, the picture's checksum."""
        return [int(number) for number in self.display.tell("stop").split()]

    def presented(self):
        return frame_times(self.display.tell("times"))

    def _command(self, kind, decodes, head, ports):
        if kind.startswith("RDP"):
            command = [f"{self.programs}/bench-rdp-viewer", "--size",
                       "x".join(map(str, self.size))]
            command += [] if decodes else ["--blind"]
            command += ["--video"] if kind == "RDP" else []
            return command + [ports.get("rdp", self.gateway.rdp_port), "dev", "-"]
        command = [f"{self.programs}/bench-vnc-viewer"] + (["--decode"] if decodes else [])
        if kind.startswith("WebSocket"):
            where = f"web:{ports.get('web', self.gateway.web_port)}/{head}"
        else:
            where = ports.get("vnc", self.gateway.vnc_port) + head
        return command + ["tight" if kind.endswith("Tight") else "video", where]

    def open(self, kinds, decodes=False, head=0, ports=None):
        """Opens viewers and waits for their first pictures. A kind is "RDP", "VNC" or "WebSocket",
        which take video, or with ", Tight" (", planar") behind it, which do not. `ports` are
        others than the gateway's own."""
        viewers = [Viewer(kind, self._command(kind, decodes, head, ports or {}), self.results)
                   for kind in kinds]
        self._viewers += viewers
        return [viewer.wait() for viewer in viewers]

    def close(self, viewers):
        for viewer in viewers:
            self._viewers.remove(viewer)
            viewer.stop()
        wait_until(lambda: len(self.gateway.status()["viewers"]) == len(self._viewers),
                   "the gateway has noticed who left")


def latencies_ms(presented, seen):
    """From each frame's presentation to when a viewer received it, for those it did receive."""
    return [(us - presented[frame]) / 1000 for frame, us in seen.items() if frame in presented]


def median_and_p95(values):
    values = [value for value in values if value is not None]
    return (statistics.median(values), percentile(values, 0.95)) if values else (None, None)

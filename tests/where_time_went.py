"""A pytest plugin: say at the end which tests took the time, in one screen.

Nothing depends on the figures. Processor time is that of the test's process and of all
that it has started, a browser and forked scripts, too.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Generator

import psutil
import pytest

SHOWN = 12  # files; the rest is one line
WORTH_TELLING = float(os.environ.get("WORTH_TELLING", 10))  # seconds


def processor() -> float:
    """Return the processor seconds of this process and of all below it."""
    total = sum(os.times()[:4])  # with those that have ended
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times = child.cpu_times()
            total += times.user + times.system
            total += times.children_user + times.children_system
    return total


class Clock:
    """Notes on reports what processor time was used since the one before.

    It looks once a second at most, since to look at all processes takes time, too.
    """

    def __init__(self) -> None:
        self.last, self.looked = processor(), time.monotonic()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self,
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add ``processor``, in seconds; pytest-xdist brings it to the main process."""
        report = yield
        if time.monotonic() - self.looked > 1:
            now = processor()
            report.processor = now - self.last
            self.last, self.looked = now, time.monotonic()
        return report


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.pluginmanager.register(Clock())
    config.stash[BEGAN] = time.monotonic()


BEGAN = pytest.StashKey[float]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a table: the slowest files, and all together."""
    wall, used, tests = defaultdict(float), defaultdict(float), defaultdict(set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.partition("::")[0]
                wall[file] += report.duration
                used[file] += getattr(report, "processor", 0)
                tests[file].add(report.nodeid)
    took = time.monotonic() - terminalreporter.config.stash[BEGAN]
    if took < WORTH_TELLING or not wall:
        return
    rows = [
        (name, len(tests[name]), wall[name], used[name])
        for name in sorted(wall, key=wall.get, reverse=True)
    ]
    if rest := rows[SHOWN:]:
        total = [sum(column) for column in list(zip(*rest, strict=True))[1:]]
        rows[SHOWN:] = [(f"{len(rest)} other files", *total)]
    sums = [sum(column.values()) for column in (wall, used)]
    rows.append(("all", sum(map(len, tests.values())), *sums))
    terminalreporter.section(f"where the {took:.0f} seconds went")
    line = "{:48} {:>6} {:>8} {:>10}"
    terminalreporter.write_line(line.format("", "tests", "seconds", "processor"))
    for name, count, seconds, processors in rows:
        cells = (name, count, f"{seconds:.0f}", f"{processors:.0f}")
        terminalreporter.write_line(line.format(*cells))

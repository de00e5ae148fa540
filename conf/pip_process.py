"""Run pip or another command, show how far it is, and say why it has failed."""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path

# Variables by which packages would be found or put elsewhere than in the environment.
MISLEADING = {
    *("PYTHONHOME", "PYTHONPATH", "PIP_PYTHON", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"),
    *("PIP_DRY_RUN", "PIP_NO_DEPS", "PIP_IGNORE_INSTALLED", "PIP_REPORT"),
}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InstallationError(Exception):
    """Why a command has failed: one or more sentences."""


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let each of ``SIGNALS`` do in the block what Ctrl-C does, but only the first."""

    def interrupt(number, frame):
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def run(
    call: list[str],
    progress: Callable[[], str],
    lock: TextIOWrapper,
    temporary: Path,
    log: Path,
) -> None:
    """Run a command and show ``progress()`` meanwhile.

    It keeps ``lock`` open and has ``temporary`` for its files. What it prints goes to
    ``log``. Raises ``InstallationError`` if it fails.
    """
    keep = {name: v for name, v in os.environ.items() if name not in MISLEADING}
    process = subprocess.Popen(
        call,
        env={**keep, "PIP_USER": "0", "TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[lock.fileno()],
    )
    try:
        output = follow(process, progress)
    except BaseException:
        process.kill()
        process.wait()
        raise
    log.write_text(output, encoding="utf-8")
    if process.returncode:
        raise InstallationError(cause_in(output, log))


def follow(process: subprocess.Popen, progress: Callable[[], str]) -> str:
    """Return what a process prints until its end; show how far it is meanwhile."""
    output = bytearray()
    with selectors.DefaultSelector() as selector, Status() as status:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=1):
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    break
                output += piece
            status.show(progress)
    process.wait()
    return output.decode(errors="replace")


class Status:
    """A line that tells how far a command is: renewed on a terminal, else repeated."""

    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.pause = 1 if self.terminal else 15  # seconds; a log is to stay short
        self.next, self.shown = time.monotonic() + self.pause, ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.terminal:
            self.write("")

    def show(self, progress: Callable[[], str]) -> None:
        """Show the line that ``progress()`` returns, if it is time and it is new."""
        if time.monotonic() < self.next:
            return
        line = f"  {progress()}"
        if line != self.shown:
            self.write(line)
        self.next = time.monotonic() + self.pause

    def write(self, line: str) -> None:
        """Write the line, on a terminal in the place of the last one."""
        if self.terminal:
            print(f"\r{' ' * len(self.shown)}\r{line}", end="", flush=True)
        else:
            print(line, flush=True)
        self.shown = line


def cause_in(output: str, log: Path) -> str:
    """Return why a command has failed, from what it has printed: sentences."""
    if broken := re.findall(r"after connection broken by '(.+)': /", output):
        error = broken[-1].strip("\"'()").rpartition(": ")[2]
        return (
            f"the package index could not be reached ({error}). Is there a network?"
            " Run make again when there is."
        )
    if "No space left on device" in output:
        return "the disk is full. Make room and run make again."
    if locked := re.findall(r"The user requested \(constraint\) (\S+)", output):
        return f"no index that pip asks has {locked[0]}. All that was said is in {log}."
    errors = re.findall(r"^(?:ERROR|error): (.+)", output, re.M | re.I)
    last = (errors or output.strip().splitlines() or ["no reason is known"])[-1]
    failed = f"the packages could not be installed: {last.rstrip('.')}."
    return f"{failed} All that was said is in {log}."

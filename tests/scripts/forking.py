"""Run a program in a process of its own that begins with PyTorch imported.

It is forked, as the build does it, from a process that has imported PyTorch and done
nothing else, and so it is spared that import. That a script runs as a reader starts it
is seen with each script as it is.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PRELOADED = ["torch", "torch._dynamo"]  # an optimizer imports the second


def run(
    function: Callable, *arguments: object, cwd: Path, timeout: float
) -> subprocess.CompletedProcess:
    """Call a function in a new process and a folder; return how it ended and its words.

    Raises ``subprocess.TimeoutExpired`` after ``timeout`` seconds.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(PRELOADED)
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("stdout", "stderr")]
        child = processes.Process(
            target=_call, args=(function, arguments, str(cwd), list(map(str, streams)))
        )
        child.start()
        child.join(timeout)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise subprocess.TimeoutExpired(function.__name__, timeout)
        out, err = (path.read_text("utf-8", "replace") for path in streams)
    return subprocess.CompletedProcess(arguments, child.exitcode, out, err)


def _call(function: Callable, arguments: tuple, cwd: str, streams: list[str]) -> None:
    """Be the new process."""
    for number, path in enumerate(streams, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(cwd)
    sys.path[:0] = [cwd]
    os.environ["MPLBACKEND"] = "agg"
    function(*arguments)

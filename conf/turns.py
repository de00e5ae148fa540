"""One at a time writes into a clone's folders: a build, or an installation."""

import fcntl
import sys
from pathlib import Path

_held = {}  # open files by path; a lock goes with the last process that has it open


def take(root):
    """Wait until nobody else is at work in ``root``; if so, say so in a line.

    A process that a build forks takes part in its turn. Returns the open file; closing
    it ends the turn.
    """
    path = Path(root, "build", "lock").resolve()
    if path in _held and not _held[path].closed:
        return _held[path]
    path.parent.mkdir(exist_ok=True)
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(
            "make: another build or installation is at work in this folder;"
            " this one waits for its end.",
            file=sys.stderr,
            flush=True,
        )
        fcntl.flock(file, fcntl.LOCK_EX)
    _held[path] = file
    return file

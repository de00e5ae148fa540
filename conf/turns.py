"""One build at a time writes into a clone's folders."""

import fcntl
import sys
from pathlib import Path

_held = []  # the open file; the lock goes with the last process that has it open


def take(root):
    """Wait for no one: end this process if another build is at work in ``root``.

    A process that a build forks takes part in its turn.
    """
    if _held:
        return
    path = Path(root, "build", "lock")
    path.parent.mkdir(exist_ok=True)
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit("make: another build is running in this folder; wait for its end.")
    _held.append(file)

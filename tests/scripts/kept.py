"""What one process of the tests has computed, the others need not compute again."""

from __future__ import annotations

import fcntl
import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def once(folder: Path, key: object, compute: Callable[[], Result]) -> Result:
    """Return what ``compute`` returns; of all who ask for a key, the first calls it.

    Others wait until it is done. A key is told by its ``repr``. What is raised is not
    kept.
    """
    path = folder / hashlib.sha256(repr(key).encode()).hexdigest()
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return pickle.loads(path.read_bytes())
        result = compute()
        path.write_bytes(pickle.dumps(result))
        return result

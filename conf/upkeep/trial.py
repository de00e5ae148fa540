"""Try versions in a copy of the project: install them, run every cell, build the site.

The copy is ``build/upgrade/``, on the project's own disk, since an environment takes
some GB. It is deleted at the end; after a kill, the next trial or ``make clean`` does.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import turns

from upkeep import resolving

NEEDED = 8 * 2**30  # bytes; the packages of PyTorch's CUDA build
LAST = 30  # lines of a failed build that are shown


class TrialError(Exception):
    """The versions could not be tried, for a reason that is none of theirs."""


@dataclass(frozen=True)
class Outcome:
    """What came of a trial.

    ``cells`` is what ``outcomes`` has written, or empty if ``failure`` says why the
    versions cannot even be installed. ``build`` is empty if the site was built, or the
    last lines of its build.
    """

    cells: list[dict]
    build: str
    failure: str = ""

    @property
    def different(self) -> list[dict]:
        """The cells that did not print what is expected."""
        return [cell for cell in self.cells if cell["status"] != "same"]

    @property
    def has_passed(self) -> bool:
        """Whether every cell prints the same and the site is built."""
        return bool(self.cells) and not (self.different or self.build or self.failure)


def run(
    root: Path, texts: dict[str, str], *, pre: bool, say: Callable[[str], None]
) -> Outcome:
    """Install versions in a copy of the project, run every cell and build the site.

    ``texts`` are the two files of requirements. Raises ``TrialError``, and
    ``resolving.UvError`` if the environment cannot be made.
    """
    with copy_of(root) as copy:
        for name, text in texts.items():
            (copy / name).write_text(text, encoding="utf-8")
        say("Installing them into a copy of the project ...")
        python = environment(copy, pre=pre)
        say("Running every cell ...")
        cells = all_cells(python, copy)
        say("Building the site ...")
        return Outcome(cells, build(python, copy))


@contextmanager
def copy_of(root: Path) -> Iterator[Path]:
    """Yield a folder with the project's files, and delete it in the end.

    Raises ``TrialError`` if git does not know them or the disk has no room.
    """
    place = root / "build" / "upgrade"
    place.mkdir(parents=True, exist_ok=True)
    lock = turns.take(place)
    copy = place / "project"
    shutil.rmtree(copy, ignore_errors=True)
    free = shutil.disk_usage(place).free
    try:
        if free < NEEDED:
            raise TrialError(
                f"not enough disk space in {root}: {free / 2**30:.1f} GiB free, "
                f"{NEEDED / 2**30:.0f} GiB needed to try the versions"
            )
        for name in files_of(root):
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target)
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        lock.close()


def files_of(root: Path) -> list[str]:
    """Return the paths of the project's files: what git tracks, or would add.

    Raises ``TrialError`` where the folder is no git repository.
    """
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    done = subprocess.run(
        ["git", *words], cwd=root, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise TrialError(f"git ls-files: {done.stderr.strip()}")
    names = filter(None, done.stdout.split("\0"))
    return sorted({name for name in names if (root / name).is_file()})


def environment(copy: Path, *, pre: bool) -> Path:
    """Make an environment with the versions of a copy; return its Python.

    Raises ``resolving.NoSolutionError`` or ``resolving.UvError``.
    """
    resolving.uv("venv", "--python", sys.executable, ".venv", folder=copy)
    python = copy / ".venv" / "bin" / "python"
    resolving.uv(
        *("pip", "install", "--python", str(python)),
        *(("--prerelease", "allow") if pre else ()),
        *("--requirements", "requirements.txt", "--constraints", "requirements.lock"),
        folder=copy,
    )
    return python


def all_cells(python: Path, copy: Path) -> list[dict]:
    """Return what ``outcomes`` finds in a copy.

    Raises ``TrialError`` if it ends early.
    """
    result = copy / "build" / "cells.json"
    result.parent.mkdir(exist_ok=True)
    done = _python(
        python, copy, "-m", "upkeep.outcomes", str(result), PYTHONPATH="conf"
    )
    if done.returncode:
        reason = done.stdout.rstrip().rpartition("\n")[2]
        raise TrialError(f"the cells could not be run: {reason or done.returncode}")
    return json.loads(result.read_text(encoding="utf-8"))


def build(python: Path, copy: Path) -> str:
    """Build the site of a copy; return nothing, or the last lines if that fails."""
    done = _python(python, copy, "conf/build_site.py")
    return _last(done.stdout) or "no output" if done.returncode else ""


def _python(
    python: Path, copy: Path, *words: str, **variables: str
) -> subprocess.CompletedProcess:
    unwanted = ("PYTHONPATH", "VIRTUAL_ENV")
    kept = {name: text for name, text in os.environ.items() if name not in unwanted}
    return subprocess.run(
        [python, *words],
        cwd=copy,
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _last(text: str) -> str:
    return "\n".join(text.rstrip().split("\n")[-LAST:])

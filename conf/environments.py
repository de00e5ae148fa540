"""The environments that ``make versions`` makes, with uv, and removes.

An environment is *wanted* by a Python and a word: ``3.12/lock`` has what the lock has,
``3.12/torch-2.14.1`` another PyTorch, and ``3.12/numpy-oldest`` the oldest NumPy that
the other packages take. Whatever need not differ has the version of the lock.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from checks import Environment

PYTHONS = ("3.11", "3.12", "3.13")
TORCH = ("2.13.0", "2.14.1", "2.15.0")
LOCK = "lock"
OTHERS = (
    *(f"torch-{version}{build}" for version in TORCH for build in ("", "+cpu")),
    "torch-newest",
    "numpy-oldest",
    "numpy-newest",
)
# What the scripts are about, and what runs them.
SUBJECTS = {
    "numpy",
    "matplotlib",
    "torch",
    "tensorflow",
    "tensorflow-cpu",
    "scikit-learn",
    "sphinx",
    "sphinx-gallery",
}
NAME = re.compile(r"^[\w.-]+")
SPACE = 10 * 2**30  # bytes; where links are impossible, it is that much
ROOMY = 30 * 2**30  # bytes; with less, what uv has downloaded is deleted, too


class UnavailableError(Exception):
    """There is no such environment here; the text says why."""


class FullDiskError(Exception):
    """There is no room for an environment; the text says what to do."""


class Wanted(NamedTuple):
    """An environment to be made."""

    python: str
    what: str

    def __str__(self) -> str:
        return f"{self.python}/{self.what}"

    @property
    def package(self) -> str:
        """The package that may differ from the lock; empty if none may."""
        return "" if self.what == LOCK else self.what.partition("-")[0]

    @property
    def version(self) -> str:
        """The version that is wanted of it: exact, ``oldest`` or ``newest``."""
        return self.what.partition("-")[2]


# -- Which -----------------------------------------------------------------------------


def everything() -> list[Wanted]:
    """Return all environments that have a name."""
    return [Wanted(python, what) for what in (LOCK, *OTHERS) for python in PYTHONS]


def usual(own: str) -> list[Wanted]:
    """Return the lock for each Python, and the others for ``own``, such as 3.12."""
    return [each for each in everything() if each.what == LOCK or each.python == own]


def chosen(patterns: list[str], own: str) -> list[Wanted]:
    """Return the environments that patterns such as ``lock`` or ``3.*/torch-*`` name.

    A pattern without a Python is one among the usual. Raises ``ValueError``.
    """
    found: list[Wanted] = []
    for pattern in patterns:
        if "/" in pattern:
            names = [each for each in everything() if fnmatch(str(each), pattern)]
        else:
            names = [each for each in usual(own) if fnmatch(each.what, pattern)]
        if not names:
            known = ", ".join([LOCK, *OTHERS])
            raise ValueError(
                f"no environment is {pattern}; there are: {known}; "
                f"and for another Python {PYTHONS[0]}/{LOCK} and the like"
            )
        found += [each for each in names if each not in found]
    return found


# -- What is in them -------------------------------------------------------------------


def requirements(wanted: Wanted, lines: list[str]) -> list[str]:
    """Return what uv is to install, from the lines of ``requirements.txt``."""
    found = []
    for line in lines:
        name = NAME.match(line)
        if name and name[0] in SUBJECTS and name[0] != wanted.package:
            found.append(line)
    if wanted.version in ("oldest", "newest"):
        found.append(wanted.package)
    elif wanted.package:
        found.append(f"{wanted.package}=={wanted.version}")
    return found


def preferred(wanted: Wanted, lock: list[str]) -> list[str]:
    """Return the lock's lines but for the package that may differ."""
    package = re.compile(rf"{wanted.package}(?![\w.-])" if wanted.package else r"(?!)")
    return [line for line in lock if not package.match(line)]


# -- uv --------------------------------------------------------------------------------


def settings(wanted: Wanted, folder: Path) -> dict[str, str]:
    """Return the environment variables for uv: the user's own, and those of pip.

    uv's cache is the user's, so that nothing is downloaded twice. Where that would fill
    the disk, it is in the environment's folder and is deleted with it.

    pip's further places count only where a build such as ``+cpu`` is wanted: anywhere
    else that build would take the place of the default one.
    """
    variables = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    for name in ("VIRTUAL_ENV", "PYTHONHOME"):
        variables.pop(name, None)

    def take(name: str, pips: str, separator: str) -> None:
        if not os.environ.get(name) and (value := os.environ.get(pips)):
            variables[name] = separator.join(value.split())

    if shutil.disk_usage(folder).free < ROOMY:
        variables.setdefault("UV_CACHE_DIR", str(folder / "cache"))
    take("UV_DEFAULT_INDEX", "PIP_INDEX_URL", " ")
    if "+" in wanted.version:
        take("UV_INDEX", "PIP_EXTRA_INDEX_URL", " ")
        take("UV_FIND_LINKS", "PIP_FIND_LINKS", ",")
        variables.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip does
    return variables


def uv(wanted: Wanted, folder: Path, *words: str) -> str:
    """Run uv for the environment in this folder and return what it prints.

    Raises ``subprocess.CalledProcessError``.
    """
    done = subprocess.run(
        [sys.executable, "-m", "uv", *words],
        env=settings(wanted, folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def find_python(wanted: Wanted, folder: Path) -> str:
    """Return the path of the Python that is wanted; raise ``UnavailableError``."""
    try:
        return uv(wanted, folder, "python", "find", "--system", wanted.python)
    except subprocess.CalledProcessError:
        raise UnavailableError(
            f"no python{wanted.python} was found; install it, or name the folder "
            "where it is: make versions PYTHONS=/path/to/folder"
        ) from None


def resolve(wanted: Wanted, python: str, root: Path, folder: Path) -> str:
    """Return the exact versions that are to be installed, one on a line.

    uv takes those of an existing file where it can. Raises ``UnavailableError`` if
    there is no such build, or ``subprocess.CalledProcessError``.
    """
    listed = {
        name: (root / f"requirements.{name}").read_text("utf-8").splitlines()
        for name in ("txt", "lock")
    }
    asked, pins = folder / "asked.txt", folder / "pins.txt"
    asked.write_text("\n".join(requirements(wanted, listed["txt"])) + "\n", "utf-8")
    pins.write_text("\n".join(preferred(wanted, listed["lock"])) + "\n", "utf-8")
    oldest = ["--resolution", "lowest-direct"] if wanted.version == "oldest" else []
    output = ["--no-header", "--no-annotate", "--output-file", str(pins)]
    wheels = ["--only-binary", ":all:"]
    words = ["pip", "compile", "--quiet", *oldest, *wheels, "--python", python, *output]
    try:
        uv(wanted, folder, *words, str(asked))
    except subprocess.CalledProcessError as error:
        if "No solution found" in error.stderr:
            raise UnavailableError(last_line(error.stderr)) from None
        raise
    return pins.read_text(encoding="utf-8")


def last_line(text: str) -> str:
    """Return the last line of a message that has words."""
    return next((line.strip() for line in text.splitlines()[::-1] if line.strip()), "")


def install(wanted: Wanted, python: str, folder: Path) -> Path:
    """Make the environment of the versions resolved; return the path of its Python.

    uv links files from its cache where the system allows it. Raises
    ``subprocess.CalledProcessError``.
    """
    place = folder / "environment"
    uv(
        wanted,
        folder,
        "venv",
        "--quiet",
        "--no-project",
        "--python",
        python,
        str(place),
    )
    own = place / "bin" / "python"
    pins = str(folder / "pins.txt")
    uv(wanted, folder, "pip", "sync", "--quiet", "--python", str(own), pins)
    return own


def exact(python: Path) -> Environment:
    """Return the versions in the environment of this Python.

    Raises ``subprocess.CalledProcessError``.
    """
    command = [str(python), str(Path(__file__).with_name("exact_versions.py"))]
    variables = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(
        command, env=variables, capture_output=True, encoding="utf-8", check=True
    )
    return Environment(**json.loads(last_line(done.stdout)))


def demand_space(folder: Path) -> None:
    """Raise ``FullDiskError`` if an environment may find no room."""
    free = shutil.disk_usage(folder).free
    if free < SPACE:
        raise FullDiskError(
            f"not enough disk space in {folder}: {free / 2**30:.1f} GiB free, "
            f"{SPACE >> 30} GiB needed; uv cache prune may free some"
        )

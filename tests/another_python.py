"""Check the gallery's cells on another Python: ``python -m tests.another_python``.

The packages of the lock are installed for another of the supported Pythons, in an
environment that is deleted afterwards, and ``pytest gallery`` runs there. If there is
no other Python, or no room, that is said, and ``pytest gallery`` runs on this one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ("3.12", "3.13", "3.11")
NEEDED = 10 * 2**30  # bytes; the packages, and those of another Python in uv's cache
CHECK = ["-m", "pytest", "--quiet", "--numprocesses", "auto", "gallery"]


class NoneFoundError(Exception):
    """There is no other Python, or no room for its packages."""


def candidates() -> Iterator[Path]:
    """Yield where other Pythons may be: on the path, pyenv's, uv's, and GitHub's."""
    for version in SUPPORTED:
        if found := shutil.which(f"python{version}"):
            yield Path(found)
        for folder, pattern in (
            (Path.home() / ".pyenv/versions", f"{version}.*/bin/python"),
            (Path.home() / ".local/share/uv/python", f"cpython-{version}.*/bin/python"),
            (
                Path(os.environ.get("RUNNER_TOOL_CACHE", "/-")),
                f"Python/{version}.*/x64/bin/python",
            ),
        ):
            yield from sorted(folder.glob(pattern), reverse=True)


def version_of(python: Path) -> str:
    """Return a version such as ``3.12``, or nothing if this Python does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def another_python() -> Path:
    """Return the path of another supported Python; raise ``NoneFoundError``."""
    here = "{}.{}".format(*sys.version_info)
    others = set(SUPPORTED) - {here}
    for python in candidates():
        if version_of(python) in others:
            return python
    raise NoneFoundError(f"no Python but {here} was found")


def install(python: Path, folder: Path) -> Path:
    """Install the locked packages into an environment; return its Python.

    uv links the files from its cache, if that is on the same disk. Raises
    ``subprocess.CalledProcessError`` if that fails.
    """
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", python, folder], check=True)
    lists = ["-r", "requirements.txt", "-c", "requirements.lock"]
    made = folder / "bin" / "python"
    command = [*uv, "pip", "install", "--quiet", "--compile-bytecode"]
    command += ["--python", made, *lists]
    if index := os.environ.get("PIP_EXTRA_INDEX_URL"):  # uv has a variable of its own
        command += ["--index", index, "--index-strategy", "unsafe-best-match"]
    subprocess.run(command, cwd=ROOT, check=True)
    return made


def check(python: Path) -> int:
    """Return the exit status of ``pytest gallery`` on a Python."""
    return subprocess.run([python, *CHECK], cwd=ROOT, check=False).returncode


def main() -> int:
    """Check the gallery on another Python, or else on this one."""
    (ROOT / "build").mkdir(exist_ok=True)
    try:
        python = another_python()
        free = shutil.disk_usage(ROOT).free
        if free < NEEDED:
            raise NoneFoundError(
                f"{python} needs {NEEDED >> 30} GiB and {free / 2**30:.1f} are free"
            )
    except NoneFoundError as reason:
        print(f"No check on another Python: {reason}. On this one:", flush=True)
        return check(Path(sys.executable))
    print(f"On {python}:", flush=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        return check(install(python, Path(folder, "venv")))


if __name__ == "__main__":
    sys.exit(main())

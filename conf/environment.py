"""Make an environment beside ``.venv``, and let the two change places when it is whole.

Paths in an environment's commands are absolute, so they are rewritten before. The
alternative, to move the old environment aside first, would leave none after a kill.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from exchange import put_in_place
from installed import (
    LISTS,
    NEW,
    OLD,
    ROOT,
    VENV,
    fault_of,
    note,
    site_packages,
    version,
)
from pip_process import InstallationError, ended_by_signals, run

# Gigabytes: downloaded, and the finished environment. Measured on Linux, with the CUDA
# build of PyTorch 2.15.0, and with the CPU build of 2.13.0 (its download is estimated).
SIZE_WITH_CUDA = 3.1, 8.1
SIZE_WITHOUT = 0.7, 3.2


def clear_up() -> None:
    """Finish what a killed installation had almost done, and remove its leftovers.

    Ends with a line if they cannot be removed.
    """
    if NEW.exists() and not fault_of(NEW):
        put_in_place(NEW, VENV, OLD)
    elif OLD.exists() and not VENV.exists():
        OLD.rename(VENV)
    for leftover in (NEW, OLD):
        if not os.path.lexists(leftover):
            continue
        try:
            shutil.rmtree(leftover)
        except OSError as error:
            sys.exit(
                f"make: {leftover} is left of an installation and cannot be removed"
                f" ({error.strerror}). Remove it, as the user whose it is."
            )


def settle() -> None:
    """Rewrite the paths in an environment that was moved with its folder."""
    builder = venv.EnvBuilder(symlinks=True, with_pip=False, prompt=VENV.name)
    builder.create(VENV)
    rewrite_commands(VENV)
    note(VENV)


def rewrite_commands(environment: Path) -> None:
    """Let the commands in an environment name its Python by the path of ``.venv``.

    A system reads no blank in the path of a first line, and only the start of a long
    one. Then the commands begin as shell scripts, as those that pip writes do.
    """
    python = os.fsencode(VENV / "bin" / "python")
    first = b"#!" + python + b"\n"
    if b" " in first or len(first) > 127:
        first = b"#!/bin/sh\n'''exec' \"" + python + b'" "$0" "$@"\n\' \'\'\'\n'
    header = re.compile(rb"#!/bin/sh\n'''exec' .*\n' '''\n|#!.*/bin/python[\d.]*\n")
    for path in (environment / "bin").iterdir():
        old = path.read_bytes()
        if path.is_symlink() or b"\0" in old:
            continue
        new = header.sub(lambda _: first, old, count=1) if header.match(old) else old
        new = new.replace(os.fsencode(NEW.name), os.fsencode(VENV.name))
        if new != old:  # as a new file, since others may have hard links to the old one
            beside = path.with_name(f"{path.name}.new")
            beside.write_bytes(new)
            shutil.copymode(path, beside)
            beside.replace(path)


def check_place(fault: str) -> None:
    """End with a line if there is something that is not ours, or no room."""
    if VENV.is_symlink():
        sys.exit(
            f"make: .venv is a link, and cannot be used as it is: {fault}."
            " Remove it, or run make where it leads to."
        )
    if VENV.exists() and not VENV.is_dir():
        sys.exit("make: .venv is a file; remove it, for packages go to such a folder.")
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
    except ImportError:
        sys.exit(
            "make: this Python cannot make virtual environments. On Debian and Ubuntu: "
            f"apt install python{version()}-venv"
        )
    free, needed = shutil.disk_usage(ROOT).free / 1e9, sum(size())
    if free < needed:
        sys.exit(
            f"make: not enough disk space in {ROOT}: {free:.1f} GB free, and "
            f"{needed:.0f} GB needed while the packages are installed."
        )


def size() -> tuple[float, float]:
    """Return how many gigabytes will be downloaded, and be in ``.venv``."""
    if "\ntorch==" not in LISTS[1].read_text(encoding="utf-8"):
        return 0, 0
    indexes = " ".join(v for k, v in os.environ.items() if k.startswith("PIP_"))
    if sys.platform != "linux" or re.search(r"whl/cpu\b", indexes):
        return SIZE_WITHOUT
    return SIZE_WITH_CUDA


def install(fault: str, lock: TextIOWrapper) -> None:
    """Make an environment and put it in the place of ``.venv``, or end with a line.

    ``fault`` is the reason, and ``lock`` the open file of the lock: pip keeps it open
    too, so that a pip that outlives this process is waited for.
    """
    check_place(fault)
    print(f"Making the environment .venv: {fault}. It takes some minutes.", flush=True)
    kept = " .venv is as it was." if VENV.exists() else ""
    end = None
    with ended_by_signals():
        try:
            make_beside(lock)
            put_in_place(NEW, VENV, OLD)
        except KeyboardInterrupt:
            end = f"the installation was interrupted.{kept} Run make again."
        except InstallationError as error:
            end = f"{error}{kept}"
        except OSError as error:
            end = f"the environment cannot be made: {error}.{kept}"
        clear_up()
    if end:
        sys.exit(f"make: {end}")


def make_beside(lock: TextIOWrapper) -> None:
    """Make ``.venv.new``, whole and with the paths of ``.venv``.

    Raises ``InstallationError``, with one or more sentences.
    """
    temporary = NEW / "tmp"  # on this disk there is room, as we have seen
    temporary.mkdir(parents=True)
    python = str(NEW / "bin" / "python")
    options = {"lock": lock, "temporary": temporary, "log": ROOT / "build" / "pip.log"}
    run(
        [sys.executable, "-m", "venv", "--prompt", VENV.name, str(NEW)],
        progress=lambda: "making the environment",
        **options,
    )
    pip = [python, "-m", "pip", "install", "--no-input", "--progress-bar=off"]
    pip += ["--disable-pip-version-check", "--requirement", str(LISTS[0])]
    pip += ["--constraint", str(LISTS[1])]
    run(pip, progress=Progress(temporary, packages_in_all(python)), **options)
    # A second time: nothing is left to be done, or it was not all installed.
    run([*pip, "--no-index", "--quiet"], progress=lambda: "checking", **options)
    shutil.rmtree(temporary)
    rewrite_commands(NEW)
    os.sync()  # else a loss of power could leave a note of files that are not there
    note(NEW)


def packages_in_all(python: str) -> int:
    """Return how many of the locked packages are for this system."""
    code = (
        "import sys\n"
        "from pip._vendor.packaging.requirements import Requirement\n"
        "lines = [line.partition('#')[0].strip() for line in sys.stdin]\n"
        "locked = [Requirement(line) for line in lines if line]\n"
        "print(sum(not one.marker or one.marker.evaluate() for one in locked))\n"
    )
    lock = LISTS[1].read_text(encoding="utf-8")
    call = [python, "-I", "-c", code]
    done = subprocess.run(call, input=lock, capture_output=True, text=True, check=True)
    return int(done.stdout)


class Progress:
    """How far pip is, seen from what it has written so far."""

    def __init__(self, temporary: Path, in_all: int):
        self.temporary, self.in_all = temporary, in_all
        self.before = self.installed()  # pip, and with some Pythons another
        self.about = f" of about {size()[0]}" if size()[0] else ""

    def __call__(self) -> str:
        """Return a short line."""
        if done := self.installed() - self.before:
            return f"installing: {done} of {self.in_all} packages"
        loaded = sum(sizes_below(self.temporary)) / 1e9
        return f"downloading: {loaded:.1f}{self.about} GB"

    def installed(self) -> int:
        """Return how many packages are installed."""
        return len(list(site_packages(NEW).glob("*.dist-info")))


def sizes_below(folder: Path) -> Iterator[int]:
    """Yield the size of each file in a folder where another process writes."""
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            yield path.lstat().st_size

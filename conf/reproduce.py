"""Build the last commit under other circumstances: ``python conf/reproduce.py``.

A clone is built from nothing, at another path, with another hash seed, time zone and
locale and, on Linux, on one core. Each file that is published must have the same bytes
as in ``build/html``. If that was not built from the last commit, a second clone takes
its place. Where ``diffoscope`` is installed, it shows a difference.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import unchanged
from build_site import set_date
from surroundings import set_environment

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = "на диске 网站, 2"  # no name that one would like to have
CIRCUMSTANCES = {
    "a": {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
    ELSEWHERE: {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C"},
}


def build(folder, environment, is_alone=False):
    """Clone the last commit into a folder and build it, perhaps on one core alone.

    Raises ``subprocess.CalledProcessError`` if that fails.
    """
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    if is_alone and cores:  # the build inherits it
        os.sched_setaffinity(0, {min(cores)})
    try:
        subprocess.run(
            [sys.executable, "conf/build_site.py"],
            cwd=folder,
            env={**os.environ, **environment},
            check=True,
        )
    finally:
        if is_alone and cores:
            os.sched_setaffinity(0, cores)
    return folder / "build" / "html"


def site_here():
    """Return the folder of the site here, or None if it is not that of the commit."""
    command = ["git", "-C", ROOT, "status", "--porcelain"]
    changes = subprocess.run(command, capture_output=True, check=True).stdout
    is_built = unchanged.is_published(ROOT, unchanged.digest_of_sources(ROOT))
    return ROOT / "build" / "html" if is_built and not changes else None


def files_of(folder):
    """Return the paths of all files below a folder, relative to it."""
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def differences(one, other):
    """Return what two folders do not have in common, each as a line."""
    lines = [f"only one has it: {path}" for path in files_of(one) ^ files_of(other)]
    lines += [
        f"differs: {path}"
        for path in files_of(one) & files_of(other)
        if not filecmp.cmp(one / path, other / path, shallow=False)
    ]
    return sorted(lines)


def main():
    """Build, compare, and say what differs; the exit status is then 1."""
    set_environment()
    set_date()
    with tempfile.TemporaryDirectory() as folder:
        try:
            one = site_here() or build(Path(folder, "a"), CIRCUMSTANCES["a"])
            there = Path(folder, ELSEWHERE)
            other = build(there, CIRCUMSTANCES[ELSEWHERE], is_alone=True)
        except subprocess.CalledProcessError as error:
            sys.exit(f"make: {error.cmd} ended with status {error.returncode}")
        if lines := differences(one, other):
            print("\n".join(lines))
            if shutil.which("diffoscope"):
                subprocess.run(["diffoscope", one, other], check=False)
            sys.exit("make: two builds of one commit differ, see above.")
        print(f"Two builds of one commit have the same {len(files_of(one))} files.")


if __name__ == "__main__":
    main()

"""Build the last commit twice, under other circumstances: ``python conf/reproduce.py``.

Two clones, at paths of different length, are built from nothing with other hash seeds,
time zones, locales and, on Linux, numbers of cores. Each file that is published must
have the same bytes in both. Where ``diffoscope`` is installed, it shows a difference.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CIRCUMSTANCES = {
    "a": {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
    "another/place": {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C"},
}


def build(folder, environment, is_alone):
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
    """Build twice, compare, and say what differs; the exit status is then 1."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            one, other = (
                build(Path(folder, name), environment, is_alone=name == "a")
                for name, environment in CIRCUMSTANCES.items()
            )
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

"""Build the site, unless nothing has changed: ``python conf/build_site.py``."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import unchanged
from surroundings import set_environment

ROOT = Path(__file__).resolve().parent.parent
NEEDED = 200 * 2**20  # bytes; a build takes about a quarter of it


def set_date():
    """Let the time of the build be that of the last commit, if there is one.

    ``SOURCE_DATE_EPOCH`` is what reproducible-builds.org has agreed on.
    """
    if not shutil.which("git"):
        return
    command = ["git", "-C", ROOT, "log", "-1", "--format=%ct"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode == 0:
        os.environ.setdefault("SOURCE_DATE_EPOCH", done.stdout.strip())


def main():
    """Build and publish, if need be, and say which file to open."""
    set_environment()
    set_date()
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED:
        sys.exit(
            f"make: not enough disk space in {ROOT}: {free >> 20} MiB free, "
            f"{NEEDED >> 20} MiB needed. Nothing was changed."
        )
    sources = unchanged.digest_of_sources(ROOT)
    if unchanged.is_published(ROOT, sources):
        print("Nothing has changed.")
    else:
        import publication  # with Sphinx, which takes its time

        if status := publication.build_all():
            print("make: the build failed, see above; build/html is as it was.")
            sys.exit(status)
        unchanged.note(ROOT, sources)
    print(f"Open {os.path.relpath(ROOT / 'build' / 'html' / 'index.html')}")


if __name__ == "__main__":
    main()

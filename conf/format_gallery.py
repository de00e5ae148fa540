"""Format the gallery's scripts with ruff: ``python conf/format_gallery.py [--check]``.

ruff puts a blank into a comment that begins with ``#>``. One that begins with ``#!`` it
leaves alone, so the scripts pass through ruff in that spelling.
"""

import difflib
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def formatted(source, name):
    """Return a script's text as ruff would have it.

    Raises ``subprocess.CalledProcessError`` if it is no Python.
    """
    hidden = re.sub(r"^( *)#>", r"\1#!>", source, flags=re.M)
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", name, "-"]
    result = subprocess.run(
        command, input=hidden, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return re.sub(r"^( *)#!>", r"\1#>", result.stdout, flags=re.M)


def main():
    """Format all scripts, or with ``--check`` show what would change and fail."""
    check, status = "--check" in sys.argv, 0
    for path in sorted((ROOT / "gallery").glob("*/*.py")):
        old = path.read_text(encoding="utf-8")
        new = formatted(old, path.name)
        if new != old and check:
            lines = (text.splitlines(True) for text in (old, new))
            sys.stdout.writelines(difflib.unified_diff(*lines, str(path), "formatted"))
            status = 1
        elif new != old:
            path.write_text(new, encoding="utf-8")
    sys.exit(status)


if __name__ == "__main__":
    main()

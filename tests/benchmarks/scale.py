"""How a build grows with the number of scripts: ``make scale``.

Made-up galleries of small scripts, each of which computes, prints and draws a little,
are built from clean, and then once more from the results that were kept.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.building import INDEX, TWO, Miniature

HERE = Path(__file__).resolve().parent
SECTION_SIZE = 50  # scripts
LAST_ENTRY = "examples_small/index\n"
SIZES = [int(size) for size in os.environ.get("SIZES", "10 100 1000").split()]


def gallery(folder, size):
    """Return a miniature with as many scripts more, each a little different."""
    miniature = Miniature.new(folder)
    source, index = miniature.read(TWO), miniature.read(INDEX)
    for first in range(0, size, SECTION_SIZE):
        section = f"examples_made_{first // SECTION_SIZE:02}"
        (folder / "gallery" / section).mkdir()
        names = []
        for number in range(first, min(first + SECTION_SIZE, size)):
            names.append(f"number_{number:04}")
            text = source.replace("Two: draw", f"Number {number:04}: draw")
            text = text.replace("=================", "=" * 26)
            text = text.replace("-1, 1, 21", f"-1, 1, {20 + number % 80}")
            miniature.write(f"gallery/{section}/{names[-1]}.py", text)
        text = index.replace("examples_small", section)
        text = text.replace("   one\n   two\n", "".join(f"   {n}\n" for n in names))
        miniature.write(f"gallery/{section}/index.rst", text)
        miniature.replace("docs/index.md", LAST_ENTRY, f"{LAST_ENTRY}{section}/index\n")
    return miniature


def measured(miniature):
    """Build, and return seconds, processor seconds and bytes of memory, by name."""
    result = miniature.folder / "measured.json"
    command = [sys.executable, HERE / "measure.py", result]
    subprocess.run(
        [*command, sys.executable, "conf/build_site.py"],
        cwd=miniature.folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(result.read_text())


def main():
    """Print a table in Markdown, a row for each size."""
    head = (
        "scripts",
        "seconds",
        "a script",
        "MiB",
        "seconds, from results",
        "a script",
    )
    print(f"| {' | '.join(head)} |\n{'|---' * len(head)}|")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            miniature = gallery(Path(folder, "site"), size)
            clean = measured(miniature)
            shutil.rmtree(miniature.folder / "build")
            again = measured(miniature)
        row = (
            str(size),
            f"{clean['wall']:.1f}",
            f"{clean['wall'] / size:.3f}",
            f"{max(clean['memory'], again['memory']) / 2**20:.0f}",
            f"{again['wall']:.1f}",
            f"{again['wall'] / size:.3f}",
        )
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()

"""Compare this project's build with stock Sphinx-Gallery's: ``make bench``.

Both build the same scripts on the same machine, in turn, several times. A table shows
the medians, and how ours stands to the other.
"""

import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.projects import Ours, Stock, StockOneThread

ROUNDS = int(os.environ.get("ROUNDS", "3"))
BUILDERS = {"stock": Stock, "stock, one thread": StockOneThread, "ours": Ours}
SITUATIONS = ("from clean", "nothing changed", "one script changed", "restored cache")
EDITED = "examples_nn/dynamic_net.py"


def situations(builder, folder):
    """Yield what each situation took a builder, by its name."""
    project = builder(folder / "project")
    yield "from clean", project.run()
    yield "nothing changed", project.run()
    yield "restored cache", project.clone(folder / "clone").run()
    project.edit(EDITED)
    yield "one script changed", project.run()


def measured():
    """Return what was measured: by situation and builder, a list of results."""
    results = {}
    for number in range(1, ROUNDS + 1):
        for name, builder in BUILDERS.items():
            with tempfile.TemporaryDirectory() as folder:
                for situation, result in situations(builder, Path(folder)):
                    words = f"{number}/{ROUNDS}  {name}, {situation}"
                    print(f"{words}: {result['wall']:.1f} s", file=sys.stderr)
                    results.setdefault((situation, name), []).append(result)
    return results


def rows(results):
    """Yield the rows of the table."""
    yield ("", "build", "seconds", "processor seconds", "MiB", "ours / it, seconds")
    for situation in SITUATIONS:
        medians = {
            name: {
                key: statistics.median(r[key] for r in results[situation, name])
                for key in ("wall", "cpu", "memory")
            }
            for name in BUILDERS
        }
        for name, took in medians.items():
            yield (
                situation,
                name,
                f"{took['wall']:.1f}",
                f"{took['cpu']:.1f}",
                f"{took['memory'] / 2**20:.0f}",
                f"{medians['ours']['wall'] / took['wall']:.2f}",
            )


def main():
    """Measure, and print the table in Markdown."""
    for number, row in enumerate(rows(measured())):
        print(f"| {' | '.join(row)} |")
        if not number:
            print("|---" * len(row) + "|")
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(
        f"\nMedians of {ROUNDS} rounds; {system}, Python {platform.python_version()}."
    )


if __name__ == "__main__":
    main()

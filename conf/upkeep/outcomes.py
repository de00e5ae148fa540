"""Run every cell of the gallery with this Python: ``python -m upkeep.outcomes FILE``.

Writes a list of cells as JSON; ``trial`` reads it. It runs in the environment that is
tried, so it may import what is installed there.
"""

import json
import sys
from pathlib import Path

import cells
from expected import complaint, expected_in

ROOT = Path(__file__).resolve().parents[2]


def outcomes_of(script: Path, root: Path) -> list[dict]:
    """Return for each cell of a script its place, and what it should print and did.

    ``status`` is "same", "other", "error", or "unreached" behind a cell that failed.
    """
    found, has_failed = [], False
    for cell in cells.run(script):
        status = "other" if complaint(cell.code, cell.output) else "same"
        if cell.error:
            status = "error"
        elif has_failed:
            status = "unreached"
        has_failed = has_failed or status == "error"
        found.append(
            {
                "script": script.relative_to(root).as_posix(),
                "line": cell.line,
                "status": status,
                "before": expected_in(cell.code) or "",
                "after": cell.output + cell.error,
            }
        )
    return found


def main() -> None:
    """Write the outcomes of all scripts to the file named on the command line."""
    found = []
    for script in sorted((ROOT / "gallery").glob("examples_*/*.py")):
        found += outcomes_of(script, ROOT)
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Write ``requirements.lock`` for ``requirements.txt``: ``python -m upkeep.lock``.

A version in the old lock stays if it still fits, so that a change of one pin moves that
package, what it needs, and nothing else. ``make upgrade`` moves all.
"""

import sys
from pathlib import Path

from upkeep import requirements, resolving, summary

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Write the lock and say what moved and what was kept."""
    try:
        texts = requirements.read(ROOT)
        list(requirements.entries(texts["requirements.txt"]))
        old = texts["requirements.lock"]
        new = resolving.locked(texts["requirements.txt"], old)
        requirements.write(ROOT, {"requirements.lock": new})
    except resolving.NoSolutionError as reason:
        sys.exit(f"make: no versions fit requirements.txt: {reason}")
    except (requirements.UnreadableError, resolving.UvError, OSError) as error:
        sys.exit(f"make: {error}; requirements.lock is as it was.")
    moved = summary.moves(old, new)
    print("\n".join(summary.section("Moved in requirements.lock", moved)))
    kept = len(requirements.pins_in(new)) - len(moved)
    print(
        f"Kept: {kept} packages, since their versions still fit. "
        "make upgrade looks for newer ones."
    )


if __name__ == "__main__":
    main()

"""Find the newest versions and try them: ``python -m upkeep.upgrade``.

The exit status is 0 if every cell prints the same and the site builds, 1 if not, and 2
if the versions could not be found or tried.
"""

import argparse
import json
import platform
import signal
import sys
from pathlib import Path

from upkeep import FILES, requirements, resolving, summary, trial
from upkeep.requirements import UnreadableError
from upkeep.resolving import UvError
from upkeep.trial import TrialError

ROOT = Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="upgrade", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write both files")
    parser.add_argument("--report", type=Path, help="a file for the outcome, as JSON")
    versions = parser.add_mutually_exclusive_group()
    versions.add_argument("--pre", action="store_true", help="take pre-releases")
    versions.add_argument("--lock", action="store_true", help="try the lock as it is")
    return parser.parse_args()


def upgrade(options: argparse.Namespace) -> bool:
    """Do what the options ask for; return whether nothing changes on the site."""
    old = requirements.read(ROOT)
    new, moved = old, []
    try:
        if not options.lock:
            new, moved = newest(old, pre=options.pre)
        if new == old and not (options.lock or options.report):
            say("Nothing can move. Nothing was written.")
            return True
        outcome = trial.run(ROOT, new, pre=options.pre, say=say)
        say(f"\n{summary.of_trial(outcome)}\n")
    except resolving.NoSolutionError as reason:
        outcome = trial.Outcome([], "", f"no versions fit together: {reason}")
        say(outcome.failure)
    if options.write and new != old and not outcome.failure:
        write(old, new)
    else:
        say("Nothing was written.")
    if options.report:
        write_report(options.report, options, moved, outcome)
    return outcome.has_passed


def newest(old: dict[str, str], *, pre: bool) -> tuple[dict[str, str], list[str]]:
    """Return the texts of both files with the newest versions, and what moved.

    Says it, too, and what could not move. Raises ``NoSolutionError``, ``UvError`` or
    ``UnreadableError``.
    """
    say("Looking for the newest versions ...")
    found = resolving.newest(old["requirements.txt"], pre=pre)
    moved = summary.moves(old["requirements.lock"], found.lock)
    held = resolving.held_back(found, pre=pre)
    say(f"\n{summary.of_resolution(moved, held)}")
    return dict(zip(FILES, (found.requirements, found.lock), strict=True)), moved


def write(old: dict[str, str], new: dict[str, str]) -> None:
    """Write both files, unless they are no longer as they were; then ``TrialError``."""
    if requirements.read(ROOT) != old:
        raise TrialError("the files of requirements have changed meanwhile")
    requirements.write(ROOT, new)
    say("Wrote requirements.txt and requirements.lock.")


def write_report(
    path: Path, options: argparse.Namespace, moved: list[str], outcome: trial.Outcome
) -> None:
    """Write the outcome for ``issues`` and ``propose``."""
    report = {
        "versions": "pre" if options.pre else "lock" if options.lock else "newest",
        "machine": f"Python {platform.python_version()}, {platform.system()}",
        "passed": outcome.has_passed,
        "failure": outcome.failure,
        "moved": moved,
        "cells": outcome.different,
        "checked": len(outcome.cells),
        "build": outcome.build,
    }
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def say(text: str) -> None:
    """Print at once, since some steps take minutes."""
    print(text, flush=True)


def main() -> None:
    """Upgrade; whatever goes wrong is said in one line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and end what was begun
    try:
        sys.exit(0 if upgrade(arguments()) else 1)
    except (UnreadableError, UvError, TrialError, OSError) as error:
        print(f"make: {error}; nothing was written.", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit("make: interrupted; nothing was written.")


if __name__ == "__main__":
    main()

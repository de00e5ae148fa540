"""What an upgrade says in the end: what moved, what could not, and what it changes."""

import platform
from collections.abc import Iterator

from upkeep import requirements
from upkeep.requirements import Pin
from upkeep.resolving import NEWEST, OLDEST, Held
from upkeep.trial import Outcome

MOST = 20  # lines of a cell's output that are shown


def moves(old: str, new: str) -> list[str]:
    """Return a line for each package that differs between two locks."""
    before, after = requirements.pins_in(old), requirements.pins_in(new)
    names = sorted(
        name
        for name in before.keys() | after.keys()
        if _versions(before.get(name, [])) != _versions(after.get(name, []))
    )
    return [
        f"{name}: {_spelled(before.get(name))} -> {_spelled(after.get(name))}"
        for name in names
    ]


def _versions(pins: list[Pin]) -> list[Pin]:
    return [Pin(pin.version, pin.marker if len(pins) > 1 else "") for pin in pins]


def _spelled(pins: list[Pin] | None) -> str:
    text = ", ".join(map(str, _versions(pins))) if pins else "none"
    return requirements.by_minor(text)


def held_lines(held: list[Held]) -> list[str]:
    """Return a line for each package that could not move, with its reason."""
    return [f"{h.name}: {h.version}, not {h.newest}: {h.reason}" for h in held]


def cell_lines(cell: dict) -> Iterator[str]:
    """Yield the lines that show what a cell printed before and after."""
    place = f"{cell['script']}:{cell['line']}"
    if cell["status"] == "unreached":
        yield f"{place}: not reached, since an earlier cell fails"
        return
    yield place
    for word in ("before", "after"):
        lines = cell[word].rstrip("\n").split("\n")
        if len(lines) > MOST:
            lines[MOST:] = [f"({len(lines) - MOST} more lines)"]
        yield f"  {word}:"
        yield from (f"    {line}".rstrip() for line in lines)


def section(title: str, lines: list[str]) -> Iterator[str]:
    """Yield a title with the number of lines, and the lines indented below it."""
    yield f"{title}: {len(lines) or 'none'}"
    yield from (f"  {line}" for line in lines)
    yield ""


def of_resolution(moved: list[str], held: list[Held]) -> str:
    """Return what was resolved, as text."""
    pythons = f"Python {OLDEST} to {NEWEST}"
    lines = [
        *section(f"Moved to the newest versions that {pythons} allow", moved),
        *section("Could not move", held_lines(held)),
    ]
    return "\n".join(lines)


def of_trial(outcome: Outcome) -> str:
    """Return what a trial has shown, as text."""
    different = outcome.different
    counted = f"{len(different) or 'none'} of {len(outcome.cells)}"
    system = f"Python {platform.python_version()}, {platform.system()}"
    lines = [f"Cells that print something else ({system}): {counted}"]
    for cell in different:
        lines += [f"  {line}".rstrip() for line in cell_lines(cell)]
    if outcome.build:
        lines += ["", "The site does not build:"]
        lines += [f"  {line}".rstrip() for line in outcome.build.split("\n")]
    else:
        lines += ["", "The site builds."]
    return "\n".join(lines)

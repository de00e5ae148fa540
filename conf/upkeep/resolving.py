"""Ask uv for versions that fit together, on every supported Python and system."""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from upkeep import PYTHONS, requirements
from upkeep.requirements import Pin

OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
# What writes pages and figures: one version for all Pythons, so that pages are alike.
ALIKE = (
    "docutils",
    "furo",
    "matplotlib",
    "myst-parser",
    "pygments",
    "sphinx",
    "sphinx-gallery",
)
TOGETHER = [("tensorflow", "tensorflow-cpu")]  # the same library under two names
# A lock for all systems has no build of one system, which this variable would choose.
NOT_FOR_LOCKS = "UV_TORCH_BACKEND"


class NoSolutionError(Exception):
    """No versions fit together; the message is uv's reason, in one line."""


class UvError(Exception):
    """Uv could not do its work, for want of a network for example."""


@dataclass(frozen=True)
class Held:
    """A package that is not at its newest version, and why."""

    name: str
    version: str
    newest: str
    reason: str


@dataclass(frozen=True)
class Resolution:
    """Texts of ``requirements.txt`` and the lock; reasons of bounds by package."""

    requirements: str
    lock: str
    caps: dict[str, str]


def uv(*words: str, folder: Path, without: str = "") -> str:
    """Run uv in a folder, ``without`` one variable, and return what it prints.

    Raises ``NoSolutionError`` if the requirements contradict each other, and
    ``UvError`` if uv fails in another way.
    """
    environment = {**os.environ, "NO_COLOR": "1"}
    environment.pop(without, None)
    done = subprocess.run(
        [sys.executable, "-m", "uv", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    text = " ".join(done.stderr.split())
    if "No solution found" in text:
        raise NoSolutionError(reason_in(done.stderr))
    raise UvError(f"uv {' '.join(words[:2])}: {text[:400] or done.returncode}")


def reason_in(message: str) -> str:
    """Return the first cause in uv's message, in one line and without its markers."""
    text = " ".join(message.split())
    found = re.search(r"Because (.*?)(?:, we can conclude|\. |\.?$)", text)
    text = found[1] if found else text
    return re.sub(r"\{[^}]*\}", "", text)[:400]


def compiled(
    text: str,
    *,
    constraints: str = "",
    preferences: str = "",
    python: str = OLDEST,
    options: tuple[str, ...] = (),
) -> str:
    """Return a lock for requirements, for every system and each Python from one on.

    Versions in ``preferences``, a lock, are kept where they fit; without one, all are
    the newest. Raises ``NoSolutionError`` or ``UvError``.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "requirements.txt").write_text(text, encoding="utf-8")
        (folder / "constraints.txt").write_text(constraints, encoding="utf-8")
        lock = folder / "requirements.lock"
        if preferences:
            lock.write_text(preferences, encoding="utf-8")
        uv(
            *("pip", "compile", "--quiet", "--python", sys.executable),
            *("--universal", "--python-version", python),
            *("--no-header", "--annotation-style", "line", *options),
            *("--constraints", "constraints.txt", "requirements.txt"),
            *("--output-file", lock.name),
            folder=folder,
            without=NOT_FOR_LOCKS,
        )
        lines = lock.read_text(encoding="utf-8").splitlines(keepends=True)
    return requirements.HEADER + "".join(
        line for line in lines if not line.startswith("#")
    )


def locked(text: str, old: str) -> str:
    """Return the lock for a ``requirements.txt``, with all of the old that still fits.

    Raises ``NoSolutionError`` or ``UvError``.
    """
    return compiled(text, preferences=old)


def newest(text: str, *, pre: bool = False) -> Resolution:
    """Return the newest versions that every supported Python allows.

    Raises ``NoSolutionError`` or ``UvError``, and ``requirements.UnreadableError``.
    """
    options = ("--prerelease", "allow") if pre else ()
    free = requirements.freed(text)
    bounds, caps = {}, {}
    while True:
        constraints = "".join(f"{name}<={bound}\n" for name, bound in bounds.items())
        lock = compiled(free, constraints=constraints, options=options)
        pins = requirements.pins_in(lock)
        found = too_new(pins)
        if not found:
            break
        for name, (bound, reason) in found.items():
            bounds[name] = bound
            caps.setdefault(name, reason)
    moved = requirements.moved(text, pins)
    lock = compiled(moved, preferences=lock, options=options)
    return Resolution(moved, lock, caps)


def too_new(pins: dict[str, list[Pin]]) -> dict[str, tuple[str, str]]:
    """Return a bound and its reason for each package that must have one version."""
    found = {}
    for name in ALIKE:
        versions = pins.get(name, [])
        if len({pin.version for pin in versions}) > 1:
            where = requirements.by_minor(versions[-1].marker)
            reason = (
                f"it fits {where} alone, and all Pythons have one version, so that "
                "pages are alike"
            )
            found[name] = (str(versions[0].version), reason)
    for names in TOGETHER:
        versions = {pin.version: name for name in names for pin in pins.get(name, [])}
        if len(versions) > 1:
            oldest = min(versions)
            reason = f"{versions[oldest]} has {oldest}, and both move together"
            found |= {name: (str(oldest), reason) for name in names}
    return found


def held_back(resolution: Resolution, *, pre: bool = False) -> list[Held]:
    """Return the packages of a lock that have newer versions, with the reasons.

    Raises ``UvError``.
    """
    options = ("--prerelease", "allow") if pre else ()
    pins = requirements.pins_in(resolution.lock)
    names = "".join(f"{name}\n" for name in pins)
    alone = compiled(names, python=NEWEST, options=("--no-deps", *options))
    held = []
    for name, versions in requirements.pins_in(alone).items():
        ours, theirs = pins[name][-1].version, versions[-1].version
        if ours < theirs:
            reason = resolution.caps.get(name) or why_not(
                resolution, name, str(theirs), options
            )
            held.append(Held(name, str(ours), str(theirs), reason))
    return held


def why_not(
    resolution: Resolution, name: str, version: str, options: tuple[str, ...]
) -> str:
    """Return why a version of a package does not go with all others of a lock."""
    others = "".join(
        line
        for line in resolution.lock.splitlines(keepends=True)
        if not line.startswith(f"{name}==")
    )
    wanted = f'{name}=={version}; python_version >= "{NEWEST}"\n'
    free = requirements.freed(resolution.requirements)
    try:
        compiled(free + wanted, constraints=others, options=options)
    except NoSolutionError as reason:
        causes = str(reason).split(" and ")
        pinned = re.compile(r"you require \S+==\S+")  # by what is asked here
        return " and ".join(each for each in causes if not pinned.fullmatch(each))
    return "it fits all others, but not all of its own earlier Pythons"

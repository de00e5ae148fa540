"""Read and rewrite ``requirements.txt``, and read ``requirements.lock``.

A package that ``requirements.txt`` pins with ``==`` is moved by an upgrade. One without
a version is free, and one with another bound, such as ``pillow<13``, stays within it.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker, default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from upkeep import FILES

HEADER = (
    "# Exact versions of all packages, for every supported system. Made by: make lock\n"
)
PYTHON = {"python_version", "python_full_version"}
MINOR = re.compile(r"python_full_version (<|>=) \"(\d+\.\d+)\"")


class UnreadableError(Exception):
    """A line of ``requirements.txt`` that an upgrade could not rewrite."""


@dataclass(frozen=True)
class Entry:
    """A line of ``requirements.txt`` that names a package."""

    index: int
    requirement: Requirement
    comment: str

    @property
    def name(self) -> str:
        """The package's name as indexes normalise it."""
        return canonicalize_name(self.requirement.name)

    @property
    def is_pinned(self) -> bool:
        """Whether the line has an exact version, which an upgrade moves."""
        operators = [each.operator for each in self.requirement.specifier]
        return operators == ["=="]

    @property
    def own_marker(self) -> Marker | None:
        """The marker, unless it is one of Python versions that an upgrade has made."""
        marker = self.requirement.marker
        return None if self.is_pinned and variables(marker) <= PYTHON else marker


@dataclass(frozen=True, order=True)
class Pin:
    """An exact version of a package, and where it is used; "" is everywhere."""

    version: Version
    marker: str = ""

    def __str__(self) -> str:
        return f"{self.version} ({self.marker})" if self.marker else str(self.version)


def variables(marker: Marker | None) -> set[str]:
    """Return the names of the variables that a marker asks for."""
    names = default_environment()
    return {name for name in names if re.search(rf"\b{name}\b", str(marker or ""))}


def entries(text: str) -> Iterator[Entry]:
    """Yield the packages that a ``requirements.txt`` names.

    Raises ``UnreadableError``, naming the line, for what is no plain requirement and
    for a pin with a marker of Python and system in one.
    """
    for index, line in enumerate(text.splitlines()):
        code, hash_sign, comment = line.partition("#")
        if not code.strip():
            continue
        place = f"requirements.txt:{index + 1}"
        try:
            requirement = Requirement(code.strip())
        except InvalidRequirement:
            raise UnreadableError(
                f"{place}: {code.strip()!r} is no requirement like torch==2.15.0"
            ) from None
        entry = Entry(index, requirement, hash_sign + comment)
        if entry.is_pinned and PYTHON & variables(entry.own_marker):
            raise UnreadableError(
                f"{place}: a marker asks for the Python version or for the system, "
                "not for both"
            )
        yield entry


def freed(text: str) -> str:
    """Return the requirements of a ``requirements.txt`` without its exact versions."""
    lines = {}  # the keys are a set in order
    for entry in entries(text):
        if not entry.is_pinned:
            lines[str(entry.requirement)] = None
            continue
        lines[_line(entry, "", str(entry.own_marker or ""))] = None
    return "\n".join(lines) + "\n"


def moved(text: str, pins: dict[str, list[Pin]]) -> str:
    """Return a ``requirements.txt`` with the versions in ``pins``; all else stays."""
    lines = text.splitlines()
    done = set()
    for entry in entries(text):
        if not entry.is_pinned:
            continue
        own = str(entry.own_marker or "")
        new = [f"=={pin.version}" for pin in pins[entry.name]]
        markers = [own or by_minor(pin.marker) for pin in pins[entry.name]]
        if len(new) == 1:
            markers = [own]
        key = entry.name, own
        lines[entry.index] = (
            None
            if key in done
            else "\n".join(
                f"{_line(entry, version, marker)}  {entry.comment}".rstrip()
                for version, marker in zip(new, markers, strict=True)
            )
        )
        done.add(key)
    return "\n".join(line for line in lines if line is not None) + "\n"


def _line(entry: Entry, version: str, marker: str) -> str:
    extras = ",".join(sorted(entry.requirement.extras))
    name = entry.requirement.name + (f"[{extras}]" if extras else "")
    return f"{name}{version}; {marker}" if marker else f"{name}{version}"


def by_minor(marker: str) -> str:
    """Spell a marker of a lock as people do: ``python_version < "3.12"``."""
    return MINOR.sub(r'python_version \1 "\2"', marker)


def pins_in(lock: str) -> dict[str, list[Pin]]:
    """Return the pins of a lock, oldest first, by package."""
    pins = {}
    for line in lock.splitlines():
        if code := line.partition("#")[0].strip():
            requirement = Requirement(code)
            (version,) = [each.version for each in requirement.specifier]
            pin = Pin(Version(version), str(requirement.marker or ""))
            pins.setdefault(canonicalize_name(requirement.name), []).append(pin)
    return {name: sorted(pins[name]) for name in sorted(pins)}


def read(root: Path) -> dict[str, str]:
    """Return the texts of ``requirements.txt`` and ``requirements.lock`` by name."""
    return {name: (root / name).read_text(encoding="utf-8") for name in FILES}


def write(root: Path, texts: dict[str, str]) -> None:
    """Write files of a folder, all of them or none.

    Each is written beside its place first. Raises ``OSError`` if one cannot be written;
    those that were moved already are then put back.
    """
    old = {name: (root / name).read_bytes() for name in texts}
    beside = {name: root / f"{name}.unfinished" for name in texts}
    try:
        for name, text in texts.items():
            beside[name].write_text(text, encoding="utf-8")
        for name in texts:
            os.replace(beside[name], root / name)
    except OSError:
        for name, content in old.items():
            if (root / name).is_file() and (root / name).read_bytes() != content:
                (root / name).write_bytes(content)
        raise
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)

"""In which environments each cell of the gallery has printed what it should.

``make versions`` writes the file, pages are made from it. An *environment* is named by
the exact versions in it. A *cell* is named by a digest of its code and of all code of
its script before it: prose and comments may change, and a cell whose code has changed
is a new one, as are those after it. A check of a cell that is no longer there counts
for nothing, and is dropped when the file is written.

Nothing here imports Sphinx's pages or a framework.
"""

import functools
import hashlib
import io
import json
import os
import tokenize
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cells import cells_of
from expected import MARK
from packaging.version import Version

FILE = "measurements/versions.json"  # in the folder of the pages
SHORT = 12  # digits of a digest

Keys = dict[str, list[str]]  # by script: the digest of each of its cells


class Environment(NamedTuple):
    """The versions that may decide what a cell prints."""

    python: str
    torch: str  # with its build's label, as in 2.15.0+cpu
    tensorflow: str
    numpy: str
    platform: str

    @property
    def order(self) -> tuple:
        """What sorts environments: PyTorch, Python, and the others."""
        versions = (self.torch, self.python, self.numpy, self.tensorflow)
        return (*map(Version, versions), self.platform)


@dataclass
class Check:
    """What the cells of a script did in an environment.

    ``other`` has what was printed instead, and ``error`` why a cell failed, by digest.
    Cells after one that failed did not run, and are not here.
    """

    date: str
    same: list[str] = field(default_factory=list)
    other: dict[str, str] = field(default_factory=dict)
    error: dict[str, str] = field(default_factory=dict)

    def outcome(self, key: str) -> tuple[str, str] | None:
        """Return ``same``, ``other`` or ``error``, and the text; None if unknown."""
        if key in self.same:
            return "same", ""
        for kind in ("other", "error"):
            if key in (texts := getattr(self, kind)):
                return kind, texts[key]
        return None

    def is_whole(self, keys: list[str]) -> bool:
        """Return whether all these cells were run, or all up to one that failed."""
        for key in keys:
            if (outcome := self.outcome(key)) is None:
                return False
            if outcome[0] == "error":
                break
        return True


Checks = dict[Environment, dict[str, Check]]  # by environment, and by script


# -- The cells -------------------------------------------------------------------------


def keys_of_gallery(gallery: Path) -> Keys:
    """Return the digests of the cells of each script, as they are now."""
    scripts = sorted(gallery.glob("examples_*/*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in scripts}
    codes = {path: _codes(path, text) for path, text in texts.items()}
    return {
        path.relative_to(gallery).with_suffix("").as_posix(): _chain(
            codes[path],
            # A script that looks beside itself depends on all the others.
            str(sorted(codes.values())) if "__file__" in texts[path] else "",
        )
        for path in scripts
    }


@functools.cache  # every page of an example asks
def _codes(path: Path, text: str) -> tuple[str, ...]:
    """Return the code of each cell of a script, which has this text."""
    return tuple(code_alone(cell.code) for cell in cells_of(path))


def _chain(codes: tuple[str, ...], others: str) -> list[str]:
    digest, keys = hashlib.sha256(others.encode()), []
    for code in codes:
        digest.update(f"{len(code)}\n{code}".encode())
        keys.append(digest.hexdigest()[:SHORT])
    return keys


def code_alone(code: str) -> str:
    """Return code with its ``#>`` lines, without other comments and empty lines."""
    lines = code.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        row, column = token.start
        if token.type == tokenize.COMMENT and not MARK.match(lines[row - 1]):
            lines[row - 1] = lines[row - 1][:column]
    return "\n".join(line.rstrip() for line in lines if line.strip())


# -- The file --------------------------------------------------------------------------


class DamagedError(ValueError):
    """The file is not what was written; the text says what to do."""


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.unfinished")


def load(path: Path) -> Checks:
    """Return what the file holds; nothing if there is neither it nor its checksum.

    Raises ``DamagedError``.
    """
    if not path.exists() and not _beside(path).exists():
        return {}
    try:
        checksums = (_beside(path), _unfinished(_beside(path)))  # of a killed call
        if not any(_is_right(checksum, path) for checksum in checksums):
            raise ValueError("its checksum is another one")
        return _from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError(
            f"{path.name} is not what {_beside(path).name} says "
            f"({type(error).__name__}: {error}): bring both back from git, "
            "or delete both and run make versions"
        ) from None


def _is_right(checksum: Path, path: Path) -> bool:
    """Return whether the file ``checksum`` has the line for a file."""
    if not checksum.is_file() or not path.is_file():
        return False
    return checksum.read_bytes() == _line(path, path.read_bytes())


def _line(path: Path, content: bytes) -> bytes:
    return f"{hashlib.sha256(content).hexdigest()}  {path.name}\n".encode()


def save(path: Path, checks: Checks) -> None:
    """Write the file and its checksum; killed at any moment, it leaves a right pair."""
    content, checksum = _to_json(checks).encode(), _beside(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not _is_right(checksum, path) and _is_right(_unfinished(checksum), path):
        _unfinished(checksum).replace(checksum)  # an earlier call was killed
    _write(_unfinished(checksum), _line(path, content))
    _write(_unfinished(path), content)
    _unfinished(path).replace(path)  # from here on the unmoved checksum is right
    _unfinished(checksum).replace(checksum)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _to_json(checks: Checks) -> str:
    """Return the file's text: sorted, and with each output once."""
    outputs: dict[str, list[str]] = {}

    def short(text: str) -> str:
        digest = hashlib.sha256(text.encode()).hexdigest()[:SHORT]
        outputs[digest] = text.splitlines()
        return digest

    environments = []
    for environment in sorted(checks, key=lambda each: each.order):
        scripts = {}
        for script, check in sorted(checks[environment].items()):
            scripts[script] = {"date": check.date, "same": " ".join(check.same)}
            for kind in ("other", "error"):
                if texts := getattr(check, kind):
                    scripts[script][kind] = {k: short(t) for k, t in texts.items()}
        environments.append({**environment._asdict(), "scripts": scripts})
    file = {"environments": environments, "outputs": dict(sorted(outputs.items()))}
    return json.dumps(file, indent=1, ensure_ascii=False) + "\n"


def _from_json(file: dict) -> Checks:
    outputs = {key: "\n".join(lines) for key, lines in file["outputs"].items()}
    checks: Checks = {}
    for entry in file["environments"]:
        environment = Environment(*(entry[name] for name in Environment._fields))
        environment.order  # noqa: B018 - it raises if a version is none
        checks[environment] = {
            script: Check(
                date=check["date"],
                same=check["same"].split(),
                **{
                    kind: {k: outputs[text] for k, text in check[kind].items()}
                    for kind in ("other", "error")
                    if kind in check
                },
            )
            for script, check in entry["scripts"].items()
        }
    return checks


# -- What counts -----------------------------------------------------------------------


def current(checks: Checks, keys: Keys) -> Checks:
    """Return the checks of cells that are as they were then, and no others."""
    found: Checks = {}
    for environment, scripts in checks.items():
        for script, check in scripts.items():
            wanted = set(keys.get(script, ()))
            kept = Check(
                check.date,
                [key for key in check.same if key in wanted],
                {key: text for key, text in check.other.items() if key in wanted},
                {key: text for key, text in check.error.items() if key in wanted},
            )
            if kept.same or kept.other or kept.error:
                found.setdefault(environment, {})[script] = kept
    return found


def merged(old: Checks, new: Checks, keys: Keys) -> Checks:
    """Return both, the new ones where there are two, and of cells of today alone."""
    both = {environment: dict(scripts) for environment, scripts in old.items()}
    for environment, scripts in new.items():
        both.setdefault(environment, {}).update(scripts)
    return current(both, keys)


def whole(checks: Checks, script: str, keys: list[str]) -> dict[Environment, Check]:
    """Return the checks of a script that have all of its cells, by environment."""
    return {
        environment: scripts[script]
        for environment, scripts in checks.items()
        if script in scripts and scripts[script].is_whole(keys)
    }


def differences(checks: Checks, script: str, key: str) -> dict[tuple, list]:
    """Return where a cell did something else: environments by outcome and text."""
    found: dict[tuple[str, str], list[Environment]] = {}
    for environment in sorted(checks, key=lambda each: each.order):
        check = checks[environment].get(script)
        outcome = check and check.outcome(key)
        if outcome and outcome[0] != "same":
            found.setdefault(outcome, []).append(environment)
    return found

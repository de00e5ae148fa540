"""A build killed at any moment is repaired by the next one, without a word to it.

The same bytes are published as by a build from clean, and until then readers have the
site as it was, or the whole new one.
"""

import random
import shutil
from pathlib import Path

import pytest

from tests.faults.building import ONE, Miniature

POINTS, RANDOM = 4, 2  # of each kind of build
SEED = random.randrange(10**6)  # stands in the name of a test, and so in its report
HALF_WAY = [f"{number}/{POINTS}" for number in range(1, POINTS + 1)]
BY_CHANCE = [f"random {SEED + number}" for number in range(RANDOM)]


def killer(folder, miniature, at=0):
    """Return the environment of a build that is killed at a change, and its log."""
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("killer.py"), folder / "sitecustomize.py")
    environment = {
        "PYTHONPATH": str(folder),
        "KILL_IN": f"{miniature.folder}/",
        "KILL_LOG": str(folder / "log.txt"),
        "KILL_AT": str(at),
    }
    return environment, folder / "log.txt"


def edit(miniature):
    """Change a script, what it prints and draws, and a page."""
    miniature.replace(ONE, "w -= 0.1 * grad_w", "w -= 0.2 * grad_w")
    miniature.replace("docs/index.md", "draws a curve", "draws a fine curve")


class Kind:
    """A kind of build: where it begins, what it ends with, and how much it changes."""

    def __init__(self, start, folder):
        self.start = start
        clean = Miniature.new(folder / "clean")
        edit(clean)
        outcome = clean.build()
        assert outcome.status == 0, outcome.text
        self.wanted = clean.published()
        whole = start.copy(folder / "whole")
        environment, log = killer(folder / "counter", whole)
        outcome = whole.build(**environment)
        assert outcome.status == 0, outcome.text
        assert whole.published() == self.wanted
        self.changes = len(log.read_text().splitlines())


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """Return the kinds of builds: of a fresh clone, and after an edit."""
    folder = tmp_path_factory.mktemp("kinds")
    fresh = Miniature.new(folder / "fresh")
    edit(fresh)
    built = Miniature.new(folder / "edited")
    outcome = built.build()
    assert outcome.status == 0, outcome.text
    edit(built)
    (folder / "1").mkdir()
    (folder / "2").mkdir()
    return {
        "fresh": Kind(fresh, folder / "1"),
        "edited": Kind(built, folder / "2"),
    }


@pytest.mark.parametrize("point", HALF_WAY + BY_CHANCE)
@pytest.mark.parametrize("kind", ["fresh", "edited"])
def test_a_killed_build_is_repaired(kinds, kind, point, tmp_path):
    """Whatever it was doing, and with half a file left behind."""
    kind = kinds[kind]
    assert kind.changes > 100, "what is counted?"
    if point.startswith("random"):
        at = random.Random(point).randint(1, kind.changes)
    else:
        at = kind.changes * int(point.partition("/")[0]) // POINTS
    miniature = kind.start.copy(tmp_path / "site")
    before = miniature.published()
    environment, log = killer(tmp_path / "killer", miniature, at)
    outcome = miniature.build(**environment)
    last = log.read_text().splitlines()[-1]
    assert outcome.status == -9, f"not killed at {at}, {last}: {outcome.text}"
    assert miniature.published() in (before, kind.wanted), last
    outcome = miniature.build()
    assert outcome.status == 0, f"{last}: {outcome.text}"
    wrong = {path for path, _ in miniature.published().items() ^ kind.wanted.items()}
    assert not wrong, f"{last}: {sorted(wrong)}"

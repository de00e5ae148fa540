"""What a build executes, what it keeps, and that scripts see nothing of each other."""

import re

import pytest

from tests.faults.building import INDEX, ONE, TWO, Miniature

COUNT = """
import os

with open(os.environ["RAN"], "a") as file:
    file.write("{name}\\n")
"""
PAGES = {"en/examples_small/one.html", "en/examples_small/two.html"}


@pytest.fixture(scope="module")
def counted_build(tmp_path_factory):
    """Return a built miniature whose scripts write their names when they run."""
    folder = tmp_path_factory.mktemp("counted")
    miniature = Miniature.new(folder / "site")
    miniature.insert(ONE, COUNT.format(name="one"))
    miniature.insert(TWO, COUNT.format(name="two"))
    outcome = miniature.build(RAN=str(folder / "ran.txt"))
    assert outcome.status == 0, outcome.text
    assert sorted((folder / "ran.txt").read_text().split()) == ["one", "two"]
    return miniature


@pytest.fixture
def counted(counted_build, tmp_path):
    """Return a copy of it."""
    return counted_build.copy(tmp_path / "site")


@pytest.fixture
def executed(counted, tmp_path):
    """Return a function that builds and returns the scripts that ran."""

    def build(**environment):
        ran = tmp_path / "ran.txt"
        outcome = counted.build(RAN=str(ran), **environment)
        assert outcome.status == 0, outcome.text
        return sorted(ran.read_text().split()) if ran.exists() else []

    return build


def test_a_good_miniature_is_published(first_build):
    """Exit status 0, a line for each script as it runs, and its page and figure.

    Everything below and in ``test_faults.py`` rests on this: the miniature has no
    mistake but the one that a test makes.
    """
    miniature, outcome = first_build
    *scripts, last = outcome.text.splitlines()
    assert (outcome.status, last) == (0, "Open build/html/index.html"), outcome.text
    shown = [re.fullmatch(r"(./2)  (\w+/\w+)  \d+\.\d s", line) for line in scripts]
    assert [line[1] for line in shown] == ["1/2", "2/2"]
    assert {line[2] for line in shown} == {"examples_small/one", "examples_small/two"}
    site = miniature.published()
    assert site.keys() >= PAGES
    assert b"The loss falls to 0.847387" in site["en/_images/sphx_glr_one_001.svg"]
    assert b"The points add up to 7.700000" in site["en/_images/sphx_glr_two_001.svg"]
    assert b"A curve is drawn from a few points." in site["en/index.html"]


def test_a_second_build_executes_nothing(counted, executed):
    """And it publishes the same bytes."""
    before = counted.published()
    assert executed() == []
    assert counted.published() == before


def test_a_changed_script_is_executed_alone(counted, executed):
    """A page of the docs changes without any run; the other script stays as it was."""
    counted.replace(TWO, "y = x**2", "y = x**4")
    counted.replace("docs/index.md", "draws a curve", "draws a fine curve")
    assert executed() == ["two"]
    site = counted.published()
    assert b"5.066600" in site["en/_images/sphx_glr_two_001.svg"]
    assert b"0.847387" in site["en/_images/sphx_glr_one_001.svg"]
    assert b"draws a fine curve" in site["en/index.html"]


def test_a_changed_build_executes_everything(counted, executed):
    """What ran under other code does not count."""
    counted.append("conf/figures.py", "\n# A change\n")
    assert executed() == ["one", "two"]


def test_a_deleted_script_leaves_no_page(counted, executed):
    """Nor a download, nor an entry of the search, nor a file among the sources."""
    (counted.folder / TWO).unlink()
    counted.replace(INDEX, "   two\n", "")
    counted.replace("docs/index.md", "{doc}`examples_small/two`, ", "")
    counted.replace(ONE, ", as :ref:`sphx_glr_examples_small_two.py` shows", "")
    assert "one" in executed()
    left = [*counted.published(), *map(str, counted.folder.glob("docs/**/*"))]
    assert [path for path in left if "one" in path]
    assert not [path for path in left if "two" in path.rpartition("/")[2]]
    assert not [
        path
        for path, content in counted.published().items()
        if b"examples_small/two" in content
    ]


def test_a_failed_script_is_executed_again(counted, executed, tmp_path):
    """A failure does not count as done because the script has not changed since."""
    counted.replace(TWO, "y = x**2", "y = x**2 if os.getenv('GOOD') else 1 / 0")
    outcome = counted.build(RAN=str(tmp_path / "failed.txt"))
    assert outcome.status != 0
    assert "ZeroDivisionError" in outcome.text
    assert "two" in executed(GOOD="yes")
    assert b"7.700000" in counted.published()["en/_images/sphx_glr_two_001.svg"]


CHANGE = """
import builtins, os, random, sys, warnings

random.seed(7)
np.random.seed(7)
os.environ["LEFT_BEHIND"] = "by one"
os.chdir("/")
sys.path.insert(0, "/left/behind")
np.left_behind = builtins.left_behind = True
np.set_printoptions(precision=2)
warnings.simplefilter("ignore")
plt.rcParams["lines.linewidth"] = 9
plt.rcParams["svg.hashsalt"] = "left behind"
plt.close("all")
open(os.environ["RAN"], "a").write("changed\\n")
"""

LOOK = """
import builtins, os, random, sys, time, warnings

for _ in range(200):  # until the first script has changed what it can
    if os.path.exists(os.environ["RAN"]):
        break
    time.sleep(0.1)
time.sleep(0.5)  # so that each process, if scripts share them, gets its turn
found = {
    "random": random.random() == random.Random(7).random(),
    "numpy's random": np.random.random() == np.random.RandomState(7).random(),
    "environment": "LEFT_BEHIND" in os.environ,
    "folder": os.getcwd() == "/",
    "path": "/left/behind" in sys.path,
    "module": hasattr(np, "left_behind"),
    "builtins": hasattr(builtins, "left_behind"),
    "printing": np.get_printoptions()["precision"] == 2,
    "warnings": warnings.filters[0][:3] == ("ignore", None, Warning),
    "line": plt.rcParams["lines.linewidth"] == 9,
    "salt": plt.rcParams["svg.hashsalt"] == "left behind",
}
found = [what for what, arrived in found.items() if arrived]
open(os.environ["RAN"], "a").write(f"found {found}\\n")
"""


def test_scripts_see_nothing_of_each_other(fresh, tmp_path):
    """What one script changes reaches none of three that run after it.

    Three, since with two workers that are reused at least one of the three would run
    where the first has been.
    """
    fresh.insert(ONE, f"{CHANGE}# {'The longest script begins first. ' * 99}")
    followers = [TWO, fresh.add("three"), fresh.add("four")]
    for path in followers:
        fresh.insert(path, LOOK)
    outcome = fresh.build(RAN=str(tmp_path / "ran.txt"))
    assert outcome.status == 0, outcome.text
    lines = (tmp_path / "ran.txt").read_text().splitlines()
    assert lines == ["changed", "found []", "found []", "found []"]


def test_a_page_follows_the_example_before_it(fresh):
    """What is new on a page is computed from another script, and so are its links."""
    fresh.replace("conf/conf.py", '["examples_tensor", ', '["examples_small", ')
    outcome = fresh.build()
    assert outcome.status == 0, outcome.text
    page = "build/html/en/examples_small/two.html"
    before = fresh.read(page)
    assert "<del>    grad_w = 2 * (w - x).mean()" in before
    assert 'aria-label="1. One: fit a number"' in before
    fresh.replace(ONE, "grad_w = 2 * (w - x).mean()", "grad_w = (2 * (w - x)).mean()")
    fresh.replace(ONE, "One: fit a number\n====", "One: find a number\n=====")
    outcome = fresh.build()
    assert outcome.status == 0, outcome.text
    after = fresh.read(page)
    assert "<del>    grad_w = (2 * (w - x)).mean()" in after
    assert 'aria-label="1. One: find a number"' in after

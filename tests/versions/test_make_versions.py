"""`make versions` with a made-up uv: what it makes, stores, refuses and deletes."""

import os
import signal
import time

import checks
import pytest

from tests.versions.conftest import PYTHON

SMALL = "gallery/examples_small/small.py"


def test_environments_are_made_checked_stored_and_deleted(project):
    """One prints the same, the other a version of its own; the rest has one date."""
    outcome = project.versions("--environments", "lock torch-2.14.1")
    assert outcome.status == 0, outcome.text
    stored = project.stored()
    assert sorted(stored) == ["2.14.1", "2.15.0"]
    assert len(stored["2.15.0"].same) == 2
    assert stored["2.14.1"].same == stored["2.15.0"].same[:1]
    assert list(stored["2.14.1"].other.values()) == ["torch 2.14.1"]
    assert not stored["2.14.1"].error
    assert project.left() == []
    calls = [words[:2] for words in project.values("call") if words[0] == "venv"]
    assert len(calls) == 2


def test_what_was_checked_is_not_checked_again_unless_asked(project):
    """A changed cell is; prose is no change. The list says what was checked."""
    project.versions("--environments", "lock")
    project.replace(SMALL, "# The first:", "# At first:")
    known = project.versions("--environments", "lock").text
    assert "small: " not in known
    again = project.versions("--environments", "lock", "--again")
    assert again.text.count("small: the same") == 1
    number = len(project.values("compile"))
    assert f"{PYTHON}/numpy-oldest: /" in (listed := project.versions("--list").text)
    assert "1 of 1 scripts" in listed
    assert len(project.values("compile")) == number
    project.replace(SMALL, "print(1)", "print(1 + 0)")
    changed = project.versions("--environments", "lock")
    assert changed.text.count("small: the same") == 1
    assert len(project.stored()["2.15.0"].same) == 2


def test_a_cell_that_fails_ends_the_script(project):
    """Its error is stored without line and folders, and no cell after it."""
    line = "raise RuntimeError(f\"no {__file__} in {version('torch')}\")"
    project.replace(SMALL, 'print("torch", version("torch"))', line)
    project.append(SMALL, "\n# %%\n# More:\n\nprint(3)\n#> 3\n")
    assert project.versions("--environments", "lock").status == 0
    stored = project.stored()["2.15.0"]
    assert (len(stored.same), len(stored.other)) == (1, 0)
    (error,) = stored.error.values()
    assert error == f"RuntimeError: no .../{SMALL} in 2.15.0"


@pytest.mark.thorough
def test_a_failing_docstring_is_a_failure_of_its_cell(project):
    """The cell that defines the function, not the one that is run last."""
    function = 'def double(x):\n    """Double.\n\n    >>> double(1)\n    3\n    """\n'
    project.replace(SMALL, "print(1)", f"{function}    return 2 * x\n\n\nprint(1)")
    assert project.versions("--environments", "lock").status == 0
    stored = project.stored()["2.15.0"]
    keys = checks.keys_of_gallery(project.folder / "gallery")["examples_small/small"]
    assert stored.same == keys[1:]
    assert list(stored.error) == keys[:1]
    assert "double(1)" in stored.error[keys[0]]


@pytest.mark.parametrize(
    "end",
    [
        "os.kill(os.getpid(), 9)",
        pytest.param("os._exit(3)", marks=pytest.mark.thorough),
    ],
)
def test_a_killed_script_has_shown_nothing_and_one_that_ends_has(project, end):
    """Out of memory, say: nothing is stored of it, and the exit status is 1."""
    project.replace(SMALL, "print(1)\n", f"print(1)\nimport os; {end}\n")
    outcome = project.versions("--environments", "lock")
    if "kill" in end:
        assert outcome.status == 1
        assert "small was not checked: the script ended its process" in outcome.text
        assert "not everything was checked" in outcome.text
        assert project.stored() == {}
    else:
        assert outcome.status == 0
        (error,) = project.stored()["2.15.0"].error.values()
        assert error == "the script ended its process (exit code 3)"


def test_a_difference_that_does_not_come_out_twice_is_none(project):
    """What depends on the moment says nothing about versions."""
    project.replace(SMALL, "print(1)", "import time; print(time.time_ns())")
    outcome = project.versions("--environments", "lock")
    assert outcome.status == 1
    assert "was not checked: two runs came out differently" in outcome.text
    assert project.stored() == {}


# -- What is asked of uv ---------------------------------------------------------------


def test_only_what_should_differ_differs_from_the_lock(project):
    """Each environment asks for its package, and prefers the lock for all others."""
    wanted = {
        "lock": ("torch==2.15.0", None),
        "torch-2.14.1": ("torch==2.14.1", "torch"),
        "torch-newest": ("torch", "torch"),
        "numpy-oldest": ("numpy", "numpy"),
    }
    outcome = project.versions("--environments", " ".join(wanted))
    assert outcome.status == 0, outcome.text
    compiled = project.values("compile")
    assert len(compiled) == len(wanted)
    for asked, (line, package) in zip(compiled, wanted.values(), strict=True):
        assert line in asked["asked"]
        assert "sphinx-gallery==0.22.1" in asked["asked"]
        assert not [line for line in asked["asked"] if "furo" in line]
        numpy = [each for each in asked["asked"] if each.startswith("numpy")]
        assert len(numpy) == (1 if package == "numpy" else 2)
        lock = {"numpy==2.4.6", "numpy-other==1.0", "scipy==1.17.0", "torch==2.15.0"}
        without = {each for each in lock if each.partition("==")[0] == package}
        assert set(asked["pins"]) == lock - without
    lowest = ["lowest-direct" in w for w in project.values("call") if "compile" in w]
    assert lowest == [False, False, False, True]
    assert "torch-newest: has the same packages as" in outcome.text


def test_further_places_of_pip_count_for_other_builds_alone(project):
    """Elsewhere the build there would take the place of the default wheel."""
    names = "torch-2.15.0+cpu torch-2.13.0"
    outcome = project.versions("--environments", names, PIP_FIND_LINKS="/a /b")
    assert outcome.status == 0, outcome.text
    assert project.values("links") == ["/a,/b", ""]
    assert sorted(project.stored()) == ["2.13.0", "2.15.0+cpu"]


SMALL_DISK = """
import runpy, shutil, sys
free = int(sys.argv.pop(1)) * 2**30
shutil.disk_usage = lambda path: shutil._ntuple_diskusage(2**50, 0, free)
sys.path.insert(0, "conf")
runpy.run_path("conf/check_versions.py", run_name="__main__")
"""


@pytest.mark.thorough
def test_on_a_small_disk_downloads_are_deleted_too(project, monkeypatch):
    """On a large one uv keeps them; on a full one nothing is made."""
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    for free in (9, 11, 31):
        words = ["-c", SMALL_DISK, str(free), "--environments", "lock", "--again"]
        outcome = project.run(*words, **project.variables())
        assert outcome.status == (free == 9), outcome.text
        assert ("not enough disk space" in outcome.text) is (free == 9)
    own, shared = project.values("cache")
    assert project.left() == []
    assert shared is None
    assert str(project.folder) in own


def test_a_build_that_does_not_exist_here_is_named_and_is_no_fault(project):
    """And a Python that is not installed."""
    outcome = project.versions("--environments", "3.*/lock torch-2.15.0+cpu")
    assert outcome.status == 0, outcome.text
    for version in {"3.11", "3.12", "3.13"} - {PYTHON}:
        assert f"{version}/lock: not to be had here: no python{version}" in outcome.text
    assert "torch-2.15.0+cpu: not to be had here: cause: there is no" in outcome.text
    assert sorted(project.stored()) == ["2.15.0"]
    assert project.left() == []


def test_an_environment_that_cannot_be_made_does_not_stop_the_others(project):
    """The command ends with status 1 all the same, and says which."""
    names = "torch-2.14.1 torch-2.13.0"
    outcome = project.versions("--environments", names, MADE_UP_FAULT="1")
    assert outcome.status == 1
    assert "torch-2.14.1: could not be made: error: the network is down" in outcome.text
    assert sorted(project.stored()) == ["2.13.0"]
    assert "Traceback" not in outcome.text


# -- Refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--jobs", "3"], "make: JOBS=3: it is a number from 1 to 2."),
        (["--environments", "torch-1"], "make: no environment is torch-1; there are:"),
        (["gallery/none.py"], "make: gallery/none.py is no script of the gallery;"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_line(project, words, message):
    """Before anything is made."""
    outcome = project.versions(*words)
    assert outcome.status == 1
    (line,) = outcome.text.splitlines()
    assert line.startswith(message)
    assert project.asked == []


def test_a_damaged_file_is_refused_and_left_alone(project):
    """Nothing is made, and what is there can still be mended."""
    project.versions("--environments", "lock")
    file = "docs/measurements/versions.json"
    project.replace(file, '"2.21.0"', '"2.22.0"')
    before, number = project.read(file), len(project.asked)
    outcome = project.versions("--environments", "lock")
    assert outcome.status == 1
    (line,) = outcome.text.splitlines()
    assert line.startswith(f"make: {file}: versions.json is not what")
    assert project.read(file) == before
    assert len(project.asked) == number


# -- At a time, and killed -------------------------------------------------------------


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.thorough), 2])
def test_as_many_environments_at_a_time_as_asked_for_and_no_more(project, jobs):
    """Two at most; all are stored, whichever ends first."""
    names = "lock torch-2.13.0 torch-2.14.1"
    words = ["--environments", names, "--jobs", str(jobs)]
    outcome = project.versions(*words, MADE_UP_JOBS=str(jobs))
    assert outcome.status == 0, outcome.text
    assert max(project.values("at work")) == jobs
    assert outcome.text.count("small: ") == 3
    assert project.left() == []
    assert sorted(project.stored()) == ["2.13.0", "2.14.1", "2.15.0"]


def wait_for(condition, process):
    """Wait until a condition holds; fail if the process ends before."""
    while not condition():
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)


@pytest.mark.parametrize(
    "kind", ["a kill", "Ctrl-C", "Ctrl-C, seen by the script first"]
)
def test_a_call_that_is_stopped_loses_the_environment_at_work_alone(project, kind):
    """What was finished is stored; the next call clears up and goes on."""
    folder = project.folder
    hangs = f"""\
import os
import time
from importlib.metadata import version
from pathlib import Path

if version("torch") == "2.14.1" and not Path("{folder}/go").exists():
    Path("{folder}/hangs").write_text(str(os.getpid()))
    time.sleep(600)
"""
    project.replace(SMALL, "print(1)\n", f"{hangs}print(1)\n")
    words = ["--environments", "torch-2.13.0 torch-2.14.1 torch-2.15.0"]
    process = project.begin(*words)
    try:
        wait_for((project.folder / "hangs").exists, process)
        second = project.versions(*words)
        assert second.status == 1
        assert "another make versions is at work" in second.text
        if kind == "a kill":
            process.kill()
        elif kind == "Ctrl-C":
            os.killpg(process.pid, signal.SIGINT)
        else:
            os.kill(int((folder / "hangs").read_text()), signal.SIGINT)
        text = process.communicate(timeout=60)[0]
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode != 0
    assert sorted(project.stored()) == ["2.13.0"]
    if kind != "a kill":
        assert text.splitlines()[-1].startswith("make: interrupted")
        assert "Traceback" not in text
        assert project.left() == []
    else:
        os.killpg(process.pid, signal.SIGKILL)  # the script, which a kill leaves behind
        assert len(project.left()) == 1
    (project.folder / "go").touch()
    number = len(project.values("at work"))
    outcome = project.versions(*words)
    assert outcome.status == 0, outcome.text
    assert outcome.text.count("small: ") == 2
    assert sorted(project.stored()) == ["2.13.0", "2.14.1", "2.15.0"]
    assert len(project.values("at work")) > number
    assert project.left() == []

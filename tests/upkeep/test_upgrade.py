"""`make upgrade` tries the newest versions in a copy, and writes only if asked."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time

import pytest
from upkeep import FILES, requirements, trial, upgrade

from tests.faults.building import ONE, Miniature

PRINTING = """\
# %%
# A die is thrown.

import dice

print(dice.throw())
#> 4

"""
REQUIREMENTS = "# Ours\ndice==1.0\nreal==1\n"


def dice(printed):
    """Return the files of a package whose function returns a number."""
    return {"dice/__init__.py": f"def throw():\n    return {printed}\n"}


@pytest.fixture
def project(index, tmp_path):
    """Return the miniature with a script that prints what a package of ours returns.

    Its other packages are the real ones of this environment: a made-up package puts
    them on Python's path.
    """
    real = {"real.pth": sysconfig.get_path("purelib") + "\n"}
    index.add("real", "1", files=real)
    index.add("dice", "1.0", files=dice(4))
    site = Miniature.new(tmp_path / "site")
    site.replace(ONE, "# %%\n# Try it\n", f"{PRINTING}# %%\n# Try it\n")
    site.write(".gitignore", "/.cache/\n/build/\n/docs/examples_*\n__pycache__/\n")
    site.write("requirements.txt", REQUIREMENTS)
    site.write("requirements.lock", requirements.HEADER)
    git(site, "init", "--quiet")
    assert run(site, "lock").returncode == 0
    git(site, "add", ".")
    return site


def git(site, *words):
    """Run git in the project and return what it prints."""
    return subprocess.run(
        ["git", *words], cwd=site.folder, capture_output=True, text=True, check=True
    ).stdout


def run(site, module, *words):
    """Run a module of `upkeep` as the Makefile does."""
    return subprocess.run(
        [sys.executable, "-m", f"upkeep.{module}", *words],
        cwd=site.folder,
        env={**os.environ, "PYTHONPATH": "conf"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def changes(site):
    """Return the files that are not as they were when `project` was made."""
    others = git(site, "ls-files", "--others", "--exclude-standard")
    return git(site, "diff", "--name-only") + others


def test_a_changed_number_is_shown_and_nothing_is_written(project, index):
    """Script and line, before and after, why the site does not build, status 1."""
    index.add("dice", "2.0", "later<2", files=dice(5))
    index.add("later", "1.0")
    index.add("later", "2.0")
    result = run(project, "upgrade", "--report", "build/report.json")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "  dice: 1.0 -> 2.0\n" in result.stdout
    assert "  later: none -> 1.0\n" in result.stdout
    assert "  later: 1.0, not 2.0: dice>=2.0 depends on later<2\n" in result.stdout
    line = project.read(ONE).split("\n").index("import dice") + 1
    assert f"  {ONE}:{line}\n    before:\n      4\n    after:\n      5\n" in (
        result.stdout
    )
    assert "Cells that print something else" in result.stdout
    assert "The site does not build:\n" in result.stdout
    assert "Nothing was written." in result.stdout
    assert changes(project) == ""
    assert not (project.folder / "build/upgrade/project").exists()
    assert not (project.folder / "build/html").exists()
    report = json.loads(project.read("build/report.json"))
    assert (report["versions"], report["passed"]) == ("newest", False)
    assert report["moved"] == ["dice: 1.0 -> 2.0", "later: none -> 1.0"]
    (cell,) = report["cells"]
    assert cell == {
        "script": ONE,
        "line": line,
        "status": "other",
        "before": "4\n",
        "after": "5\n",
    }
    assert report["checked"] > 4


def test_versions_that_change_nothing_are_written_if_asked_for(project, index):
    """Both files; afterwards there is nothing to move."""
    index.add("dice", "1.1", files=dice(4))
    result = run(project, "upgrade", "--write")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "The site builds." in result.stdout
    assert project.read("requirements.txt") == REQUIREMENTS.replace("1.0", "1.1")
    assert "dice==1.1 " in project.read("requirements.lock")
    assert changes(project).split() == list(reversed(FILES))
    again = run(project, "upgrade", "--write")
    assert again.returncode == 0
    assert "Nothing can move." in again.stdout
    assert "Installing" not in again.stdout


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_kill_leaves_the_project_as_it_was(project, index, number):
    """While a cell runs; what is left in build/ is removed by the next upgrade."""
    started = project.folder / "build" / "started"
    code = f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(60)\n"
    index.add("dice", "2.0", files={"dice/__init__.py": code})
    upgrading = subprocess.Popen(
        [sys.executable, "-m", "upkeep.upgrade", "--write"],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": "conf"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 100
    while not started.exists() and upgrading.poll() is None:
        assert time.monotonic() < end, "no cell was run"
        time.sleep(0.05)
    upgrading.send_signal(number)
    assert upgrading.wait(timeout=60) != 0
    if number == signal.SIGKILL:
        os.killpg(upgrading.pid, signal.SIGKILL)  # what it had begun
    assert changes(project) == ""
    left = (project.folder / "build/upgrade/project").exists()
    assert left is (number == signal.SIGKILL)
    with trial.copy_of(project.folder) as copy:
        assert not (copy / ".venv").exists()
    assert not copy.exists()


def test_what_cannot_be_resolved_is_one_line(project, index):
    """Exit status 2 or 1, no traceback, nothing written."""
    project.write("requirements.txt", REQUIREMENTS + "gone==1.0\n")
    before = project.read("requirements.lock")
    for module in ("lock", "upgrade"):
        result = run(project, module)
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        (line,) = [
            line
            for line in (result.stdout + result.stderr).splitlines()
            if "gone was not found" in line
        ]
    assert project.read("requirements.lock") == before
    project.write("requirements.txt", "dice = 1\n")
    for module, status in (("lock", 1), ("upgrade", 2)):
        result = run(project, module)
        assert result.returncode == status
        (line,) = result.stderr.splitlines()
        assert line.startswith("make: requirements.txt:1: 'dice = 1' is no requirement")
    assert project.read("requirements.lock") == before


def test_a_project_that_git_does_not_know_is_one_line(project):
    shutil.rmtree(project.folder / ".git")
    result = run(project, "upgrade", "--lock", "--report", "report.json")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("make: git ls-files: ")
    assert line.endswith("; nothing was written.")
    assert not (project.folder / "report.json").exists()


def test_files_that_were_edited_meanwhile_are_left_alone(project, index, monkeypatch):
    """A trial takes long enough for an edit."""
    index.add("dice", "2.0", files=dice(4))
    edited = REQUIREMENTS + "# edited\n"

    def edit(root, texts, **options):
        assert "dice==2.0" in texts["requirements.txt"]
        project.write("requirements.txt", edited)
        return trial.Outcome([{"status": "same"}], "")

    monkeypatch.setattr(upgrade, "ROOT", project.folder)
    monkeypatch.setattr(trial, "run", edit)
    monkeypatch.setattr(sys, "argv", ["upgrade", "--write"])
    with pytest.raises(trial.TrialError, match="changed meanwhile"):
        upgrade.upgrade(upgrade.arguments())
    assert project.read("requirements.txt") == edited
    assert "dice==1.0" in project.read("requirements.lock")

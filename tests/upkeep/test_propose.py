"""A new lock is proposed on one branch, by one pull request."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from upkeep import FILES, propose

from tests.conftest import ROOT

REPORT = {
    "versions": "newest",
    "machine": "Python 3.12.1, Linux",
    "passed": True,
    "moved": ["dice: 1.0 -> 2.0"],
    "checked": 400,
}


def git(folder, *words):
    """Run git in a folder and return what it prints."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


class Week:
    """A server's repository, and each week a fresh clone that proposes."""

    def __init__(self, folder, github):
        self.folder, self.github = folder, github
        self.server = folder / "server.git"
        first = folder / "first"
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", self.server)
        git(folder, "init", "--quiet", "--initial-branch=main", first)
        shutil.copytree(ROOT / "conf" / "upkeep", first / "conf" / "upkeep")
        for name in FILES:
            (first / name).write_text("dice==1.0\n")
        git(first, "add", ".")
        git(first, "commit", "--quiet", "--message", "First")
        git(first, "push", "--quiet", self.server, "main")

    def run(self, version, status=0, **fields):
        """Propose a version of a package, from what an upgrade has left."""
        number = len(list(self.folder.glob("clone*")))
        clone = self.folder / f"clone{number}"
        git(
            self.folder,
            "clone",
            "--quiet",
            "--depth",
            "1",
            f"file://{self.server}",
            clone,
        )
        left = self.folder / f"left{number}"
        left.mkdir()
        for name in FILES:
            (left / name).write_text(f"dice=={version}\n")
        (left / "report.json").write_text(json.dumps(REPORT | fields))
        done = subprocess.run(
            [sys.executable, "-m", "upkeep.propose", left],
            cwd=clone,
            env={**os.environ, "PYTHONPATH": "conf"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def branches(self):
        """Return the branches of the server and what they lead to."""
        lines = git(
            self.server, "for-each-ref", "--format=%(refname:short) %(objectname)"
        )
        return dict(line.split() for line in lines.splitlines())


@pytest.fixture
def week(tmp_path, github):
    """Return the made-up repository."""
    return Week(tmp_path, github)


def test_one_pull_request_is_opened_and_then_brought_up_to_date(week):
    """A second week with the same versions does nothing at all."""
    said = week.run("2.0")
    assert said == f"pushed {propose.BRANCH}, opened a pull request\n"
    first = week.branches()
    assert sorted(first) == ["main", propose.BRANCH]
    changed = git(week.server, "diff", "--name-only", "main", propose.BRANCH)
    assert changed.split() == sorted(FILES)
    assert git(week.server, "show", f"{propose.BRANCH}:requirements.lock") == (
        "dice==2.0\n"
    )
    (pull,) = week.github()["pr"]
    assert pull["title"] == propose.TITLE
    assert pull["head"] == propose.BRANCH
    assert "dice: 1.0 -> 2.0" in pull["body"]
    assert week.github()["runs"] == [["docs.yml", propose.BRANCH]]
    assert week.run("2.0") == "The proposal is there already.\n"
    assert week.branches() == first
    said = week.run("2.1", moved=["dice: 1.0 -> 2.1"])
    assert said == f"pushed {propose.BRANCH}, changed #1\n"
    (pull,) = week.github()["pr"]
    assert "dice: 1.0 -> 2.1" in pull["body"]
    assert git(week.server, "rev-list", "--count", propose.BRANCH).strip() == "2"
    assert week.branches()["main"] == first["main"]


@pytest.mark.parametrize(
    ("version", "fields", "words"),
    [
        ("2.0", {"passed": False}, "do not pass"),
        ("1.0", {"moved": []}, "is at the newest version"),
    ],
)
def test_nothing_is_proposed_if_versions_fail_or_none_is_newer(
    week, version, fields, words
):
    assert words in week.run(version, **fields)
    assert sorted(week.branches()) == ["main"]
    assert week.github()["calls"] == []


def test_a_refusal_is_one_line_and_the_next_week_goes_on(week):
    """The branch is there already then."""
    week.github(refusals={"pr create": "HTTP 502: try later\n\nmore"})
    said = week.run("2.0", status=1)
    assert said == "upkeep: gh pr create: HTTP 502: try later more\n"
    week.github(refusals={})
    assert week.run("2.0") == "opened a pull request\n"
    assert week.github()["runs"] == [["docs.yml", propose.BRANCH]]


def test_a_file_that_is_missing_is_one_line(week, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "upkeep.propose", tmp_path / "nowhere"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "conf")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "report.json" in line

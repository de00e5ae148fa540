"""One issue for each kind of versions that fails, on a made-up GitHub."""

import json
import os
import re
import subprocess
import sys

import pytest
from markdown_it import MarkdownIt
from upkeep import report

from tests.conftest import ROOT

CELL = {
    "script": "gallery/examples_nn/one.py",
    "line": 12,
    "status": "other",
    "before": "4\n",
    "after": "5\n",
}


def failing(versions="newest", *cells, **fields):
    """Return a report of versions that fail, with one cell if none is given."""
    return {
        "versions": versions,
        "machine": "Python 3.12.1, Linux",
        "passed": False,
        "failure": "",
        "moved": ["torch: 2.14.1 -> 2.15.0"],
        "cells": list(cells) or [CELL],
        "checked": 400,
        "build": "",
        **fields,
    }


def passing(versions="newest"):
    return {**failing(versions), "passed": True, "cells": []}


@pytest.fixture
def week(tmp_path, github):
    """Return what runs a week's reports, and returns the process and the issues."""

    def run(*reports, status=0):
        folder = tmp_path / f"week{len(list(tmp_path.glob('week*')))}"
        for found in reports:
            (folder / found["versions"]).mkdir(parents=True)
            path = folder / found["versions"] / "report.json"
            path.write_text(json.dumps(found), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "upkeep.issues", folder],
            env={**os.environ, "PYTHONPATH": str(ROOT / "conf")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done, github()["issue"]

    return run


def changing(github):
    """Return the calls of `gh` that change something."""
    return [call for call in github()["calls"] if call[1] not in ("list",)]


def test_a_failure_opens_one_issue_with_the_cells(week, github):
    """A second week with the same outcome adds and changes nothing."""
    done, (issue,) = week(failing())
    assert done.stdout == "newest: failed, opened an issue\n"
    assert issue["state"] == "open"
    assert issue["labels"] == ["versions"]
    assert issue["title"] == report.TITLES["newest"]
    for words in ("gallery/examples_nn/one.py:12", "1 of 400 cells", "2.14.1 -> "):
        assert words in issue["body"]
    calls = changing(github)
    done, issues = week(failing())
    assert done.stdout == "newest: failed as before, see #1\n"
    assert issues == [issue]
    assert changing(github) == calls


def test_another_failure_changes_the_same_issue(week, github):
    week(failing())
    done, (issue,) = week(failing("newest", {**CELL, "after": "6\n"}))
    assert done.stdout == "newest: failed, changed #1\n"
    assert "6" in issue["body"].split("Theirs:")[1]
    assert issue["state"] == "open"


def test_an_issue_is_closed_when_its_versions_pass_and_a_new_one_is_opened_later(week):
    week(failing())
    done, (issue,) = week(passing())
    assert done.stdout == "newest: passed, closed #1\n"
    assert issue["state"] == "closed"
    assert len(issue["comments"]) == 1
    done, issues = week(passing())
    assert done.stdout == "newest: passed\n"
    assert len(issues) == 1
    _, (old, new) = week(failing())
    assert (old["state"], new["state"]) == ("closed", "open")


def test_each_kind_of_versions_has_its_own_issue(week):
    """Also when one fails, one passes, and one could not be tried."""
    _, issues = week(failing("pre"), failing("lock"), failing("newest"))
    assert [issue["title"] for issue in issues] == list(report.TITLES.values())
    done, issues = week(failing("pre", failure="no versions fit"), passing("lock"))
    assert done.stdout == "lock: passed, closed #1\npre: failed, changed #3\n"
    assert [issue["state"] for issue in issues] == ["closed", "open", "open"]
    assert "no versions fit" in issues[2]["body"]


def test_an_issue_of_others_is_left_alone(week, github):
    """Even one with our label."""
    other = {
        "number": 1,
        "title": "Look",
        "body": "newest",
        "labels": ["versions"],
        "head": None,
        "state": "open",
        "comments": [],
    }
    github(issue=[other], labels=["versions"])
    _, issues = week(failing())
    assert len(issues) == 2
    _, issues = week(passing())
    assert issues[0] == other


@pytest.mark.parametrize("command", ["issue list", "issue create", "issue close"])
def test_a_refusal_of_github_is_one_line(week, github, command):
    """The status is 1, and the next week does what was left."""
    week(failing("lock"))
    reports = passing("lock"), failing("pre")
    message = "HTTP 403: API rate limit exceeded\n(https://api.example.org/x)"
    github(refusals={command: message})
    done, _ = week(*reports, status=1)
    (line,) = done.stderr.splitlines()
    assert re.match(rf"upkeep: .*gh {command}.*: HTTP 403: API rate limit", line)
    github(refusals={})
    _, issues = week(*reports)
    assert [issue["state"] for issue in issues] == ["closed", "open"]


def test_no_gh_and_no_report_are_one_line(week, tmp_path, monkeypatch):
    done, _ = week(status=1)
    assert done.stderr.startswith("upkeep: there is no report in ")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    done, _ = week(failing(), status=1)
    assert done.stderr == "upkeep: gh: No such file or directory\n"


def test_outputs_of_any_size_fit(week):
    """GitHub refuses a longer text; the cells that are left out are counted."""
    cells = [
        {**CELL, "line": line, "after": f"{line} " + "汉`" * 9000} for line in range(90)
    ]
    _, (issue,) = week(failing("newest", *cells, build="x" * 99_999))
    body = issue["body"]
    shown = body.count("Theirs:")
    assert 5 < shown < 90
    assert f"And {90 - shown} more cells." in body
    assert "more characters" in body


NASTY = "``` \n@everyone fixes #123\n````\n<!-- --> <img src=x>\x1b[31m\x00\ud800"


@pytest.mark.parametrize("field", ["before", "after", "failure", "build", "moved"])
def test_what_programs_print_stays_in_its_code_block(week, field):
    """Backticks, mentions, numbers of issues, tags and control characters."""
    nasty = NASTY.encode("utf-8", "replace").decode()
    cell = {**CELL, field: nasty} if field in CELL else CELL
    fields = {} if field in CELL else {field: nasty}
    if field == "moved":
        fields = {"moved": [nasty]}
    _, (issue,) = week(failing("newest", cell, **fields))
    tokens = MarkdownIt().parse(issue["body"].replace("\r\n", "\n"))
    blocks = [token.content for token in tokens if token.type == "fence"]
    (block,) = [block for block in blocks if "@everyone fixes #123" in block]
    assert "``` \n@everyone" in block
    assert "````\n<!-- --> <img src=x>\ufffd[31m\ufffd" in block
    outside = [token.content for token in tokens if token.type != "fence"]
    assert not [text for text in outside if "@" in text or "#1" in text]
    assert "<img" not in "".join(outside)

"""The suite itself: how tests are shared out, and what it says of its time."""

import sys

import pytest

from tests import another_python
from tests.conftest import ROOT
from tests.expected.project import python

MODULE = """
import os, subprocess, sys
import pytest

@pytest.fixture(scope="module")
def shared():
    return os.getpid()

@pytest.mark.parametrize("number", range(9))
def test_one(shared, number):
    assert os.getpid() == shared
    with open("ran.txt", "a") as file:
        print("{name}", os.getpid(), file=file)

def test_work():
    code = "import os\\nwhile sum(os.times()[:2]) < 0.5: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
"""


def suite(folder, *words):
    """Run a suite of three modules, as `make test` does; return the process."""
    for name in ("a", "b", "c"):
        (folder / f"test_{name}.py").write_text(MODULE.replace("{name}", name))
    command = ["-m", "pytest", "-p", "tests.sharing_out", "-p", "tests.where_time_went"]
    places = f"{ROOT}:{ROOT / 'conf'}"
    return python(folder, *command, *words, PYTHONPATH=places, WORTH_TELLING="0")


def test_a_module_is_run_by_one_process_and_several_work(tmp_path):
    """So that what its tests share is made once, whatever the number of cores."""
    ran = suite(tmp_path, "-n", "2")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    pairs = {tuple(s.split()) for s in (tmp_path / "ran.txt").read_text().splitlines()}
    assert {name for name, _ in pairs} == {"a", "b", "c"}
    assert len(pairs) == 3
    assert len({process for _, process in pairs}) == 2


@pytest.mark.parametrize("processes", ["0", "2"])
def test_the_end_says_which_files_took_the_time(tmp_path, processes):
    """Processor time of what a test has started counts, from every process."""
    ran = suite(tmp_path, "-n", processes)
    rows = [row.split() for row in ran.stdout.splitlines() if " " in row]
    found = {row[0]: row[1:] for row in rows if len(row) == 4 and row[1].isdigit()}
    assert found.keys() == {"test_a.py", "test_b.py", "test_c.py", "all"}
    assert [found[name][0] for name in sorted(found)] == ["30", "10", "10", "10"]
    assert float(found["all"][2]) >= 1


def test_each_python_that_runs_is_found(tmp_path, monkeypatch):
    """One that does not run, such as a shim of pyenv, is none; nor is this version."""
    here = "{}.{}".format(*sys.version_info)
    other = next(version for version in another_python.SUPPORTED if version != here)
    for name, lines in {
        f"python{here}": f"echo {here}",
        f"python{other}": "exit 127",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{lines}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RUNNER_TOOL_CACHE", raising=False)
    with pytest.raises(another_python.NoneFoundError, match="no Python but"):
        another_python.another_python()
    python_of_pyenv = tmp_path / f".pyenv/versions/{other}.9/bin/python"
    python_of_pyenv.parent.mkdir(parents=True)
    python_of_pyenv.write_text(f"#!/bin/sh\necho {other}\n")
    python_of_pyenv.chmod(0o755)
    assert another_python.another_python() == python_of_pyenv

"""An index of made-up packages, and a made-up GitHub, instead of the real ones."""

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.upkeep.index import Index


@pytest.fixture
def index(tmp_path, monkeypatch):
    """Return an empty index, and let uv know no other."""
    made = Index(tmp_path / "index")
    for name, text in made.variables.items():
        monkeypatch.setenv(name, text)
    return made


@pytest.fixture
def github(tmp_path, monkeypatch):
    """Put the made-up `gh` on the path; return what reads and changes its state."""
    state = tmp_path / "github.json"
    empty = {"calls": [], "refusals": {}, "labels": [], "issue": [], "pr": []}
    state.write_text(json.dumps({**empty, "runs": []}), encoding="utf-8")
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    program = Path(__file__).with_name("gh.py")
    command = shlex.join([sys.executable, "-IS", str(program)])
    gh.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    gh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GH_STATE", str(state))

    def exchange(**changes):
        found = json.loads(state.read_text(encoding="utf-8")) | changes
        state.write_text(json.dumps(found), encoding="utf-8")
        return found

    return exchange

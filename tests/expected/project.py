"""A copy of the project that a test may spoil."""

import os
import shutil
import subprocess
import sys

from tests.conftest import ROOT


def copy_project(folder, *scripts):
    """Copy what builds and checks the gallery, with the scripts named or with all."""
    for name in ("conf", "tests", "docs"):
        made = shutil.ignore_patterns("__pycache__", "examples_*", "downloads")
        shutil.copytree(ROOT / name, folder / name, ignore=made)
    for name in ("conftest.py", "pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for path in sorted((ROOT / "gallery").glob("*/*")):
        inside = path.relative_to(ROOT / "gallery")
        if path.suffix == ".rst" or not scripts or inside.as_posix() in scripts:
            target = folder / "gallery" / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                shutil.copy(path, target)
    return folder


def change(path, old, new):
    """Replace a text that occurs exactly once; a fault that is none helps nobody."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path}: {old!r} occurs {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def python(folder, *words, **environment):
    """Run Python in a folder and return the finished process, output as text."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

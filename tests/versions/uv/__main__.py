"""Stands for uv in the tests: `python -m uv`, with the folder above on PYTHONPATH.

It resolves and installs a made-up PyTorch, TensorFlow and NumPy, of which only the
versions are there, and writes down what it was asked.
"""

import json
import os
import sys
import time
from pathlib import Path

HERE = Path(os.environ["MADE_UP"])  # a folder for what is noted
WAIT = 60  # seconds, for another environment


def note(kind, value):
    with (HERE / "asked.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps([kind, value]) + "\n")


def fail(message, status):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(status)


def find(version):
    if version not in os.environ.get("MADE_UP_PYTHONS", "3.11").split():
        fail(f"No interpreter found for Python {version}", 2)
    print(sys.executable)


def compile_(pins, asked, is_oldest):
    lines = asked.read_text("utf-8").splitlines()
    note("compile", {"asked": lines, "pins": pins.read_text("utf-8").splitlines()})
    note("cache", os.environ.get("UV_CACHE_DIR"))
    note("links", os.environ.get("UV_FIND_LINKS"))
    if "torch==2.14.1" in lines and "MADE_UP_FAULT" in os.environ:
        fail("the network is down", 2)
    if any("+cpu" in line for line in lines) and not os.environ.get("UV_FIND_LINKS"):
        fail("No solution found\n  cause: there is no torch of that build", 1)
    newest = {"numpy": "2.0.0" if is_oldest else "2.4.6", "torch": "2.15.0"}
    lines = [line.partition(";")[0] for line in lines if "tensorflow==" not in line]
    lines = [f"{line}=={newest[line]}" if line in newest else line for line in lines]
    pins.write_text("\n".join(sorted(lines)) + "\n", "utf-8")


def venv(place):
    (place / "bin").mkdir(parents=True)
    python = place / "bin" / "python"
    site = place / "site"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{site}" exec {sys.executable} "$@"\n')
    python.chmod(0o755)


def sync(python, pins):
    together()
    site = python.parent.parent / "site"
    for line in pins.read_text("utf-8").splitlines():
        name, _, version = line.strip().partition("==")
        if name not in ("torch", "numpy", "tensorflow-cpu"):
            continue
        folder = (
            site / f"{name.replace('-', '_')}-{version.partition('+')[0]}.dist-info"
        )
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        if name == "torch":
            (site / "torch").mkdir()
            (site / "torch" / "__init__.py").write_text(f"__version__ = '{version}'\n")


def together():
    """Note how many environments are at work; the first waits for a second one."""
    own = HERE / f"{os.getpid()}.at_work"
    own.touch()
    note("at work", len(list(HERE.glob("*.at_work"))))
    (HERE / f"{os.getpid()}.arrived").touch()
    end = time.monotonic() + WAIT
    while len(list(HERE.glob("*.arrived"))) < int(os.environ.get("MADE_UP_JOBS", 1)):
        if time.monotonic() > end:
            fail("no other environment is at work", 2)
        time.sleep(0.02)
    time.sleep(0.3)  # so that one too many would arrive
    note("at work", len(list(HERE.glob("*.at_work"))))
    own.unlink()


words = sys.argv[1:]
note("call", words)
if words[:2] == ["python", "find"]:
    find(words[-1])
elif words[:2] == ["pip", "compile"]:
    output = Path(words[words.index("--output-file") + 1])
    compile_(output, Path(words[-1]), "lowest-direct" in words)
elif words[0] == "venv":
    venv(Path(words[-1]))
elif words[:2] == ["pip", "sync"]:
    sync(Path(words[words.index("--python") + 1]), Path(words[-1]))
else:
    fail(f"unexpected: {words}", 2)

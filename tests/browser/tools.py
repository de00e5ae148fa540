"""Tools that are published for Node, installed from ``package.json`` in this folder."""

import os
import shutil

import pytest

from tests.conftest import ROOT

HOME = ROOT / ".cache" / "node"
INSTALL = (
    "mkdir -p .cache/node && cp tests/browser/package.json .cache/node/ && "
    "npm install --prefix .cache/node"
)


def folder_of(package, *commands):
    """Return the folder of an installed package whose tests need some commands.

    If something is missing the test is skipped; in CI, where nothing may be, it fails.
    """
    for command in ("node", *commands):
        if not shutil.which(command):
            missing(f"needs the command {command}")
    folder = HOME / "node_modules" / package
    if not (folder / "package.json").is_file():
        missing(f"needs {package}: {INSTALL}")
    return folder


def missing(words):
    """Skip the test that runs, or let it fail in CI."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(words)

"""A project with one small script, and a made-up uv that needs no network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.building import Miniature

HERE = Path(__file__).resolve().parent
SCRIPT = '''"""
Small
=====

It prints versions.
"""

# %%
# The first:

print(1)
#> 1

# %%
# The version:

from importlib.metadata import version

print("torch", version("torch"))
#> torch 2.15.0
'''
REQUIREMENTS = """\
# What the examples are about
numpy==2.3.0; python_version < "3.12"
numpy==2.4.6; python_version >= "3.12"
torch==2.15.0
tensorflow-cpu==2.21.0; sys_platform == "linux" and platform_machine == "x86_64"
tensorflow==2.21.0; sys_platform != "linux" or platform_machine != "x86_64"
sphinx-gallery==0.22.1
furo==2025.12.19
"""
LOCK = "numpy==2.4.6\nnumpy-other==1.0\nscipy==1.17.0\ntorch==2.15.0\n"
PYTHON = "{}.{}".format(*sys.version_info)


class Project(Miniature):
    """A miniature with a single script, and what the made-up uv was asked."""

    @property
    def asked(self):
        """Return pairs of kind and value."""
        path = self.folder / "made_up" / "asked.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def values(self, kind):
        """Return what was noted of a kind."""
        return [value for name, value in self.asked if name == kind]

    def variables(self, **more):
        """Return the environment variables with which the command runs."""
        return {
            "PYTHONPATH": f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
            "MADE_UP": str(self.folder / "made_up"),
            "MADE_UP_PYTHONS": PYTHON,
            **dict.fromkeys(("UV_FIND_LINKS", "UV_INDEX", "PIP_FIND_LINKS"), ""),
            **more,
        }

    def versions(self, *words, **more):
        """Run the command as ``make versions`` does."""
        return self.run("conf/check_versions.py", *words, **self.variables(**more))

    def begin(self, *words, **more):
        """Begin the command and return the process."""
        return subprocess.Popen(
            [sys.executable, "conf/check_versions.py", *words],
            cwd=self.folder,
            env={**os.environ, **self.variables(**more)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )

    def stored(self):
        """Return what is stored, by PyTorch's version: the script's check."""
        import checks

        found = checks.load(self.folder / "docs" / checks.FILE)
        return {
            environment.torch: scripts["examples_small/small"]
            for environment, scripts in found.items()
        }

    def left(self):
        """Return the folders of environments that are there."""
        return sorted((self.folder / ".cache" / "versions").glob("*/"))


@pytest.fixture
def project(tmp_path):
    """Return a project that has never measured anything."""
    made = Project.new(tmp_path / "site")
    for script in made.folder.glob("gallery/*/*.py"):
        script.unlink()
    made.write("gallery/examples_small/small.py", SCRIPT)
    made.write("requirements.txt", REQUIREMENTS)
    made.write("requirements.lock", LOCK)
    (made.folder / "made_up").mkdir()
    return made

"""The two builders that are compared, each in a folder of its own.

Both go without four scripts: stock Sphinx-Gallery runs all in one process, where what
``tf_two_layer_net.py`` sets makes ``then_and_now_tensorflow.py`` fail; a page tells of
it together with ``then_and_now.py``. The other two run programs of their own, and would
measure those more than the build.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "conf"))

from surroundings import ENVIRONMENT  # noqa: E402 - after the path is set

HERE = Path(__file__).resolve().parent
UNWANTED = shutil.ignore_patterns("__pycache__", "examples_*", "downloads", "*.mo")
WITHOUT = (
    "then_and_now",
    "then_and_now_tensorflow",
    "same_numbers",
    "compiled_graphs",
)
UNWANTED_SCRIPT = shutil.ignore_patterns("__pycache__", *(f"{n}.py" for n in WITHOUT))
EDIT = "\n# %%\n# A remark that changes nothing.\n"


class Builder:
    """A copy of the scripts, and a command that makes pages of them."""

    kept = ()  # folders that a later build can use

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        shutil.copytree(ROOT / "gallery", folder / "gallery", ignore=UNWANTED_SCRIPT)
        for section in ("compare", "further"):
            self.forget(f"gallery/examples_{section}/index.rst")
        self.prepare()

    def forget(self, path):
        """Take the lines with a missing script's name out of a file."""
        file = self.folder / path
        lines = file.read_text("utf-8").split("\n")
        kept = (line for line in lines if not any(name in line for name in WITHOUT))
        file.write_text("\n".join(kept), "utf-8")

    def run(self):
        """Build; return seconds, processor seconds and memory, by name.

        Raises ``RuntimeError`` if that fails.
        """
        result = self.folder / "measured.json"
        done = subprocess.run(
            [
                sys.executable,
                HERE / "measure.py",
                result,
                sys.executable,
                *self.command,
            ],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{type(self).__name__}: {done.stdout[-3000:]}")
        return json.loads(result.read_text())

    def edit(self, script):
        """Change a script without changing what it prints."""
        path = self.folder / "gallery" / script
        path.write_text(path.read_text("utf-8") + EDIT, encoding="utf-8")

    def clone(self, folder):
        """Return a fresh copy that has only what a cache would restore."""
        other = type(self)(folder)
        for kept in self.kept:
            shutil.copytree(self.folder / kept, folder / kept, dirs_exist_ok=True)
        return other

    def environment(self):
        """Return the variables of a build: those of the user."""
        return {k: v for k, v in os.environ.items() if k not in ENVIRONMENT}


class Stock(Builder):
    """Sphinx-Gallery with its own settings; one language, no check."""

    command = ("-m", "sphinx", "--quiet", "docs", "build")

    @property
    def kept(self):
        """What people keep: the generated folders, with their checksums."""
        return [path.relative_to(self.folder) for path in self.made()]

    def made(self):
        """Return the generated folders."""
        return sorted((self.folder / "docs").glob("examples_*"))

    def prepare(self):
        """Write ``docs`` with a page that names the sections."""
        docs = self.folder / "docs"
        docs.mkdir()
        shutil.copy(HERE / "stock_conf.py", docs / "conf.py")
        sections = sorted((self.folder / "gallery").glob("examples_*"))
        names = "".join(f"   {section.name}/index\n" for section in sections)
        toctree = f"Stock\n=====\n\n.. toctree::\n\n{names}"
        (docs / "index.rst").write_text(toctree, encoding="utf-8")


class StockOneThread(Stock):
    """The same with the variables that this project sets."""

    def environment(self):
        """Return them, too."""
        return {**os.environ, **ENVIRONMENT}


class Ours(Builder):
    """What ``make html`` does: all languages, all checks, every page of ``docs``."""

    command = ("conf/build_site.py",)
    kept = (".cache/results",)

    def prepare(self):
        """Copy what a clone has."""
        for name in ("docs", "conf"):
            shutil.copytree(ROOT / name, self.folder / name, ignore=UNWANTED)
        (self.folder / "docs" / "then_and_now.md").unlink()
        for page in ("index", "pytorch_with_examples", "how_it_is_made"):
            self.forget(f"docs/{page}.md")
        self.forget_differences()
        shutil.copy(ROOT / "LICENSE", self.folder)

    def forget_differences(self):
        """Take out what a page tells of missing scripts' outputs."""
        page = self.folder / "docs" / "where_numbers_hold.md"
        begin = rf":::\{{difference\}} \S+/(?:{'|'.join(WITHOUT)})\n"
        text = re.sub(
            rf"^{begin}.*?^:::\n", "", page.read_text("utf-8"), flags=re.M | re.S
        )
        page.write_text(text, "utf-8")

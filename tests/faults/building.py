"""Build the miniature site in a folder of its own, with the project's ``conf/``."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

MINIATURE = Path(__file__).resolve().parent / "miniature"
SECTION = "gallery/examples_small"
ONE, TWO, INDEX = (f"{SECTION}/{name}" for name in ("one.py", "two.py", "index.rst"))
TIMEOUT = 600  # seconds; a build takes three on an idle machine
COLOURS = re.compile(r"\x1b\[[\d;]*[mK]")
SPHINX = r"site-packages/(?:sphinx|sphinx_gallery|docutils|myst_parser|joblib)/|/conf/"
CHINESE = ('    Language("zh-cn", "zh_CN", "中文"),\n', "")
CRASH = re.compile(rf'report this|sphinx-err-|File "[^"]*(?:{SPHINX})')


@dataclass
class Outcome:
    """What a build ended with and what it said on either stream."""

    status: int
    text: str

    def names(self, file, line=None):
        """Say whether the text names a file, with this line if one is given.

        Sphinx writes ``one.py:12``, Python ``File "/some/where/one.py", line 12``.
        """
        where = "" if line is None else rf'(?::|", line ){line}'
        return bool(
            re.search(rf"(?<![\w.]){re.escape(file)}{where}(?!\.?\w)", self.text)
        )

    def is_refusal(self):
        """Check that the build has failed, in words that are meant for an author."""
        assert self.status != 0, self.text
        crash = CRASH.search(self.text)
        assert not crash, f"{crash[0]!r} is not for authors:\n{self.text}"
        return True


class Miniature:
    """A copy of the miniature site, to be edited and built."""

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def new(cls, folder):
        """Return a copy that has never been built."""
        shutil.copytree(MINIATURE, folder)
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "conf", folder / "conf", ignore=unwanted)
        miniature = cls(folder)
        miniature.replace("conf/languages.py", *CHINESE)  # tests of languages add one
        return miniature

    def copy(self, folder):
        """Return a copy with all that has been built."""
        shutil.copytree(self.folder, folder)
        return Miniature(folder)

    def read(self, path):
        """Return the text of a file."""
        return (self.folder / path).read_text(encoding="utf-8")

    def write(self, path, text):
        """Write a file, new or not."""
        (self.folder / path).write_text(text, encoding="utf-8")

    def replace(self, path, old, new):
        """Replace what occurs once in a file; return the line where it begins."""
        text = self.read(path)
        assert text.count(old) == 1, f"{path} has {text.count(old)} times: {old!r}"
        self.write(path, text.replace(old, new))
        return text[: text.index(old)].count("\n") + 1

    def insert(self, path, code):
        """Insert lines above the first computation; return the number of the first."""
        return self.replace(path, "\nx = ", f"\n{code}\nx = ") + 1

    def append(self, path, text):
        """Append lines to a file; return the number of the first of them."""
        before = self.read(path)
        self.write(path, before + text)
        return before.count("\n") + 1

    def add(self, name, like=TWO):
        """Add a script like another one, named in the list; return its path."""
        path = f"{SECTION}/{name}.py"
        self.write(path, self.read(like))
        self.append(INDEX, f"   {name}\n")
        return path

    def run(self, *arguments, **environment):
        """Run Python in the folder, with further variables in its environment."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=TIMEOUT,
        )
        return Outcome(done.returncode, COLOURS.sub("", done.stdout))

    def build(self, **environment):
        """Build the site as ``make html`` does."""
        return self.run("conf/build_site.py", **environment)

    def published(self):
        """Return the published site: a dictionary from paths to bytes."""
        site = self.folder / "build" / "html"
        return {
            path.relative_to(site).as_posix(): path.read_bytes()
            for path in site.rglob("*")
            if path.is_file()
        }

    def refuses(self, *places):
        """Build; check that it fails, names the places and leaves the site alone.

        A place is a pair of a file's name and a line's number, or None for no line.
        """
        before = self.published()
        outcome = self.build()
        assert self.published() == before, "the site was changed"
        for file, line in places:
            assert outcome.names(file, line), f"no {file}:{line} in\n{outcome.text}"
        assert outcome.is_refusal()
        return outcome

"""The answers under "Try it" of one example, each with a test that makes sure of it."""

import json
import re
import sys
import tempfile
from pathlib import Path

import cells

from tests.conftest import ROOT
from tests.scripts import forking
from tests.scripts.running import edited, items_of


def run_forked(script):
    """Return the cells of a script, run as by ``cells.run`` in a forked process."""
    with tempfile.TemporaryDirectory() as folder:
        result, here = Path(folder, "cells.json"), Path(folder, "here")
        here.mkdir()
        forking.run(run_cells, script, result, cwd=here, timeout=120)
        return [cells.Cell(**cell) for cell in json.loads(result.read_text("utf-8"))]


def run_cells(script, result):
    """Run a script in this process, and write what came of its cells."""
    sys.argv = [str(script)]

    def save(ran):
        result.write_text(json.dumps([vars(cell) for cell in ran]), encoding="utf-8")

    cells.run_here(script, save)


class Claims:
    """What a page claims; ``example`` is like ``examples_further/real_data``."""

    def __init__(self, example):
        self.script = ROOT / "gallery" / f"{example}.py"
        self.quotes = {}

    def answer(self, item, quote):
        """Mark a test: it makes sure of an item's answer, in the page's words."""
        self.quotes.setdefault(item, []).append(quote)
        return lambda test: test

    def demand_all(self):
        """Fail if an item has no test, or a test is about words that are gone."""
        items = items_of(self.script)
        assert items
        assert sorted(self.quotes) == [*range(1, len(items) + 1)]
        for item, (_, answer) in enumerate(items, 1):
            for quote in self.quotes[item]:
                assert quote in answer

    def printed(self, folder, *edits, **environment):
        """Run the script, edited, in a folder; return all that it printed.

        An edit is ``(old, new)`` or ``(old, new, times)``. Lines with ``#>`` are left
        out first, since an edit is not to find them. Raises ``AssertionError`` if a
        cell fails, and ``StaleEditError`` if an edit finds nothing.
        """
        source = re.sub(r"^ *#>.*\n", "", self.script.read_text("utf-8"), flags=re.M)
        script = folder / self.script.name
        script.write_text(edited(source, edits), encoding="utf-8")
        if environment or "tensorflow" in source:
            ran = cells.run(script, **environment)
        else:
            ran = run_forked(script)
        assert [cell.error for cell in ran if cell.error or not cell.ran] == []
        return "".join(cell.output for cell in ran)

"""The answers under "Try it" of one example, each with a test that makes sure of it."""

import re

import cells

from tests.conftest import ROOT
from tests.scripts.running import edited, items_of


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
        ran = cells.run(script, **environment)
        assert [cell.error for cell in ran if cell.error] == []
        return "".join(cell.output for cell in ran)

"""Warnings name the line of the script, not that of the page generated from it."""

import logging
import re
from pathlib import Path

from sphinx.util.logging import NAMESPACE

PLACE = re.compile(
    r"(?P<page>.*/docs/(?P<section>examples_\w+)/(?P<name>\w+)\.rst):(?P<line>\d*)"
    r"(?::<translated>:\d*)?"
)
CELL = re.compile(r"\.\. GENERATED FROM PYTHON SOURCE LINES (\d+)-(\d+)")
OTHER = re.compile(r"(other instance in .*/)docs/(examples_\w+/\w+)\.rst$")
TOP = ".. _sphx_glr_"  # the label above the title


def source_of(place):
    """Return the place in ``gallery/`` for one in a generated page; keep others."""
    found = PLACE.fullmatch(place)
    if not found:
        return place
    page, line = Path(found["page"]), int(found["line"] or 1)
    folder = page.parents[2] / "gallery" / found["section"]
    if found["name"] == "index":
        return f"{folder / page.name}:{found['line']}"
    script = folder / f"{found['name']}.py"
    if not script.is_file() or not page.is_file():
        return place
    return f"{script}:{line_of_script(page.read_text(encoding='utf-8'), line)}"


def line_of_script(page, line):
    """Return the line of the script from which a line of the page was generated."""
    first, last, offset = 1, line, 0
    for number, text in enumerate(page.split("\n")[:line], 1):
        if cell := CELL.fullmatch(text):
            first, last = int(cell[1]), int(cell[2])
            offset = line - number - 2  # the comment and a blank line
        elif text.startswith(".. code-block:: Python"):
            offset -= 2
        elif text.startswith(TOP):
            offset = line - number - 2
    return min(max(first + offset, first), last)


class ToScript(logging.Filter):
    """Change the places in a message before it is shown."""

    def filter(self, record):
        """Let every message pass."""
        if isinstance(place := getattr(record, "location", None), str):
            record.location = source_of(place)
        if OTHER.search(text := record.getMessage()):  # of a label that is there twice
            record.msg, record.args = OTHER.sub(r"\1gallery/\2.py", text), ()
        return True


def setup(app):
    """Add the filter behind those with which Sphinx turns every place into text."""
    for handler in logging.getLogger(NAMESPACE).handlers:
        handler.addFilter(ToScript())
    return {"parallel_read_safe": True, "parallel_write_safe": True}

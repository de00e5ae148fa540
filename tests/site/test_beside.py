"""Each formula stands in the line that a script names for it, and is no code."""

import copy
import json
import re
from itertools import chain
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from cells import cells_of
from expected import without_marks
from mathml import mathml

from tests.conftest import EXAMPLES, FURTHER, GALLERY, ROOT, code_shown

# The text of a cell, from its list of formulas on, and its code.
CELL = re.compile(r"^# \.\. beside::\n#\n((?:#    .*\n)+)\n((?:(?!# %%).*\n)*)", re.M)
WITH_FORMULAS = [*EXAMPLES[:-1], *FURTHER]
WITH_FORMULAS.remove("examples_further/compiled_graphs")


def rows_of(example):
    """Return what a script says: for each cell its code, words of lines, formulas."""
    source = (ROOT / "gallery" / f"{example}.py").read_text(encoding="utf-8")
    return [
        (code, [re.split(r" {2,}", row[5:], maxsplit=1) for row in rows.splitlines()])
        for rows, code in CELL.findall(source)
    ]


def written(formula):
    """Return a formula as a parser of HTML writes it, without blanks."""
    return re.sub(r"\s", "", str(formula))


def lines_with_formulas(page):
    """Return pairs: a line of a listing and its formula, in the order of the page."""
    pairs = []
    for listing in page.select("article pre"):
        listing = copy.copy(listing)
        for formula in listing.select(".beside"):
            formula.replace_with(f"\0{written(formula.find('math'))}")
        rows = (line.split("\0") for line in listing.get_text().split("\n"))
        pairs += [tuple(row) for row in rows if len(row) > 1]
    return pairs


def test_the_scripts_with_formulas(pages):
    """All of the ladder but the last, whose network has none, and most after it."""
    shown = {name for name, page in pages.items() if page.select("pre .beside")}
    assert shown == {f"{example}.html" for example in WITH_FORMULAS}
    assert [example for example in GALLERY if rows_of(example)] == WITH_FORMULAS


@pytest.mark.parametrize("example", WITH_FORMULAS)
def test_every_formula_stands_in_its_line(pages, example):
    """The one line of the cell below that begins with its words."""
    wanted, number = [], 0
    for code, rows in rows_of(example):
        number += len(rows)
        for line in code.split("\n"):
            for words, latex in rows:
                if f"{line.strip()} ".startswith(f"{words} "):
                    formula = BeautifulSoup(mathml(latex), "html.parser")
                    wanted.append((line, written(formula)))
    assert len(wanted) == number
    assert lines_with_formulas(pages[f"{example}.html"]) == wanted


@pytest.mark.parametrize("example", WITH_FORMULAS)
def test_without_its_formulas_a_listing_is_the_code(pages, site, example):
    """Letter for letter that of the script which the page offers."""
    page = pages[f"{example}.html"]
    (link,) = page.select("article a.download[href$='.py']")
    script = ((site / example).parent / link["href"]).resolve()
    code = [without_marks(cell.code).strip("\n") for cell in cells_of(script)]
    listings = page.select("article .highlight-Python pre")
    assert [code_shown(listing).strip("\n") for listing in listings] == code
    formulas = chain.from_iterable(rows for _, rows in rows_of(example))
    for words, latex in formulas:
        assert not any(latex in cell for cell in code), words


@pytest.mark.parametrize("example", WITH_FORMULAS)
def test_a_notebook_lists_the_formulas_above_the_cell(pages, site, example):
    """As Markdown, in the cell of text right before that of the code."""
    (link,) = pages[f"{example}.html"].select("article a.download[href$='.ipynb']")
    path = (site / example).parent / link["href"]
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    texts = [cell for cell in cells if cell["cell_type"] == "markdown"]
    endings = [("".join(cell["source"])).rstrip().split("\n") for cell in texts]
    for _, rows in rows_of(example):
        items = [f"- `{words}` — ${latex}$" for words, latex in rows]
        assert items in [ending[-len(items) :] for ending in endings]

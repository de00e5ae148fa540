"""A click copies the code of a listing, all of it and nothing else."""

import ast
import re

import pytest
from bs4 import BeautifulSoup
from cells import cells_of
from expected import without_marks
from languages import LANGUAGES
from playwright.sync_api import expect

from tests.browsing import paths, visit
from tests.conftest import GALLERY, SITE

FOLDERS = [language.folder for language in LANGUAGES]
EXAMPLES = [f"{folder}/{name}.html" for folder in FOLDERS for name in GALLERY]
WITH_LISTINGS = [
    path
    for path in paths()
    if 'class="highlight"' in (SITE / path).read_text(encoding="utf-8")
]
NOT_COPIED = ".beside, .gp, .go"  # formulas; prompts and output of a dialogue
SETTING = re.compile(r"^# sphinx_gallery_.*\n", re.M)  # which no page shows
COMMANDS = "highlight-sh"  # what one types, and no part of a script


@pytest.fixture(scope="module")
def visitor(browser):
    """Return a page that may read what it has copied."""
    with visit(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


def listings(path):
    """Return the code of each listing of a page, as the page's file has it."""
    page = BeautifulSoup((SITE / path).read_text(encoding="utf-8"), "html.parser")
    codes = []
    for pre in page.select(".highlight > pre"):
        if pre.find_parent(class_=("sphx-glr-script-out", "highlight-text")):
            continue
        for other in pre.select(NOT_COPIED):
            other.decompose()
        codes.append(pre.get_text().removesuffix("\n"))
    return codes


def cells(path):
    """Return the code of each cell of the script that an example's page offers."""
    page = BeautifulSoup((SITE / path).read_text(encoding="utf-8"), "html.parser")
    (link,) = page.select("a.download[href$='.py']")
    script = (SITE / path).parent / link["href"]
    codes = (SETTING.sub("", cell.code) for cell in cells_of(script))
    return [without_marks(code).rstrip("\n") for code in codes]


def copied(page, button):
    """Press a button; return what is then in the clipboard."""
    page.evaluate("navigator.clipboard.writeText('nothing')")
    before = button.inner_text()
    button.click()
    expect(button).not_to_have_text(before)
    return page.evaluate("navigator.clipboard.readText()")


def buttons(page):
    return page.locator("button.copy").all()


@pytest.mark.parametrize("path", EXAMPLES)
def test_what_is_copied_is_the_scripts_cell(visitor, server, path):
    """Cell by cell the script that can be downloaded, without what it prints."""
    visitor.goto(f"{server}/{path}")
    of_cells = [
        button
        for button in buttons(visitor)
        if not button.evaluate(f"(button) => !!button.closest('.{COMMANDS}')")
    ]
    assert [copied(visitor, button) for button in of_cells] == cells(path) != []


@pytest.mark.parametrize("path", sorted({*WITH_LISTINGS} - {*EXAMPLES}))
def test_what_is_copied_is_the_listing(visitor, server, path):
    """On the other pages, where Python code is complete too."""
    visitor.goto(f"{server}/{path}")
    codes = [copied(visitor, button) for button in buttons(visitor)]
    assert codes == listings(path) != []
    for button, code in zip(buttons(visitor), codes, strict=True):
        if button.evaluate("(button) => !!button.closest('.highlight-python')"):
            ast.parse(code)


@pytest.mark.parametrize("path", WITH_LISTINGS)
def test_only_listings_have_a_button(visitor, server, path):
    """Not what is printed, and not the lines that are gone."""
    visitor.goto(f"{server}/{path}")
    assert visitor.locator(".highlight > button.copy").count() == len(listings(path))
    assert visitor.locator("button.copy").count() == len(listings(path))
    for other in (".sphx-glr-script-out", ".gone"):
        assert visitor.locator(f"{other} button").count() == 0


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_frame_holds_a_listing_and_what_it_prints(path):
    """One frame for each cell of the script; each output is in one, after the code."""
    page = BeautifulSoup((SITE / path).read_text(encoding="utf-8"), "html.parser")
    frames = page.select("div.cell")
    commands = len(page.select(f".{COMMANDS}"))
    assert len(frames) == len(cells(path)) == len(listings(path)) - commands
    outputs = page.select(".sphx-glr-script-out")
    assert outputs
    assert outputs == [
        frame.select(".sphx-glr-script-out")[0]
        for frame in frames
        if frame.select(".sphx-glr-script-out")
    ]
    for frame in frames:
        first, *others = frame.select(".highlight")
        assert "sphx-glr-script-out" not in first.parent["class"]
        assert all("sphx-glr-script-out" in other.parent["class"] for other in others)


@pytest.mark.parametrize("folder", FOLDERS)
def test_copying_is_said_and_seen(visitor, server, folder):
    """By keyboard too; a screen reader is told once, and the button comes back."""
    visitor.goto(f"{server}/{folder}/{GALLERY[0]}.html")
    words = visitor.locator("main").evaluate("(main) => ({ ...main.dataset })")
    assert words["copy"] != words["copied"]
    button = visitor.locator("button.copy").first
    status = visitor.get_by_role("status")
    expect(button).to_have_text(words["copy"])
    expect(status).to_be_empty()
    button.focus()
    visitor.keyboard.press("Enter")
    expect(button).to_have_text(words["copied"])
    expect(button).to_be_focused()
    expect(status).to_have_text(words["copied"])
    expect(button).to_have_text(words["copy"])
    expect(status).to_be_empty()


def test_a_copied_listing_has_no_formula(visitor, server):
    """Though there are some on the pages, beside their lines."""
    path = next(
        path
        for path in EXAMPLES
        if 'class="beside"' in (SITE / path).read_text("utf-8")
    )
    visitor.goto(f"{server}/{path}")
    listing = visitor.locator(".highlight:has(.beside)").first
    shown = listing.locator("pre").text_content()
    assert len(copied(visitor, listing.locator("button.copy"))) < len(shown.strip())

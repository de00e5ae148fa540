"""Nine rungs: each page says where it is, and what is new since the one before."""

import posixpath
import re
from collections import Counter
from itertools import pairwise

import pytest

from tests.conftest import EXAMPLES, FURTHER, HIDDEN, ROOT, code_shown

STEPS = list(pairwise(EXAMPLES))


def article_of(pages, example):
    return pages[f"{example}.html"].find("article")


def code_to_loop(example):
    """Return the lines of a script's code down to the end of its training loop."""
    source = (ROOT / "gallery" / f"{example}.py").read_text(encoding="utf-8")
    source = source.split('"""\n', 2)[2]
    cells = re.split(r"^# %%\n(?:#.*\n)*", source, flags=re.M)
    lines = []
    for cell in cells:
        lines += [line for line in cell.split("\n") if not re.match(r" *#>", line)]
        if "for t in range(500)" in cell:
            break
    return [line for line in lines if line.strip()]


def without_words(lines):
    """Return lines without comments and docstrings, which differ between languages."""
    return [
        line.partition("  # ")[0] for line in lines if not re.match(r' *(#|""")', line)
    ]


def lines_of(article, tag):
    boxes = article.select(f"pre {tag}")
    return [text for box in boxes if (text := code_shown(box).rstrip("\n")).strip()]


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_page_says_where_it_is_among_the_nine(pages, example):
    """Nine numbered links, one of them to here, each with the title of its page."""
    links = pages[f"{example}.html"].select("nav.rungs a")
    here = [a.get_text() for a in links if a.get("aria-current") == "page"]
    assert here == [str(EXAMPLES.index(example) + 1)]
    for number, (link, name) in enumerate(zip(links, EXAMPLES, strict=True), 1):
        title = article_of(pages, name).find("h1").get_text().rstrip("¶")
        assert link.get_text() == str(number)
        assert link["aria-label"] == f"{number}. {title}"
        target = posixpath.join(posixpath.dirname(example), link["href"])
        assert posixpath.normpath(target) == f"{name}.html" or name == example


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_neighbours_lead_to_each_other_by_title(pages, before, after):
    """Without a list of contents between them."""
    next_page = pages[f"{before}.html"].select_one("a.next-page .title").get_text()
    previous = pages[f"{after}.html"].select_one("a.prev-page .title").get_text()
    assert next_page == article_of(pages, after).find("h1").get_text().rstrip("¶")
    assert previous == article_of(pages, before).find("h1").get_text().rstrip("¶")


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_the_changes_turn_one_program_into_the_other(pages, before, after):
    """Take away what is gone, add what is new: that is the program of this page."""
    article = article_of(pages, after)
    new, gone = lines_of(article, "ins"), lines_of(article, "del")
    old, now = code_to_loop(before), code_to_loop(after)
    assert new
    changed = Counter(without_words(old))
    changed.subtract(without_words(gone))
    changed.update(without_words(new))
    assert +changed == Counter(without_words(now))
    assert set(without_words(now)) - set(without_words(old)) <= set(without_words(new))
    assert set(without_words(old)) - set(without_words(now)) <= set(without_words(gone))
    assert len(new) < len(now)


def test_the_first_example_has_nothing_to_compare(pages):
    """And no page of the other kind has marks, but the one that shows all there is."""
    marked = {
        name.removesuffix(".html")
        for name, page in pages.items()
        if page.select("pre ins, details.gone, button.only-changes")
    }
    assert marked == {*EXAMPLES[1:], *(name.removesuffix(".html") for name in HIDDEN)}


def test_the_ladder_counts_the_lines_that_the_table_shows(pages):
    """And they never become more from one rung to the next."""
    home = pages["index.html"].find("article")
    rungs, counts = home.select("ol.rungs > li"), []
    rows = home.select("table.ladder tbody tr")
    for rung, row, example in zip(rungs, rows, EXAMPLES, strict=True):
        assert rung.find("a")["href"] == f"{example}.html"
        shown = len(row.select(".part code"))
        bar = rung.find("progress")
        assert int(bar["value"]) == shown == int(row.find_all("td")[-1].get_text())
        assert str(shown) in rung.find_all("p")[-1].get_text()
        counts.append(shown)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 2 * counts[-1]


def test_the_ladder_goes_on_after_the_nine(pages):
    """The home page names what comes after, in order; the last of the nine leads there.

    Each has its title and what it is about, and no number among the nine.
    """
    after = pages["index.html"].find("article").select("ul.rungs > li")
    for entry, example in zip(after, FURTHER, strict=True):
        title, sentence = entry.find_all("p")
        assert title.find("a")["href"] == f"{example}.html"
        page = article_of(pages, example)
        assert title.get_text() == page.find("h1").get_text().rstrip("¶")
        assert sentence.get_text() == page.select_one("section > p").get_text()
    link = pages[f"{EXAMPLES[-1]}.html"].select_one("a.next-page")
    assert link["href"] == "../examples_further/index.html"

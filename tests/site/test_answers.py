"""Under "Try it" each answer is folded away, on the page and in the notebook."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from tests.conftest import GALLERY, ROOT
from tests.scripts.running import items_of


def plain(text):
    """Return a text without blanks, marks of emphasis and code, and quotation marks."""
    return re.sub(r"[\s`*\"“”'’]", "", text)


@pytest.fixture(params=GALLERY)
def example(request):
    """Return one example after the other."""
    return request.param


@pytest.fixture
def expected(example, translated):
    """Return triples: a question, the words that stand for its answer, the answer."""
    items = items_of(ROOT / "gallery" / f"{example}.py")
    assert items
    summary = translated("sphinx", "Answer %d")
    return [
        tuple(map(plain, (translated(example, question), summary % number, answer)))
        for number, (question, answer) in enumerate(
            [(q, translated(example, a)) for q, a in items], 1
        )
    ]


def found_in(items):
    """Return what is expected, as these list items have it; all answers are closed."""
    found = []
    for item in items:
        question, details = item.find_all(recursive=False)
        assert details.name == "details"
        assert "open" not in details.attrs
        summary, *answer = details.find_all(recursive=False)
        assert summary.name == "summary"
        texts = [question.get_text(), summary.get_text()]
        texts.append("".join(each.get_text() for each in answer))
        found.append(tuple(map(plain, texts)))
    return found


def test_the_page_folds_each_answer(pages, example, expected):
    """Question and answer are the script's; the summary has the item's number."""
    section = pages[f"{example}.html"].find("article").find_all("section")[-1]
    assert found_in(section.select("ol > li")) == expected


def test_the_notebook_folds_each_answer(site, pages, example, expected):
    """As a reader of its Markdown sees it: HTML around text that is Markdown."""
    (link,) = pages[f"{example}.html"].select('article a.download[href$=".ipynb"]')
    notebook = (site / example).parent / link["href"]
    source = json.loads(notebook.read_text("utf-8"))["cells"][-1]["source"]
    html = MarkdownIt().render("".join(source))
    items = BeautifulSoup(html, "html.parser").select("ol > li")
    assert found_in(items) == expected
    assert any("<code>" in str(item.details) for item in items) == any(
        "``" in answer for _, answer in items_of(ROOT / "gallery" / f"{example}.py")
    )

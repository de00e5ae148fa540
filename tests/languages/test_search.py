"""What a reader searches is found on exactly the pages that have it."""

import gzip
import io
import json
import random
import re
from functools import cache
from urllib.parse import quote

import pytest
import snowballstemmer
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import expect

from tests.conftest import HIDDEN, SITE

MARK = bytes([233, 210, 253])  # what Chromium marks ::target-text with
QUERIES = {
    "en": [
        "gradient",
        "Gradients",
        "autograd",
        "ReLU",
        "rounding",
        "warranty",
        "zero_grad",
        "requires_grad_",
        "gradcheck",
        "set_to_none",
        "mm",
        "1e-6",
        "nn module",
        "static graph",
        "ValueError momentum",
    ],
    "zh-cn": [
        "自动微分",
        "张量",
        "反向传播",
        "梯度",
        "图",
        "层",
        "舍入",
        "学习率",
        "笔记本",
        "步子",
        "共享权重",
        "gradcheck",
        "ReLU 网络",
        "relu网络",
        "nn 模块",
        "梯度 tf",
    ],
}
CHINESE = r"[\u4e00-\u9fff]+"
stem = snowballstemmer.stemmer("english").stemWord


@cache
def words(text):
    """Return the words and runs of Chinese in a text; an English word in any form."""
    return {
        stem(word)
        for word in re.findall(rf"{CHINESE}|\w+", text.lower(), re.ASCII)
        if not word.isdigit()
    }


def has(text, query):
    """Return whether a text has every word of a query."""
    return all(
        word in text if re.match(CHINESE, word) else word in words(text)
        for word in words(query)
    )


@pytest.fixture(scope="session")
def articles():
    """Return a function: the text of each page of a language, by the page's name."""

    def article(path):
        html = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for formula in html.select(".beside"):
            formula.decompose()
        return html.select_one("main").get_text()

    texts = {
        folder: {
            path.relative_to(SITE / folder).as_posix(): article(path)
            for path in (SITE / folder).rglob("*.html")
            if path.name not in {"search.html", *HIDDEN} and "_static" not in path.parts
        }
        for folder in QUERIES
    }
    return texts.__getitem__


@pytest.fixture
def found(page):
    """Return a function: the pages that a search finds, the first one first."""

    def search(address, query):
        page.goto(f"{address}/search.html?q={quote(query)}")
        page.locator(".search-summary:not(:empty)").wait_for()
        links = page.locator("#search-results .search > li > a").all()
        pages = [link.get_attribute("href").partition("#")[0] for link in links]
        return list(dict.fromkeys(pages))  # a page may be found by several titles

    return search


@pytest.mark.parametrize(
    ("folder", "query"),
    [(folder, query) for folder, queries in QUERIES.items() for query in queries],
)
def test_a_query_finds_the_pages_that_have_its_words(
    server, found, articles, folder, query
):
    expected = {name for name, text in articles(folder).items() if has(text, query)}
    assert 0 < len(expected) < len(articles(folder))
    assert set(found(f"{server}/{folder}", query)) == expected


def test_any_chinese_characters_that_stand_together_are_found(server, found, articles):
    texts = articles("zh-cn")
    runs = [run for text in texts.values() for run in re.findall(CHINESE, text)]
    chosen = random.Random(0).sample([run for run in runs if len(run) > 4], 30)
    for number, run in enumerate(chosen):
        query = run[1 : 3 + number % 3]
        expected = {name for name, text in texts.items() if query in text}
        assert set(found(f"{server}/zh-cn", query)) == expected, query


@pytest.mark.parametrize(
    "query",
    ["xyzzy", "the", "42", "张图张", "constructor", "numpy gradchec", "<img src=x>"],
)
def test_a_query_for_what_is_nowhere_finds_nothing(server, found, query):
    assert found(f"{server}/zh-cn", query) == []


def test_part_of_a_word_is_found_if_it_is_no_word_itself(server, found, articles):
    expected = {name for name, text in articles("en").items() if "radchec" in text}
    assert set(found(f"{server}/en", "radchec")) == expected


def test_pages_that_say_it_more_often_come_first(server, found, articles):
    texts = articles("zh-cn")
    times = [
        texts[name].count("共享权重") for name in found(f"{server}/zh-cn", "共享权重")
    ]
    assert times == sorted(times, reverse=True)


def test_the_searched_word_is_marked_and_not_its_characters(server, found, page):
    """By the browser: ``::target-text`` is no element, and only a picture shows it."""
    found(f"{server}/zh-cn", "学习率")
    page.locator("#search-results .search a").first.click()
    page.wait_for_url(lambda address: "search.html" not in address)
    expect(page.get_by_text("学习率").first).to_be_in_viewport()
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    assert picture.tobytes().count(MARK) > 100
    page.goto(page.url.partition("#")[0])
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    assert picture.tobytes().count(MARK) == 0


@pytest.mark.parametrize(
    ("folder", "query"),
    [("en", "gradients"), ("en", "xyzzy"), ("zh-cn", "舍入"), ("zh-cn", "梯度")],
)
def test_pages_opened_as_files_are_searched_too(found, articles, folder, query):
    """By the complete index alone, since no script can read them."""
    expected = {name for name, text in articles(folder).items() if has(text, query)}
    assert set(found((SITE / folder).as_uri(), query)) == expected


@pytest.mark.parametrize("folder", QUERIES)
def test_the_index_has_at_most_ten_kilobytes(folder):
    index = (SITE / folder / "searchindex.js").read_bytes()
    assert len(gzip.compress(index, 9)) <= 10_000


@pytest.mark.parametrize("folder", QUERIES)
@pytest.mark.parametrize("name", ["searchindex.js", "searchindex-complete.js"])
def test_the_index_has_nothing_of_a_hidden_page(folder, name):
    """And proposes it for no query, whatever the index knows of its words."""
    index = (SITE / folder / name).read_text(encoding="utf-8")
    index = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    hidden = {index["docnames"].index(page.removesuffix(".html")) for page in HIDDEN}
    assert hidden
    for kind in ("terms", "titleterms"):
        for term, found in index[kind].items():
            found = {found} if isinstance(found, int) else set(found)
            assert not found & hidden, (kind, term)
    assert not any(index["titles"][number] for number in hidden)
    found = {number for places in index["alltitles"].values() for number, _ in places}
    assert found
    assert not found & hidden


@pytest.mark.parametrize("folder", QUERIES)
def test_the_index_misses_no_page_of_a_word_that_it_has(articles, folder):
    index = (SITE / folder / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    for number, page in enumerate(index["docnames"]):
        text = "" if f"{page}.html" in HIDDEN else articles(folder)[f"{page}.html"]
        for term in {*words(text), *text} & index["terms"].keys():
            listed = index["terms"][term]  # one number, or several
            listed = [listed] if isinstance(listed, int) else listed
            assert number in listed, (term, page)

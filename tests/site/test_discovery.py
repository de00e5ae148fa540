"""Search engines and previews of links find what they need on every page."""

import re
from xml.etree import ElementTree

import pytest
from languages import LANGUAGES

from conf import site_url
from tests.conftest import HIDDEN, SITE

ROOT = site_url  # of SITE_URL, if that is set
SPACES = {"map": "http://www.sitemaps.org/schemas/sitemap/0.9"}
SPACES["xhtml"] = "http://www.w3.org/1999/xhtml"


def test_every_page_has_a_description_of_its_own(pages, language):
    """One that fits: 155 columns, where a Han character takes two."""
    found = {}
    for name, page in pages.items():
        (tag,) = page.select('meta[name="description"]')
        text = tag["content"]
        han = sum(1 for letter in text if "\u3000" <= letter <= "\uffef")
        assert 15 < len(text) + han <= 155, (name, text)
        assert bool(han) is (language.tag == "zh-CN"), (name, text)
        found.setdefault(text, []).append(name)
    assert [names for names in found.values() if len(names) > 1] == []


def test_a_description_is_the_beginning_of_its_page(pages):
    """Nobody is promised what is not there."""
    for name, page in pages.items():
        if name == "search.html":
            continue
        text = page.select_one('meta[name="description"]')["content"]
        shown = " ".join(page.find("article").get_text().split())
        start = text.removesuffix(" …")
        assert start.replace(" ", "") in shown.replace(" ", ""), name


def test_a_shared_link_has_title_words_and_address(pages, language):
    """In the language of the page."""
    for name, page in pages.items():
        tags = page.select('meta[property^="og:"]')
        held = {tag["property"]: tag["content"] for tag in tags}
        heading = page.find("h1")
        if heading:
            title = " ".join(heading.get_text().rstrip("¶").split())
            assert " ".join(held["og:title"].split()) == title
        assert held["og:url"] == f"{ROOT}{language.folder}/{name}"
        description = page.select_one('meta[name="description"]')["content"]
        assert held["og:description"] == description


@pytest.fixture(scope="module")
def entries():
    """Return the entries of the sitemap: address, and languages with addresses."""
    tree = ElementTree.parse(SITE / "sitemap.xml")
    return {
        url.find("map:loc", SPACES).text: {
            link.get("hreflang"): link.get("href")
            for link in url.findall("xhtml:link", SPACES)
        }
        for url in tree.findall("map:url", SPACES)
    }


def test_the_sitemap_has_every_page_with_its_translations(entries, pages, language):
    """All but the page that searches, and what is for us alone."""
    prefix = f"{ROOT}{language.folder}/"
    names = {url.removeprefix(prefix) for url in entries if url.startswith(prefix)}
    assert names == set(pages) - {"search.html"} - HIDDEN
    for name in names:
        assert entries[prefix + name] == {
            each.tag: f"{ROOT}{each.folder}/{name}" for each in LANGUAGES
        }


def test_a_hidden_page_is_hidden(pages):
    """Robots are told to pass over it, and no other page leads there."""
    for name in HIDDEN:
        assert pages[name].select_one('meta[name="robots"][content="noindex"]'), name
        ending = re.compile(rf"(^|/){re.escape(name)}(#|$)")
        others = (page for other, page in pages.items() if other != name)
        assert not any(
            link
            for page in others
            for link in page.find_all("a", href=ending)
            if not link.find_parent(class_="languages")
        )


def test_robots_are_told_of_the_sitemap():
    """And may read everything."""
    lines = (SITE / "robots.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["User-agent: *", "Allow: /", f"Sitemap: {ROOT}sitemap.xml"]

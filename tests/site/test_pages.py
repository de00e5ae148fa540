"""The site has the pages it should have, and all that they refer to is there."""

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import COMPARISONS, EXAMPLES, GALLERY, HIDDEN, ROOT

SECTIONS = ("tensor", "autograd", "nn", "compare", "further")
PAGES = {
    *(f"{example}.html" for example in GALLERY),
    *(f"examples_{section}/index.html" for section in SECTIONS),
    "then_and_now.html",
    "how_fast.html",
    "where_numbers_hold.html",
    "index.html",
    "pytorch_with_examples.html",
    "how_it_is_made.html",
    "how_a_build_works.html",
    "maintaining.html",
    "contributing.html",
    "changelog.html",
    "glossary.html",
    "playground.html",
    "kitchen_sink.html",
    "licence.html",
    "search.html",
}


def references(pages):
    """Yield page, element, attribute and address of everything that a page names."""
    attributes = {"a": "href", "link": "href", "img": "src", "script": "src"}
    for name, page in pages.items():
        for tag, attribute in attributes.items():
            for element in page.find_all(tag, attrs={attribute: True}):
                yield name, element, attribute, element[attribute]


def is_outside(address):
    return bool(urlsplit(address).scheme or address.startswith("//"))


def test_the_site_has_exactly_its_pages(pages):
    """No page is missing, and none is left from something deleted."""
    assert set(pages) == PAGES


def test_every_address_inside_the_site_leads_somewhere(pages, site):
    """Links, anchors, images, stylesheets, scripts and downloads all exist."""
    missing, seen = [], 0
    for name, _, _, address in references(pages):
        if is_outside(address):
            continue
        seen += 1
        parts = urlsplit(address)
        target = name
        if parts.path:
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(name), unquote(parts.path))
            )
        if not (site / target).is_file():
            missing.append(f"{name}: {address}")
        elif target.startswith("../"):  # to the same page in another language
            assert target.endswith(f"/{name}"), (name, address)
        elif parts.fragment and not pages[target].find(id=unquote(parts.fragment)):
            missing.append(f"{name}: {address} (no such anchor)")
    assert missing == []
    assert seen > 50 * len(EXAMPLES)


def test_nothing_is_loaded_from_another_site(pages):
    """Pages link out, but load nothing from outside."""
    loaded = [
        (name, address)
        for name, element, _, address in references(pages)
        if is_outside(address)
        and not address.startswith("data:")
        and (
            element.name in ("img", "script") or "stylesheet" in element.get("rel", [])
        )
    ]
    assert loaded == []
    scripts = [
        element
        for page in pages.values()
        for element in page.find_all("script", src=True)
    ]
    assert len(scripts) >= len(PAGES)


def test_every_image_has_a_size_and_words(pages):
    """A figure has width, height and a text; a card's picture is decoration."""
    figures = {}
    for name, page in pages.items():
        for image in page.select("article img"):
            if image.find_parent("ul", class_="cards"):
                assert image["alt"] == "", (name, image)
                continue
            assert len(image["alt"]) >= 30, (name, image)
            assert image.find_parent("figure").find("figcaption"), (name, image)
            size = image["style"] if image.get("style") else str(image.attrs)
            assert "width" in size, (name, image)
            assert "height" in size, (name, image)
            figures.setdefault(name, []).append(image)
    assert {name: len(found) for name, found in figures.items()} == {
        name: 1 for name in [*(f"{example}.html" for example in GALLERY), *HIDDEN]
    }


def test_no_page_shows_an_error(pages):
    """Neither Sphinx nor the theme put a complaint into a page."""
    for name, page in pages.items():
        assert not page.select(".system-message, .problematic"), name
        assert "ERROR: Adding a table" not in page.get_text(), name


def test_cards_are_nine_different_pictures_in_teaching_order(pages, translated):
    """The end of the tutorial shows all examples under their three headings."""
    section = pages["pytorch_with_examples.html"].find(id="examples-download")
    section = section if section.name == "section" else section.find_parent("section")
    headings = [h.get_text().rstrip("¶") for h in section.find_all("h3")]
    page = "pytorch_with_examples"
    titles = ("Tensors", "Autograd", "nn module")
    assert headings == [translated(page, title) for title in titles]
    cards = section.select("ul.cards > li")
    links = [card.find("a")["href"].removesuffix(".html") for card in cards]
    assert links == EXAMPLES
    pictures = [str(card.find("svg")) for card in cards]
    assert len(set(pictures)) == 9
    for card in cards:
        *_, sentence = card.find_all("p")
        assert sentence.get_text().endswith((".", "。"))


def test_examples_of_each_section_are_on_its_page(pages):
    """A section's own page has its cards, in the same order."""
    shown = []
    for section in SECTIONS:
        page = pages[f"examples_{section}/index.html"]
        for card in page.select("ul.cards > li"):
            shown.append(
                f"examples_{section}/" + card.find("a")["href"].removesuffix(".html")
            )
    assert shown == GALLERY


def test_every_page_says_which_versions_the_numbers_come_from(pages):
    """The versions in the footer are those of the packages that are installed."""
    import platform
    from importlib.metadata import packages_distributions, version

    (tensorflow,) = set(packages_distributions()["tensorflow"])
    wanted = [
        f"Python {platform.python_version()}",
        f"NumPy {version('numpy')}",
        f"PyTorch {version('torch').partition('+')[0]}",
        f"TensorFlow {version(tensorflow)}",
    ]
    for name, page in pages.items():
        found = [
            span.get_text() for span in page.select("footer .behind-the-numbers span")
        ]
        assert found == wanted, name


@pytest.mark.parametrize("example", GALLERY)
def test_an_example_page_is_complete(pages, example, translated):
    """Each has a title, what is new, code, output, a figure, changes and downloads."""
    page = pages[f"{example}.html"]
    article = page.find("article")
    assert article.find("h1")
    headings = [h.get_text().rstrip("¶") for h in article.find_all("h2")]
    assert headings[-1] == translated(example, "Try it")
    assert len(article.find_all("section")[-1].select("ol > li")) in (2, 3)
    boxes = [title.get_text() for title in article.select(".admonition-title")]
    has_none = example == EXAMPLES[0] or example in COMPARISONS
    is_new = translated(EXAMPLES[1], "New in this example")
    assert (is_new in boxes) is not has_none
    assert article.select(".highlight-Python, .highlight-python")
    assert article.select(".sphx-glr-script-out")
    downloads = [Path(a["href"]).name for a in article.select("a.download")]
    name = Path(example).name
    assert downloads == [f"{name}.ipynb", f"{name}.py"]


def test_the_page_on_the_build_names_every_module():
    """And no module that is not there."""
    text = (ROOT / "docs" / "how_a_build_works.md").read_text("utf-8")
    table = re.findall(r"^\|[^|]*\| (`\w+`(?:, `\w+`)*) \|$", text, re.M)
    named = [name for row in table for name in re.findall(r"`(\w+)`", row)]
    modules = {path.stem for path in (ROOT / "conf").glob("*.py")} - {"conf"}
    modules |= {path.parent.name for path in (ROOT / "conf").glob("*/__init__.py")}
    assert sorted(named) == sorted(modules)

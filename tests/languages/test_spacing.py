"""Chinese pages have no blank between Han letters, though the markup wants one."""

import re

from bs4 import BeautifulSoup

from tests.conftest import SITE

HAN = r"[\u3400-\u9fff，。；：！？、（）“”]"
BLOCKS = "p, li, dt, dd, td, th, h1, h2, h3, figcaption, summary"


def blanks(html):
    """Return what has a blank between Han letters in the blocks of a page."""
    tree = BeautifulSoup(html, "html.parser")
    for other in tree.select("pre, svg, script, button"):
        other.decompose()
    texts = [
        block.get_text()
        for block in tree.select("article")[0].select(BLOCKS)
        if not block.select(BLOCKS)
    ]
    assert texts
    return [
        text[max(0, found.start() - 8) : found.end() + 8]
        for text in texts
        for found in re.finditer(f"(?<={HAN}) (?={HAN})", text)
    ]


def test_no_page_has_a_blank_between_han():
    pages = sorted((SITE / "zh-cn").rglob("*.html"))
    found = {
        page.name: blanks(page.read_text(encoding="utf-8"))
        for page in pages
        if page.name != "search.html"
    }
    assert {name: texts for name, texts in found.items() if texts} == {}
    assert "examples_nn" in {page.parent.name for page in pages}


def test_a_blank_beside_latin_stays():
    page = SITE / "zh-cn" / "examples_nn" / "dynamic_net.html"
    assert "由普通的 Python 代码" in page.read_text(encoding="utf-8")


def test_a_blank_is_noticed():
    page = "<article><p>各次使用 <em>共享</em> 同一组权重"
    assert len(blanks(page)) == 2
    assert blanks("<article><p>各次使用<em>共享</em> Python") == []

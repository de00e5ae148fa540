"""A reader is led to their language, and from each page to the same one in another."""

from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from languages import LANGUAGES

from conf import site_url
from tests.conftest import SITE

PAGE = "examples_autograd/two_layer_net_autograd.html"
CLOSED = "search.html"  # no page for search engines


def arrive(browser, address, **context):
    """Open an address as a new visitor; return the page when it is at rest."""
    page = browser.new_context(**context).new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def path_of(page):
    return urlsplit(page.url).path


@pytest.mark.parametrize(
    ("locale", "path"),
    [
        ("zh-CN", "/zh-cn/index.html"),
        ("zh-TW", "/zh-cn/index.html"),
        ("en-GB", "/en/index.html"),
        ("fr-FR", "/index.html"),
    ],
)
def test_the_front_door_follows_the_browsers_languages(server, browser, locale, path):
    """To a language that the site has; otherwise all stand there to choose from."""
    page = arrive(browser, f"{server}/index.html", locale=locale)
    assert path_of(page) == path
    if path == "/index.html":
        links = page.locator("a[hreflang]")
        assert links.all_inner_texts() == [each.name for each in LANGUAGES]
        links.last.click()
        assert path_of(page) == f"/{LANGUAGES[-1].folder}/index.html"


def test_the_front_door_works_without_javascript(server, browser):
    """Both links are there, whatever the browser's language."""
    page = arrive(
        browser, f"{server}/index.html", locale="zh-CN", java_script_enabled=False
    )
    assert path_of(page) == "/index.html"
    page.get_by_role("link", name="English").click()
    assert path_of(page) == "/en/index.html"
    page.go_back()
    page.get_by_role("link", name="中文").click()
    assert path_of(page) == "/zh-cn/index.html"


def test_a_choice_is_remembered(server, browser):
    """It goes before the browser's languages, at the front door and ever after."""
    page = arrive(browser, f"{server}/en/{PAGE}", locale="en-US")
    page.locator(".languages").get_by_role("link", name="中文").click()
    page.goto(f"{server}/index.html")
    page.wait_for_url("**/zh-cn/index.html")
    page.locator(".languages").get_by_role("link", name="English").click()
    page.goto(f"{server}/index.html")
    page.wait_for_url("**/en/index.html")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_switch_leads_to_the_same_place(server, browser, javascript):
    """The same page and the same anchor; without JavaScript, the same page."""
    wide = {"width": 1440, "height": 900}  # else the list of headings is a drawer
    page = arrive(
        browser, f"{server}/en/{PAGE}", java_script_enabled=javascript, viewport=wide
    )
    page.locator(".toc-tree a").nth(2).click()
    anchor = urlsplit(page.url).fragment
    assert anchor
    page.locator(".languages").get_by_role("link", name="中文").click()
    there = urlsplit(page.url)
    assert there.path == f"/zh-cn/{PAGE}"
    assert there.fragment == (anchor if javascript else "")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator(f"#{anchor}").count() == 1
    page.locator(".languages").get_by_role("link", name="English").click()
    assert path_of(page) == f"/en/{PAGE}"


def test_the_switch_keeps_what_was_searched(server, browser):
    """The words of a search are tried in the other language too."""
    page = arrive(browser, f"{server}/en/search.html?q=ReLU")
    page.locator(".languages").get_by_role("link", name="中文").click()
    there = urlsplit(page.url)
    assert (there.path, there.query) == ("/zh-cn/search.html", "q=ReLU")


@pytest.mark.parametrize(
    ("path", "locale", "heading"),
    [
        ("/zh-cn/no/such/page.html", "en-US", "找不到页面"),
        ("/en/missing.html", "zh-CN", "Page not found"),
        ("/missing", "zh-CN", "找不到页面"),
        ("/missing", "fr-FR", "Page not found 找不到页面"),
    ],
)
def test_a_missing_page_speaks_the_readers_language(
    server, browser, path, locale, heading
):
    """That of the address, else that of the browser; its link leads home."""
    page = browser.new_context(locale=locale).new_page()
    assert page.goto(f"{server}{path}").status == 404
    page.wait_for_load_state("networkidle")
    shown = [
        text
        for text, visible in zip(
            page.locator("h1").all_inner_texts(),
            [each.is_visible() for each in page.locator("h1").all()],
            strict=True,
        )
        if visible
    ]
    assert " ".join(shown) == heading
    page.locator("a:visible").first.click()
    page.wait_for_url("**/index.html")
    page.locator("article").wait_for()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.folder)
def test_every_page_names_its_address_and_its_translations(language):
    """Canonical and ``hreflang`` in full, the same on each translation of a page."""
    pages = sorted((SITE / language.folder).rglob("*.html"))
    pages = [path for path in pages if "_static" not in path.parts]
    assert len(pages) > 20
    for path in pages:
        name = path.relative_to(SITE / language.folder).as_posix()
        tree = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert tree.html["lang"] == language.tag
        (canonical,) = tree.select('link[rel="canonical"]')
        assert canonical["href"] == f"{site_url}{language.folder}/{name}"
        found = {
            link["hreflang"]: link["href"]
            for link in tree.select('link[rel="alternate"][hreflang]')
        }
        wanted = {each.tag: f"{site_url}{each.folder}/{name}" for each in LANGUAGES}
        wanted["x-default"] = wanted[LANGUAGES[0].tag]
        assert found == ({} if name == CLOSED else wanted), name
        switch = tree.select(".languages a")
        assert [link["lang"] for link in switch] == [each.tag for each in LANGUAGES]
        (here,) = [link for link in switch if link.get("aria-current")]
        assert here["lang"] == language.tag

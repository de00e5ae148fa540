"""The policy of the site lets nothing run that the site has not brought along."""

import re
from urllib.request import urlopen

import pytest
from bs4 import BeautifulSoup
from languages import LANGUAGES
from playwright.sync_api import expect

from tests.browser import test_playground as playground
from tests.browsing import paths, visit
from tests.conftest import SITE

KINDS = [
    "index.html",
    "404.html",
    "en/index.html",
    "zh-cn/examples_nn/two_layer_net_optim.html",
    "en/search.html",
    "zh-cn/playground.html",
]
NAME = "Content-Security-Policy"
LOADED = ("script", "style", "link[rel=stylesheet]", "link[rel=preload]", "[style]")
SCRIPT = "<script>window.hacked = true</script>"
HANDLER = "<img src='x:' onerror='window.hacked = true'>"
STYLE = "<style>html { outline: 7px solid }</style>"
OUTLINE = "getComputedStyle(document.documentElement).outlineWidth"


def parse(policy):
    """Return a policy as a dictionary from a directive to its list of sources."""
    parts = [part.split() for part in policy.split(";")]
    assert all(parts), policy
    directives = {name: sources for name, *sources in parts}
    assert len(directives) == len(parts), policy  # of two, browsers take the first
    return directives


def faults(policy):
    """Return what a policy allows and should not."""
    directives = parse(policy)
    found = [
        f"{name} {source}"
        for name, sources in directives.items()
        for source in sources
        if not re.fullmatch(r"'(none|self|sha256-[\w+/]+=*)'", source)
        and (name, source) != ("img-src", "data:")
    ]
    for name in ("default-src", "base-uri"):
        if directives.get(name) != ["'none'"]:
            found.append(f"{name} is not 'none'")
    return found


@pytest.mark.parametrize(
    "change",
    [
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("script-src 'self'", "script-src 'self' 'unsafe-eval'"),
        ("script-src 'self'", "script-src 'self' data:"),
        ("script-src 'self'", "script-src https:"),
        ("img-src 'self'", "img-src *"),
        ("default-src 'none'", "default-src 'self'"),
        ("base-uri 'none'", "form-action 'self'"),
    ],
)
def test_a_weak_policy_is_noticed(change):
    good = (
        "default-src 'none'; script-src 'self'; img-src 'self' data:; base-uri 'none'"
    )
    assert not faults(good)
    assert faults(good.replace(*change))


@pytest.mark.parametrize("path", paths())
def test_every_page_has_a_strict_policy(server, path):
    """In itself, before anything that it is for, and as a header, which can do more."""
    page = BeautifulSoup((SITE / path).read_text(encoding="utf-8"), "html.parser")
    (meta,) = page.select(f"head > meta[http-equiv='{NAME}']")
    assert not faults(meta["content"])
    first = page.select_one(", ".join((*LOADED, "meta[http-equiv]")))
    assert first is meta
    with urlopen(f"{server}/{path}") as answer:
        (header,) = answer.headers.get_all(NAME)
    assert not faults(header)
    own = parse(meta["content"])
    more = {k: v for k, v in parse(header).items() if own.get(k) != v}
    assert more == {"frame-ancestors": ["'none'"]}


def insert(route):
    """Answer with the page, and what an attacker might have put into it."""
    answer = route.fetch()
    html = answer.text()
    assert html.count("</main>") == 1
    hacked = html.replace("</main>", f"{SCRIPT}{HANDLER}{STYLE}</main>")
    route.fulfill(response=answer, body=hacked)


@pytest.mark.parametrize("host", ["server", "plain_server"])
@pytest.mark.parametrize("path", KINDS)
def test_what_is_put_into_a_page_does_not_run(request, browser, path, host):
    """Neither under the header nor under the page's own policy alone."""
    with visit(browser) as page:
        page.route("**/*.html", insert)
        page.goto(f"{request.getfixturevalue(host)}/{path}")
        assert page.evaluate("window.hacked") is None
        assert page.evaluate(OUTLINE) != "7px"


def test_it_would_run_without_a_policy(browser, server):
    with visit(browser, bypass_csp=True) as page:
        page.route("**/*.html", insert)
        page.goto(f"{server}/en/index.html")
        assert page.evaluate("window.hacked")
        assert page.evaluate(OUTLINE) == "7px"


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.folder)
def test_search_works_under_the_policy(server, page, language):
    page.goto(f"{server}/{language.folder}/search.html?q=autograd")
    page.locator(".search-summary:not(:empty)").wait_for()
    assert page.locator("#search-results .search > li > a").count() > 1


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.folder)
def test_the_playground_trains_under_the_policy(server, page, language):
    page.goto(f"{server}/{language.folder}/playground.html")
    playground.field(page, "steps").fill("120")
    page.locator(".playground [type=submit]").click()
    playground.at_rest(page)
    expect(page.locator(".playground .newest").first).to_be_attached()
    expect(page.locator(".playground tbody tr").first).to_contain_text("328.779")

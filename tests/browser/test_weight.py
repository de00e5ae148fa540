"""Pages are light: what a browser fetches to show one, counted as it arrives.

A page counts with all its pictures, those below the fold too. Bodies are counted, not
headers: these depend on the host, and HTTP/2 sends each of them once.
"""

import pytest

from tests.browser.pages import LOAD_ALL, PATHS, is_example
from tests.conftest import EXAMPLES, SITE

# Requests, and bytes of bodies: compressed, and as a plain server sends them.
EXAMPLE = (6, 20_000, 105_000)
OTHER = (6, 25_000, 125_000)
BUDGETS = {
    "examples_compare/index.html": (7, 25_000, 125_000),  # four pictures
    "examples_further/index.html": (8, 25_000, 125_000),  # five pictures
    "examples_further/compiled_graphs.html": (6, 21_000, 105_000),  # two programs
    "examples_compare/then_and_now.html": (6, 30_000, 200_000),  # 34 programs
    "playground.html": (6, 27_000, 125_000),
    "pytorch_with_examples.html": (6, 25_000, 180_000),  # nine programs
    "search.html": (12, 40_000, 135_000),  # the index, and Sphinx's own scripts
}
# What is below ``_static`` in every language, and what one of them has besides.
STATIC = {
    "doctools.js",
    "documentation_options.js",
    "favicon.svg",
    "flow.css",
    "how_fast.css",
    "language_data.js",
    "minus.png",  # these two are named in doctools.js
    "plus.png",
    "playground-chart.js",
    "playground-random.js",
    "playground-worker.js",
    "playground.css",
    "playground.js",
    "plurals.js",
    "search.js",
    "searchtools.js",
    "site.js",
    "sphinx_highlight.js",
    "where_numbers_hold.css",
}
MORE = {
    "en": {
        *(f"social/{example.rpartition('/')[2]}.png" for example in EXAMPLES),
        "social/site.png",
    },
    "zh-cn": {"translations.js"},
}


@pytest.fixture
def weigh(browser):
    """Return a function: the requests of an address with their bytes, in order."""
    contexts = []

    def weighed(address):
        contexts.append(browser.new_context(locale="fr-FR"))  # no language of ours
        page = contexts[-1].new_page()
        session = contexts[-1].new_cdp_session(page)
        addresses, heads, sizes = {}, {}, {}
        session.on(
            "Network.requestWillBeSent",
            lambda sent: addresses.update({sent["requestId"]: sent["request"]["url"]}),
        )
        session.on(
            "Network.responseReceived",
            lambda got: heads.update(
                {got["requestId"]: got["response"]["encodedDataLength"]}
            ),
        )
        session.on(
            "Network.loadingFinished",
            lambda done: sizes.update(
                {
                    done["requestId"]: done["encodedDataLength"]
                    - heads[done["requestId"]]
                }
            ),
        )
        session.send("Network.enable")
        page.goto(address, wait_until="networkidle")
        page.evaluate(LOAD_ALL)
        assert page.url == address
        for number, url in list(addresses.items()):
            if url.startswith("data:"):
                del addresses[number]
        while addresses.keys() - sizes.keys():  # what has arrived is told a bit later
            page.wait_for_timeout(10)
        return [(url, sizes[number]) for number, url in addresses.items()]

    yield weighed
    for context in contexts:
        context.close()


def budget_of(path):
    """Return how many requests a page may make, and its two limits in bytes."""
    page = path.partition("/")[2] or path
    return BUDGETS.get(page) or (EXAMPLE if is_example(path) else OTHER)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_keeps_its_budget(weigh, server, plain_server, path):
    most, compressed, plain = budget_of(path)
    for address, limit in ((server, compressed), (plain_server, plain)):
        found = weigh(f"{address}/{path}")
        text = "\n".join(f"{size:7.0f}  {url}" for url, size in found)
        total = sum(size for _, size in found)
        assert total <= limit, f"{total:.0f} bytes of {limit}\n{text}"
        assert len(found) <= most, f"{len(found)} requests of {most}\n{text}"


def test_a_page_counts_with_all_its_pictures(weigh, server):
    """Else a picture that is loaded late would weigh nothing."""
    path = "en/examples_tensor/two_layer_net_numpy.html"
    urls = [url for url, _ in weigh(f"{server}/{path}")]
    assert any(url.endswith("sphx_glr_two_layer_net_numpy_001.svg") for url in urls)


@pytest.mark.parametrize("language", MORE)
def test_nothing_is_shipped_that_no_page_needs(language):
    """What an extension adds to every page, or only lays there, is noticed here."""
    folder = SITE / language / "_static"
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == STATIC | MORE[language]

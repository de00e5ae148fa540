"""Chromium, and the pages of the built site: fixtures for the tests that use them."""

import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from conf import site_url
from tests.conftest import SITE
from tests.serving import serve

BASE = urlsplit(site_url).path  # of the address where the site will be published

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium():
    """Return the path of Chromium; skip the test if none is installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("needs Chromium; on Debian and Ubuntu: apt install chromium")
    return found


def built_site():
    """Return the folder of the built site; fail if there is none."""
    if not (SITE / "index.html").is_file():
        pytest.fail(f"there is no site in {SITE}; run: make html", pytrace=False)
    return SITE


def paths():
    """Return the path of every page of the build, such as ``en/index.html``."""
    return sorted(
        path.relative_to(SITE).as_posix() for path in built_site().rglob("*.html")
    )


@contextmanager
def visit(browser, **options):
    """Open a page with a clean profile, in a language that leads nowhere from the door.

    ``options`` are those of Playwright's ``new_context``.
    """
    context = browser.new_context(**{"locale": "fr-FR", **options})
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture(scope="session")
def server():
    """Return the address of the built site, served as a host of static files does."""
    with serve(built_site(), base=BASE) as address:
        yield address


@pytest.fixture(scope="session")
def plain_server():
    """Return the address of the built site, uncompressed and without its headers."""
    with serve(built_site(), plain=True) as address:
        yield address


@pytest.fixture(scope="package")  # it has an event loop, which others must not meet
def browser():
    """Return Chromium without a window."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """Return a new page; whatever reaches its console as an error fails the test."""
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: message.type == "error" and errors.append(message.text),
    )
    yield page
    page.context.close()
    assert not errors

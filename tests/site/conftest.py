"""The built pages, parsed once. Every test of this folder is run in each language."""

import catalogues
import pytest
from bs4 import BeautifulSoup
from languages import LANGUAGES

from tests.conftest import SITE


@pytest.fixture(scope="session", params=LANGUAGES, ids=lambda each: each.folder)
def language(request):
    """Return one language of the site after the other."""
    return request.param


@pytest.fixture(scope="session")
def site(language):
    """Return the folder of a language's pages, as `make html` has built it."""
    pages = SITE / language.folder
    if not pages.is_dir():
        pytest.fail(f"there is no site in {pages}; run: make html", pytrace=False)
    return pages


@pytest.fixture
def translated(language):
    """Return a function: an English message of a page in the language of the test."""

    def translate(domain, message):
        return catalogues.load(language.code, domain).get(message, message)

    return translate


@pytest.fixture(scope="session")
def pages(site):
    """Return a dictionary from a page's path, such as ``index.html``, to its tree."""
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(
            path.read_text(encoding="utf-8"), "html.parser"
        )
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.parts
    }

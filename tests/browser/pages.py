"""The pages of the site by their paths, and what kind of page each is."""

from languages import LANGUAGES

from tests.conftest import GALLERY
from tests.site.test_pages import PAGES

PATHS = [
    "index.html",
    "404.html",
    *sorted(f"{language.folder}/{page}" for language in LANGUAGES for page in PAGES),
]

# A script: fetch the pictures that a browser would fetch when a reader comes near.
LOAD_ALL = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode()));
  await document.fonts.ready;
}"""


def is_example(path):
    """Return whether a path such as ``en/index.html`` is that of an example's page."""
    return path.partition("/")[2].removesuffix(".html") in GALLERY

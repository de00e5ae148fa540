"""The pages above the languages: the front door, and the one for missing pages."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import catalogues
from jinja2 import Environment, FileSystemLoader
from languages import LANGUAGES

CONF = Path(__file__).resolve().parent


def write(stage, site_url):
    """Write ``index.html``, ``404.html`` and their files into the folder ``stage``.

    ``404.html`` is shown at any address, so its links begin at the site's root.
    """
    shutil.copytree(CONF / "root", stage / "root", dirs_exist_ok=True)
    template = Environment(
        loader=FileSystemLoader(CONF / "templates"), autoescape=True
    ).get_template("root.html")
    languages = [_with_words(language) for language in LANGUAGES]
    for name, is_missing in (("index.html", False), ("404.html", True)):
        text = template.render(
            languages=languages,
            site_url=site_url,
            base=urlsplit(site_url).path if is_missing else "",
            is_missing=is_missing,
        )
        (stage / name).write_text(text + "\n", encoding="utf-8")


def _with_words(language):
    """Return a language for the template, with the function that translates to it."""
    words = catalogues.load(language.code, catalogues.UI)
    fields = {**language._asdict(), "tag": language.tag}
    return {**fields, "translate": lambda text: words.get(text) or text}

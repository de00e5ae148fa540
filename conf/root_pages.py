"""What stands above the languages: front door, missing pages, and a map for robots."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import catalogues
import social_cards
from jinja2 import Environment, FileSystemLoader
from languages import LANGUAGES, SOURCE
from markupsafe import Markup
from search import NOINDEX

CONF = Path(__file__).resolve().parent
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def write(stage, site_url):
    """Write ``index.html``, ``404.html`` and their files into the folder ``stage``.

    ``sitemap.xml`` names every page with its translations, ``robots.txt`` the sitemap.
    ``404.html`` is shown at any address, so its links begin at the site's root.
    """
    shutil.copytree(CONF / "root", stage / "root", dirs_exist_ok=True)
    shutil.copy(CONF / "static" / "favicon.svg", stage / "root")
    template = Environment(
        loader=FileSystemLoader(CONF / "templates"), autoescape=True
    ).get_template("root.html")
    languages = [_with_words(language) for language in LANGUAGES]
    alt = social_cards.site_in_words(_with_words(SOURCE)["translate"])
    card = social_cards.tags(site_url, alt=alt)
    for name, is_missing in (("index.html", False), ("404.html", True)):
        text = template.render(
            languages=languages,
            site_url=site_url,
            card=Markup("\n".join(card)),
            base=urlsplit(site_url).path if is_missing else "",
            is_missing=is_missing,
        )
        (stage / name).write_text(text + "\n", encoding="utf-8")
    (stage / "sitemap.xml").write_text(sitemap(stage, site_url), encoding="utf-8")
    robots = f"User-agent: *\nAllow: /\nSitemap: {site_url}sitemap.xml\n"
    (stage / "robots.txt").write_text(robots, encoding="utf-8")


def sitemap(stage, site_url):
    """Return the sitemap of the pages in ``stage``, after sitemaps.org and Google."""
    source = stage / SOURCE.folder
    names = sorted(
        path.relative_to(source).as_posix() for path in source.rglob("*.html")
    )
    urls = ElementTree.Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    for name in names:
        if name == "search.html" or "_static" in name:
            continue
        if NOINDEX in (source / name).read_text(encoding="utf-8"):
            continue
        for language in LANGUAGES:
            url = ElementTree.SubElement(urls, "url")
            location = ElementTree.SubElement(url, "loc")
            location.text = f"{site_url}{language.folder}/{name}"
            for other in LANGUAGES:
                attributes = {"rel": "alternate", "hreflang": other.tag}
                attributes["href"] = f"{site_url}{other.folder}/{name}"
                ElementTree.SubElement(url, "xhtml:link", attributes)
    ElementTree.indent(urls)
    return ElementTree.tostring(urls, "unicode", xml_declaration=True) + "\n"


def _with_words(language):
    """Return a language for the template, with the function that translates to it."""
    words = catalogues.load(language.code, catalogues.UI)
    fields = {**language._asdict(), "tag": language.tag}
    return {**fields, "translate": lambda text: words.get(text) or text}

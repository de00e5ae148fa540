"""Every page names its address and its translations, and loads what it needs."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from languages import LANGUAGES, SOURCE
from sphinx.locale import _
from sphinx.util import logging

logger = logging.getLogger(__name__)

LARGE = 60  # pages
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
# What Sphinx, Furo and Sphinx-Gallery load on every page.
UNUSED = {"furo-extensions.css", "furo.js", "pygments.css", "sg-tags.js"}
FOR_SEARCH = {
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "translations.js",
}


def set_words(app, config):
    """Set the site's title, copyright and address in the language of this build.

    The build ends if ``site_url`` is no address of a site.
    """
    parts = urlsplit(config.site_url)
    is_whole = parts.scheme in ("http", "https") and parts.netloc
    if not is_whole or parts.query or parts.fragment or " " in config.site_url:
        words = "SITE_URL is %r; it must be like https://example.org/pytorch/"
        logger.error(words, config.site_url)
        raise SystemExit(1)  # any other is reported as a crash
    config.html_title = _("Learning PyTorch with Examples")
    config.copyright = "2026, " + _("the authors of Learning PyTorch with Examples")
    config.html_baseurl = f"{config.site_url}{_current(config).folder}/"


def _current(config):
    wanted = (each for each in LANGUAGES if each.code == config.language)
    return next(wanted, SOURCE)


def describe(app, pagename, templatename, context, doctree):
    """Add what the template ``page.html`` and the page's head need."""
    page = app.builder.get_target_uri(pagename)
    context["languages"] = [
        {
            "name": language.name,
            "tag": language.tag,
            "href": f"{context['content_root']}../{language.folder}/{page}",
            "is_current": language == _current(app.config),
        }
        for language in LANGUAGES
    ]
    if styles := app.env.metadata.get(pagename, {}).get("styles"):
        app.add_css_file(styles)
    if pagename == "search":
        return
    alternates = [(each.tag, each.folder) for each in LANGUAGES]
    alternates.append(("x-default", SOURCE.folder))
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<link rel="alternate" hreflang="{tag}"'
        f' href="{app.config.site_url}{folder}/{page}">'
        for tag, folder in alternates
    )


def use_own_files(app, pagename, templatename, context, doctree):
    """Drop the scripts and styles that a page does not need, and docutils' viewport."""
    unwanted = UNUSED if pagename == "search" else UNUSED | FOR_SEARCH
    for files in ("css_files", "script_files"):
        context[files] = [
            file
            for file in context[files]
            if PurePosixPath(str(file.filename)).name not in unwanted
        ]
    context["metatags"] = context.get("metatags", "").replace(VIEWPORT, "")


def add_menu(app, pagename, templatename, context, doctree):
    """Add the site's menu; of a large site the sections, and the pages of the current.

    It stands in every page, so that the whole of it would grow with the square. Furo
    would make it once more, for a template that is not in use, and finds nothing.
    """
    toctree = context.pop("toctree", None)
    is_large = len(app.env.found_docs) > LARGE
    options = {"titles_only": True, "maxdepth": -1, "includehidden": True}
    context["menu"] = toctree(collapse=is_large, **options) if toctree else ""


def setup(app):
    """Set words before Sphinx and the theme make anything of them."""
    app.add_config_value("site_url", "http://localhost:8000/", "html")
    app.connect("config-inited", set_words, priority=100)
    app.connect("html-page-context", add_menu, priority=400)  # before Furo's
    app.connect("html-page-context", describe)
    app.connect("html-page-context", use_own_files, priority=900)  # all is there
    return {"parallel_read_safe": True, "parallel_write_safe": True}

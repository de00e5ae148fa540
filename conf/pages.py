"""Every page names its address, its translations, and the site in its language."""

from urllib.parse import urlsplit

from languages import LANGUAGES, SOURCE
from sphinx.locale import _
from sphinx.util import logging

logger = logging.getLogger(__name__)


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
    if pagename == "search":
        return
    alternates = [(each.tag, each.folder) for each in LANGUAGES]
    alternates.append(("x-default", SOURCE.folder))
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<link rel="alternate" hreflang="{tag}"'
        f' href="{app.config.site_url}{folder}/{page}">'
        for tag, folder in alternates
    )


def setup(app):
    """Set words before Sphinx and the theme make anything of them."""
    app.add_config_value("site_url", "http://localhost:8000/", "html")
    app.connect("config-inited", set_words, priority=100)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

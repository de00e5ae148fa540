"""Every page has a description for search engines and for those who share a link.

It is the page's first paragraph, or as many of its sentences as fit.
"""

from html import escape

from docutils import nodes
from sphinx.locale import _
from wrapping import width

LIMIT = 155  # columns; search engines show no more


def description_of(doctree, limit=LIMIT):
    """Return the first paragraph of a page as one line of at most ``limit`` columns."""
    paragraphs = [each for each in doctree.findall(nodes.paragraph) if each.astext()]
    of_sections = [p for p in paragraphs if isinstance(p.parent, nodes.section)]
    first = next(iter(of_sections + paragraphs), None)
    return shortened(" ".join(first.astext().split()), limit) if first else ""


def shortened(text, limit):
    """Return a text, or as many of its sentences, or else of its words, as fit."""
    if width(text) <= limit:
        return text
    while width(text) > limit - 2:
        text = text[:-1]
    if (end := max(text.rfind(mark) for mark in (". ", "。", "? ", "？"))) > 0:
        return text[: end + 1]
    return (text.rpartition(" ")[0] or text).rstrip(",;:，；：") + " …"


def describe(app, pagename, templatename, context, doctree):
    """Add the description, and the same for previews of a link."""
    text = description_of(doctree) if doctree else _("Search all pages of this site.")
    title = app.env.titles.get(pagename)
    properties = {
        "og:site_name": app.config.html_title,
        "og:title": title.astext() if title else _("Search"),
        "og:description": text,
        "og:url": context["pageurl"],
    }
    tags = [f'<meta name="description" content="{escape(text)}">']
    tags += [
        f'<meta property="{name}" content="{escape(value)}">'
        for name, value in properties.items()
    ]
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def setup(app):
    """Describe each page as it is written."""
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

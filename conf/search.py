"""Search in every language: a small index proposes pages, and their text decides.

An index that is exact for Chinese, which has no blanks between words, would be many
times as large as one of words. So ours has single Chinese characters, and leaves out
what is on many pages. ``static/search.js`` reads the pages that it proposes, as Sphinx
does in any case for its summaries, and drops those without the words.
"""

import gzip
import re
from pathlib import Path

from sphinx.search import SearchEnglish, js_index

LIMIT = 9_900  # bytes of an index after gzip -9
NOINDEX = '<meta name="robots" content="noindex">'
EVERY_PAGE = "(any)"  # stands in the index for what was left out; no word looks so


class English(SearchEnglish):
    """Words of two letters or more, stemmed, and single Chinese characters.

    A query is cut into words and runs of Chinese; Sphinx marks these on the pages.
    """

    js_splitter_code = (
        r"var splitQuery = (query) => query.match(/[\u4e00-\u9fff]+|\w+/g) || [];"
    )

    def split(self, text):
        """Return what there is to index in a text; a number is no use."""
        return re.findall(r"[\u4e00-\u9fff]|\b[a-z_]\w+", text.lower(), re.ASCII)


class Chinese(English):
    """The same for pages in Chinese, whose code and names are English.

    It keeps ``language_name``, since Sphinx calls the stemmer in JavaScript after it.
    """

    lang = "zh"


class SmallIndex:
    """The format in which Sphinx writes the index, and reads it to add changed pages.

    The complete index stands beside it; ``search.js`` uses it for pages opened as
    files, which it cannot read.
    """

    def __init__(self, complete):
        self.complete = complete

    def dump(self, index, file):
        """Write the two."""
        self.complete.write_text(js_index.dumps(index), encoding="utf-8")
        file.write(shortened(index))

    def load(self, file):
        """Return the complete index of the last build."""
        return js_index.loads(self.complete.read_text(encoding="utf-8"))


def shortened(index):
    """Return the index as text, without the words on most pages: it keeps the limit.

    A page whose metadata say ``nosearch`` has neither words nor title in the index.
    """
    pages = {}
    for terms in (index["terms"], index["titleterms"]):
        for term, found in terms.items():
            found = [found] if isinstance(found, int) else found
            pages.setdefault(term, set()).update(found)
    every = [number for number, title in enumerate(index["titles"]) if title]
    for most in reversed(range(len(index["docnames"]))):
        terms = {term: sorted(on) for term, on in pages.items() if len(on) <= most}
        terms[EVERY_PAGE] = list(every)
        text = js_index.dumps({**index, "terms": terms, "titleterms": {}})
        if len(gzip.compress(text.encode())) <= LIMIT:
            break
    return text


def use_small_index(app):
    """Give the builder our format of the index."""
    complete = Path(app.outdir, "searchindex-complete.js")
    app.builder.indexer_format = SmallIndex(complete)


def add_script(app, pagename, templatename, context, doctree):
    """Add our scripts to the search page; deferred, one runs after Sphinx's own."""
    if pagename == "search":
        app.add_js_file("plurals.js", priority=300)  # before Sphinx's translations
        app.add_js_file("search.js", loading_method="defer")


def hide(app, pagename, templatename, context, doctree):
    """Tell robots to pass over a page that our own search leaves out."""
    if "nosearch" in app.env.metadata.get(pagename, ()):
        context["metatags"] = f"{context.get('metatags', '')}\n{NOINDEX}"


def setup(app):
    """Add the languages, the format and the script."""
    app.add_search_language(English)
    app.add_search_language(Chinese)
    app.connect("builder-inited", use_small_index)
    app.connect("html-page-context", add_script)
    app.connect("html-page-context", hide)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

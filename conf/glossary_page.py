"""The directive ``glossary-terms``: a language's glossary as a table.

```{glossary-terms} zh_CN
```
"""

import glossary
from docutils import nodes
from languages import LANGUAGES
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective


class Terms(SphinxDirective):
    """A table with a row for each term; its argument is the language's code."""

    required_arguments = 1

    def run(self):
        """Return the table; its heads are translated, its terms are not."""
        code = self.arguments[0]
        tags = {language.code: language.tag for language in LANGUAGES}
        terms, _names = glossary.load(code, self.env.srcdir)
        if code not in tags or not terms:
            raise self.error(f"there is no glossary of {code!r}")
        self.env.note_dependency(f"locale/{code}/glossary.toml")
        rows = [
            _row(
                _cell([term["en"]], "en"),
                _cell([term["zh"], *term.get("also", [])], tags[code]),
                _cell(term.get("avoid", []), tags[code]),
            )
            for term in sorted(terms, key=lambda term: term["en"])
        ]
        heads = (_("English"), _("Rendering"), _("To avoid"))
        head = nodes.thead("", _row(*(_cell([str(text)], None) for text in heads)))
        group = nodes.tgroup("", cols=3)
        group += [nodes.colspec(colwidth=1) for _head in heads]
        group += [head, nodes.tbody("", *rows)]
        return [nodes.table("", group, classes=["glossary"])]


def _row(*cells):
    return nodes.row("", *cells)


def _cell(texts, tag):
    paragraph = nodes.paragraph(translatable=False)
    for text in texts:
        if len(paragraph):
            paragraph += nodes.Text(" / ")
        classes = [f"language-{tag}"] if tag else []
        paragraph += nodes.inline("", text, classes=classes)
    return nodes.entry("", paragraph)


def setup(app):
    """Add the directive."""
    app.add_directive("glossary-terms", Terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

r"""Formulas beside the lines of code that compute them, as MathML.

A script writes them at the end of the text above a cell, in two columns: how the line
begins, and after two blanks or more its formula in LaTeX.

.. code-block:: rst

    .. beside::

       h        H = X W_1
       grad_w2  G_{W_2} = R^\top G_{\hat{Y}}

The first column is the first words of one line of the cell: ``h`` means the line
``h = x @ w1``, and not ``h_relu = ...``. A formula is no part of the code: it is in no
copy, no download, no catalogue and no index.
"""

import re

from docutils import nodes
from mathml import mathml
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
ROW = re.compile(r"(\S+(?: \S+)*) {2,}(\S.*)")


class beside(nodes.Inline, nodes.Element):  # noqa: N801 - docutils' own style
    """A formula: ``words`` are the first of its line, ``mathml`` is what it shows."""


class Beside(SphinxDirective):
    """``.. beside::``."""

    has_content = True

    def run(self):
        """Return a node for each formula; it knows its line of the source."""
        self.assert_has_content()
        found = []
        for number, row in enumerate(self.content):
            if not row.strip():
                continue
            node = beside()
            source, offset = self.content.info(number)
            node.source, node.line = source, offset + 1
            if not (columns := ROW.fullmatch(row)):
                message = (
                    "write how the line begins, two blanks and its formula, not: %s"
                )
                logger.warning(message, row, location=node)
                continue
            node["words"], latex = columns.groups()
            try:
                node["mathml"] = mathml(latex)
            except Exception as error:  # docutils raises whatever it stumbles over
                message = "LaTeX that docutils cannot read (%s); write it simpler: %s"
                logger.warning(message, error, latex, location=node)
                continue
            found.append(node)
        return found


class PutBeside(SphinxPostTransform):
    """Move each formula into the next listing of its page."""

    default_priority = 8  # at 7 changes.py makes the lines of listings
    formats = ("html",)

    def run(self, **kwargs):
        """Look at the page from top to bottom."""
        waiting = []
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, beside):
                node.parent.remove(node)
                waiting.append(node)
            elif type(node).__name__ == "code_links_block":
                for formula in waiting:
                    put(formula, node)
                waiting = []
        for formula in waiting:
            message = "no code follows; move the formula above its cell, or delete it"
            logger.warning(message, location=formula)


def put(formula, block):
    """Put a formula at the end of its line of a listing, or warn."""
    lines, words = block.astext().split("\n"), formula["words"].split()
    places = [
        number
        for number, line in enumerate(lines)
        if line.split()[: len(words)] == words
    ]
    if len(places) != 1:
        wrong = "more than one line begins" if places else "no line begins"
        message = "%s with %s in the cell below; write the first words of one line"
        logger.warning(message, wrong, formula["words"], location=formula)
        return
    (number,) = places
    formula["indent"] = len(lines[number]) - len(lines[number].lstrip())
    end = len("\n".join(lines[: number + 1]))
    for parent, place, text in texts_in(block):
        if end < len(text):  # the line's end is in it
            pieces = [nodes.Text(text[:end]), formula, nodes.Text(text[end:])]
            parent[place : place + 1] = [piece for piece in pieces if piece != ""]
            return
        end -= len(text)
    parent.insert(place + 1, formula)


def texts_in(element):
    """Yield each text with its parent and its place there, which texts do not know."""
    for place, child in enumerate(element.children):
        if isinstance(child, nodes.Text):
            yield element, place, child
        else:
            yield from texts_in(child)


def write_html(translator, node):
    """Write the formula; without a style it stands in a line of its own, indented."""
    line = "\n" + " " * (node["indent"] + 4)
    translator.body.append(f'<span class="beside">{line}{node["mathml"]}</span>')
    raise nodes.SkipNode


def setup(app):
    """Add the directive, the transform and how a formula is written."""
    app.add_node(beside, html=(write_html, None))
    app.add_directive("beside", Beside)
    app.add_post_transform(PutBeside)
    app.add_css_file("beside.css")
    app.add_js_file("beside.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

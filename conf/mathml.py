"""Formulas are MathML in the page: no script, nothing to load."""

import re

from docutils import nodes
from docutils.utils.math import latex2mathml

NAME = re.compile(r"<mo>(\w{2,})</mo>")


def mathml(latex, as_block=False):
    """Return LaTeX as MathML. A name such as max is no sign with blanks around it."""
    written = latex2mathml.tex2mathml(latex, as_block=as_block)
    written = "".join(line.strip() for line in written.split("\n"))
    return NAME.sub(r"<mi>\1</mi>", written)


def _inline(self, node):
    self.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def _block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math-wrapper"))
    self.body.append(mathml(node.astext(), as_block=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    """Register the renderer; it is the only one, and Sphinx picks it by its name."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}

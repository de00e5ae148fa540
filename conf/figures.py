"""Figures are SVG images with a size, a caption, an alternative text and stable bytes.

A script describes its figure in the text above the cell that draws it:

.. code-block:: rst

    .. caption:: What the figure shows, as a statement

       What is seen in it, for readers who cannot see it.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_gallery.scrapers import matplotlib_scraper

logger = logging.getLogger(__name__)
STYLE = '<style type="text/css">text{fill:var(--ink)}'
# What Matplotlib draws with, and what takes its place on a light and on a dark page.
COLOURS = {
    "ink": ("#000000", "#1b1b1b", "#dcdcdc"),
    "paper": ("#ffffff", "#ffffff", "#131416"),
    "c0": ("#1f77b4", "#1f6fb4", "#6cb2f0"),
    "c1": ("#ff7f0e", "#c2570c", "#ffa14a"),
    "c2": ("#2ca02c", "#1f7a34", "#6fcf7f"),
    "c3": ("#d62728", "#c0392b", "#ff8a80"),
    "c4": ("#9467bd", "#7b51c9", "#c1a3ff"),
    "c5": ("#8c564b", "#8c564b", "#d3a297"),
    "c6": ("#e377c2", "#b83f94", "#f29ad6"),
    "c7": ("#7f7f7f", "#6b6b6b", "#b3b3b3"),
    "c8": ("#bcbd22", "#7d7e0b", "#d6d75a"),
    "box0": ("#cfe3f7", "#cfe3f7", "#1d3a57"),
    "box1": ("#fbd9b5", "#fbd9b5", "#573a1d"),
}
SIZE = ("width", "height")  # in points, 4/3 of a CSS pixel each


def style(gallery_conf, script):
    """Set how figures are drawn; Sphinx-Gallery calls this before each script."""
    import matplotlib

    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
    matplotlib.rcParams["svg.hashsalt"] = "learning-pytorch-with-examples"
    # Verdana is as wide as DejaVu Sans, and there where that is not.
    matplotlib.rcParams["font.sans-serif"] = ["DejaVu Sans", "Verdana"]


def scraper(block, block_vars, gallery_conf):
    """Return reST for the figures of a code block, as plain images.

    Sphinx-Gallery's own directive leaves sizes out, and Sphinx does not see that a page
    depends on its figures.
    """
    rst = matplotlib_scraper(
        block,
        block_vars,
        gallery_conf,
        format="svg",
        transparent=True,
        metadata={"Date": None, "Creator": None},
    )
    return re.sub(
        r"\.\. image-sg:: /(.*)\n((?:   :.*\n)*)",
        lambda match: _image(match[1], gallery_conf["src_dir"]),
        rst,
    )


def _image(path, folder):
    file = Path(folder, path)
    file.write_text(themed(file.read_text(encoding="utf-8")), encoding="utf-8")
    svg = ElementTree.parse(file).getroot()
    width, height = (round(float(svg.get(key)[:-2]) * 4 / 3) for key in SIZE)
    return (
        f".. image:: /{path}\n   :width: {width}\n   :height: {height}\n"
        "   :loading: lazy\n   :class: figure\n"
    )


def themed(svg):
    """Return a drawing of Matplotlib's in colours that follow the reader's theme.

    An image takes ``prefers-color-scheme`` from the ``color-scheme`` of the page.
    """
    for name, (drawn, _, _) in COLOURS.items():
        svg = re.sub(rf"{drawn}\b", f"var(--{name})", svg, flags=re.I)
    # A hundredth of a point is enough for a place; what is written stays as it is.
    svg = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), svg)
    svg = re.sub(r" <metadata>.*?</metadata>\n", "", svg, flags=re.S)
    svg = re.sub(r'\bd="[^"]*"', lambda path: re.sub(r" ?\n(?! )", "", path[0]), svg)
    svg = re.sub(r"^ +(?=<)", "", svg, flags=re.M)
    svg = re.sub(r'style="[^"]*"', lambda s: re.sub("([:;,]) ", r"\1", s[0]), svg)
    referred = set(re.findall(r"#([\w-]+)", svg))
    svg = re.sub(r' id="(.*?)"', lambda own: own[0] if own[1] in referred else "", svg)
    used = {n: c for n, c in COLOURS.items() if f"(--{n})" in STYLE + svg}
    light, dark = (
        "".join(f"--{name}:{colours[theme]};" for name, colours in used.items())
        for theme in (1, 2)
    )
    dark = f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return svg.replace('<style type="text/css">', f"{STYLE}:root{{{light}}}{dark}", 1)


class described(nodes.General, nodes.Element):  # noqa: N801 - docutils' own style
    """A caption and a description, until the figure that follows takes them."""


class Caption(SphinxDirective):
    """``.. caption::``: its argument is the caption, its content the description."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self):
        """Return a placeholder with two texts, which Sphinx may translate."""
        self.assert_has_content()
        children, messages = self.state.inline_text(self.arguments[0], self.lineno)
        caption = nodes.caption(self.arguments[0], "", *children)
        self.set_source_info(caption)
        return [described("", caption, *self.parse_content_to_nodes()), *messages]


class Describe(SphinxTransform):
    """Give each figure the caption and the description that stand above it."""

    default_priority = 30  # after translation, at 20

    def apply(self):
        """Look at the page from top to bottom."""
        if self.app.builder.name == "gettext":  # it draws nothing, and wants the texts
            return
        waiting = None
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, described):
                node.parent.remove(node)
                waiting = node
            elif isinstance(node, nodes.image) and "figure" in node["classes"]:
                if waiting is None:
                    logger.warning("a figure without .. caption::", location=node)
                    continue
                caption, description = waiting.children
                node["alt"] = description.astext()
                figure = nodes.figure("", node.deepcopy(), caption.deepcopy())
                node.replace_self(figure)
                waiting = None
        if waiting is not None and self.was_drawn():
            logger.warning("no figure follows .. caption::", location=waiting[0])

    def was_drawn(self):
        """Return whether the script of this page has run to its end."""
        failing = self.config.sphinx_gallery_conf["failing_examples"]
        name = f"{self.env.docname}.py"
        return not any(Path(path).as_posix().endswith(name) for path in failing)


def setup(app):
    """Add the directive, and the transform that acts on it."""
    app.add_node(described)
    app.add_directive("caption", Caption)
    app.add_transform(Describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Figures are SVG images with a size, an alternative text and stable bytes."""

import re
from xml.etree import ElementTree

from sphinx_gallery.scrapers import matplotlib_scraper


def style(gallery_conf, script):
    """Set how figures are drawn; Sphinx-Gallery calls this before each script."""
    import matplotlib

    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
    matplotlib.rcParams["svg.hashsalt"] = "learning-pytorch-with-examples"


def scraper(block, block_vars, gallery_conf):
    """Return reST for the figures of a code block, as plain images.

    Sphinx-Gallery's own directive leaves sizes out and quotes in titles as they are,
    and Sphinx does not see that a page depends on its figures.
    """
    rst = matplotlib_scraper(
        block, block_vars, gallery_conf, format="svg", metadata={"Date": None}
    )
    return re.sub(
        r"\.\. image-sg:: /(.*)\n((?:   :.*\n)*)",
        lambda match: _image(match[1], match[2], gallery_conf["src_dir"]),
        rst,
    )


def _image(path, options, folder):
    alt = re.search(r":alt: (.*)", options)
    svg = ElementTree.parse(f"{folder}/{path}").getroot()
    width, height = (round(float(svg.get(key)[:-2]) * 4 / 3) for key in SIZE)
    return (
        f".. image:: /{path}\n   :alt: {alt[1] if alt else ''}\n"
        f"   :width: {width}px\n   :height: {height}px\n   :loading: lazy\n"
        "   :class: figure\n"
    )


SIZE = ("width", "height")  # in points, 4/3 of a CSS pixel each

"""A listing, what is gone from it and what it printed stand in one frame."""

from html import escape

from docutils import nodes
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform


class Frame(SphinxPostTransform):
    """Wrap the listings of an example; each may have boxes and an output after it."""

    default_priority = 9  # after changes.py, at 7
    formats = ("html",)

    def run(self, **kwargs):
        """Begin a frame at each listing."""
        for listing in list(self.document.findall(nodes.TextElement)):
            if type(listing).__name__ != "code_links_block":
                continue
            parent = listing.parent
            start = end = parent.index(listing)
            bring_output_up(parent, start)
            while end + 1 < len(parent) and self.belongs(parent[end + 1]):
                end += 1
            cell = nodes.container("", *parent[start : end + 1], classes=["cell"])
            cell.attributes["is_div"] = True  # no class "container" beside ours
            parent[start : end + 1] = [cell]
            if is_output(cell[-1]):
                word = escape(_("Output"))
                label = f'<p class="prints">{word}</p>\n'
                cell.insert(len(cell) - 1, nodes.raw("", label, format="html"))

    def belongs(self, node):
        """Return whether a node stands in the frame of the listing above it."""
        return is_output(node) or (
            isinstance(node, nodes.raw) and 'class="gone"' in node.astext()
        )


def bring_output_up(parent, start):
    """Move what a cell printed above the figures that it drew."""
    end = start + 1
    while end < len(parent) and isinstance(parent[end], nodes.figure):
        end += 1
    if end < len(parent) and is_output(parent[end]):
        parent.insert(start + 1, parent.pop(end))


def is_output(node):
    """Return whether a node is what a cell printed."""
    return isinstance(node, nodes.Element) and "sphx-glr-script-out" in node["classes"]


def setup(app):
    """Add the transform."""
    app.add_post_transform(Frame)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

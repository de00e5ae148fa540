"""Han text has no blank where only the markup needs one.

reStructuredText wants a blank around ``*emphasis*``; Chinese is written without.
"""

import re
from itertools import pairwise

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from typography import FULL, SCRIPTS


class CloseUp(SphinxPostTransform):
    """Take out blanks between Han letters that stand in different pieces of markup."""

    default_priority = 900  # when everything is in its place

    def run(self):
        """Look at every two neighbouring pieces of text of each block."""
        han = SCRIPTS.get(self.config.language)
        if not han:
            return
        ends, begins = re.compile(f"({han}|{FULL}) ?$"), re.compile(f" ?({han}|{FULL})")
        for block in self.document.findall(_is_prose):
            places = [*_texts(block)]
            words = [parent[place].astext() for parent, place in places]
            for here, there in pairwise(range(len(words))):
                if ends.search(words[here]) and begins.match(words[there]):
                    words[here] = words[here].rstrip(" ")
                    words[there] = words[there].lstrip(" ")
            for (parent, place), new in zip(places, words, strict=True):
                parent[place] = nodes.Text(new)


def _texts(element):
    """Yield where each piece of text is, in order: its parent, and its place there."""
    for place, child in enumerate(element.children):
        if isinstance(child, nodes.Text):
            yield element, place
        else:
            yield from _texts(child)


def _is_prose(node):
    """Return whether a node is a text of its own, with markup, and no listing."""
    is_inline = isinstance(node.parent, nodes.TextElement)
    is_fixed = isinstance(node, nodes.FixedTextElement)
    return isinstance(node, nodes.TextElement) and not is_inline and not is_fixed


def setup(app):
    """Add the transform."""
    app.add_post_transform(CloseUp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

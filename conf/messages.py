"""What there is to translate on a page: prose and the comments in code, nothing else.

Sphinx takes every paragraph and title for a message. Here the comments and docstrings
of Python listings are added, for the catalogues and on the pages, and all that has no
words of its own is left out: formulas, and lines that hold only code.
"""

import re
import tokenize

import markup
from catalogues import UI, folder_of, load
from docutils import nodes
from languages import SOURCE
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import get_node_line
from translation import messages_in_code, translate_code

logger = logging.getLogger(__name__)


def has_words(message):
    """Return whether a message has words that are not code."""
    return bool(re.search(r"[A-Za-z]", markup.words(message)))


class Choose(SphinxTransform):
    """Mark what has no words, so that it is in no catalogue, and find what has.

    Sphinx passes over a text that does not know its source; those in MyST's directive
    ``table`` do not.
    """

    default_priority = 8  # before Sphinx translates, at 20

    def apply(self):
        """Look at each text of the page."""
        for node in self.document.findall(nodes.TextElement):
            if isinstance(node, nodes.Inline):
                continue
            if isinstance(node.parent, nodes.system_message):  # shown as a warning
                continue
            if not node.get("translatable", True):
                continue
            if isinstance(node, nodes.math_block) or not has_words(
                node.rawsource or node.astext()
            ):
                node["translatable"] = False
            elif not node.source and isinstance(node, nodes.paragraph):
                node.source, node.line = self.document["source"], get_node_line(node)


class Listing(nodes.literal_block, addnodes.translatable):
    """A listing whose comments are messages; for the builder ``gettext`` alone."""

    def preserve_original_messages(self):
        """Do nothing: no translation will take the place of these messages."""

    def extract_original_messages(self):
        """Return the messages, in the order of the lines."""
        return [message.text for message in messages_in_code(self.rawsource)]


class Comments(SphinxTransform):
    """Offer the comments of listings for translation, or show their translations."""

    default_priority = 9

    def apply(self):
        """Look at each Python listing of the page."""
        catalogue = load(self.config.language, self.env.docname, self.app.srcdir)
        if self.config.language != SOURCE.code:  # words of the theme stand in the text
            words = folder_of(self.config.language, self.app.srcdir) / f"{UI}.po"
            self.env.note_dependency(words)
        for block in list(self.document.findall(nodes.literal_block)):
            if block.get("language", "").lower() != "python":
                continue
            try:
                messages_in_code(block.rawsource)
            except (SyntaxError, tokenize.TokenError) as error:
                words = "a listing in python that is no Python: %s"
                logger.warning(words, error, location=block)
                continue
            if self.app.builder.name == "gettext":
                listing = Listing(block.rawsource, *block.children, **block.attributes)
                listing.source, listing.line = block.source, block.line
                block.replace_self(listing)
            elif self.config.language != SOURCE.code:
                block.rawsource = translate_code(block.rawsource, catalogue)
                block[:] = [nodes.Text(block.rawsource)]


def setup(app):
    """Add the transforms, and a node that only the builder ``gettext`` sees."""
    app.add_node(Listing)
    app.add_transform(Choose)
    app.add_transform(Comments)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

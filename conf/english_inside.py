"""English within Chinese text is marked as such: in emphasis and in quotation marks.

Han characters are emphasised by dots, Latin letters by a slant, and style sheets cannot
tell the two apart within one emphasis; so it is split. What is quoted in English is
read aloud and set as English. In a language without Han nothing changes.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

LATIN = re.compile(r"([A-Za-z][\x20-\x7e]*[A-Za-z]|[A-Za-z])")
QUOTED = re.compile(r"“([A-Z][^“”\u3400-\u9fff]+|[a-z]+ [^“”\u3400-\u9fff]+)”")
HAN = re.compile(r"[\u3400-\u9fff]")


class MarkEnglish(SphinxTransform):
    """Split each emphasis into runs of Han and of Latin, and mark quotations."""

    default_priority = 25  # after translation, at 20

    def apply(self):
        """Look at each text on a page in a language with Han."""
        if not self.config.language.startswith(("zh", "ja")):
            return
        for node in list(self.document.findall(nodes.emphasis)):
            if len(node) == 1 and isinstance(node[0], nodes.Text):
                node.replace_self(
                    [_part(text) for text in LATIN.split(node.astext()) if text]
                )
        for node in list(self.document.findall(nodes.Text)):
            if QUOTED.search(node) and not isinstance(node.parent, nodes.literal_block):
                before, *parts = QUOTED.split(node)
                pieces = [nodes.Text(f"{before}“")]
                for quoted, after in zip(parts[::2], parts[1::2], strict=True):
                    pieces.append(nodes.inline("", quoted, classes=["language-en"]))
                    pieces.append(nodes.Text(f"”{after}"))
                node.parent.replace(node, pieces)


def _part(text):
    part = nodes.emphasis("", text)
    if HAN.search(text):
        return part
    if LATIN.fullmatch(text):
        part["classes"] = ["language-en"]  # docutils makes lang="en" of it
        return part
    return nodes.Text(text)


def setup(app):
    """Add the transform."""
    app.add_transform(MarkEnglish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

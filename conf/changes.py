"""The listings of an example mark what is new since the example before it.

Compared are the two scripts up to the end of the first training loop; what comes after
differs anyway. New lines are ``<ins>``, and the lines that are gone stand below the
listing, folded away. Listings also lose the markup that no style needs.
"""

import difflib
from dataclasses import dataclass, field
from html import escape

from cells import cells_of
from docutils import nodes
from expected import without_marks
from from_scripts import LOOP, link, script_of
from ladder import rungs
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform

PLAIN = {"n", "p", "w"}  # the highlighter's classes in the colour of all text


@dataclass
class Comparison:
    """The lines of a cell, and what has changed in it since the example before."""

    lines: list
    new: set = field(default_factory=set)  # numbers of lines, from 0
    gone: list = field(default_factory=list)


def cells_to_loop(script):
    """Return the code cells of a script up to its first training loop."""
    comparisons = []
    for cell in cells_of(script):
        comparisons.append(Comparison(without_marks(cell.code).split("\n")))
        if LOOP in cell.code:
            break
    return comparisons


def compare(before, after):
    """Note in the cells of one script what has changed since another."""
    old = [line for cell in before for line in cell.lines if line.strip()]
    places = [
        (cell, number)
        for cell in after
        for number, line in enumerate(cell.lines)
        if line.strip()
    ]
    new = [cell.lines[number] for cell, number in places]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_start, old_end, start, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        for cell, number in places[start:end]:
            cell.new.add(number)
        cell, _number = places[min(start, len(places) - 1)]
        cell.gone += filter(None, map(_without_words, old[old_start:old_end]))


def _without_words(line):
    """Return a line without comment or docstring, which are not in every language."""
    is_words = line.lstrip().startswith(("#", '"""'))
    return "" if is_words else line.partition("  # ")[0]


class new_line(nodes.Inline, nodes.TextElement):  # noqa: N801 - docutils' own style
    """A line of a listing that the example before does not have."""


class MarkChanges(SphinxPostTransform):
    """Work on the listings as Sphinx-Gallery has highlighted them."""

    default_priority = 7  # after links have been made, at 5 and 6
    formats = ("html",)

    def run(self, **kwargs):
        """Slim all listings of a page, and mark those of an example on the ladder."""
        blocks = [
            node
            for node in self.document.findall(nodes.TextElement)
            if type(node).__name__ == "code_links_block"
        ]
        for block in blocks:
            block.children = slimmed(block.children)
        names, here = rungs(self.env), self.env.docname
        if here not in names[1:]:
            return
        before = names[names.index(here) - 1]
        cells = cells_to_loop(script_of(self.env, here))
        compare(cells_to_loop(script_of(self.env, before)), cells)
        for block, cell in zip(blocks, cells, strict=False):
            block.children = marked(block.children, cell.new)
            if cell.gone:
                place = block.parent.index(block) + 1
                block.parent.insert(place, gone(cell.gone))
        first = blocks[0]
        first.parent.insert(first.parent.index(first), legend(before, here))


def slimmed(children):
    """Return nodes without Sphinx-Gallery's classes and without plain tokens."""
    result = []
    for node in children:
        if isinstance(node, nodes.Element):
            classes = [c for c in node["classes"] if not c.startswith("sphx-glr")]
            node["classes"] = classes
            if isinstance(node, nodes.reference):
                node.children = slimmed(node.children)
                del node["reftitle"]  # the address says it too
            elif not set(classes) - PLAIN or node.astext() == ".":
                node = nodes.Text(node.astext())
        last = result[-1] if result else None
        is_text = isinstance(node, nodes.Text)
        if is_text and isinstance(last, nodes.Text):
            result[-1] = nodes.Text(last + node)
        elif _are_alike(node, last):
            result[-1] = nodes.inline(
                "", last.astext() + node.astext(), classes=node["classes"]
            )
        else:
            result.append(node)
    return result


def _are_alike(node, last):
    return (
        isinstance(node, nodes.inline)
        and isinstance(last, nodes.inline)
        and node["classes"] == last["classes"]
    )


def marked(children, new):
    """Return nodes in which each run of old lines and each new line is an element."""
    lines, result = [[]], []
    for node in children:
        for number, text in enumerate(node.astext().split("\n")):
            if number:
                lines[-1].append(nodes.Text("\n"))
                lines.append([])
            if text and "\n" in node.astext():
                piece = nodes.Text(text)
                if isinstance(node, nodes.Element):
                    piece = nodes.inline("", text, classes=node["classes"])
                lines[-1].append(piece)
            elif text:
                lines[-1].append(node)
    for number, line in enumerate(lines):
        if number in new:
            result.append(new_line("", "", *line))
        elif line and result and isinstance(result[-1], nodes.inline):
            result[-1].extend(line)
        elif line:
            result.append(nodes.inline("", "", *line, classes=["same"]))
    return result


def gone(lines):
    """Return a box, folded, with lines that the example before had."""
    summary = escape(_("Gone since the example before: %d lines") % len(lines))
    listing = "".join(f"<del>{escape(line)}\n</del>" for line in lines)
    html = f'<details class="gone"><summary>{summary}</summary>'
    html += f"<pre>{listing}</pre></details>\n"
    return nodes.raw("", html, format="html")


def legend(before, here):
    """Return a line that says what the marks mean, with the switch for scripts."""
    text = escape(_("Only what changed"))
    button = f'<button type="button" class="only-changes" hidden>{text}</button>'
    return nodes.paragraph(
        "",
        "",
        new_line("", _("Marked lines")),
        nodes.Text(" " + _("are new since the example before:") + " "),
        link(before, here),
        nodes.Text(" "),
        nodes.raw("", button, format="html"),
        classes=["legend"],
    )


def setup(app):
    """Add the transform, and how a new line is written."""
    app.add_node(
        new_line,
        html=(
            lambda self, node: self.body.append("<ins>"),
            lambda self, node: self.body.append("</ins>"),
        ),
    )
    app.add_post_transform(MarkChanges)
    app.add_js_file("changes.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The nine examples as rungs of a ladder: their order, their size, and where one is.

- the directive ``ladder``: a numbered list with the title of each example, what it is
  about, and how many lines of the training loop are left to write; with the name of a
  section, a list of its examples, which come after the nine;
- the role ``loop-lines``, with an example: that number alone;
- on the page of an example: a row of numbered links, and the neighbours by title.
"""

from docutils import nodes
from from_scripts import (
    PARTS,
    first_sentence,
    index_of,
    link,
    part_of,
    script_of,
    teaching_order,
)
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective, SphinxRole


def rungs(env):
    """Return the names of the examples on the ladder, from the first to the last."""
    return [
        f"{section}/{name}"
        for section in env.config.ladder
        if f"{section}/index" in env.found_docs
        for name in teaching_order(env, section)
    ]


def lines_in_loop(env, example):
    """Return how many lines forward pass, backward pass and update take."""
    return loop_lines(script_of(env, example).read_text(encoding="utf-8"))


def loop_lines(source):
    """Return how many lines the three parts of a script's training loop take."""
    return sum(len(part_of(source, part)) for part in PARTS)


class Ladder(SphinxDirective):
    """``{ladder}``, or ``{ladder} examples_further``."""

    optional_arguments = 1

    def run(self):
        """Return the list; titles and sentences are filled in later."""
        return self.after(*self.arguments) if self.arguments else self.nine()

    def after(self, section):
        """Return the examples of a section, without numbers."""
        self.env.note_dependency(index_of(self.env, section))
        names = (f"{section}/{name}" for name in teaching_order(self.env, section))
        items = (nodes.list_item("", *self.entry(name)) for name in names)
        return [nodes.bullet_list("", *items, classes=["rungs"])]

    def entry(self, name):
        """Return the title of an example, as a link, and what it is about."""
        title = nodes.paragraph("", "", link(name, self.env.docname))
        return title, first_sentence(docname=name)

    def nine(self):
        """Return the rungs, each with the lines of its training loop."""
        for section in self.config.ladder:
            self.env.note_dependency(index_of(self.env, section))
        counts = {name: lines_in_loop(self.env, name) for name in rungs(self.env)}
        ladder = nodes.enumerated_list(classes=["rungs"])
        for name, count in counts.items():
            text = _("%d lines for a step") % count
            bar = f'<progress value="{count}" max="{max(counts.values())}"'
            bar += f' aria-hidden="true"></progress> <span>{text}</span>'
            size = nodes.paragraph("", "", nodes.raw("", bar, format="html"))
            size["translatable"] = False  # it is, already
            ladder += nodes.list_item("", *self.entry(name), size)
        return [ladder]


class LoopLines(SphinxRole):
    """``{loop-lines}`examples_nn/dynamic_net```."""

    def run(self):
        """Return the number, or a system message."""
        try:
            return [nodes.Text(str(lines_in_loop(self.env, self.text)))], []
        except (OSError, ValueError) as error:
            reporter = self.inliner.reporter
            return [], [reporter.error(f"{self.text}: {error}", line=self.lineno)]


def place_on_ladder(app, pagename, templatename, context, doctree):
    """Give the page of an example its row of links and its neighbours."""
    names = rungs(app.env)
    if pagename not in names:
        return

    def entry(name):
        title = app.env.titles[name].astext()
        address = app.builder.get_relative_uri(pagename, name)
        return {"title": title, "link": address, "is_current": name == pagename}

    context["rungs"] = [entry(name) for name in names]
    place = names.index(pagename)
    if place > 0:
        context["prev"] = entry(names[place - 1])
    if place < len(names) - 1:
        context["next"] = entry(names[place + 1])


def setup(app):
    """Add the markup and what the page template shows."""
    app.add_config_value("ladder", [], "env")
    app.add_directive("ladder", Ladder)
    app.add_role("loop-lines", LoopLines())
    app.connect("html-page-context", place_on_ladder)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

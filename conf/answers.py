"""The directive ``answer``: what comes of a change under "Try it", folded away.

.. code-block:: rst

    1. Set ``learning_rate`` to ``1e-5``. How does the loss end?

       .. answer::

          As ``nan``, *not a number*.

It is Sphinx's collapsible admonition, a ``<details>`` on the page. Its title has the
number of the item. Each item of "Try it" ends in one answer; there are no others.
"""

from docutils import nodes
from sphinx.locale import _
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

SECTION = "Try it"

logger = logging.getLogger(__name__)


def is_answer(node):
    """Return whether a node is an answer."""
    return isinstance(node, nodes.admonition) and "answer" in node["classes"]


class Answer(SphinxDirective):
    """``.. answer::``, with the text below."""

    has_content = True

    def run(self):
        """Return the answer, which has no title yet."""
        content = self.parse_content_to_nodes()
        answer = nodes.admonition(
            "", *content, classes=["answer"], collapsible="closed"
        )
        self.set_source_info(answer)
        return [answer]


class Number(SphinxTransform):
    """Give each answer the number of its item, and say where one is missing."""

    default_priority = 10  # before Sphinx translates the title of the section, at 20

    def apply(self):
        """Look at each answer of the page, and at each item under "Try it"."""
        for section in self.document.findall(nodes.section):
            if section[0].astext() == SECTION:
                self.check(section)
        for answer in self.document.findall(is_answer):
            if not answer.astext().strip():
                logger.warning("this .. answer:: is empty", location=answer)
            item = answer.parent
            if not isinstance(item.parent, nodes.enumerated_list):
                words = "an answer stands in no item of a numbered list"
                logger.warning(words, location=answer)
                continue
            number = item.parent.get("start", 1) + item.parent.index(item)
            title = nodes.title("", _("Answer %d") % number, translatable=False)
            answer.insert(0, title)

    def check(self, section):
        """Warn of an item that is not words and then one answer."""
        items = [
            item
            for child in section.children
            if isinstance(child, nodes.enumerated_list)
            for item in child.children
        ]
        if not items:
            words = '"Try it" has no numbered list of changes to make'
            logger.warning(words, location=section)
        for item in items:
            are_answers = [is_answer(child) for child in item.children]
            if are_answers != [False] * max(1, len(are_answers) - 1) + [True]:
                words = 'an item of "Try it" is a question that ends in one .. answer::'
                logger.warning(words, location=item)


def setup(app):
    """Add the directive and what completes it."""
    app.add_directive("answer", Answer)
    app.add_transform(Number)
    app.add_css_file("answers.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

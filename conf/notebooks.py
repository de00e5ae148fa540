"""Notebooks are Markdown throughout.

Sphinx-Gallery turns an example's prose into Markdown for the notebook. Some things it
leaves in reStructuredText, and they are put right here: boxes and captions become block
quotes, formulas beside code become a list above it, answers are folded away, and the
underscore behind an anonymous link goes.
"""

import itertools
import json
import re
import textwrap

import isolation

BOX = re.compile(
    r"^\.\. (?:admonition|caption):: (.*)\n\n((?:(?: {3,}.*)?(?:\n|\Z))+)", re.M
)
BESIDE = re.compile(r"^\.\. beside::\n\n((?:(?: {3,}.*)?(?:\n|\Z))+)", re.M)
BESIDE_ROW = re.compile(r"^ *(\S.*?) {2,}(.*\S) *$", re.M)
ANSWER = re.compile(r"^( *)\.\. answer::\n\n((?:(?:\1 {3,}.*)?(?:\n|\Z))+)", re.M)
SUMMARY = "Answer %d"


def markdown(text, summary=SUMMARY):
    """Return the text of a cell with boxes, answers and links in Markdown.

    ``summary`` is what is seen of a folded answer, with ``%d`` for its number.
    """
    text = re.sub(r"(\]\([^)\s]+\))_", r"\1", text)
    text = re.sub(r"^\.\. diagram:: .*\n+", "", text, flags=re.M)  # drawn on pages only
    text = BESIDE.sub(lambda box: BESIDE_ROW.sub(r"- `\1` — $\2$", box[1]), text)
    number = itertools.count(1)
    text = ANSWER.sub(
        lambda answer: _folded(summary % next(number), answer[2], answer[1]), text
    )
    return BOX.sub(lambda box: _quote(box[1], box[2]), text)


def _folded(summary, body, indent):
    """Return an element of HTML whose content, between blank lines, is Markdown."""
    body = textwrap.dedent(body).strip()
    html = f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>\n\n"
    return textwrap.indent(html, indent)


def _quote(title, body):
    lines = f"**{title}**\n\n{textwrap.dedent(body).strip()}".split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def text_of(notebook, summary=SUMMARY):
    """Return the text of a notebook's file; its prose becomes Markdown."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = [markdown("".join(cell["source"]), summary)]
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def finish(script, target):
    """Rewrite the notebook that Sphinx-Gallery has written in the folder ``target``."""
    path = target / f"{script.stem}.ipynb"
    path.write_text(text_of(json.loads(path.read_text("utf-8"))), encoding="utf-8")


def finish_each(app):
    """Let each notebook be finished as soon as its script has run."""
    isolation.after_each.append(finish)


def setup(app):
    """Be called before ``results``, which keeps what is there by then."""
    app.connect("builder-inited", finish_each, priority=380)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Notebooks are Markdown throughout.

Sphinx-Gallery turns an example's prose into Markdown for the notebook. Three things it
leaves in reStructuredText, and they are put right here: boxes and captions, which
become block quotes, formulas beside code, which become a list above it, and the
underscore behind an anonymous link.
"""

import json
import re
import textwrap
from pathlib import Path

BOX = re.compile(
    r"^\.\. (?:admonition|caption):: (.*)\n\n((?:(?: {3,}.*)?(?:\n|\Z))+)", re.M
)
BESIDE = re.compile(r"^\.\. beside::\n\n((?:(?: {3,}.*)?(?:\n|\Z))+)", re.M)
BESIDE_ROW = re.compile(r"^ *(\S.*?) {2,}(.*\S) *$", re.M)


def markdown(text):
    """Return the text of a cell with boxes and links in Markdown."""
    text = re.sub(r"(\]\([^)\s]+\))_", r"\1", text)
    text = re.sub(r"^\.\. diagram:: .*\n+", "", text, flags=re.M)  # drawn on pages only
    text = BESIDE.sub(lambda box: BESIDE_ROW.sub(r"- `\1` — $\2$", box[1]), text)
    return BOX.sub(lambda box: _quote(box[1], box[2]), text)


def _quote(title, body):
    lines = f"**{title}**\n\n{textwrap.dedent(body).strip()}".split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def text_of(notebook):
    """Return the text of a notebook's file; its prose becomes Markdown."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = [markdown("".join(cell["source"]))]
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def finish(app):
    """Rewrite the notebooks that Sphinx-Gallery has written."""
    for folder in app.config.sphinx_gallery_conf["gallery_dirs"]:
        for path in Path(app.srcdir, folder).glob("*.ipynb"):
            old = path.read_text(encoding="utf-8")
            text = text_of(json.loads(old))
            if text != old:  # else the page that offers it would be read again
                path.write_text(text, encoding="utf-8")


def setup(app):
    """Run after Sphinx-Gallery (priority 500) and before the archive (600)."""
    app.connect("builder-inited", finish, priority=550)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

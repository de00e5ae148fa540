"""The build fails unless every cell printed what its ``#>`` lines say.

It looks at the page that is about to be published, so that it also finds what an
earlier build has executed. On the page the output stands once, below the code, so the
``#>`` lines are taken out there; in the downloads they stay.
"""

import re
from pathlib import Path

from docutils import nodes
from executed import galleries, has_failed
from expected import MARK, complaint, first_line, without_marks
from sphinx.util import logging

logger = logging.getLogger(__name__)
LINES = re.compile(r"GENERATED FROM PYTHON SOURCE LINES (\d+)-(\d+)")


def check(app, doctree):
    """Compare code and output of an example's page, cell by cell."""
    script = script_of(app)
    if (
        script is None
        or app.builder.name == "gettext"
        or has_failed(app.config, script)
    ):
        return
    source = script.read_text(encoding="utf-8")
    line, cells = 1, {}
    for node in doctree.findall():
        if isinstance(node, nodes.comment) and (found := LINES.match(node.astext())):
            line = first_line(source, int(found[1]))
        elif isinstance(node, nodes.literal_block):
            is_output = "sphx-glr-script-out" in node["classes"]
            cells.setdefault(line, {}).setdefault(is_output, node)
    for line, cell in cells.items():
        if (code := cell.get(False)) is None:
            continue
        printed = cell[True].astext() + "\n" if True in cell else ""
        if problem := complaint(code.rawsource, printed):
            logger.warning(problem, location=f"{script}:{line}")
            app.env.note_reread()  # and complain again next time
        if MARK.search(code.rawsource):
            code.rawsource = without_marks(code.rawsource)
            code[:] = [nodes.Text(code.rawsource)]


def script_of(app):
    """Return the path of the script behind the page being read, or None."""
    page = Path(app.srcdir, app.env.docname)
    for source, target in galleries(app):
        script = source / f"{page.name}.py"
        if page.parent == target and script.is_file():
            return script
    return None


def setup(app):
    """Check each page when it has been read."""
    app.connect("doctree-read", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

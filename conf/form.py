"""Every script has the form that its page needs, and every index names its scripts.

Sphinx-Gallery takes the first words of a script for its title, whatever they are, and
ends with the report of a crash if there is no docstring. So all scripts are looked at
before it starts, and all that is wrong is said at once.
"""

import ast
import re
import warnings
from pathlib import Path

from frameworks import fault_of_imports
from limits import fault_of_time
from sphinx.util import logging

logger = logging.getLogger(__name__)


def faults_of_script(path):
    """Return pairs of line and message: what is wrong with the form of a script."""
    if not path.stem.isidentifier():
        return [(1, "the name of the file may hold letters, digits and _ only")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an invalid escape, for example
            source = path.read_text(encoding="utf-8")
            tree = ast.parse(source, path)
    except (SyntaxError, ValueError) as error:
        return [(getattr(error, "lineno", None) or 1, getattr(error, "msg", error))]
    if own := re.search(r"^# *sphinx_gallery_parallel\b", source, re.M):
        line = source[: own.start()].count("\n") + 1
        return [(line, "no script may leave the process that it has to itself")]
    if fault := fault_of_time(source) or fault_of_imports(path):
        return [fault]
    if ast.get_docstring(tree) is None:
        return [(1, "the script does not begin with a docstring")]
    docstring = tree.body[0].value
    lines = docstring.value.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    title, underline, blank, sentence = [*lines[first:], *[""] * 4][:4]
    line = docstring.lineno + first
    if not re.fullmatch("=+", underline) or len(underline) < len(title):
        return [(line, "the first line is no title, underlined with = in full length")]
    if blank or not re.match(r"\w", sentence):
        return [(line, "no sentence for the card follows the title and a blank line")]
    return []


def faults_of_index(path):
    """Return pairs of line and message: names without script, scripts without name."""
    if not path.is_file():
        return [(1, "the file is missing")]
    scripts = {script.stem for script in path.parent.glob("*.py")}
    lines = path.read_text(encoding="utf-8").split("\n")
    place = lines.index(".. toctree::") + 1 if ".. toctree::" in lines else 1
    named = {
        entry.strip(): line
        for line, entry in enumerate(lines, 1)
        if line > place and re.fullmatch(r"   \w+", entry)
    }
    return [
        *(
            (named[name], f"no script {name}.py")
            for name in sorted(named.keys() - scripts)
        ),
        *(
            (place, f"no entry for {name}.py")
            for name in sorted(scripts - named.keys())
        ),
    ]


def scripts_outside(sections):
    """Return the scripts of the gallery that lie in none of its sections."""
    gallery = {section.parent for section in sections}
    scripts = (path for folder in sorted(gallery) for path in folder.rglob("*.py"))
    return sorted(path for path in scripts if path.parent not in sections)


def demand_form(app):
    """Say all that is wrong, and end the build before Sphinx-Gallery begins."""
    found = False
    sections = [Path(path) for path in app.config.sphinx_gallery_conf["examples_dirs"]]
    for path in scripts_outside(sections):
        found = True
        words = "no page is made of a script outside gallery/examples_*/"
        logger.warning("%s", words, location=f"{path}:1")
    for section in sections:
        files = {section / "index.rst": faults_of_index}
        files |= dict.fromkeys(sorted(section.glob("*.py")), faults_of_script)
        for path, faults_of in files.items():
            for line, message in faults_of(path):
                found = True
                logger.warning("%s", message, location=f"{path}:{line}")
    if found:
        raise SystemExit(1)  # Sphinx reports any other exception as its own crash


def setup(app):
    """Run before Sphinx-Gallery, which runs at ``builder-inited`` with priority 500."""
    app.connect("builder-inited", demand_form, priority=300)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Every page says which versions its numbers come from."""

import functools
import importlib.metadata
import platform

from docutils import nodes

NAMES = {
    "Sphinx": "sphinx",
    "Sphinx-Gallery": "sphinx-gallery",
    "PyTorch": "torch",
    "TensorFlow": "tensorflow",
    "NumPy": "numpy",
}


@functools.cache  # every page asks
def version(distribution):
    """Return the version of an installed package, without its build's label.

    TensorFlow comes as ``tensorflow`` or as ``tensorflow-cpu``.
    """
    try:
        text = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        text = importlib.metadata.version(f"{distribution}-cpu")
    return text.partition("+")[0]


def behind_the_numbers():
    """Return pairs of name and version: Python and what computes the numbers."""
    names = ("NumPy", "PyTorch", "TensorFlow")
    return [
        ("Python", platform.python_version()),
        *((name, version(NAMES[name])) for name in names),
    ]


def _role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """``{version}`PyTorch```: the version of a package by which the site was built."""
    if text == "Python":
        return [nodes.Text(platform.python_version())], []
    if text not in NAMES:
        known = ", ".join(["Python", *NAMES])
        return [], [inliner.reporter.error(f"{text} is none of: {known}", line=lineno)]
    return [nodes.Text(version(NAMES[text]))], []


def _for_footer(app, pagename, templatename, context, doctree):
    context["behind_the_numbers"] = behind_the_numbers()


def setup(app):
    """Add the role ``version`` and the variable for the page template."""
    app.add_role("version", _role)
    app.connect("html-page-context", _for_footer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The scripts of the gallery with stock Sphinx-Gallery: its own settings, one language.

Only what it cannot do without is set. Markup of ours is read as a plain block.
"""

import contextlib
from pathlib import Path

# All scripts run in one process here. It crashes if TensorFlow is loaded before Triton,
# which comes with PyTorch's build for CUDA; the other order works.
with contextlib.suppress(ImportError):
    import triton  # noqa: F401

from docutils.parsers.rst import Directive, directives

ROOT = Path(__file__).resolve().parent.parent
extensions = ["sphinx_gallery.gen_gallery"]
html_theme = "furo"
sections = sorted((ROOT / "gallery").glob("examples_*"))
sphinx_gallery_conf = {
    "examples_dirs": [str(section) for section in sections],
    "gallery_dirs": [section.name for section in sections],
    "filename_pattern": "",  # or only scripts called plot_something would run
    "copyfile_regex": r"index\.rst",
}


class Plain(Directive):
    """A directive that this project adds, without what it does here."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self):
        """Return the content."""
        return self.parse_content() if hasattr(self, "parse_content") else []


for name in ("answer", "beside", "caption", "cards", "diagram"):
    directives.register_directive(name, Plain)

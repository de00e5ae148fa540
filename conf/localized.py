"""The downloads of a translated site are translated too: scripts, notebooks, the zip.

They are written beside the pages in the making, in ``downloads/`` of the doctree
folder, from the scripts and their catalogues. What a page offers is exchanged for them
when the page is read.
"""

import os
from pathlib import Path, PurePosixPath

import archive
import catalogues
import notebooks
from executed import galleries
from languages import SOURCE
from sphinx import addnodes
from sphinx.locale import _
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx_gallery.notebook import jupyter_notebook
from sphinx_gallery.py_source_parser import split_code_and_text_blocks
from translation import messages_in_code, translate_script

logger = logging.getLogger(__name__)


def is_translated(app):
    """Return whether this build is one of a translation."""
    return app.config.language != SOURCE.code and app.builder.name != "gettext"


def folder(app):
    """Return the folder of the translated downloads."""
    return Path(app.doctreedir, "downloads")


def write(app):
    """Write every script and notebook in the language of this build, and the zip.

    A translation that would change code ends the build.
    """
    if not is_translated(app):
        return
    for source, target in galleries(app):
        section = folder(app) / target.name
        section.mkdir(parents=True, exist_ok=True)
        written = set()
        for script in sorted(source.glob("*.py")):
            catalogue = catalogues.load(
                app.config.language, f"{target.name}/{script.stem}", app.srcdir
            )
            text = script.read_text(encoding="utf-8")
            used = set()
            messages = {message.text for message in messages_in_code(text)}
            try:
                translated = translate_script(text, catalogue, used=used)
                unwrapped = translate_script(text, catalogue, columns=None)
            except ValueError as error:
                logger.error("%s", blamed(text, catalogue, error), location=str(script))
                raise SystemExit(1) from None  # any other is reported as a crash
            if lost := sorted(catalogue.keys() - used - messages):
                words = "a message of the page has no place in the script: %s"
                logger.warning(words, lost[0], location=str(script))
            written.add(_write(section / script.name, translated))
            notebook = notebook_of(unwrapped, section, app.config.sphinx_gallery_conf)
            written.add(_write(section / f"{script.stem}.ipynb", notebook))
        for path in section.iterdir():
            if path not in written:
                path.unlink()
    archive.write(folder(app), folder(app) / archive.NAME, galleries(app))


def blamed(source, catalogue, error):
    """Return what is wrong with a script's translation, and which message it is."""
    for message, translation in catalogue.items():
        try:
            translate_script(source, {message: translation})
        except ValueError:
            return f"{error}\n    {message}\n    {translation}"
    return str(error)


def notebook_of(source, section, gallery_conf):
    """Return the text of the notebook that Sphinx-Gallery makes of a script."""
    scratch = section / "unwrapped.py"
    scratch.write_text(source, encoding="utf-8")
    blocks = [
        block._replace(content=block.content.strip("\n"))
        for block in split_code_and_text_blocks(str(scratch))[1]
    ]
    scratch.unlink()
    notebook = jupyter_notebook(blocks, gallery_conf, str(section))
    return notebooks.text_of(notebook, _("Answer %d"))


def _write(path, text):
    """Write a file if it changes: a page is read again when what it offers is newer."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path


class OfferTranslations(SphinxTransform):
    """Let each link to a download lead to the translated file."""

    default_priority = 21

    def apply(self):
        """Change the targets of this page's links."""
        if not is_translated(self.app):
            return
        page = PurePosixPath(self.env.docname).parent
        for link in self.document.findall(addnodes.download_reference):
            target = PurePosixPath(link["reftarget"])
            inside = target.name if target.name == archive.NAME else page / target.name
            translated = folder(self.app) / inside
            if translated.is_file():
                path = os.path.relpath(translated, self.app.srcdir)
                link["reftarget"] = f"/{PurePosixPath(path)}"


def setup(app):
    """Write before ``executed`` waits for the scripts, whose output is not needed."""
    app.connect("builder-inited", write, priority=320)
    app.add_transform(OfferTranslations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""One zip file holds all examples, as scripts and as notebooks."""

import io
import zipfile
from pathlib import Path

from executed import galleries

NAME = "pytorch_with_examples.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold


def write(folder, target, pairs):
    """Write the file ``target``, the same bytes each time.

    ``folder`` holds the sections that ``executed.galleries`` returns as ``pairs``.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for _, generated in pairs:
            section = Path(folder, generated.name)
            for path in sorted([*section.glob("*.py"), *section.glob("*.ipynb")]):
                inside = f"{target.stem}/{section.name}/{path.name}"
                member = zipfile.ZipInfo(inside, EPOCH)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                archive.writestr(member, path.read_bytes())
    if not target.is_file() or target.read_bytes() != buffer.getvalue():
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(buffer.getvalue())


def write_beside_pages(app):
    """Write ``docs/downloads/pytorch_with_examples.zip``."""
    write(app.srcdir, Path(app.srcdir, "downloads", NAME), galleries(app))


def setup(app):
    """Run after Sphinx-Gallery, which runs at ``builder-inited`` with priority 500."""
    app.connect("builder-inited", write_beside_pages, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

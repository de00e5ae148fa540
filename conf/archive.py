"""One zip file holds all examples, as scripts and as notebooks."""

import io
import zipfile
from pathlib import Path

NAME = "pytorch_with_examples.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold


def write(app):
    """Write ``docs/downloads/pytorch_with_examples.zip``, the same bytes each time."""
    target = Path(app.srcdir, "downloads", NAME)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for section in map(Path, app.config.sphinx_gallery_conf["gallery_dirs"]):
            for path in sorted([*section.glob("*.py"), *section.glob("*.ipynb")]):
                inside = f"{target.stem}/{section.name}/{path.name}"
                member = zipfile.ZipInfo(inside, EPOCH)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                archive.writestr(member, path.read_bytes())
    if not target.is_file() or target.read_bytes() != buffer.getvalue():
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(buffer.getvalue())


def setup(app):
    """Run after Sphinx-Gallery, which runs at ``builder-inited`` with priority 500."""
    app.connect("builder-inited", write, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The build fails unless every script of the gallery was executed, and on these
versions of the packages.

A script counts as executed if it ran in this build, or in an earlier one and nothing
has changed since: not the script, not ``conf/``, not Python or a package. Whatever
Sphinx-Gallery kept from other circumstances is thrown away before it looks.
"""

import hashlib
import importlib.metadata
import shutil
import sys
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)
STAMP = ".complete"


def fingerprint(conf):
    """Return a digest of all that a script's output may depend on but the script."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(Path(conf).rglob("*.py")):
        digest.update(path.read_bytes())
    for line in sorted(
        f"{package.name}=={package.version}"
        for package in importlib.metadata.distributions()
    ):
        digest.update(line.encode())
    return digest.hexdigest()


def _galleries(app):
    gallery = app.config.sphinx_gallery_conf
    return zip(gallery["examples_dirs"], gallery["gallery_dirs"], strict=True)


def forget_other_circumstances(app):
    """Delete generated sections that are unfinished, outdated or without a source."""
    wanted = {Path(target) for _, target in _galleries(app)}
    for target in {*wanted, *Path(app.srcdir).glob("examples_*/")}:
        stamp = target / STAMP
        current = stamp.is_file() and stamp.read_text() == fingerprint(app.confdir)
        if target not in wanted or not current or _has_orphans(app, target):
            shutil.rmtree(target, ignore_errors=True)
        stamp.unlink(missing_ok=True)


def _has_orphans(app, target):
    source = next(Path(s) for s, t in _galleries(app) if Path(t) == target)
    return any(not (source / made.name).exists() for made in target.glob("*.py"))


def demand_all(app):
    """Warn, so that the build fails, for each script that was not executed."""
    gallery = app.config.sphinx_gallery_conf
    fresh = {Path(path) for path in gallery["passing_examples"]}
    kept = {Path(path) for path in gallery["stale_examples"]}
    for source, target in _galleries(app):
        scripts = sorted(Path(source).glob("*.py"))
        if not scripts:
            logger.warning("%s has no script", source)
        complete = True
        for script in scripts:
            if script not in fresh and Path(target, script.name) not in kept:
                complete = False
                logger.warning("%s was not executed", script)
        if complete:
            Path(target, STAMP).write_text(fingerprint(app.confdir))


def setup(app):
    """Frame Sphinx-Gallery, which runs at ``builder-inited`` with priority 500."""
    app.connect("builder-inited", forget_other_circumstances, priority=400)
    app.connect("builder-inited", demand_all, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

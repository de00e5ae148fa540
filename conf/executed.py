"""The build fails unless every script of the gallery was executed, as it is now.

A script counts as executed if it ran in this build, or in an earlier one and nothing
has changed since: not the script, not ``conf/``, not Python or a package, and not the
other scripts if it reads them. Whatever Sphinx-Gallery kept from other circumstances is
thrown away before it looks. One build at a time may do that.
"""

import fcntl
import functools
import hashlib
import importlib.metadata
import shutil
import sys
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)
STAMP = ".complete"


@functools.cache  # it reads every installed package's name, and is asked for often
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


def galleries(app):
    """Return pairs of folders: a section's scripts, and what is made of them."""
    gallery = app.config.sphinx_gallery_conf
    pairs = zip(gallery["examples_dirs"], gallery["gallery_dirs"], strict=True)
    return [(Path(source), Path(app.srcdir, target)) for source, target in pairs]


def take_turns(app):
    """End this build if another one is at work in the same folders."""
    path = Path(app.srcdir).parent / "build" / "lock"
    path.parent.mkdir(exist_ok=True)
    app.our_turn = path.open("w")
    try:
        fcntl.flock(app.our_turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit("make: another build is running in this folder; wait for its end.")


def end_turn(app, exception):
    """Let the next build begin; the end of the process does it too."""
    app.our_turn.close()


def forget_other_circumstances(app):
    """Delete generated sections that are unfinished, outdated or without a source."""
    wanted = {target: source for source, target in galleries(app)}
    for target in {*wanted, *Path(app.srcdir).glob("examples_*/")}:
        stamp = target / STAMP
        current = stamp.is_file() and stamp.read_text() == fingerprint(app.confdir)
        source = wanted.get(target)
        if not current or not source or has_orphans(source, target):
            shutil.rmtree(target, ignore_errors=True)
        stamp.unlink(missing_ok=True)
    for target, script in scripts_that_read_others(app):
        seen = target / f".{script.stem}.others"
        if not seen.is_file() or seen.read_text() != digest_of_scripts(app):
            (target / f"{script.name}.md5").unlink(missing_ok=True)


def has_orphans(source, target):
    """Return whether something was made of a script that is no longer there."""
    return any(not (source / made.name).exists() for made in target.glob("*.py"))


def scripts_that_read_others(app):
    """Return pairs of target folder and script: those that look beside themselves."""
    return [
        (target, script)
        for source, target in galleries(app)
        for script in sorted(source.glob("*.py"))
        if "__file__" in script.read_text(encoding="utf-8", errors="replace")
    ]


def digest_of_scripts(app):
    """Return a digest of all scripts of the gallery."""
    digest = hashlib.sha256()
    for source, _ in galleries(app):
        for script in sorted(source.glob("*.py")):
            digest.update(script.read_bytes())
    return digest.hexdigest()


def demand_all(app):
    """Warn, so that the build fails, for each script that was not executed."""
    if app.builder.name == "gettext":  # it reads prose, and publishes nothing
        return
    gallery = app.config.sphinx_gallery_conf
    fresh = {Path(path) for path in gallery["passing_examples"]}
    kept = {Path(path) for path in gallery["stale_examples"]}
    for source, target in galleries(app):
        scripts = sorted(source.glob("*.py"))
        if not scripts:
            logger.warning("%s has no script", source)
        complete = True
        for script in scripts:
            if script not in fresh and target / script.name not in kept:
                complete = False
                logger.warning("%s was not executed", script)
        if complete:
            (target / STAMP).write_text(fingerprint(app.confdir))
    for target, script in scripts_that_read_others(app):
        (target / f".{script.stem}.others").write_text(digest_of_scripts(app))


def setup(app):
    """Frame Sphinx-Gallery, which runs at ``builder-inited`` with priority 500.

    Pages are read anew when the circumstances have changed, since they name versions.
    """
    app.connect("builder-inited", take_turns, priority=1)
    app.connect("builder-inited", forget_other_circumstances, priority=400)
    app.connect("builder-inited", demand_all, priority=600)
    app.connect("build-finished", end_turn)
    return {
        "env_version": int(fingerprint(app.confdir)[:8], 16),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

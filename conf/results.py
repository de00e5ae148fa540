"""Results of scripts are kept, and count only for the same script and circumstances.

What Sphinx-Gallery has made of a script that ran to its end is kept in one file,
``.cache/results/SECTION/SCRIPT.zip``. Its comment is a key: the digest of the script
and of all that its output depends on. The file is written beside its place and moved
there, so it is whole or not there, and a zip file has a checksum of each member.

Before Sphinx-Gallery looks, the generated sections are made equal to what was kept:
whatever else a build has left there, half written perhaps, is deleted. Files that are
right already are not touched, since Sphinx reads a page again when they are newer.
"""

import functools
import hashlib
import os
import re
import shutil
import zipfile
import zlib
from pathlib import Path

import isolation
from circumstances import fingerprint
from executed import galleries


def key_of(app, script, text):
    """Return what a result of a script with this text must be kept under.

    A script that looks beside itself depends on all scripts of the gallery.
    """
    others = digest_of_scripts(app) if b"__file__" in text else ""
    place = f"{script.parent.name}/{script.name}"
    head = "\n".join([fingerprint(app.confdir), others, place, ""])
    return hashlib.sha256(head.encode() + text).hexdigest().encode()


def digest_of_scripts(app):
    """Return a digest of all scripts of the gallery."""
    digest = hashlib.sha256()
    for source, _ in galleries(app):
        for script in sorted(source.glob("*.py")):
            digest.update(script.read_bytes())
    return digest.hexdigest()


def place_of(app, script):
    """Return the file in which a script's result is kept."""
    kept = Path(app.config.example_results)
    return kept / script.parent.name / f"{script.stem}.zip"


def load(path, key):
    """Return a result, bytes by file name; empty if it is another's or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.comment != key:
                return {}
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return {}


def made_of(script, target):
    """Return the files in the folder ``target`` that were made of a script."""
    own = re.compile(rf"sphx_glr_{script.stem}_(?:\d+|thumb)\.\w+")
    images = (path for path in target.glob("images/**/*") if own.fullmatch(path.name))
    return sorted([*target.glob(f"{script.stem}.*"), *images])


def keep(app, script, target):
    """Keep what has just been made of a script in the folder ``target``."""
    key = key_of(app, script, (target / script.name).read_bytes())
    path = place_of(app, script)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for made in made_of(script, target):
                archive.write(made, made.relative_to(target))
            archive.comment = key
        os.fsync(file.fileno())
    unfinished.replace(path)


def restore(app):
    """Make the generated sections equal to the results that count, and to no more."""
    wanted, waiting = {}, {}
    for source, target in galleries(app):
        if (index := source / "index.rst").is_file():
            wanted[target / index.name] = index.read_bytes()
        for script in sorted(source.glob("*.py")):
            key = key_of(app, script, script.read_bytes())
            if result := load(place_of(app, script), key):
                wanted |= {target / name: content for name, content in result.items()}
            else:
                waiting[script] = target
    for path in Path(app.srcdir).glob("examples_*/**/*"):
        if path.is_file() and path not in wanted:
            path.unlink()
    for path, content in wanted.items():
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    forget(app)
    isolation.expect(waiting, app.config.sphinx_gallery_conf["plot_gallery"])


def forget(app):
    """Delete generated sections and results whose script or section is gone."""
    for target in Path(app.srcdir).glob("examples_*/"):
        if target not in {target for _, target in galleries(app)}:
            shutil.rmtree(target)
    places = {
        place_of(app, script)
        for source, _ in galleries(app)
        for script in source.glob("*.py")
    }
    for path in Path(app.config.example_results).glob("*/*"):
        if path not in places:
            path.unlink()


def keep_each(app):
    """Let each script that has run be kept at once: a killed build loses no other."""
    isolation.after_each.append(functools.partial(keep, app))


def setup(app):
    """Run before Sphinx-Gallery, which runs at ``builder-inited`` with priority 500."""
    default = Path(app.confdir).parent / ".cache" / "results"
    app.add_config_value("example_results", str(default), "", types=(str,))
    app.connect("builder-inited", keep_each, priority=390)
    app.connect("builder-inited", restore, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The build fails unless every script of the gallery was executed, as it is now.

A script counts as executed if it ran in this build, or if ``results`` has what it made
in an earlier one. One build at a time may write into these folders.
"""

import re
from pathlib import Path

import turns
from circumstances import fingerprint
from sphinx.util import logging

logger = logging.getLogger(__name__)
REPORT = re.compile(  # an exception's line below its frames, and the next if it is bare
    r"^(?:Traceback \(most recent call last\):|  File .*)\n(?:[ \t]+.*\n)*"
    r"(\S.*(?:(?:(?<=:)|(?<=: ))\n+(?!Traceback).*\S.*)?)",
    re.M,
)
before_scripts = []  # functions to be called before any script is run or restored
after_scripts = []  # functions to be called when each of them has a result


def galleries(app):
    """Return pairs of folders: a section's scripts, and what is made of them."""
    gallery = app.config.sphinx_gallery_conf
    pairs = zip(gallery["examples_dirs"], gallery["gallery_dirs"], strict=True)
    return [(Path(source), Path(app.srcdir, target)) for source, target in pairs]


def take_turns(app):
    """End this build if another one is at work in the same folders."""
    turns.take(Path(app.srcdir).parent)


def hold(app):
    """Wait for another language that runs the scripts, if there is one."""
    for wait in before_scripts:
        wait()


def go_on(app):
    """Let those begin who wait for the scripts' results, if all are there.

    Otherwise they would run what has failed again, and write among pages being read.
    """
    for begin in after_scripts:
        if not any(without_result(app)):
            begin()
    after_scripts.clear()


def without_result(app):
    """Yield each script that failed or was not executed, and Sphinx-Gallery's reason.

    The reason is the text of a traceback, what ``isolation`` says, or None.
    """
    gallery = app.config.sphinx_gallery_conf
    fresh = {Path(path) for path in gallery["passing_examples"]}
    kept = {Path(path) for path in gallery["stale_examples"]}
    failures = {Path(path): text for path, text in gallery["failing_examples"].items()}
    for source, target in galleries(app):
        for script in sorted(source.glob("*.py")):
            if script not in fresh and target / script.name not in kept:
                yield script, failures.get(script)


def demand_all(app):
    """Warn, so that the build fails, of each script without a result."""
    if app.builder.name == "gettext":  # it reads prose, and publishes nothing
        return
    for path in sorted(files_among_scripts(app) - app.files_before):
        logger.warning("%s was written by a script; delete it", path)
    for source, _ in galleries(app):
        if not any(source.glob("*.py")):
            logger.warning("%s has no script", source)
    for script, failure in without_result(app):
        place, reason = place_and_reason(script, failure)
        if ":" in Path(place).name:
            logger.warning("%s", reason, location=place)
        else:  # Sphinx would take a path without a line for a page's name
            logger.warning("%s %s", place, reason)


def has_failed(config, script):
    """Return whether a script has failed in this build; its page is not complete."""
    return str(script) in config.sphinx_gallery_conf["failing_examples"]


def files_among_scripts(app):
    """Return all files of the sections but what Python compiles."""
    return {
        path
        for source, _ in galleries(app)
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def look_before(app):
    """Note which files lie among the scripts."""
    app.files_before = files_among_scripts(app)


def place_and_reason(script, failure):
    """Return where and why a script failed, from what Sphinx-Gallery keeps of that.

    ``failure`` is a traceback, what ``isolation`` says, or None if it never ran.
    """
    if failure is None:
        return str(script), "was not executed"
    path = re.escape(str(script))
    if own := re.match(rf"({path}(?::\d+)?):? (.*)", failure, re.S):
        return own[1], own[2].strip()
    lines = re.findall(rf'File "{path}", line (\d+)', failure)
    return f"{script}:{lines[-1]}" if lines else str(script), reason_in(failure)


def reason_in(trace):
    """Return what a traceback ends with, and the error of another process told in it.

    Of each it is the first line that says something: further lines may be no more than
    advice. A text that is no traceback has its reason in its last line.
    """
    trace = trace.replace(": Traceback (", ":\nTraceback (")  # the other one's text
    said = [" ".join(found[1].split()) for found in REPORT.finditer(trace)]
    if not said:
        return trace.strip().rpartition("\n")[2].strip()
    return said[0] if len(said) == 1 else f"{said[0]} (cause: {said[-1]})"


def setup(app):
    """Frame Sphinx-Gallery, which runs at ``builder-inited`` with priority 500.

    Pages are read anew when the circumstances have changed, since they name versions.
    """
    app.connect("builder-inited", take_turns, priority=1)
    app.connect("builder-inited", hold, priority=340)
    app.connect("builder-inited", look_before, priority=350)
    app.connect("builder-inited", demand_all, priority=600)
    app.connect("builder-inited", go_on, priority=700)
    return {
        "env_version": int(fingerprint(app.confdir)[:8], 16),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

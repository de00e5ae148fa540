"""Build the site and publish it as a whole: ``python conf/build_site.py``.

Pages are written to ``build/stage``. Only if Sphinx finished without a warning does
that folder take the place of ``build/html``; otherwise the site stays as it was.
"""

import errno
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import catalogues
import root_pages
from exchange import exchange
from finish import finish
from languages import LANGUAGES
from sphinx import locale
from sphinx.cmd.build import main as sphinx_build

from conf import site_url

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SITE, STAGE, OLD = BUILD / "html", BUILD / "stage", BUILD / "old"
NEEDED = 200 * 2**20  # bytes; a build takes about a quarter of it


def build(language):
    """Write one language's pages into ``build/stage``; return Sphinx's exit status."""
    locale.translators.clear()  # a language falls back on the one that was here before
    strict = ["--fail-on-warning", "--keep-going"]
    arguments = [
        *("--builder", "html", "--quiet", *strict),
        *("--conf-dir", str(ROOT / "conf"), "--define", f"language={language.code}"),
        *("--doctree-dir", str(BUILD / "doctrees" / language.folder)),
        *(str(ROOT / "docs"), str(STAGE / language.folder)),
    ]
    try:
        status = sphinx_build(arguments)
    except SystemExit as end:  # form.py ends a build so; no exit is a success
        status = end.code or 1
    if status:  # what Sphinx warned of, it would not mention a second time
        environment = BUILD / "doctrees" / language.folder / "environment.pickle"
        environment.unlink(missing_ok=True)
    return status


def check_languages():
    """End the build if the languages or their catalogues are not as they should be."""
    folders = [language.folder for language in LANGUAGES]
    for language in LANGUAGES:
        place = f"make: conf/languages.py: {language}"
        if not re.fullmatch(r"[a-z][a-z-]*", language.folder):
            sys.exit(f"{place}: the folder may have small letters and hyphens")
        if folders.count(language.folder) > 1:
            sys.exit(f"{place}: another language has the same folder")
        if not re.fullmatch(r"[a-z]{2,3}(_[A-Z][A-Za-z]+)*", language.code):
            sys.exit(f"{place}: the code is written like zh_CN or pt_BR")
        catalogues.read_all(catalogues.folder_of(language.code))
    catalogues.drop_outdated(ROOT / "docs" / "locale")


def publish():
    """Put ``build/stage`` in the place of ``build/html``, in one move."""
    root_pages.write(STAGE, site_url)
    finish(STAGE)
    if not SITE.exists():
        STAGE.rename(SITE)
        return
    try:
        exchange(STAGE, SITE)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        shutil.rmtree(OLD, ignore_errors=True)
        SITE.rename(OLD)
        STAGE.rename(SITE)
        shutil.rmtree(OLD, ignore_errors=True)
    shutil.rmtree(STAGE, ignore_errors=True)


def set_date():
    """Let the time of the build be that of the last commit, if there is one.

    ``SOURCE_DATE_EPOCH`` is what reproducible-builds.org has agreed on.
    """
    if not shutil.which("git"):
        return
    command = ["git", "-C", ROOT, "log", "-1", "--format=%ct"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode == 0:
        os.environ.setdefault("SOURCE_DATE_EPOCH", done.stdout.strip())


def main():
    """Build all languages, publish them, and say which file to open."""
    set_date()
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED:
        sys.exit(
            f"make: not enough disk space in {ROOT}: {free >> 20} MiB free, "
            f"{NEEDED >> 20} MiB needed. Nothing was changed."
        )
    if OLD.exists() and not SITE.exists():  # killed between the two renames
        OLD.rename(SITE)
    shutil.rmtree(STAGE, ignore_errors=True)
    check_languages()
    for language in LANGUAGES:
        if status := build(language):
            print("make: the build failed, see above; build/html is as it was.")
            sys.exit(status)
    publish()
    print(f"Open {os.path.relpath(SITE / 'index.html')}")


if __name__ == "__main__":
    main()

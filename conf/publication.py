"""All languages are built, and published as a whole or not at all.

Pages are written to ``build/stage``. Only if Sphinx finished without a warning does
that folder take the place of ``build/html``; otherwise the site stays as it was.
"""

import re
import shutil
import sys
from pathlib import Path

import catalogues
import root_pages
import side_by_side
import turns
from exchange import put_in_place
from finish import finish
from languages import LANGUAGES
from sphinx.cmd.build import main as sphinx_build

from conf import site_url

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SITE, STAGE, OLD = BUILD / "html", BUILD / "stage", BUILD / "old"


def build(language):
    """Write one language's pages into ``build/stage``; return Sphinx's exit status."""
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
    put_in_place(STAGE, SITE, OLD)
    for leftover in (STAGE, OLD):
        shutil.rmtree(leftover, ignore_errors=True)


def build_all():
    """Build all languages and publish them; return an exit status.

    If it is not 0, the site is as it was.
    """
    turns.take(ROOT)
    if OLD.exists() and not SITE.exists():  # killed between the two renames
        OLD.rename(SITE)
    shutil.rmtree(STAGE, ignore_errors=True)
    check_languages()
    if status := side_by_side.build_all(build, LANGUAGES):
        return status
    publish()
    return 0

"""A build that would publish the same site again is not begun.

With each published site, ``build/published.txt`` gets two digests: of all that the site
was made from, and of the site itself. If both are still right, there is nothing to do.
Nothing here imports Sphinx, which takes longer than to compare.
"""

import hashlib
import os
from pathlib import Path

from circumstances import fingerprint

VARIABLES = ("SITE_URL", "SOURCE_DATE_EPOCH")
SOURCES = ("docs", "gallery", "conf", "LICENSE")
MADE = ("docs/downloads", "docs/examples_*")  # by a build, among the sources


def digest_of_sources(root):
    """Return a digest of what a site is made from, in the folder ``root``."""
    made = [folder for pattern in MADE for folder in root.glob(pattern)]
    paths = [
        path
        for source in SOURCES
        for path in [root / source, *(root / source).rglob("*")]
        if path.suffix != ".mo"
        and "__pycache__" not in path.parts
        and not any(path.is_relative_to(folder) for folder in made)
    ]
    variables = "\n".join(f"{name}={os.environ.get(name)}" for name in VARIABLES)
    return digest_of(root, paths, fingerprint(root / "conf") + variables)


def digest_of_site(site):
    """Return a digest of a published site: its files by name, and their bytes."""
    return digest_of(site, site.rglob("*"))


def digest_of(root, paths, more=""):
    """Return a digest of files, of their places below ``root``, and of more."""
    digest = hashlib.sha256(more.encode())
    for path in sorted(path for path in paths if path.is_file()):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(root)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def note(root, sources):
    """Write down that the site was published from sources with this digest."""
    build = root / "build"
    unfinished = build / "published.unfinished"
    unfinished.write_text(f"{sources}\n{digest_of_site(build / 'html')}\n")
    unfinished.replace(build / "published.txt")


def is_published(root, sources):
    """Return whether the site was published from these sources, and is as it was."""
    published, site = Path(root, "build", "published.txt"), Path(root, "build", "html")
    if not published.is_file() or not site.is_dir():
        return False
    return published.read_text() == f"{sources}\n{digest_of_site(site)}\n"

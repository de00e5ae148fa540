"""What a script's output depends on besides the script: Python, packages, this folder.

Nothing here imports Sphinx: a build that has nothing to do is over before that.
"""

import functools
import hashlib
import importlib.metadata
import os
import platform
import shutil
import sys
import sysconfig
from pathlib import Path

from surroundings import ENVIRONMENT

COMPILER = "clang++" if sys.platform == "darwin" else "g++"  # which torch.compile takes


@functools.cache  # it reads every installed package's name, and is asked for often
def fingerprint(conf):
    """Return a digest of all that any script may depend on; ``conf`` is this folder.

    Versions of Python and of every installed package, the kind of machine, whether it
    has a C++ compiler and Python's headers, the variables that frameworks read, each
    module beside this one, and what else lies in the gallery: helper modules and data.
    """
    lines = [sys.version, platform.system(), platform.machine()]
    headers = Path(sysconfig.get_path("include"), "Python.h")
    compiler = shutil.which(os.environ.get("CXX") or COMPILER)
    lines += [f"C++ {bool(compiler)} {headers.is_file()}"]
    lines += [f"{name}={os.environ.get(name)}" for name in sorted(ENVIRONMENT)]
    lines += sorted(
        f"{package.name}=={package.version}"
        for package in importlib.metadata.distributions()
    )
    digest = hashlib.sha256("\n".join(lines).encode())
    for path in [*sorted(Path(conf).rglob("*.py")), *helpers(Path(conf).parent)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def helpers(root):
    """Return the files of the gallery that are neither scripts nor lists of them."""
    gallery = root / "gallery"
    own = {*gallery.glob("examples_*/*.py"), *gallery.glob("examples_*/index.rst")}
    return sorted(
        path
        for path in gallery.rglob("*")
        if path.is_file() and path not in own and "__pycache__" not in path.parts
    )

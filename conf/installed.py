"""What an environment should be, and whether it is that, found out in milliseconds."""

import hashlib
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NEW, OLD = ROOT / ".venv.new", ROOT / ".venv.old"  # while an installation is at work
LISTS = ROOT / "requirements.txt", ROOT / "requirements.lock"
STAMP = "installed.txt"  # in an environment: what was noted when it was finished
NOTED = {"packages", "python", "installed in", "place", "contents"}


def version() -> str:
    """Return the version of this Python without its last number, such as 3.12."""
    return "{}.{}".format(*sys.version_info)


def site_packages(environment: Path) -> Path:
    """Return the folder of an environment where packages are."""
    return environment / "lib" / f"python{version()}" / "site-packages"


def wanted() -> dict[str, str]:
    """Return what must stay the same: the lists of packages, and this Python."""
    digest = hashlib.sha256()
    for path in LISTS:
        digest.update(path.read_bytes())
    return {
        "packages": digest.hexdigest(),
        "python": version(),
        "installed in": sys.base_prefix,
    }


def contents(environment: Path) -> dict[str, list[str]]:
    """Return the names in an environment's main folders, by folder.

    These are ``bin``, ``site-packages`` and each folder in it. To look at all files
    would take seconds.
    """
    packages = site_packages(environment)
    folders = [environment / "bin", packages]
    folders += [Path(entry) for entry in os.scandir(packages) if entry.is_dir()]
    return {
        str(folder.relative_to(environment)): sorted(
            name for name in os.listdir(folder) if name != "__pycache__"
        )
        for folder in folders
        if folder.name != "__pycache__"
    }


def note(environment: Path) -> None:
    """Write down that an environment is finished, and what is in it."""
    noted = {
        **wanted(),
        "place": str(VENV.resolve()),
        "contents": contents(environment),
    }
    unfinished = environment / f"{STAMP}.new"
    with open(unfinished, "w", encoding="utf-8") as file:
        json.dump(noted, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(environment / STAMP)


def noted_of(environment: Path) -> dict:
    """Return what ``note`` has written, or an empty dictionary."""
    try:
        noted = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) and noted.keys() == NOTED else {}


def fault_of(environment: Path) -> str:
    """Return in what an environment is not as it should be, or an empty string."""
    if not os.path.lexists(environment):
        return "there is none yet"
    noted, now = noted_of(environment), wanted()
    if not noted:
        return "what is there was never finished"
    if noted["packages"] != now["packages"]:
        return "the list of packages has changed"
    if any(noted[key] != now[key] for key in now):
        old, new = (f"{d['python']} in {d['installed in']}" for d in (noted, now))
        return f"Python {new} takes the place of {old}"
    for path in ("pyvenv.cfg", "bin/python"):
        if not (environment / path).exists():
            return f"{path} is missing"
    for folder, names in noted["contents"].items():
        try:
            missing = set(names).difference(os.listdir(environment / folder))
        except OSError:
            return f"{folder} is missing"
        if missing:
            return f"{folder}/{min(missing)} is missing"
    return ""


def has_moved() -> bool:
    """Return whether ``.venv`` was made in another place: its commands name that."""
    return noted_of(VENV)["place"] != str(VENV.resolve())

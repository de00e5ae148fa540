"""Make the virtual environment ``.venv`` and install the locked packages into it.

Run by ``make`` with the system's Python, so it uses the standard library alone and
syntax that older versions of Python can read. It does nothing if the environment is
complete and neither the lists of packages nor Python have changed. pip's own settings
apply, such as the environment variable ``PIP_EXTRA_INDEX_URL``.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "installed.txt")
SUPPORTED = [(3, 13), (3, 12), (3, 11)]
NEEDED = 6 * 2**30  # bytes; the packages and pip's copies while it installs


def stop(message):
    """End with one clear line."""
    sys.exit("make: " + message)


def use_supported_python():
    """Go on with a Python that the packages exist for, or stop."""
    if sys.version_info[:2] in SUPPORTED:
        return
    for major, minor in SUPPORTED:
        other = shutil.which("python%d.%d" % (major, minor))
        if other:
            os.execv(other, [other, *sys.argv])
    stop(
        "Python 3.11, 3.12 or 3.13 is needed, and this is %d.%d (%s). "
        "Install one, or name it: make html PYTHON=/path/to/python3.12"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )


def wanted():
    """Return a digest of all that decides what is installed."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("requirements.txt", "requirements.lock"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def installed():
    """Return the digest of what was installed last, or an empty string."""
    try:
        with open(STAMP) as file:
            return file.read()
    except OSError:
        return ""


def main():
    """Bring ``.venv`` up to date."""
    use_supported_python()
    if installed() == wanted():
        return
    if os.path.islink(VENV):
        stop(".venv is a link; remove it, or make what it leads to.")
    free = shutil.disk_usage(ROOT).free
    if not installed() and free < NEEDED:
        stop(
            "not enough disk space in %s: %.1f GiB free, %.0f GiB needed for packages."
            % (ROOT, free / 2**30, NEEDED / 2**30)
        )
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
    except ImportError:
        stop(
            "this Python cannot make virtual environments. On Debian and Ubuntu: "
            "apt install python%d.%d-venv" % sys.version_info[:2]
        )
    print("Installing the packages into .venv; this takes a few minutes once.")
    python = os.path.join(VENV, "bin", "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    requirements = os.path.join(ROOT, "requirements.txt")
    lock = os.path.join(ROOT, "requirements.lock")
    steps = [
        [sys.executable, "-m", "venv", "--clear", VENV],
        [*pip, "--requirement", requirements, "--constraint", lock],
    ]
    for step in steps:
        if subprocess.call(step):
            stop("the packages could not be installed (see above). Run make again.")
    with open(STAMP, "w") as file:
        file.write(wanted())


if __name__ == "__main__":
    main()

"""The commands do what the README says, also where it is not comfortable."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import GALLERY, ROOT

RUN = "examples_nn/two_layer_net_nn", "examples_autograd/tf_two_layer_net"


def make(folder, *words, **environment):
    """Run make in a folder and return the finished process, output as text."""
    keep = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
    return subprocess.run(
        ["make", *words],
        cwd=folder,
        env={**keep, **environment},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Return a copy of the project in a folder with blanks and non-ASCII letters.

    The environment is linked. Two scripts are run there: the results of the others are
    those of the build of this site.
    """
    folder = tmp_path_factory.mktemp("up") / "my site, на диске 网站"
    folder.mkdir()
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    shutil.copytree(ROOT / ".cache/results", folder / ".cache/results")
    for name in RUN:
        (folder / f".cache/results/{name}.zip").unlink()
    result = make(folder, "html")
    assert result.returncode == 0, result.stdout + result.stderr
    return folder, result


def executed(folder):
    """Return when each script was last executed, by script."""
    times = {p.name: p.stat().st_mtime_ns for p in folder.glob("docs/*/*.md5")}
    assert len(times) == len(GALLERY)
    return times


def test_help_is_the_default_and_names_every_target():
    """Each target that is meant for people has one line."""
    result = make(ROOT)
    assert result.returncode == 0
    assert result.stdout == make(ROOT, "help").stdout
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", text, re.M)) - {"install"}
    assert len(targets) >= 8
    named = re.findall(r"^  make ([\w-]+) +\S.*", result.stdout, re.M)
    assert set(named) == targets
    assert len(named) == len(targets)


def test_html_works_in_any_folder_and_names_the_file_to_open(elsewhere):
    """The path of the clone holds blanks, a comma, Cyrillic and Chinese letters."""
    folder, result = elsewhere
    assert result.stdout.splitlines()[-1] == "Open build/html/index.html"
    assert (folder / "build/html/index.html").is_file()
    assert (folder / "build/html/en/examples_nn/dynamic_net.html").is_file()


def test_a_second_run_installs_and_executes_nothing_and_needs_no_network(elsewhere):
    """Run again with the network cut off, where the system allows to cut it."""
    folder, _ = elsewhere
    before = executed(folder)
    stamp = (ROOT / ".venv" / "installed.txt").stat().st_mtime_ns
    offline = ["unshare", "--net", "--map-root-user"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*offline, "true"], capture_output=True).returncode
    ):
        pytest.skip("this system does not let a process give up its network (unshare)")
    result = subprocess.run(
        [*offline, "make", "html"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert executed(folder) == before
    assert (ROOT / ".venv" / "installed.txt").stat().st_mtime_ns == stamp
    assert "Installing" not in result.stdout


def test_the_preview_rebuilds_when_a_page_is_saved(elsewhere):
    """`make serve` serves the site and shows a change a moment later."""
    folder, _ = elsewhere
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/licence.html"
    server = subprocess.Popen(
        ["make", "serve", f"PORT={port}"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert "BSD 3-Clause" in wait_for(address, "BSD 3-Clause")
        page = folder / "docs" / "licence.md"
        page.write_text(page.read_text("utf-8") + "\nA word just added.\n", "utf-8")
        assert "A word just added." in wait_for(address, "A word just added.")
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=30)


def wait_for(address, words, seconds=90):
    """Return the text at an address as soon as it contains the words."""
    text, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                text = answer.read().decode()
        except OSError as error:
            text = str(error)
        if words in text:
            break
        time.sleep(0.5)
    return text


def test_clean_removes_what_was_built_and_nothing_else(elsewhere):
    """After it, git finds no file that was not there before the build."""
    folder, _ = elsewhere
    copy = folder.parent / "cleaned"
    shutil.copytree(folder, copy, symlinks=True)
    assert make(copy, "clean").returncode == 0
    left = {p.relative_to(copy) for p in copy.rglob("*") if p.is_file()}
    left = {p for p in left if p.parts[0] != ".venv" and "__pycache__" not in p.parts}
    assert Path("docs/index.md") in left
    assert all((ROOT / path).is_file() for path in left)
    assert not [path for path in left if path.match("docs/examples_*/*")]
    assert not (copy / "build").exists()


def test_the_build_says_when_the_disk_is_full(tmp_path):
    """A build that has no room does not begin."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    script = tmp_path / "conf" / "build_site.py"
    code = (
        "import shutil, sys, runpy\n"
        "shutil.disk_usage = lambda path: shutil._ntuple_diskusage(9, 8, 2**20)\n"
        f"sys.path.insert(0, {str(script.parent)!r})\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "not enough disk space" in line
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("words", "called"),
    [
        (("lock",), ("lock",)),
        (("upgrade",), ("upgrade",)),
        (("upgrade", "WRITE=1", "PRE=1"), ("upgrade", "--write", "--pre")),
        (("upgrade", "LOCK=1", "REPORT=a"), ("upgrade", "--lock", "--report", "a")),
    ],
)
def test_what_changes_the_lock_does_not_install_the_old_one(words, called):
    """A changed pin and the old lock contradict each other; pip would refuse."""
    result = make(ROOT, "-n", *words)
    assert result.returncode == 0
    (command,) = re.findall(r"-m upkeep\.(.*)", result.stdout.replace("\\\n", ""))
    assert shlex.split(command) == list(called)
    assert "pip install" not in result.stdout
    assert "conf/install.py" not in result.stdout

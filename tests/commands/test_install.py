"""The first minute: the environment is made whole or not at all.

The real Makefile and installer work in a made-up project with two tiny packages, which
pip takes from a folder.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from pip_process import cause_in

from tests.conftest import ROOT

MODULES = ("environment", "exchange", "install", "installed", "pip_process", "turns")
REAL = sys._base_executable
LEFTOVERS = (".venv.new", ".venv.old")


class Project:
    """A folder with the installer, and lists of two tiny packages."""

    def __init__(self, folder):
        self.folder = folder
        self.wheels = str(folder.parent / "wheels")

    def call(self, *command, **environment):
        """Return the arguments for a process in this project's folder."""
        keep = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "MAKE", "PYTHON", "VIRTUAL_ENV"))
        }
        own = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
        own |= {"PIP_FIND_LINKS": self.wheels, **environment}
        return {
            "args": command,
            "cwd": self.folder,
            "env": {**keep, **{k: v for k, v in own.items() if v is not None}},
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        }

    def install(self, *words, **environment):
        """Run ``make install`` to its end and return the process."""
        call = self.call("make", "install", *words, **environment)
        return subprocess.run(**call, timeout=300, check=False)

    def begin(self, **environment):
        """Start ``make install`` in a group of its own and return the process."""
        call = self.call("make", "install", **environment)
        return subprocess.Popen(**call, start_new_session=True)

    def patched(self, patch):
        """Run install.py with some of its functions changed, and return the process."""
        code = (
            "import sys, os; sys.path.insert(0, 'conf')\n"
            f"{patch}\nimport install; install.main()"
        )
        return subprocess.run(**self.call(REAL, "-c", code), timeout=300, check=False)

    def pin(self, version):
        """Put another version of beta into the lock."""
        lock = f"# Exact versions\nalpha==1.0\nbeta=={version}  # via alpha\n"
        (self.folder / "requirements.lock").write_text(lock)

    def says(self, command="beta"):
        """Return what a command of the environment prints."""
        path = self.folder / ".venv" / "bin" / command
        return subprocess.run(
            [path], capture_output=True, text=True, check=True
        ).stdout.strip()

    def stamp(self):
        """Return the path of what was noted when the environment was finished."""
        return self.folder / ".venv" / "installed.txt"

    def leftovers(self):
        """Return the names in the folder that an installation should not leave."""
        return [name for name in LEFTOVERS if os.path.lexists(self.folder / name)]

    def packages(self):
        """Return the folder of the packages."""
        (folder,) = (self.folder / ".venv" / "lib").glob("python*/site-packages")
        return folder


def wheel(folder, name, version, requires=""):
    """Write a package with one command, which prints the package's name and version."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": f"def main():\n    print('{name} {version}')\n",
        f"{name}/more.py": "",
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}"
        ),
        f"{info}/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n"
        ),
        f"{info}/entry_points.txt": f"[console_scripts]\n{name}={name}:main\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        for path, text in files.items():
            file.writestr(path, text)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return a project whose environment was made where much is against it.

    What a user has set for other programs must not lead packages elsewhere, and it must
    not matter that there is no home and no folder for temporary files.
    """
    base = tmp_path_factory.mktemp("first")
    (base / "wheels").mkdir()
    wheel(base / "wheels", "alpha", "1.0", "Requires-Dist: beta\n")
    wheel(base / "wheels", "beta", "1.0")
    wheel(base / "wheels", "beta", "2.0")
    project = Project(base / "project")
    (project.folder / "conf").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", project.folder)
    for name in (*(f"{module}.py" for module in MODULES), "find_python.sh"):
        shutil.copy(ROOT / "conf" / name, project.folder / "conf")
    (project.folder / "requirements.txt").write_text("alpha\n")
    project.pin("1.0")
    shadow = base / "shadow"
    with zipfile.ZipFile(base / "wheels" / "beta-1.0-py3-none-any.whl") as file:
        file.extractall(shadow)
    process = project.install(
        f"PYTHON={REAL}",
        HOME=None,
        LC_ALL="C",
        PIP_DRY_RUN="1",
        PIP_PREFIX=str(shadow),
        PIP_REQUIRE_VIRTUALENV="1",
        PIP_TARGET=str(shadow),
        PIP_USER="1",
        PYTHONHOME=str(shadow),
        PYTHONPATH=str(shadow),
        PYTHONUTF8="0",
        TMPDIR=str(base / "missing"),
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return project


@pytest.fixture
def project(finished, tmp_path):
    """Return a copy of that project, in a folder whose name has a blank."""
    shutil.copytree(finished.folder, tmp_path / "a copy" / "project", symlinks=True)
    copy = Project(tmp_path / "a copy" / "project")
    copy.wheels = finished.wheels
    return copy


@pytest.fixture
def settled(project):
    """Return such a copy after one run, which has found it moved."""
    assert project.install().returncode == 0
    return project


def test_the_first_run_makes_an_environment_and_the_second_does_nothing(finished):
    """Its commands work, and nothing in it names the folder where it was made."""
    assert finished.says("alpha") == "alpha 1.0"
    assert finished.says("beta") == "beta 1.0"
    assert finished.leftovers() == []
    texts = [*(finished.folder / ".venv" / "bin").iterdir(), finished.stamp()]
    assert len(texts) > 8
    assert not [path for path in texts if b".venv.new" in path.read_bytes()]
    before = finished.stamp().stat().st_mtime_ns
    again = finished.install()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert finished.stamp().stat().st_mtime_ns == before


def test_an_environment_that_was_moved_is_told_its_new_place(finished, project):
    """Its commands would otherwise start the Python of the old place, or none."""
    process = project.install(PIP_FIND_LINKS="/nowhere")
    assert process.returncode == 0, process.stderr
    assert project.says("alpha") == "alpha 1.0"
    bin_folder = project.folder / ".venv" / "bin"
    old = os.fsencode(finished.folder)
    assert not [p for p in bin_folder.iterdir() if old in p.read_bytes()]
    shell = f". '{bin_folder}/activate' && command -v alpha"
    found = subprocess.run(["sh", "-c", shell], capture_output=True, text=True)
    assert found.stdout.strip() == str(bin_folder / "alpha")
    assert finished.says("alpha") == "alpha 1.0"


def lose_package(project):
    shutil.rmtree(project.packages() / "beta")


def lose_file(project):
    (project.packages() / "beta" / "more.py").unlink()


def change_version(project):
    info = project.packages() / "beta-1.0.dist-info"
    info.rename(info.with_name("beta-2.0.dist-info"))


def lose_python(project):
    python = project.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/such/python")


def lose_settings(project):
    (project.folder / ".venv" / "pyvenv.cfg").unlink()


def spoil_stamp(project):
    project.stamp().write_text(project.stamp().read_text()[:-9])


def change_list(project):
    project.pin("2.0")


def change_python(project):
    noted = json.loads(project.stamp().read_text())
    noted["installed in"] = "/no/such/python"
    project.stamp().write_text(json.dumps(noted))


@pytest.mark.parametrize(
    ("lie", "named"),
    [
        (lose_package, "beta is missing"),
        (lose_file, "beta/more.py is missing"),
        (change_version, "beta-1.0.dist-info is missing"),
        (lose_python, "bin/python is missing"),
        (lose_settings, "pyvenv.cfg is missing"),
        (spoil_stamp, "never finished"),
        (change_list, "the list of packages has changed"),
        (change_python, "takes the place of"),
    ],
)
def test_a_stamp_that_lies_is_found_out(project, lie, named):
    """Nothing is repaired here: behind a link, that is left to the one who made it."""
    kept = project.folder / "elsewhere"
    lie(project)
    (project.folder / ".venv").rename(kept)
    (project.folder / ".venv").symlink_to(kept)
    process = project.install(f"PYTHON={REAL}")
    assert process.returncode != 0
    assert "make: .venv is a link" in process.stderr
    assert named in process.stderr
    assert project.install("-n").returncode == 0


def test_two_at_once_repair_it_once(settled):
    """The second waits, says so, and finds all done."""
    lose_package(settled)
    first = settled.begin()
    wait_for(settled.folder / ".venv.new")
    second = settled.begin()
    told, errors = second.communicate(timeout=300)
    assert second.returncode == 0
    assert told == ""
    assert errors == (
        "make: another build or installation is at work in this folder;"
        " this one waits for its end.\n"
    )
    told, errors = first.communicate(timeout=300)
    assert (first.returncode, errors) == (0, "")
    assert "beta is missing" in told
    assert settled.says("alpha") == "alpha 1.0"
    assert settled.says("beta") == "beta 1.0"
    assert settled.leftovers() == []


def wait_for(path):
    """Return as soon as there is something at a path."""
    end = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.01)


def test_kill_9_leaves_the_old_environment(settled):
    """The next run does not wait for it to be made anew, if the old one will do."""
    settled.pin("2.0")
    process = settled.begin()
    wait_for(settled.folder / ".venv.new" / "bin")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert settled.says() == "beta 1.0"
    assert settled.leftovers() == [".venv.new"]
    settled.pin("1.0")
    again = settled.install(PIP_FIND_LINKS="/nowhere")
    assert (again.returncode, again.stdout) == (0, "")
    assert settled.says() == "beta 1.0"
    assert settled.leftovers() == []


def test_a_pip_that_outlives_a_killed_make_is_waited_for(settled):
    """It would otherwise write into the environment that the next one makes."""
    settled.pin("2.0")
    sleeper = settled.folder / "sleeper"
    sleeper.write_text("#!/bin/sh\nsleep 3\ntouch slept\n")
    sleeper.chmod(0o755)
    patch = (
        "import environment, os, subprocess\n"
        f"environment.sys.executable = {str(sleeper)!r}\n"
        "import pip_process\n"
        "pip_process.follow = lambda *_: os.kill(os.getpid(), 9)\n"
    )
    assert settled.patched(patch).returncode == -signal.SIGKILL
    settled.pin("1.0")
    again = settled.install()
    assert again.returncode == 0
    assert "this one waits for its end" in again.stderr
    assert (settled.folder / "slept").exists()
    assert settled.leftovers() == []


def test_kill_9_at_the_last_moments_leaves_the_new_environment(settled, tmp_path):
    """Before the move, and between two moves where the system cannot exchange them."""
    settled.pin("2.0")
    kill = "os.kill(os.getpid(), 9)"
    before = f"import environment; environment.put_in_place = lambda *_: {kill}"
    process = settled.patched(before)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert settled.says() == "beta 1.0"
    assert settled.leftovers() == [".venv.new"]
    between = (
        "import environment, errno, exchange\n"
        "def refuse(*_): raise OSError(errno.ENOTSUP, '')\n"
        "exchange.exchange = refuse\n"
        "rename = environment.Path.rename\n"
        "def kill_after(self, target):\n"
        f"    rename(self, target); {kill}\n"
        "environment.Path.rename = kill_after\n"
    )
    assert settled.patched(between).returncode == -signal.SIGKILL
    assert not (settled.folder / ".venv").exists()
    again = settled.install(f"PYTHON={REAL}", PIP_FIND_LINKS="/nowhere")
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    assert settled.says() == "beta 2.0"
    assert settled.leftovers() == []


def test_ctrl_c_is_one_line(settled):
    """No traceback, and all is as it was."""
    settled.pin("2.0")
    process = settled.begin()
    wait_for(settled.folder / ".venv.new")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    ours = [line for line in errors.splitlines() if not line.startswith("make: ***")]
    assert ours == [
        "make: the installation was interrupted. .venv is as it was. Run make again."
    ]
    assert settled.says() == "beta 1.0"
    assert settled.leftovers() == []


def test_offline_one_line_says_so_and_the_old_environment_stays(settled):
    """Another list and another Python are wanted, and no index can be reached."""
    settled.pin("2.0")
    change_python(settled)
    process = settled.install(
        f"PYTHON={REAL}",
        PIP_NO_INDEX=None,
        PIP_FIND_LINKS=None,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="1",
        NO_PROXY="*",
    )
    assert process.returncode != 0
    line, end = process.stderr.splitlines()
    assert line.startswith("make: the package index could not be reached (")
    assert "Connection refused" in line
    assert line.endswith(".venv is as it was.")
    assert end.startswith("make: ***")
    assert settled.says() == "beta 1.0"
    assert settled.leftovers() == []


def test_a_version_that_no_index_has_is_named(finished):
    """Not a conflict of dependencies, as pip calls it."""
    call = [sys.executable, "-m", "pip", "install", "--dry-run", "alpha"]
    lock = finished.folder / "missing.lock"
    lock.write_text("beta==3.0\n")
    call = finished.call(*call, "--constraint", str(lock))
    done = subprocess.run(**call, timeout=60, check=False)
    assert "ResolutionImpossible" in done.stderr
    cause = cause_in(done.stdout + done.stderr, finished.folder / "pip.log")
    assert cause.startswith("no index that pip asks has beta==3.0. ")


def test_a_file_in_the_place_of_the_environment_is_named(finished, tmp_path):
    """It is not ours to delete."""
    shutil.copytree(
        finished.folder, tmp_path / "project", ignore=lambda *_: [".venv", "build"]
    )
    project = Project(tmp_path / "project")
    (project.folder / ".venv").write_text("mine")
    process = project.install(f"PYTHON={REAL}")
    assert process.returncode != 0
    assert process.stderr.startswith("make: .venv is a file;")
    assert (project.folder / ".venv").read_text() == "mine"


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        pytest.param(
            "import shutil\n"
            "shutil.disk_usage = lambda path: shutil._ntuple_diskusage(9, 8, 2**30)",
            "not enough disk space",
            id="full disk",
        ),
        pytest.param(
            "sys.modules['ensurepip'] = None",
            "venv",
            id="Debian without python3-venv",
        ),
    ],
)
def test_what_is_missing_is_said_in_one_line(project, patch, message):
    """Before anything is written."""
    shutil.rmtree(project.folder / ".venv")
    shutil.copy(ROOT / "requirements.lock", project.folder)
    process = project.patched(patch)
    assert process.returncode == 1
    (line,) = process.stderr.splitlines()
    assert line.startswith("make: ")
    assert message in line
    assert not (project.folder / ".venv").exists()
    assert project.leftovers() == []


# Which Python


def program(folder, name, text):
    """Write a program."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def pretending(version):
    """Return the text of a program that is a Python of another version."""
    numbers = tuple(map(int, version.split(".")))
    code = (
        f"import sys; sys.version = '{version} (made up)';"
        f" sys.version_info = {numbers}; exec(sys.argv[1])"
    )
    return f'[ "$1" = -ES ] && [ "$2" = -c ] && exec "{REAL}" -c "{code}" "$3"'


def find(folder, name="", programs=""):
    """Run find_python.sh where there are few other programs."""
    tools = folder / "tools"
    tools.mkdir()
    for tool in ("sh", "sed"):
        (tools / tool).symlink_to(shutil.which(tool))
    return subprocess.run(
        [shutil.which("sh"), ROOT / "conf" / "find_python.sh", name],
        cwd=folder,
        env={"PATH": f"{folder / 'bin'}:{tools}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


NEEDED = "make: Python 3.11, 3.12 or 3.13 is needed, and "
GET = " Get one with: uv python install 3.13\n"


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("2.7.18", "is Python 2.7.18, which is too old."),
        ("3.10.13", "is Python 3.10.13, which is too old."),
        ("3.14.0", "is Python 3.14.0, for which there is no TensorFlow yet."),
    ],
)
@pytest.mark.parametrize("asked", ["", "python3"])
def test_a_python_that_does_not_fit_is_one_line(tmp_path, version, reason, asked):
    """It says which to take, and how to get it."""
    program(tmp_path / "bin", "python3", pretending(version))
    found = find(tmp_path, asked)
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == f"{NEEDED}{'PYTHON=' * bool(asked)}python3 {reason}{GET}"


PYTHONS = [REAL, *map(str, Path.home().glob(".pyenv/versions/*/bin/python"))]


@pytest.mark.parametrize("python", PYTHONS)
def test_each_python_here_can_read_the_question(python):
    """Also an old one, which knows no syntax of today."""
    call = ["sh", "conf/find_python.sh", python]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout or f"and PYTHON={python} is Python " in done.stderr


def test_one_that_is_asked_for_is_taken_or_none(tmp_path):
    """Never silently another one."""
    program(tmp_path / "bin", "python3", f'exec "{REAL}" "$@"')
    program(tmp_path / "bin", "python3.10", pretending("3.10.13"))
    found = find(tmp_path, "python3.10")
    assert (found.returncode, found.stdout) == (1, "")
    assert "PYTHON=python3.10 is Python 3.10.13, which is too old." in found.stderr


def test_each_candidate_is_tried_by_running_it(tmp_path):
    """The tool pyenv has commands for versions that it has not, and they fail."""
    shim = "echo 'pyenv: python3.13: command not found' >&2; exit 127"
    program(tmp_path / "bin", "python3", pretending("3.10.13"))
    program(tmp_path / "bin", "python3.13", shim)
    program(tmp_path / "bin", "python3.12", "exit 1")
    program(tmp_path / "bin", "python3.11", f'echo odd >&2; exec "{REAL}" "$@"')
    found = find(tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert Path(found.stdout.strip()).samefile(REAL)


def test_why_one_does_not_run_is_said(tmp_path):
    """In its own words."""
    shim = "echo 'pyenv: not found' >&2; echo 'Note: more' >&2; exit 127"
    program(tmp_path / "bin", "python3.13", shim)
    found = find(tmp_path, "python3.13")
    assert found.stderr == (
        f"{NEEDED}PYTHON=python3.13 does not run (pyenv: not found).{GET}"
    )


def test_the_python_of_the_environment_goes_before_others(tmp_path):
    """A later `make` with another `python3` on the path changes nothing."""
    program(tmp_path / "bin", "python3", "echo 'fits /the/other'")
    (tmp_path / ".venv").mkdir()
    program(tmp_path / ".venv" / "bin", "python", "echo 'fits /our/own'")
    assert find(tmp_path).stdout == "/our/own\n"


def test_without_any_python_uv_is_asked(tmp_path):
    """It installs one, if it has none."""
    uv = f"""
    echo "$@" >> asked
    case "$2" in
      find) [ -e installed ] && echo "{REAL}" ;;
      install) : > installed ;;
    esac
    """
    program(tmp_path / "bin", "python3", pretending("3.14.0"))
    program(tmp_path / "bin", "uv", uv)
    found = find(tmp_path)
    assert found.returncode == 0
    assert Path(found.stdout.strip()).samefile(REAL)
    assert "3.14.0, for which there is no TensorFlow yet. So uv" in found.stderr
    words = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[1] for line in words] == ["find", "install", "find"]
    assert words[1] == "python install 3.13"


def test_a_uv_that_cannot_install_is_one_line_more(tmp_path):
    """Offline, for example; uv has said why."""
    program(tmp_path / "bin", "uv", "[ $2 = install ] && echo 'no network' >&2; exit 2")
    found = find(tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.splitlines()[1:] == [
        "no network",
        "make: uv could not install Python 3.13 (see above).",
    ]

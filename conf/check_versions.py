"""Run every cell of the gallery with other versions: ``make versions``.

For each environment: uv makes it, all scripts run in it, what came of their cells goes
into ``docs/measurements/versions.json``, and the environment is deleted. Whatever has
been checked already is not checked again. Killed, it loses only the script at work; a
later call goes on from there.
"""

import argparse
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import checks
import environments
from cells import Cell, run
from checks import Check, DamagedError, Environment
from environments import FullDiskError, UnavailableError, Wanted
from expected import complaint, cut

ROOT = Path(__file__).resolve().parent.parent
GALLERY, FILE = ROOT / "gallery", ROOT / "docs" / checks.FILE
WORK = ROOT / ".cache" / "versions"
MOST = 2  # environments at a time: each has some GB, and scripts of some processes
TIME_LIMIT = 900.0  # seconds for a script; whether it is fast is not the question
# What says nothing about versions: out of time, or killed from outside.
UNDECIDED = re.compile(r"was still running|\(exit code -(?:2|9|15)\)")


class UndecidedError(Exception):
    """A script has not shown what it does; the text says why."""


def stop(message: str) -> None:
    """End with one clear line."""
    sys.exit(f"make: {message}")


# -- A script in an environment --------------------------------------------------------


def check_of(cells: list[Cell], keys: list[str], work: Path) -> Check:
    """Return the check of a script from its cells, having been run.

    Raises ``UndecidedError`` if they do not tell.
    """
    check = Check(date.today().isoformat())
    own = [cell for cell in cells if cell.code]
    if len(own) != len(keys):
        raise UndecidedError(last_words(cells))
    failed = {}
    for cell in cells:
        if UNDECIDED.search(cell.error):
            raise UndecidedError(last_words([cell]))
        if cell.error:  # of a docstring, too: it belongs to the cell that has it
            lines = [each.line for each in own if each.line <= cell.line]
            failed.setdefault(max(lines, default=own[0].line), error_of(cell, work))
    for key, cell in zip(keys, own, strict=True):
        if cell.line in failed:
            check.error[key] = failed[cell.line]
        elif not cell.ran:
            break
        elif complaint(cell.code, cell.output):
            check.other[key] = tidy(cell.output, work)
        else:
            check.same.append(key)
    return check


def last_words(cells: list[Cell]) -> str:
    """Return the last line of the error that these cells have."""
    errors = "\n".join(cell.error for cell in cells)
    return environments.last_line(errors) or "its cells are others now"


def error_of(cell: Cell, work: Path) -> str:
    """Return why a cell failed: without its line, which changes with the prose.

    Of a process that has ended, what it said last is not kept: it tells of a machine.
    """
    error = re.sub(r"^line \d+: ", "", cell.error)
    if error.startswith("the script ended its process"):
        error = error.partition("\n")[0]
    return tidy(error, work)


def tidy(text: str, work: Path) -> str:
    """Return a text without places of this machine and blanks at the end."""
    for folder in (work, ROOT):
        text = text.replace(str(folder), "...")
    return cut("\n".join(line.rstrip() for line in text.strip("\n").split("\n"))).strip(
        "\n"
    )


# -- An environment --------------------------------------------------------------------


class Measuring:
    """All environments that are asked for, one or two at a time."""

    def __init__(self, scripts: list[str], is_again: bool):
        self.scripts, self.is_again = scripts, is_again
        self.faults = 0
        self.ended = threading.Event()
        self.file = threading.Lock()
        self.resolved: dict[str, Wanted] = {}

    def say(self, wanted: Wanted, text: str) -> None:
        """Print a line about an environment."""
        if not self.ended.is_set():
            print(f"{wanted}: {text}", flush=True)

    def complain(self, wanted: Wanted, text: str) -> None:
        """Print a line about what went wrong; the exit status will be 1."""
        self.faults += 1
        self.say(wanted, text)

    def do(self, wanted: Wanted) -> None:
        """Make an environment, check the scripts in it, and delete it."""
        if self.ended.is_set():
            return
        try:
            with folder_for(wanted) as folder:
                self.check_all(wanted, folder)
        except UnavailableError as reason:
            self.say(wanted, f"not to be had here: {reason}")
        except subprocess.CalledProcessError as error:
            words = environments.last_line(error.stderr or "")
            self.complain(wanted, f"could not be made: {words or error}")
        except FullDiskError as error:
            self.complain(wanted, str(error))
        except DamagedError as error:
            self.complain(wanted, f"docs/{checks.FILE}: {error}")

    def check_all(self, wanted: Wanted, folder: Path) -> None:
        """Check the scripts in the environment that this folder is for."""
        environments.demand_space(folder)
        python = environments.find_python(wanted, folder)
        pins = environments.resolve(wanted, python, ROOT, folder)
        first = self.resolved.setdefault(f"{wanted.python}\n{pins}", wanted)
        if first is not wanted:
            self.say(wanted, f"has the same packages as {first}")
            return
        self.say(wanted, "installing")
        own = environments.install(wanted, python, folder)
        environment = environments.exact(own)
        self.say(wanted, ", ".join(environment))
        for script in self.missing(environment):
            try:
                check = check_script(script, own, folder)
            except UndecidedError as reason:
                self.complain(wanted, f"{script} was not checked: {reason}")
                continue
            if self.ended.is_set():
                return  # the script may have been interrupted
            self.store(environment, {script: check})
            self.say(wanted, f"{script}: {summary(check)}")

    def missing(self, environment: Environment) -> list[str]:
        """Return the scripts that have not been checked in this environment."""
        keys = checks.keys_of_gallery(GALLERY)
        known = checks.load(FILE).get(environment, {})
        return [
            script
            for script in self.scripts or keys
            if self.is_again
            or script not in known
            or not known[script].is_whole(keys[script])
        ]

    def store(self, environment: Environment, found: dict[str, Check]) -> None:
        """Write what was found, beside what is known."""
        with self.file:
            keys = checks.keys_of_gallery(GALLERY)
            known = checks.load(FILE)
            new = checks.merged(known, {environment: found}, keys)
            if new != known:
                checks.save(FILE, new)

    def all(self, wanted: list[Wanted], jobs: int) -> None:
        """Do all, so many at a time; Ctrl-C ends those at work and begins no other."""
        with ThreadPoolExecutor(jobs) as pool:
            tasks = [pool.submit(self.do, each) for each in wanted]
            try:
                for task in tasks:
                    task.result()
            except BaseException:
                self.ended.set()
                raise


def check_script(script: str, python: Path, folder: Path) -> Check:
    """Run a script with another Python and return what came of it.

    A difference counts if it comes out twice: a machine that is too busy has others
    each time. Raises ``UndecidedError``.
    """
    check = check_once(script, python, folder)
    if (check.other or check.error) and check != check_once(script, python, folder):
        raise UndecidedError("two runs came out differently")
    return check


def check_once(script: str, python: Path, folder: Path) -> Check:
    """Run a script with another Python and return what came of it.

    Raises ``KeyboardInterrupt`` if Ctrl-C has ended it: it goes to both, and which of
    us sees it first is open.
    """
    cells = run(
        GALLERY / f"{script}.py",
        time_limit=TIME_LIMIT,
        python=str(python),
        PYTHONPATH="",
        TORCHINDUCTOR_CACHE_DIR=str(folder / "inductor"),
    )
    if any(f"(exit code {-signal.SIGINT})" in cell.error for cell in cells):
        raise KeyboardInterrupt
    return check_of(cells, checks.keys_of_gallery(GALLERY)[script], folder)


def summary(check: Check) -> str:
    """Return a word about a check."""
    if not check.other and not check.error:
        return "the same"
    return f"{len(check.other)} cells other, {len(check.error)} failed"


@contextmanager
def folder_for(wanted: Wanted) -> Iterator[Path]:
    """Give an environment an empty folder, and delete it afterwards."""
    folder = WORK / str(wanted).replace("/", "-")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def work_folder() -> Iterator[None]:
    """Hold the folder for environments, without what a killed run has left there."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stop("another make versions is at work in this folder; wait for its end.")
        for left in WORK.iterdir():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
        yield


# -- The command -----------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="make versions", description=__doc__)
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT")
    parser.add_argument("--environments", default="", metavar="'lock torch-2.14.1'")
    parser.add_argument("--pythons", default="", help="folders with Pythons, with :")
    parser.add_argument("--jobs", default="", help=f"at a time, {MOST} at most")
    parser.add_argument("--again", action="store_true", help="also what was checked")
    parser.add_argument("--list", action="store_true", help="name the environments")
    return parser.parse_args()


def jobs_at_a_time(asked: str) -> int:
    """Return how many environments to have at a time: one, if the machine is small."""
    if asked:
        if asked not in map(str, range(1, MOST + 1)):
            stop(f"JOBS={asked}: it is a number from 1 to {MOST}.")
        return int(asked)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return MOST if (os.cpu_count() or 1) >= 8 and memory >= 16 * 2**30 else 1


def names_of(scripts: list[str]) -> list[str]:
    """Return the names of scripts given by their paths; end if there is no such one."""
    names = [
        os.path.relpath(Path(script).resolve(), GALLERY).removesuffix(".py")
        for script in scripts
    ]
    for script, name in zip(scripts, names, strict=True):
        if name not in checks.keys_of_gallery(GALLERY):
            stop(f"{script} is no script of the gallery; write gallery/SECTION/NAME.py")
    return names


def show(wanted: list[Wanted], known: checks.Checks) -> None:
    """Print which environments would be made, and which were checked."""
    for each in wanted:
        try:
            print(f"{each}: {environments.find_python(each, ROOT)}")
        except UnavailableError as reason:
            print(f"{each}: not to be had here: {reason}")
    keys = checks.keys_of_gallery(GALLERY)
    for environment in sorted(known, key=lambda each: each.order):
        number = sum(
            environment in checks.whole(known, script, own)
            for script, own in keys.items()
        )
        words = f"{number} of {len(keys)} scripts"
        print(f"checked: {', '.join(environment)}: {words}")


def main() -> None:
    """Do what the command line says."""
    asked = arguments()
    own = "{}.{}".format(*sys.version_info)
    os.environ["PATH"] = f"{asked.pythons}{os.pathsep}{os.environ['PATH']}".lstrip(":")
    jobs, scripts = jobs_at_a_time(asked.jobs), names_of(asked.scripts)
    try:
        patterns = asked.environments.split()
        wanted = (
            environments.chosen(patterns, own) if patterns else environments.usual(own)
        )
        known = checks.current(checks.load(FILE), checks.keys_of_gallery(GALLERY))
    except ValueError as error:
        stop(
            f"docs/{checks.FILE}: {error}" if isinstance(error, DamagedError) else error
        )
    if asked.list:
        show(wanted, known)
        return
    measuring = Measuring(scripts, asked.again)
    with work_folder():
        try:
            measuring.all(wanted, jobs)
        except KeyboardInterrupt:
            stop("interrupted; what was finished is stored.")
    if measuring.faults:
        stop("not everything was checked, see above; what was is stored.")
    print(f"docs/{checks.FILE} is up to date; make html shows it.")


if __name__ == "__main__":
    main()

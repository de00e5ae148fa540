"""Run a script of the gallery alone in an empty folder, as it is or edited.

``SCRIPTS`` has the path of each by its name, as in ``SCRIPTS["dynamic_net"]``.
"""

import ast
import os
import pickle
import re
import runpy
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from surroundings import ENVIRONMENT

from tests.scripts import forking

GALLERY = Path(__file__).resolve().parents[2] / "gallery"
SECTIONS = "examples_tensor", "examples_autograd", "examples_nn"
SCRIPTS = {
    path.stem: path
    for section in SECTIONS
    for path in sorted((GALLERY / section).glob("*.py"))
}

# What a script's own line causes; libraries warn of themselves with each new Python.
OPTIONS = [
    *("-W", "error::DeprecationWarning:__main__"),
    *("-W", "error::FutureWarning:__main__"),
]
PICTURE = "import matplotlib.pyplot as plt\n"  # from here on a script draws
TIMEOUT = 120  # seconds
TENSORFLOW = "tf_two_layer_net"


class StaleEditError(Exception):
    """The text to replace does not occur as often as the edit says."""


def edited(source, edits):
    """Return the source with each edit made: ``(old, new)`` or ``(old, new, times)``.

    ``old`` must occur exactly ``times`` times, once if not said otherwise.
    """
    for old, new, *times in edits:
        expected, found = (times or [1])[0], source.count(old)
        if found != expected:
            raise StaleEditError(f"{found} times, not {expected}, in script: {old!r}")
        source = source.replace(old, new)
    return source


def run_python(arguments, cwd):
    """Run Python with the gallery's options and environment in the given folder."""
    return subprocess.run(
        [sys.executable, *OPTIONS, *arguments],
        cwd=cwd,
        env={**os.environ, **ENVIRONMENT, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def run_script(path, *, edits=(), after="", cwd, is_forked=False):
    """Copy a script into the empty folder ``cwd``, edited, and run it there.

    The code ``after`` is appended to the script and sees all its names. A forked
    process begins with PyTorch imported.
    """
    if any(cwd.iterdir()):
        raise ValueError(f"not an empty folder: {cwd}")
    source = edited(path.read_text(encoding="utf-8"), edits)
    (cwd / path.name).write_text(f"{source}\n{after}", encoding="utf-8")
    if is_forked:
        return forking.run(run_as_main, path.name, cwd=cwd, timeout=TIMEOUT)
    return run_python([path.name], cwd)


def run_as_main(name):
    """Run a script in this process as Python does; its errors are on stderr."""
    sys.argv = [name]
    for category in (DeprecationWarning, FutureWarning):
        warnings.filterwarnings("error", category=category)
    runpy.run_path(name, run_name="__main__")


# Appended to a script: write its variables, as plain Python and NumPy, to a file.
KEEP = '''
def _plain(value):
    """Return numbers, texts, arrays and collections of them; refuse the rest."""
    import numpy
    if hasattr(value, "state_dict") and hasattr(value, "named_parameters"):
        value = dict(value.state_dict())
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if value is None or isinstance(value, (bool, int, float, str, numpy.ndarray)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value.numpy()


def _keep(names, path):
    """Write to the given path all variables that can be made plain."""
    import pickle
    kept = {}
    for name, value in names.items():
        if not name.startswith("_"):
            try:
                kept[name] = _plain(value)
            except Exception:
                pass
    with open(path, "wb") as file:
        pickle.dump(kept, file)


_keep(dict(globals()), {path!r})
'''


@dataclass
class Run:
    """What a finished script printed, left in its folder, and had in its names."""

    returncode: int
    stdout: str
    stderr: str
    left: list
    names: dict = field(repr=False)

    @property
    def losses(self):
        """Return the losses of all 500 steps."""
        return self.names["losses"]


def run_and_keep(name, folder, *, edits=(), after="", picture=True):
    """Run a script in a new folder and return a ``Run`` with its variables.

    Without its picture, and what comes after it, a script runs in less time. One that
    stops with an error has no variables.
    """
    is_forked = bool(edits) and name != TENSORFLOW  # which cannot live beside PyTorch
    if not picture:
        source = SCRIPTS[name].read_text(encoding="utf-8")
        edits = (*edits, (source[source.index(PICTURE) :], ""))
    folder.mkdir()
    kept = folder.with_suffix(".pickle")
    after = after + KEEP.replace("{path!r}", repr(str(kept)))
    process = run_script(
        SCRIPTS[name], edits=edits, after=after, cwd=folder, is_forked=is_forked
    )
    names = pickle.loads(kept.read_bytes()) if kept.exists() else {}
    left = sorted(p.name for p in folder.iterdir() if p.name != SCRIPTS[name].name)
    return Run(process.returncode, process.stdout, process.stderr, left, names)


def state_at(name, step):
    """Run a script in this process up to the backward pass of a step, that included.

    Only for scripts whose update is not left to an optimizer or to TensorFlow.
    Returns all names of the script; the update of that step has not been made.
    """
    body = ast.parse(SCRIPTS[name].read_text(encoding="utf-8")).body
    start = next(
        i
        for i, node in enumerate(body)
        if isinstance(node, ast.For) and ast.unparse(node.iter) == "range(500)"
    )
    loop = body[start]
    update = next(
        i
        for i, node in enumerate(loop.body)
        if isinstance(node, ast.AugAssign | ast.With)
    )
    unfinished = loop.body[:update]
    loop.iter = ast.parse(f"range({step})", mode="eval").body
    program = ast.Module([*body[: start + 1], *unfinished], type_ignores=[])
    names = {"__name__": name}
    exec(compile(program, SCRIPTS[name], "exec"), names)
    return names


def prose_of(name):
    """Return the text of a script without comment signs and with single spaces."""
    lines = SCRIPTS[name].read_text(encoding="utf-8").splitlines()
    return " ".join(" ".join(line.removeprefix("#") for line in lines).split())


def items_of(path):
    """Return the items of a script's "Try it": pairs of a question and its answer.

    Each is one line of text. Raises ``ValueError`` for an item without an answer.
    """
    section = path.read_text(encoding="utf-8").split("\n# Try it\n")[1]
    items = []
    for item in re.split(r"^# \d+\. ", section, flags=re.M)[1:]:
        question, answer = re.sub("^#", "", item, flags=re.M).split(".. answer::")
        items.append((" ".join(question.split()), " ".join(answer.split())))
    return items


def loop_of(name):
    """Return the source of a script's first training loop, without what it prints."""
    source = SCRIPTS[name].read_text(encoding="utf-8")
    loop = source[source.index("for t in range(500):") :].split("\n# %%")[0]
    return re.sub(r"^ *#>.*\n", "", loop, flags=re.MULTILINE)

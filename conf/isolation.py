"""Every script runs in a process of its own, and none can end or hang the build.

Sphinx-Gallery runs scripts through joblib's backend "loky", whose workers are
reused: what one script changes, the next one sees, and a script that calls
``sys.exit`` ends the build with status 0. joblib lets a backend be registered under
an existing name, and that is all this module does to Sphinx-Gallery. It needs
``"parallel": 2`` or more in ``sphinx_gallery_conf``.

Processes are forked from one that has imported what most scripts import, and has done
nothing else.
"""

import ast
import contextlib
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from multiprocessing import forkserver
from pathlib import Path

import joblib
from joblib.parallel import ThreadingBackend
from limits import Limits
from progress import Progress
from script_process import last_place, work
from sphinx.util import logging

logger = logging.getLogger(__name__)
processes = multiprocessing.get_context("forkserver")
PRELOAD = ["sphinx_gallery.gen_rst", "matplotlib.pyplot"]
HEAVY = ("torch", "tensorflow")  # a second or more to import
after_each = []  # functions of a script that ran well, and of its target folder


class ProcessPerScript(ThreadingBackend):
    """A joblib backend whose threads each wait for one process at a time."""

    limits = Limits(time=120, memory=4 << 30, output=20_000)  # set from conf.py
    done = frozenset()  # scripts whose results are there already
    progress = Progress(0)

    def submit(self, func, callback=None):
        """Run ``func``, a batch of one script; Sphinx-Gallery asks for no other."""
        (call,) = func.items
        return super().submit(lambda: [self.result_of(call)], callback)

    def result_of(self, call):
        """Return what Sphinx-Gallery's ``generate_file_rst`` returns for a script.

        ``call`` is joblib's triple of function, arguments and keyword arguments.
        """
        function, (name, target, source, conf), options = call
        script = Path(source, name)
        if script in self.done:  # the function sees that, and returns what was kept
            return function(name, target, source, conf, **options)
        shown = f"{script.parent.name}/{script.stem}"
        self.progress.begin(shown)
        outcome = "failed"
        try:
            limits = self.limits.of_script(script.read_text("utf-8", "replace"))
            result, warnings = self.run(call, limits)
            for level, message, location, kind, subtype in warnings:
                named = {"location": location, "type": kind, "subtype": subtype}
                logger.log(level, "%s", message, **named)
            if "passing" in result[3]:
                outcome = ""
                for follow_up in after_each:
                    follow_up(script, Path(target))
        finally:
            self.progress.end(shown, outcome)
        return result

    def run(self, call, limits):
        """Run a script on this machine."""
        return run_script(call, limits)


def run_script(call, limits):
    """Return a pair: the result of ``call``, and the warnings on its way.

    If the process ends without a result or a limit is exceeded, the page is made
    without execution, and the script counts among the failing ones.
    """
    function, (name, target, source, conf), options = call
    result, failure, warnings = _in_new_process(call, limits)
    if failure is None:
        return result, warnings
    unexecuted = (name, target, source, {**conf, "plot_gallery": False})
    Path(target, f"{name}.md5").unlink(missing_ok=True)  # it may have run to its end
    call = function, unexecuted, options
    result, second, warnings = _in_new_process(call, limits)
    if second is not None:
        raise RuntimeError(second)
    result[3]["formatted_exception"] = failure
    return result, warnings


def _in_new_process(call, limits):
    """Return the result of ``call``, None or what went wrong, and warnings."""
    _, (name, _, source, _), _ = call
    script = Path(source, name)
    receiver, sender = processes.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        terminal, end = Path(folder, "terminal.txt"), Path(folder, "end.txt")
        child = processes.Process(
            target=work, args=(sender, call, limits, terminal, end)
        )
        child.start()
        sender.close()
        try:
            if not receiver.poll(limits.time):
                child.terminate()
                child.join(5)
                where = last_place(script, end)
                return None, f"{where} was still running after {limits.time:g} s.", []
            return receiver.recv()
        except EOFError:
            child.join()
            told = terminal.read_text(errors="replace").strip()
            where = last_place(script, end)
            failure = f"{where} ended its process (exit code {child.exitcode})."
            return None, f"{failure}\n{told[-2000:]}".strip(), []
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, 9)  # with all that the script has started
            child.kill()
            child.join()


def expect(done, waiting):
    """Prepare for the scripts that are ``waiting``; those that are ``done`` need none.

    What at least three of them import is imported once. Fewer would not gain by it.
    """
    ProcessPerScript.done = frozenset(done)
    ProcessPerScript.progress = Progress(len(waiting))
    counts = Counter(name for script in waiting for name in imports_of(script))
    common = [name for name in HEAVY if counts[name] > 2]
    processes.set_forkserver_preload([*PRELOAD, *common])
    if waiting:
        forkserver.ensure_running()  # it imports while Sphinx-Gallery gets ready


class HeaviestFirst:
    """The order in which Sphinx-Gallery runs the scripts of a section.

    The one that takes longest should not begin last, while other cores wait. Nothing
    that is published depends on it.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def __call__(self, name):
        """Return what sorts a script: import of TensorFlow, and length."""
        script = self.folder / name
        return "tensorflow" not in imports_of(script), -script.stat().st_size, name


def imports_of(script):
    """Return the names of the packages that a script imports, in any line of it."""
    try:
        tree = ast.parse(script.read_bytes())
    except (SyntaxError, ValueError):
        return set()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def register(app, config):
    """Put the backend in the place of the one that Sphinx-Gallery asks for."""
    if config.sphinx_gallery_conf["parallel"] < 2:
        sys.exit(
            'make: conf/conf.py: "parallel" must be 2 or more; 1 would run scripts'
            " within the build"
        )
    after_each.clear()  # of an earlier build in this process
    ProcessPerScript.limits = Limits(
        config.example_time_limit,
        config.example_memory_limit,
        config.example_output_limit,
    )
    joblib.register_parallel_backend("loky", ProcessPerScript)


def setup(app):
    """Register the extension and its settings."""
    app.add_config_value("example_time_limit", 120.0, "", types=(int, float))
    app.add_config_value("example_memory_limit", 4 << 30, "", types=(int,))
    app.add_config_value("example_output_limit", 20_000, "", types=(int,))
    app.connect("config-inited", register)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Every script runs in a process of its own, and none can end or hang the build.

Sphinx-Gallery runs scripts through joblib's backend "loky", whose workers are
reused: what one script changes, the next one sees, and a script that calls
``sys.exit`` ends the build with status 0. joblib lets a backend be registered under
an existing name, and that is all this module does to Sphinx-Gallery. It needs
``"parallel": 2`` or more in ``sphinx_gallery_conf``.

Processes are forked from one that has imported what most scripts import, and has done
nothing else. If PyTorch is among that, scripts that do not import it start from
nothing, since no process may hold PyTorch and TensorFlow.

Sphinx-Gallery asks for one section after the other, and waits for the last script of
each. Scripts need not wait: when it asks for the first, all that have no result begin,
one for each core, and the one that takes longest first.
"""

import contextlib
import dataclasses
import multiprocessing
import os
import pickle
import sys
import tempfile
import threading
from multiprocessing import forkserver
from multiprocessing.pool import ThreadPool
from pathlib import Path

import joblib
from frameworks import imports_of
from joblib.parallel import ThreadingBackend
from limits import Limits
from progress import Progress
from script_process import last_place, work
from sphinx.util import logging
from surroundings import missing_loopback

logger = logging.getLogger(__name__)
forked = multiprocessing.get_context("forkserver")
started = multiprocessing.get_context("spawn")
PRELOAD = ["sphinx_gallery.gen_rst", "matplotlib.pyplot"]
HEAVY = "torch"  # seconds to import
after_each = []  # functions of a script that ran well, and of its target folder


class Waiting:
    """The scripts of one build that have no result, with the folders of their pages.

    ``preloaded`` says whether the process from which scripts are forked has PyTorch.
    """

    def __init__(self, folders, progress, preloaded=False):
        self.folders, self.progress = folders, progress
        self.preloaded = preloaded
        self.begun = {}  # from a script to its result, once that is there
        self.lock = threading.Lock()

    def context_of(self, script):
        """Return the context of ``multiprocessing`` in which a script is to run."""
        if self.preloaded and HEAVY not in imports_of(script):
            return started
        return forked

    def begin_all(self, run, function, conf, options):
        """Let ``run`` be called for each, as many at a time as may run; but once."""
        with self.lock:
            if self.begun:
                return
            conf = pickle.loads(pickle.dumps(conf))  # the build changes its own
            pool = ThreadPool(conf["parallel"])
            for script in sorted(self.folders, key=weight):
                folder = self.folders[script]
                (folder / "images" / "thumb").mkdir(parents=True, exist_ok=True)
                call = function, (script.name, folder, script.parent, conf), options
                self.begun[script] = pool.apply_async(run, (script, call))


class ProcessPerScript(ThreadingBackend):
    """A joblib backend whose threads each wait for the result of one script."""

    limits = Limits(time=120, memory=4 << 30, output=20_000)  # set from conf.py
    waiting = Waiting({}, Progress(0))

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
        if script not in self.waiting.folders:  # it returns what was kept of it
            return function(name, target, source, conf, **options)
        self.waiting.begin_all(self.followed, function, conf, options)
        return self.waiting.begun[script].get()

    def followed(self, script, call):
        """Run a script; show its progress, repeat its warnings, keep its result."""
        shown = f"{script.parent.name}/{script.stem}"
        self.waiting.progress.begin(shown)
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
                    follow_up(script, call[1][1])
        finally:
            self.waiting.progress.end(shown, outcome)
        return result

    def run(self, call, limits):
        """Run a script on this machine."""
        _, (name, _, source, _), _ = call
        return run_script(call, limits, self.waiting.context_of(Path(source, name)))


def run_script(call, limits, processes=forked):
    """Return a pair: the result of ``call``, and the warnings on its way.

    If the process ends without a result or a limit is exceeded, the page is made
    without execution, and the script counts among the failing ones.
    """
    function, (name, target, source, conf), options = call
    script = Path(source, name)
    if lack := missing_loopback(script.read_text("utf-8", "replace")):
        failure = f"{script}:{lack[0]} {lack[1]}"
    else:
        result, failure, warnings = _in_new_process(call, limits, processes)
    if failure is None:
        return result, warnings
    unexecuted = (name, target, source, {**conf, "plot_gallery": False})
    Path(target, f"{name}.md5").unlink(missing_ok=True)  # it may have run to its end
    call = function, unexecuted, options
    limits = dataclasses.replace(limits, time=max(limits.time, 120))  # not its own 3 s
    result, second, warnings = _in_new_process(call, limits, processes)
    if second is not None:
        raise RuntimeError(second)
    result[3]["formatted_exception"] = failure
    return result, warnings


def _in_new_process(call, limits, processes):
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
                failure = f"{where} was still running after {limits.time:g} s."
                return None, with_end_of(terminal, failure), []
            return receiver.recv()
        except EOFError:
            child.join()
            where = last_place(script, end)
            failure = f"{where} ended its process (exit code {child.exitcode})."
            return None, with_end_of(terminal, failure), []
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, 9)  # with all that the script has started
            child.kill()
            child.join()


def with_end_of(terminal, failure):
    """Return a failure with the last of what the process told on its streams."""
    told = terminal.read_text(errors="replace") if terminal.exists() else ""
    return f"{failure}\n{told.strip()[-2000:]}".strip()


def expect(folders, executes):
    """Prepare for scripts without a result; ``folders`` has that of each one's page.

    If at least three of them import PyTorch, and this build ``executes`` scripts, it is
    imported once for all. Fewer would not gain by it.
    """
    progress = Progress(len(folders) if executes else 0)
    heavy = [script for script in folders if HEAVY in imports_of(script)]
    preloaded = executes and len(heavy) > 2
    ProcessPerScript.waiting = Waiting(folders, progress, preloaded)
    forked.set_forkserver_preload([*PRELOAD, HEAVY] if preloaded else PRELOAD)
    if folders:
        forkserver.ensure_running()  # it imports while Sphinx-Gallery gets ready


def weight(script):
    """Return what sorts scripts: those that import it all themselves, and length.

    The one that takes longest should not begin last, while other cores wait. Nothing
    that is published depends on it.
    """
    slow = {"tensorflow", "subprocess"} & imports_of(script).keys()
    return not slow, -script.stat().st_size, script


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

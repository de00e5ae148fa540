"""Every script runs in a process of its own, and none can end or hang the build.

Sphinx-Gallery runs scripts through joblib's backend "loky", whose workers are
reused: what one script changes, the next one sees, and a script that calls
``sys.exit`` ends the build with status 0. joblib lets a backend be registered under
an existing name, and that is all this module does to Sphinx-Gallery. It needs
``"parallel": 2`` or more in ``sphinx_gallery_conf``.
"""

import faulthandler
import logging
import multiprocessing
import os
import re
import signal
import tempfile
import traceback
from pathlib import Path

import joblib
from joblib.parallel import ThreadingBackend
from sphinx.util import logging as sphinx_logging

logger = sphinx_logging.getLogger(__name__)
processes = multiprocessing.get_context("forkserver")


class ProcessPerScript(ThreadingBackend):
    """A joblib backend whose threads each wait for one process at a time."""

    time_limit = 120.0  # seconds; set from conf.py

    def submit(self, func, callback=None):
        """Run ``func``, a batch of one script, in a new process."""
        (call,) = func.items
        return super().submit(lambda: [run_script(call, self.time_limit)], callback)


def run_script(call, time_limit):
    """Return what Sphinx-Gallery's ``generate_file_rst`` returns for one script.

    ``call`` is joblib's triple of function, arguments and keyword arguments. If the
    process ends without a result or takes more than ``time_limit`` seconds, the page
    is made without execution, and the script counts among the failing ones.
    """
    function, (name, target, source, conf), options = call
    result, failure = _in_new_process(call, Path(source, name), time_limit)
    if failure is None:
        return result
    unexecuted = (
        function,
        (name, target, source, {**conf, "plot_gallery": False}),
        options,
    )
    result, second = _in_new_process(unexecuted, Path(source, name), time_limit)
    if second is not None:
        raise RuntimeError(second)
    result[3]["formatted_exception"] = failure
    return result


def _in_new_process(call, script, time_limit):
    """Return a pair: the result of ``call``, and None or what went wrong."""
    receiver, sender = processes.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        terminal, end = Path(folder, "terminal.txt"), Path(folder, "end.txt")
        child = processes.Process(target=_work, args=(sender, call, terminal, end))
        child.start()
        sender.close()
        try:
            if not receiver.poll(time_limit):
                child.terminate()
                child.join(5)
                where = _last_place(script, end)
                return None, f"{where} was still running after {time_limit:g} s."
            result, failure, warnings = receiver.recv()
        except EOFError:
            child.join()
            told = terminal.read_text(errors="replace").strip()
            where = _last_place(script, end)
            failure = f"{where} ended its process (exit code {child.exitcode})."
            return None, f"{failure}\n{told[-2000:]}".strip()
        finally:
            child.kill()
            child.join()
    for level, message, location in warnings:
        logger.log(level, "%s", message, location=location)
    return result, failure


def _last_place(script, end):
    """Return the script's path with the line at which its process came to an end."""
    trace = end.read_text(errors="replace") if end.exists() else ""
    name = str(script).encode("ascii", "backslashreplace").decode()  # as it is there
    line = re.search(rf'File "{re.escape(name)}", line (\d+)', trace)
    return f"{script}:{line[1]}" if line else str(script)


def _write_last_place(end):
    """Let this process write where it is when it crashes, is ended or calls os._exit.

    Python's own ``faulthandler`` does it, even if the process hangs in compiled code.
    """
    file = end.open("w")  # stays open as long as the process lives

    def leave(status, leave_now=os._exit):
        faulthandler.dump_traceback(file)
        leave_now(status)

    faulthandler.enable(file)
    faulthandler.register(signal.SIGTERM, file, chain=True)
    os._exit = leave


def _work(sender, call, terminal, end):
    """Run ``call`` in the new process and send back what came of it."""
    function, args, kwargs = call
    script = Path(args[2], args[0])
    descriptor = os.open(terminal, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    _write_last_place(end)
    warnings = _Collector()
    sphinx_logger = logging.getLogger(sphinx_logging.NAMESPACE)
    sphinx_logger.addHandler(warnings)
    sphinx_logger.propagate = False
    try:
        sender.send((function(*args, **kwargs), None, warnings.records))
    except SystemExit as stop:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(stop.__traceback__)
            if Path(frame.filename) == script
        ]
        where = f"{script}:{lines[-1]}" if lines else str(script)
        failure = f"{where}: the script called sys.exit({stop.code!r})."
        sender.send((None, failure, warnings.records))


class _Collector(logging.Handler):
    """Keeps warnings and errors in a form that can be sent to another process."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []

    def emit(self, record):
        location = getattr(record, "location", None)
        if not isinstance(location, str | tuple | None):
            location = str(location)
        self.records.append((record.levelno, record.getMessage(), location))


def register(app, config):
    """Put the backend in the place of the one that Sphinx-Gallery asks for."""
    ProcessPerScript.time_limit = config.example_time_limit
    processes.set_forkserver_preload(["sphinx_gallery.gen_rst", "matplotlib.pyplot"])
    joblib.register_parallel_backend("loky", ProcessPerScript)


def setup(app):
    """Register the extension and its setting ``example_time_limit``, in seconds."""
    app.add_config_value("example_time_limit", 120.0, "", types=(int, float))
    app.connect("config-inited", register)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

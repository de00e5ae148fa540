"""What happens within the process of one script, and how it tells of its end."""

import faulthandler
import logging
import os
import re
import signal
import traceback
from pathlib import Path

from expected import first_line
from frameworks import fault_of_process
from limits import (
    end_with_parent,
    excess_of,
    forbid_writing,
    html_in,
    leftover_of,
    limit_memory,
)
from sphinx.util import logging as sphinx_logging


def work(sender, call, limits, terminal, end):
    """Run ``call`` and send a triple: its result or None, None or a failure, warnings.

    Both output streams go to the file ``terminal``; where the process is when it
    comes to a sudden end, to the file ``end``.
    """
    function, args, kwargs = call
    name, target, source, _ = args
    script = Path(source, name)
    descriptor = os.open(terminal, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    _write_last_place(end)
    end_with_parent()
    warnings = _Collector()
    sphinx_logger = logging.getLogger(sphinx_logging.NAMESPACE)
    sphinx_logger.addHandler(warnings)
    sphinx_logger.propagate = False
    result = failure = None
    try:
        limit_memory(limits.memory)
        forbid_writing(script.parent)
        result = function(*args, **kwargs)
        if "passing" in result[3]:
            failure = _excess(script, Path(target), limits)
    except SystemExit as stop:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(stop.__traceback__)
            if Path(frame.filename) == script
        ]
        where = f"{script}:{lines[-1]}" if lines else str(script)
        failure = f"{where}: the script called sys.exit({stop.code!r})."
    if failure:
        result = None
    sender.send((result, failure, warnings.records))


def _excess(script, target, limits):
    """Return None, or how a script that ran well has gone beyond what it may."""
    page = (target / f"{script.stem}.rst").read_text(encoding="utf-8")
    source = script.read_text(encoding="utf-8")
    if excess := excess_of(page, limits.output):
        cell, size = excess
        line = first_line(source, cell)
        return (
            f"{script}:{line} printed {size:,} characters; {limits.output:,} may be"
            " printed by a cell."
        )
    if cell := html_in(page):
        where = f"{script}:{first_line(source, cell)}"
        return f"{where} ends in a value that would be shown as HTML; print it instead."
    if fault := fault_of_process():
        return f"{script} {fault}"
    if leftover := leftover_of(script):
        name, line = leftover
        where = f"{script}:{line}" if line else str(script)
        return f"{where} left a thread running: {name}."
    return None


def last_place(script, end):
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


class _Collector(logging.Handler):
    """Keeps warnings and errors in a form that can be sent to another process."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []

    def emit(self, record):
        location = getattr(record, "location", None)
        if not isinstance(location, str | tuple | None):
            location = str(location)
        kind = (getattr(record, "type", None), getattr(record, "subtype", None))
        self.records.append((record.levelno, record.getMessage(), location, *kind))

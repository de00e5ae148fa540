"""What a script may use: time, memory, and room on its page; and what it may leave.

It may write wherever it likes but among the scripts.

A script can ask for more time than others in a line of its own, in seconds::

    # sphinx_gallery_time_limit = 300
"""

import dataclasses
import os
import re
import sys
import threading
from multiprocessing import connection, parent_process

TIME = re.compile(r"^# *sphinx_gallery_time_limit *= *(.*)$", re.M)
CELL = re.compile(
    r"\.\. GENERATED FROM PYTHON SOURCE LINES (\d+)-|^ \.\. code-block:: none\n", re.M
)
HTML = re.compile(
    r"\.\. GENERATED FROM PYTHON SOURCE LINES (\d+)-|"
    r'^\.\. raw:: html\n\n    <div class="output_subarea output_html',
    re.M,
)
WATCHER = "watcher"
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclasses.dataclass(frozen=True)
class Limits:
    """Limits of one script, in seconds, bytes, and characters of output a cell."""

    time: float
    memory: int
    output: int

    def of_script(self, source):
        """Return the limits of a script with this source text."""
        return dataclasses.replace(self, time=time_of(source, self.time))


def time_of(source, default):
    """Return how many seconds a script with this source text may take."""
    own = TIME.search(source)
    return float(own[1]) if own else default


def fault_of_time(source):
    """Return None, or line and message: what is wrong with a script's own limit."""
    if not (own := TIME.search(source)):
        return None
    if re.fullmatch(r"[1-9]\d*", own[1].strip()):
        return None
    line = source[: own.start()].count("\n") + 1
    return (
        line,
        "sphinx_gallery_time_limit is a whole number, in seconds",
    )


def limit_memory(size):
    """Let Python raise ``MemoryError`` beyond so many bytes of this process's data.

    The system counts private writable pages (``RLIMIT_DATA``); macOS does not count.
    """
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    size = size if most == resource.RLIM_INFINITY else min(size, most)
    resource.setrlimit(resource.RLIMIT_DATA, (size, most))


def forbid_writing(folder):
    """Let Python raise ``PermissionError`` where a file in a folder would be written.

    Sphinx-Gallery runs a script in the folder where it lies. Compiled code opens files
    without telling Python; ``executed`` sees what that leaves.
    """

    def refuse(event, arguments):
        if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path, _, flags = arguments
        if flags & WRITING:
            path = os.path.join(os.getcwd(), os.fsdecode(path))
            if path.startswith(f"{folder}{os.sep}") and "__pycache__" not in path:
                name = os.path.basename(path)
                raise PermissionError(f"no script may write among the scripts: {name}")

    sys.addaudithook(refuse)


def end_with_parent():
    """Let this process and its children be killed when the build is no more.

    Otherwise a script would go on writing where the next build already writes.
    """
    os.setpgid(0, 0)

    def watch():
        connection.wait([parent_process().sentinel])
        os.killpg(0, 9)

    threading.Thread(target=watch, name=WATCHER, daemon=True).start()


def excess_of(page, limit):
    """Return None, or line and size of the first cell with too much output.

    ``page`` is the text that Sphinx-Gallery has made of the script: each cell, below a
    remark with its line, and what it printed, indented.
    """
    line = 1
    for found in CELL.finditer(page):
        if found[1]:
            line = int(found[1])
            continue
        output = re.compile(r"(?:(?: {4}.*)?\n)*").match(page, found.end())[0]
        if len(output) > limit:
            return line, len(output)
    return None


def html_in(page):
    """Return None, or the line of the first cell that ends in a value shown as HTML."""
    line = 1
    for found in HTML.finditer(page):
        if not found[1]:
            return line
        line = int(found[1])
    return None


def leftover_of(script):
    """Return None, or name and line of a thread that the script has left running.

    The line is the one in ``script`` where the thread is, or None.
    """
    for thread in threading.enumerate():
        if thread is threading.main_thread() or thread.name == WATCHER:
            continue
        frame, line = sys._current_frames().get(thread.ident), None
        while frame:
            if frame.f_code.co_filename == str(script):
                line = frame.f_lineno
            frame = frame.f_back
        return thread.name, line
    return None

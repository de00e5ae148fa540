"""Run a script cell by cell, in a process of its own, and keep what each cell printed.

``run`` is for other programs. As a command, ``python conf/cells.py SCRIPT RESULT`` is
the process that it starts: it runs the script in itself and writes RESULT as JSON.
"""

import contextlib
import doctest
import io
import json
import os
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from expected import Checker
from frameworks import fault_of_process
from limits import time_of
from sphinx_gallery.py_source_parser import split_code_and_text_blocks
from surroundings import ENVIRONMENT, make_warnings_errors


@dataclass
class Cell:
    """A cell of a script, and what came of it.

    ``printed`` has pairs of a line of the script and the text that this line printed.
    ``error`` is empty, or says why the cell failed, with the script's line.
    """

    line: int
    code: str
    ran: bool = False
    printed: list = field(default_factory=list)
    error: str = ""

    @property
    def output(self):
        """All that the cell printed."""
        return "".join(text for _, text in self.printed)


def cells_of(script):
    """Return the code cells of a script, not yet run; each begins with its code."""
    cells = []
    for kind, content, line, *_ in split_code_and_text_blocks(str(script))[1]:
        code = content.lstrip("\n")
        if kind == "code":
            cells.append(Cell(line + len(content) - len(code), code))
    return cells


def run(script, folder=None, time_limit=None, python=sys.executable, **environment):
    """Run a script and return its cells; those after a failing one have not run.

    ``python`` is the interpreter that runs it; it must have Sphinx-Gallery.
    Variables in ``environment`` go before those of ``surroundings``. If the process
    ends early or is not done after ``time_limit`` seconds, the error of the cell that
    was running says so. Without a limit, it is the script's own, or 120 seconds.
    """
    source = Path(script).read_text(encoding="utf-8", errors="replace")
    time_limit = time_limit or time_of(source, 120.0)
    with tempfile.TemporaryDirectory() as empty:
        result = Path(empty, "cells.json")
        here = Path(empty, "here")
        here.mkdir()
        command = [python, __file__, str(Path(script).resolve()), str(result)]
        try:
            process = subprocess.run(
                command,
                cwd=folder or here,
                env={**ENVIRONMENT, "MPLBACKEND": "agg", **os.environ, **environment},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=time_limit,
                check=False,
            )
            end = f"the script ended its process (exit code {process.returncode})"
            end += "\n" + process.stderr[-2000:]
        except subprocess.TimeoutExpired:
            end = f"was still running after {time_limit:g} s"
        if not result.exists():
            return [Cell(1, "", error=end)]
        cells = [Cell(**cell) for cell in json.loads(result.read_text("utf-8"))]
    for cell in cells:
        if not cell.ran and not cell.error:
            cell.error = end
            break
        if cell.error:
            break
    return cells


def run_here(script, save):
    """Run a script in this process; call ``save(cells)`` before and after each cell."""
    cells = cells_of(script)
    space = {
        "__name__": "__main__",
        "__file__": str(script),
        "__builtins__": __builtins__,
    }
    main = type(sys)("__main__")
    main.__dict__.update(space)
    sys.modules["__main__"] = main
    make_warnings_errors()
    save(cells)
    for cell in cells:
        recorder = _Recorder(cell, str(script))
        with contextlib.redirect_stdout(recorder), contextlib.redirect_stderr(recorder):
            try:
                source = "\n" * (cell.line - 1) + cell.code
                exec(compile(source, str(script), "exec"), main.__dict__)
            except (Exception, SystemExit):
                cell.error = _explain(str(script))
        cell.error = cell.error or fault_of_process()
        cell.ran = not cell.error
        save(cells)
        if cell.error:
            return
    for cell in _docstrings(main, script):
        cells.append(cell)
        save(cells)


def _explain(script):
    kind, error, trace = sys.exc_info()
    frames = [f for f in traceback.extract_tb(trace) if f.filename == script]
    line = frames[-1].lineno if frames else getattr(error, "lineno", 0)
    return f"line {line}: {kind.__name__}: {error}"


def _docstrings(main, script):
    """Yield a cell for each docstring of the script that has ``>>>`` examples."""
    for test in doctest.DocTestFinder().find(main, "script", module=main):
        if not test.examples:
            continue
        report = io.StringIO()
        runner = doctest.DocTestRunner(Checker(), optionflags=doctest.ELLIPSIS)
        failed = runner.run(test, out=report.write, clear_globs=False).failed
        cell = Cell((test.lineno or 0) + 1, "", ran=True)
        if failed:
            cell.error = f"{test.name.removeprefix('script.')}: {report.getvalue()}"
        yield cell


class _Recorder(io.StringIO):
    """Both output streams, as a page has them; notes which line has printed."""

    def __init__(self, cell, script):
        super().__init__()
        self.cell, self.script = cell, script

    def write(self, text):
        frame, line = sys._getframe(1), 0
        while frame:
            if frame.f_code.co_filename == self.script:
                line = frame.f_lineno
                if frame.f_code.co_name == "<module>":
                    break
            frame = frame.f_back
        printed = self.cell.printed
        if printed and printed[-1][0] == line:
            printed[-1] = (line, printed[-1][1] + text)
        else:
            printed.append((line, text))
        return len(text)


def main():
    """Run the script named on the command line."""
    script, result = sys.argv[1:]
    sys.argv = [script]

    def save(cells):
        text = json.dumps([vars(cell) for cell in cells])
        Path(result).write_text(text, encoding="utf-8")

    run_here(script, save)


if __name__ == "__main__":
    main()

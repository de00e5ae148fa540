"""Languages are built at the same time; the first runs the scripts for all.

Each language but the first has a process of its own. It is forked before anything has
begun, translates the downloads, waits until every script has a result, and says what
it has to say when the first language is done. If a script fails, it ends there.
"""

import contextlib
import multiprocessing
import os
import sys
import tempfile

import executed
from limits import end_with_parent

processes = multiprocessing.get_context("fork")


class Later:
    """A language that is built in a process of its own."""

    def __init__(self, build, language, told):
        self.told = told
        self.gate = processes.Event()
        self.process = processes.Process(target=self._run, args=(build, language))
        self.process.start()

    def _run(self, build, language):
        end_with_parent()
        executed.before_scripts.append(self.gate.wait)
        sys.stdout.flush()
        sys.stderr.flush()
        for stream in (1, 2):
            os.dup2(self.told.fileno(), stream)
        sys.exit(build(language))

    def stop(self):
        """End the process, whatever it does."""
        self.process.kill()
        self.process.join()

    def result(self):
        """Wait for its end; show what it said, and return its exit status."""
        self.process.join()
        self.told.seek(0)
        print(self.told.read(), end="", file=sys.stderr)
        return self.process.exitcode


def build_all(build, languages):
    """Call ``build`` with each language; return the first exit status that is not 0.

    What the others say of what the first has found is not shown.
    """
    first, *others = languages
    with contextlib.ExitStack() as stack:
        later = []
        for language in others:
            told = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            later.append(Later(build, language, told))
            stack.callback(later[-1].stop)
        executed.after_scripts[:] = [other.gate.set for other in later]
        if status := build(first):
            return status
        return next(filter(None, [other.result() for other in later]), 0)

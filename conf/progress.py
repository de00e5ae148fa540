"""Which script is running, how many are done, and how long the rest may take."""

import shutil
import sys
import threading
import time

WIDTH = 24  # columns of the bar


class Progress:
    """Shows the scripts of one build as they come and go; safe to call from threads.

    On a terminal it is one line that changes: a bar, the count, what is running, and
    the time left at the pace so far. Elsewhere each script that ends is a line. If
    ``total`` is 0, pages are made without execution, and nothing is shown.
    """

    def __init__(self, total, stream=None):
        self.total, self.done = total, 0
        self.stream = stream or sys.stdout
        self.running = {}  # from name to the time when it began
        self.began = time.monotonic()
        self.lock = threading.Lock()

    def begin(self, name):
        """Note that a script runs now."""
        with self.lock:
            self.running[name] = time.monotonic()
            self._draw()

    def end(self, name, outcome=""):
        """Note that a script has ended; ``outcome`` is a word about it, if need be."""
        with self.lock:
            seconds = time.monotonic() - self.running.pop(name)
            self.done += 1
            if self.total and not self.stream.isatty():
                parts = (f"{self.done}/{self.total}", name, f"{seconds:.1f} s", outcome)
                print("  ".join(filter(None, parts)), file=self.stream, flush=True)
            self._draw()

    def line(self, columns):
        """Return the line for a terminal with so many columns."""
        filled = WIDTH * self.done // max(1, self.total)
        bar = "#" * filled + "-" * (WIDTH - filled)
        parts = [f"[{bar}]", f"{self.done}/{self.total}", ", ".join(self.running)]
        if self.done and self.done < self.total:
            pace = (time.monotonic() - self.began) / self.done
            parts.insert(2, f"{pace * (self.total - self.done):.0f} s left")
        return "  ".join(filter(None, parts))[: columns - 1]

    def _draw(self):
        if self.total and self.stream.isatty():
            text = self.line(shutil.get_terminal_size().columns)
            text = text if self.done < self.total else ""  # leave nothing behind
            print(f"\r{text}\x1b[K", end="", file=self.stream, flush=True)

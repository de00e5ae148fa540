"""What an author sees while scripts run."""

import io

from progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Return True."""
        return True


def test_a_terminal_has_one_line():
    """A bar, the count, the time left, what runs; at the end nothing is left of it."""
    stream = Terminal()
    progress = Progress(4, stream)
    progress.begin("examples_nn/one")
    progress.began -= 10  # as if it had taken ten seconds
    progress.end("examples_nn/one")
    progress.begin("examples_nn/two")
    shown = stream.getvalue().split("\r")[-1]
    assert shown == "[######------------------]  1/4  30 s left  examples_nn/two\x1b[K"
    for name in ("two", "three", "four"):
        if name != "two":
            progress.begin(f"examples_nn/{name}")
        progress.end(f"examples_nn/{name}")
    assert stream.getvalue().endswith("\r\x1b[K")
    assert "\n" not in stream.getvalue()


def test_a_line_is_never_wider_than_the_terminal():
    """It would wrap, and could not be written over."""
    progress = Progress(4, Terminal())
    progress.running = {"examples_nn/" + "long" * 40: 0}
    assert len(progress.line(80)) == 79

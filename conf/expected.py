"""The ``#>`` lines of a script: what they say, and whether an output agrees.

All ``#>`` lines of a cell, in order, are what that cell prints, the whole of it. Output
is compared as doctest does it, with ELLIPSIS; a number agrees if it agrees to the
digits that are written, and blanks at the end of a line do not count. The name of an
error must be written out: no ``...`` stands for it.
"""

import doctest
import re
import textwrap

MARK = re.compile(r"^[ \t]*#>(?: (.*)|)\n?", re.M)
NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?(?![\w.]*\w)", re.I
)
ERROR = re.compile(r"\b(?:[A-Z]\w*)?(?:Error|Exception)\b|Traceback(?= \(most recent)")
FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF


def expected_in(code):
    """Return the text of a cell's ``#>`` lines, or None if it has none."""
    lines = [match[1] or "" for match in MARK.finditer(code)]
    return "\n".join(lines) + "\n" if lines else None


def first_line(source, line):
    """Return the number of the first line of a text, from a line on, with words."""
    rest = source.split("\n")[line - 1 :]
    return line + next(n for n, text in enumerate(rest) if text.strip())


def without_marks(code):
    """Return a cell's code without its ``#>`` lines."""
    return MARK.sub("", code).rstrip("\n")


class Checker(doctest.OutputChecker):
    """doctest's checker, with numbers compared to the digits written."""

    def check_output(self, want, got, optionflags):
        """Return whether ``got`` agrees with ``want``."""
        wanted, found = want.split("\n"), got.split("\n")
        if len(wanted) == len(found):
            got = "\n".join(map(_as_written, wanted, found))
        return super().check_output(want, got, optionflags)


def _as_written(want, got):
    """Spell the numbers of a line as in ``want`` where they agree to its digits."""
    numbers = iter(NUMBER.findall(want))

    def spell(match):
        text = next(numbers, match[0])
        mantissa, _, exponent = text.lower().partition("e")
        decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
        near = abs(float(text) - float(match[0])) <= 0.5 * 10.0**-decimals * (1 + 1e-9)
        return text if "." in mantissa and near else match[0]

    return NUMBER.sub(spell, got)


def _tidy(text):
    """Remove what a page does not show: blanks at the end, and around the whole."""
    lines = textwrap.dedent(text).strip("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def complaint(code, printed):
    """Return what is wrong with a cell's output, or an empty string.

    ``printed`` is what the cell printed. The answer is a sentence and a difference,
    line by line, for a terminal.
    """
    want = expected_in(code)
    if want is None:
        if not printed.strip():
            return ""
        return "prints, but has no #> lines; make expected writes them.\n" + cut(
            printed
        )
    want, printed = _tidy(want), _tidy(printed)
    if Checker().check_output(want, printed, FLAGS):
        if not (hidden := set(ERROR.findall(printed)) - set(ERROR.findall(want))):
            return ""
        names = " and ".join(sorted(hidden))
        return f"printed {names}, which the ... of its #> lines may not stand for.\n"
    example = doctest.Example(without_marks(code), want)
    difference = Checker().output_difference(example, printed, FLAGS)
    return f"printed something else than its #> lines say.\n{cut(difference)}"


def cut(text, most=60):
    """Return the first lines of a text, and how many more there are."""
    lines = text.rstrip("\n").split("\n")
    if len(lines) > most:
        lines[most:] = [f"({len(lines) - most} more lines)"]
    return "\n".join(lines) + "\n"

"""Lines of text in any language: how wide they are, and where they may break.

Where a line may break follows the Unicode Line Breaking Algorithm (UAX 14): no comma
begins a line and no opening quotation mark ends one. How wide a character is follows
UAX 11: a Han character takes two columns.
"""

import re
from bisect import bisect_left
from functools import cache
from itertools import pairwise

from uniseg.linebreak import line_break_units
from wcwidth import wcswidth

# Literals, roles, links, formulas and emphasis are not broken, nor words at a hyphen.
WHOLE = (
    re.compile(r"``.+?``(?!`)|(?::[\w:]+:)?`[^`]+`_{0,2}|\$[^$]+\$|\*+[^*]+\*+"),
    re.compile(r"[!-~]+"),
)
MIDDLE = re.compile(
    r"(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]+(?=[\u4e00-\u9fff])"
    r"|(?<=[A-Za-z])[A-Za-z]+(?=[A-Za-z])"
)


@cache
def width(text):
    """Return how many columns of a terminal a text takes."""
    return sum(max(wcswidth(part), 0) for part in re.split("[\0-\x1f]", _tabs(text)))


def _tabs(text):
    return text.expandtabs() if "\t" in text else text


@cache
def units(text):
    """Return the pieces of a text between which a line may break, blanks included."""
    breaks = {0, len(text), *_opportunities(text)}
    for pattern in WHOLE:
        for span in pattern.finditer(text):
            breaks -= set(range(span.start() + 1, span.end()))
    return tuple(text[start:end] for start, end in pairwise(sorted(breaks)))


def _opportunities(text):
    """Return the positions before which UAX 14 lets a line begin.

    uniseg takes 50 microseconds a character. So it is not shown the middle of a run of
    Han characters, where every place is one, nor that of an ASCII word, where none is
    used: what is at their ends depends on no more than two characters inside.
    """
    left_out, breaks = set(), set()
    for span in MIDDLE.finditer(text):
        places = range(span.start(), span.end())
        left_out.update(places)
        if not text[span.start()].isascii():
            breaks.update(places, [span.end()])
    shown = [place for place in range(len(text)) if place not in left_out]
    number = 0
    for unit in line_break_units("".join(text[place] for place in shown)):
        breaks.add(shown[number])
        number += len(unit)
    return breaks


def wrap(text, columns, before="", indent="", after=""):
    """Return the lines of a text, none wider than ``columns`` where that can be.

    ``before`` is what stands before the text, ``indent`` before each further line, and
    ``after`` behind the last.
    """
    return _lines(_rows(_pieces(text, before, after), columns, indent), indent)


def wrap_into(text, number, columns, before="", indent="", after=""):
    """Return the lines of a text: ``number`` of them, of even length, if they fit.

    A listing whose comments keep their number of lines keeps its line numbers.
    """
    pieces = _pieces(text, before, after)
    narrow = bisect_left(
        range(columns), True, key=lambda n: len(_rows(pieces, n, indent)) <= number
    )
    rows = _rows(pieces, narrow, indent)
    while len(rows) < min(number, len(pieces)):
        place = max(range(len(rows)), key=lambda n: len(rows[n]))
        middle = len(rows[place]) // 2
        rows[place : place + 1] = rows[place][:middle], rows[place][middle:]
    return _lines(rows, indent)


def _pieces(text, before, after):
    pieces = [*units(text)] or [""]
    pieces[0] = before + pieces[0]
    pieces[-1] += after
    return pieces


def _rows(pieces, columns, indent):
    """Distribute pieces over lines, as many on each as there is room for."""
    rows, taken = [[]], 0
    for piece in pieces:
        if rows[-1] and taken + width(piece.rstrip()) > columns:
            rows.append([])
            taken = width(indent)
        rows[-1].append(piece)
        taken += width(piece)
    return rows


def _lines(rows, indent):
    first, *others = ("".join(row).rstrip() for row in rows)
    return [first, *(indent + line for line in others)]

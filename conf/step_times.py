"""The page ``how_fast`` shows measured times as a table, and ratios as a figure.

- the directive ``step-times``: a row for each size; columns for a GPU are there if one
  was measured. With ``compiled`` or ``float64``, it compares that with plain eager;
- the directive ``speedups``: how many times as fast the GPU is, by size.
"""

from html import escape
from math import log10

from docutils import nodes
from measured import (
    FASTER,
    LAUNCH,
    LAUNCH_IN_GRAPH,
    OWN,
    digits,
    load,
    modelled,
    on_gpu,
)
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective

COMPARED = {"compiled": ("compiled", "float32"), "float64": ("eager", "float64")}


def threads_of(found):
    """Return a word for each number of threads measured, and what it is called."""
    number = found.all_threads
    others = {"all": _("all %d threads") % number} if number > 1 else {}
    return {"one": _("one thread"), **others}


def milliseconds(value):
    """Return a time as a cell."""
    return digits(value * 1e3, 3)


# -- Tables ------------------------------------------------------------------------


def all_columns(found):
    """Return the columns of the large table: each head with a function of a size."""
    threads, columns = threads_of(found), {}
    has_gpu = bool(found.machine["gpu"])
    for key, name in threads.items():
        columns[f"CPU · {name}"] = lambda *size, key=key: milliseconds(
            found.cpu(*size, key)
        )
    for head, launch in {
        _("GPU, a model"): LAUNCH,
        _("as a CUDA graph, a model"): LAUNCH_IN_GRAPH,
    }.items():
        columns[head] = lambda *size, launch=launch: milliseconds(
            modelled(*size, launch)
        )
    if has_gpu:
        for head, what in {
            _("GPU, measured"): ("eager", "float32"),
            _("as a CUDA graph, measured"): ("graph", "float32"),
            _("GPU with TF32, measured"): ("eager", "tf32"),
            _("as a CUDA graph with TF32, measured"): ("graph", "tf32"),
        }.items():
            columns[head] = lambda *size, what=what: milliseconds(
                found.gpu(*size, *what)
            )
    speedup = _("speedup, measured") if has_gpu else _("speedup in the model")
    for key, name in threads.items():
        columns[f"{speedup} · {name}"] = lambda *size, key=key: digits(
            found.ratio(*size, key)
        )
    return columns


def compared_columns(found, name):
    """Return the columns of a table that compares something with plain eager."""
    columns = {}
    for key, threads in threads_of(found).items():
        for word, what in (("eager", ()), (name, COMPARED[name])):
            columns[f"{word} · {threads}"] = lambda *size, key=key, what=what: (
                milliseconds(found.cpu(*size, key, *what))
            )
    return columns


class StepTimes(SphinxDirective):
    """``{step-times}``, or ``{step-times} compiled``."""

    optional_arguments = 1

    def run(self):
        """Return the table; its heads are translated already."""
        try:
            found = load(self.env)
            name = self.arguments[0] if self.arguments else None
            sizes = found.sizes(*COMPARED[name] if name else ())
            columns = compared_columns(found, name) if name else all_columns(found)
            rows = [
                [*map(str, size), *(cell(*size) for cell in columns.values())]
                for size in sizes
            ]
        except (OSError, KeyError, ValueError) as error:
            raise self.error(f"step-times: {type(error).__name__}: {error}") from None
        heads = ["N", "H", *columns]
        group = nodes.tgroup("", cols=len(heads))
        group += [nodes.colspec(colwidth=1) for _head in heads]
        group += nodes.thead("", _row(heads))
        group += nodes.tbody("", *map(_row, rows))
        return [nodes.table("", group, classes=["measured"])]


def _row(texts):
    cells = (nodes.paragraph("", text, translatable=False) for text in texts)
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


# -- The figure --------------------------------------------------------------------

LEFT, RIGHT, TOP, BOTTOM = 34, 322, 8, 172
FIRST, LAST = (3.5, -0.05), (8, 3.05)  # powers of ten at the ends of both axes
POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def place(size, ratio):
    """Return the coordinates of a point on the two logarithmic axes."""
    x = LEFT + (log10(size) - FIRST[0]) / (LAST[0] - FIRST[0]) * (RIGHT - LEFT)
    y = BOTTOM - (log10(ratio) - FIRST[1]) / (LAST[1] - FIRST[1]) * (BOTTOM - TOP)
    return round(x, 1), round(y, 1)


def text(x, y, words, kind=""):
    """Return a word of the figure."""
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x}" y="{y}">{escape(words)}</text>'


def axes():
    """Return both axes with their ticks, and the two lines that matter."""
    ticks, words = f"M{LEFT} {TOP}V{BOTTOM}H{RIGHT}", []
    for power in range(4, 8):
        x, _y = place(10**power, 1)
        ticks += f"M{x} {BOTTOM}v4"
        words.append(text(x, BOTTOM + 16, f"10{POWERS[power]}"))
    for power in range(4):
        _x, y = place(1, 10**power)
        ticks += f"M{LEFT} {y}h-4"
        words.append(text(LEFT - 7, y + 4, str(10**power), "end"))
    x, y = place(OWN[0] * OWN[1], FASTER)
    words += [
        text((LEFT + RIGHT) / 2, BOTTOM + 34, "N * H"),
        text(RIGHT, y + 14, str(FASTER), "end"),
        text(x + 4, TOP + 6, f"{OWN[0]} * {OWN[1]}", "start"),
    ]
    lines = f"M{LEFT} {y}H{RIGHT}M{x} {TOP}V{BOTTOM}"
    return f'<path class="axes" d="{ticks}"/><path class="lines" d="{lines}"/>', words


def figure(found):
    """Return the figure as HTML."""
    threads = threads_of(found)
    drawing, words = axes()
    for number, (key, name) in enumerate(threads.items()):
        marks, y = "", BOTTOM - 14 - 18 * number
        points = [place(N * H, found.ratio(N, H, key)) for N, H in found.sizes()]
        for x, y_of in [*points, (200, y)]:  # the last is for the legend
            marks += (
                f"M{x - 4} {y_of}h8m-4-4v8"
                if key == "one"
                else f"M{x - 3.5} {y_of}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0"
            )
        drawing += f'<path class="{key}" d="{marks}"/>'
        words.append(text(210, y + 4, name, "prose"))
    title = _("How many times as fast as the CPU the GPU is, by size")
    description = _(
        "Marks for {count} sizes, on logarithmic axes: N times H, and how many times "
        "as fast. They rise from {own} at the network's own size, cross a dashed line "
        "at {faster}, and level off."
    )
    own = digits(found.ratio(*OWN, "all"))
    description = description.format(count=len(found.sizes()), own=own, faster=FASTER)
    caption = _("50 times begins far from the network's own size (the GPU: {gpu})")
    caption = caption.format(gpu=on_gpu(found))
    return (
        '<figure class="speedups">\n'
        '<svg viewBox="0 0 328 210" role="img"'
        ' aria-labelledby="speedups-title speedups-desc">\n'
        f'<title id="speedups-title">{escape(title)}</title>\n'
        f'<desc id="speedups-desc">{escape(description)}</desc>\n'
        f"{drawing}\n{''.join(words)}\n</svg>\n"
        f"<figcaption>{escape(caption)}</figcaption>\n</figure>"
    )


class Speedups(SphinxDirective):
    """``{speedups}``."""

    def run(self):
        """Return the figure, in the language of the build."""
        try:
            return [nodes.raw("", figure(load(self.env)), format="html")]
        except (OSError, KeyError, ValueError) as error:
            raise self.error(f"speedups: {type(error).__name__}: {error}") from None


def setup(app):
    """Add the directives."""
    app.add_directive("step-times", StepTimes)
    app.add_directive("speedups", Speedups)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

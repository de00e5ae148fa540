"""Draw the network of the examples as SVG: values, arrows, and who computes what.

A drawing has classes and no colours; those are in ``static/diagrams.css``. A step of
training runs round like a clock: the forward pass above, the loss on the right, the
gradients back below, and from them the update, up to the weights.
"""

from html import escape
from typing import NamedTuple

from wrapping import width

LEFT, WIDTH = -4, 328
CODE, PROSE = 7.2, 5.8  # how wide a character is, of the 12 units of a line
TURN = 8  # the radius of a corner

# The middle of each value, on a grid.
PLACES = {
    **{"x": (8, 44), "h": (79, 44), "h_relu": (164, 44), "y_pred": (274, 44)},
    **{"w1": (38, 88), "w": (164, 88), "w2": (222, 88), "loss": (274, 88)},
    **{"grad_w1": (38, 134), "grad_w": (164, 134), "grad_w2": (222, 134)},
    **{"grad_h": (79, 178), "grad_h_relu": (164, 178), "grad_y_pred": (274, 178)},
    **{"y": (310, 44), "again": (122, 44), "grad_again": (190, 178)},
}
WEIGHTS = ("w1", "w2", "w")  # each is a box; w is the dynamic net's alone
JOINTS = ("again", "grad_again")  # where its middle layer's arrows meet others

# What is computed, and the arrows to it: from value to value, or over points. An arrow
# that ends in a point joins another one and has no head.
ARROWS = {
    "h": [("x", "h"), ("w1", (38, 44))],
    "h_relu": [("h", "h_relu")],
    "y_pred": [("h_relu", "y_pred"), ("w2", (222, 44))],
    "loss": [("y_pred", "loss"), ("y", (310, 88), "loss")],
    "grad_y_pred": [("loss", "grad_y_pred")],
    "grad_w2": [((222, 178), "grad_w2")],
    "grad_h_relu": [("grad_y_pred", "grad_h_relu")],
    "grad_h": [("grad_h_relu", "grad_h")],
    "grad_w1": [("grad_h", (38, 178), "grad_w1")],
    "w1": [("grad_w1", "w1")],
    "w2": [("grad_w2", "w2")],
    # The dynamic net's middle layer: round from h_relu to h_relu, and back.
    "middle": [((180, 53), (180, 66), (164, 66)), ("w", (164, 66))],
    "middle_relu": [((164, 66), (122, 66), "again")],
    "grad_middle": [((138, 178), (138, 157), (190, 157), "grad_again")],
    "grad_w": [((164, 157), "grad_w")],
    "w": [("grad_w", "w")],
}
HEADS = {
    (1, 0): "l-7-4v8z",
    (-1, 0): "l7-4v8z",
    (0, 1): "l-4-7h8z",
    (0, -1): "l-4 7h8z",
}
WHO = ("you", "nn", "function", "graph", "autograd", "optimizer")
DOUBLE = ("nn", "function")  # lines with another one inside


class Net(NamedTuple):
    """How one example trains the network.

    ``who`` says who computes each value, and ``names`` what the script calls it; a
    value without a name is a dot. ``labels`` are other words of the script: two
    coordinates, the word, and whose it is, if anyone's. ``frame`` is a rectangle and
    its name.
    """

    who: dict
    names: dict
    labels: tuple = ()
    frame: tuple = ()


class Drawing:
    """Collects lines, heads and words, each under who computes them."""

    def __init__(self):
        self.lines, self.heads, self.words = {}, {}, {}
        self.shapes, self.marks = [], {}

    def arrow(self, who, points, has_head=True):
        """Draw straight lines from point to point, with round corners."""
        line = "M{} {}".format(*points[0])
        for here, corner, then in zip(points, points[1:], points[2:], strict=False):
            step, next_step = _step(here, corner), _step(corner, then)
            line += _line(_moved(corner, step, -TURN), step)
            end = _moved(corner, next_step, TURN)
            line += "Q{} {} {} {}".format(*corner, *end)
        step = _step(*points[-2:])
        line += _line(_moved(points[-1], step, -5 * has_head), step)
        self.lines[who] = self.lines.get(who, "") + line
        if has_head:
            head = "M{} {}".format(*points[-1]) + HEADS[step]
            self.heads[who] = self.heads.get(who, "") + head

    def mark(self, kind, x, y, long=0):
        """Draw a dot, or a short bar: a value without a name, or with one."""
        mark = f"M{x - long // 2} {y}h{long}"
        self.marks[kind] = self.marks.get(kind, "") + mark

    def frame(self, x, y, wide, high, kind="frame"):
        """Draw a rectangle with round corners."""
        size = f'width="{wide}" height="{high}" rx="{4 if wide < 60 else 8}"'
        self.shapes.append(f'<rect class="{kind}" x="{x}" y="{y}" {size}/>')

    def text(self, x, y, text, who="", kind=""):
        """Write a word, in the colour of whose it is; ``kind`` is its class."""
        kind = f' class="{kind}"' if kind else ""
        element = f'<text{kind} x="{x}" y="{y + 4}">{escape(text)}</text>'
        self.words[who] = self.words.get(who, "") + element

    def legend(self, words, y):
        """Say what each kind of line means, and return the drawing's bottom."""
        x = LEFT + 4
        for who in [key for key in (*WHO, "dots") if key in self.lines | self.marks]:
            text = str(words[who])
            end = x + 30 + round(PROSE * width(text))
            if end > LEFT + WIDTH and x > 0:
                x, y, end = LEFT + 4, y + 20, end - x
            if who == "dots":
                self.mark(who, x + 12, y)
            else:
                self.arrow(who, [(x, y), (x + 25, y)])
            self.text(x + 30, y, text, kind="prose")
            x = end + 14
        return y + 10

    def svg(self, makes=None):
        """Return what has been drawn; ``makes`` are the values of each who."""
        parts = [*self.shapes]
        for who in [who for who in WHO if who in self.lines]:
            path = self.lines[who]
            what = f' data-makes="{" ".join(makes[who])}"' if makes else ""
            inner = f'<path class="inner" d="{path}"/>' if who in DOUBLE else ""
            parts.append(
                f'<g class="{who}"{what}><path d="{path}"/>{inner}'
                f'<path class="heads" d="{self.heads[who]}"/>'
                f"{self.words.get(who, '')}</g>"
            )
        for kind, path in self.marks.items():
            parts.append(f'<path class="{kind}" d="{path}"/>')
        return "\n".join([*parts, self.words.get("", "")])


def _step(start, end):
    return tuple((b > a) - (b < a) for a, b in zip(start, end, strict=True))


def _moved(point, step, far):
    return tuple(round(a + far * b) for a, b in zip(point, step, strict=True))


def _line(point, step):
    return f"H{point[0]}" if step[0] else f"V{point[1]}"


# -- The network ---------------------------------------------------------------------


def network(net, words=None):
    """Return the inside of an SVG, its top and its bottom.

    ``words`` maps everyone in ``net.who``, and "dots", to a word of the legend; if it
    is empty there is no legend. Without it the picture is for a card, too small for
    words: names are bars.
    """
    drawing, makes, values, top = Drawing(), {}, {}, 24
    if net.frame:
        *sides, name = net.frame
        drawing.frame(*sides)
        top = sides[1] - 8
        if words is not None:
            drawing.text(sides[0] + 12, sides[1], name, kind="name")
    for value, who in net.who.items():
        makes.setdefault(who, []).append(value)
        for way in ARROWS[value]:
            values |= dict.fromkeys(stop for stop in way if stop in PLACES)
            drawing.arrow(who, _points(way, net.names), way[-1] in PLACES)
    for value in [value for value in values if value not in JOINTS]:
        if value in WEIGHTS:
            x, y = PLACES[value]
            drawing.frame(x - 13, y - 12, 26, 24, "box")
        if value not in net.names:
            if value not in WEIGHTS:
                drawing.mark("dots", *PLACES[value])
        elif words is not None:
            drawing.text(*PLACES[value], net.names[value])
        else:
            long = CODE * len(net.names[value]) - 6  # the bar's ends are round
            drawing.mark("bars", *PLACES[value], round(long))
    if words is None:
        return drawing.svg(), 4, 198
    for label in net.labels:
        drawing.text(*label)
    bottom = drawing.legend(words, 220) if words else 206
    return drawing.svg(makes), top, bottom


def _points(way, names):
    """Return the points of an arrow, which keeps clear of the values at its ends."""
    points = [PLACES.get(stop, stop) for stop in way]
    start, end = _step(*points[:2]), _step(*points[-2:])
    points[0] = _moved(points[0], start, _half(way[0], start, names))
    points[-1] = _moved(points[-1], end, -_half(way[-1], end, names))
    return points


def _half(stop, step, names):
    """Return how far from its middle a value ends, and a little more."""
    if not isinstance(stop, str):
        return 0
    if stop in JOINTS:
        return 2
    if stop in WEIGHTS:
        return 13
    if stop not in names:
        return 7
    return 4 + CODE * len(names[stop]) / 2 if step[0] else 11


# -- Static and dynamic --------------------------------------------------------------

STEPS = {"t=0": 120, "t=1": 182, "…": 228, "t=499": 290}


def static_and_dynamic(words):
    """Return the inside of an SVG, its top and its bottom.

    It shows one graph for all steps, and below it a graph for each.
    ``words`` has, beside those of the legend, a word for a dynamic graph, for what is
    done "once" and for what is "run" and "recorded" 500 times.
    """
    drawing = Drawing()
    for y, name in ((16, "graph"), (136, "dynamic")):
        drawing.text(0, y, str(words[name]), kind="prose strong")
        for step, x in STEPS.items():
            drawing.text(x, y, step)
    _graph(drawing, "you", 26, 68)
    drawing.arrow("graph", [(54, 68), (290, 68)], has_head=False)
    for x in (x for step, x in STEPS.items() if step[0] == "t"):
        drawing.arrow("graph", [(x, 68), (x, 30)])
        drawing.arrow("you", [(x, 148), (x, 166)])
        _graph(drawing, "autograd", x, 190)
    for x, y, name in ((0, 104, "once"), (94, 104, "run"), (94, 226, "recorded")):
        drawing.text(x, y, str(words[name]), kind="prose")
    bottom = drawing.legend(words, 256)
    return drawing.svg(), 6, bottom


def _graph(drawing, who, x, y):
    """Draw a graph as small as a sign."""
    drawing.frame(x - 26, y - 22, 52, 44)
    top, low = y - 9, y + 9
    for side in (x - 9, x + 9):
        drawing.arrow(who, [(side, low), (side, top)], has_head=False)
    drawing.arrow(who, [(x - 18, top), (x + 18, top)], has_head=False)
    for place in ((x - 18, top), (x, top), (x + 18, top), (x - 9, low), (x + 9, low)):
        drawing.mark("nodes", *place)

"""Each diagram says what its script says: who computes what, and under which name."""

import ast
import re
import subprocess
import sys
from collections import Counter
from xml.etree import ElementTree

import diagrams
import pytest
from drawing import ARROWS, DOUBLE, WHO

from tests.conftest import EXAMPLES, ROOT

LIMIT = 3000  # bytes
PATHS = {path.rpartition("/")[2]: path for path in EXAMPLES}
NAMES = [*PATHS, diagrams.GRAPHS]


def parsed(name):
    return ElementTree.fromstring(diagrams.svg(name, "own"))


class Script:
    """A script up to the end of its training loop."""

    def __init__(self, name):
        path = ROOT / "gallery" / f"{PATHS[name]}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        walk = list(ast.walk(tree))
        self.loop = next(
            node
            for node in walk
            if isinstance(node, ast.For) and ast.unparse(node.iter) == "range(500)"
        )
        tree.body = [n for n in tree.body if n.lineno <= self.loop.lineno]
        self.nodes = list(ast.walk(tree))
        self.code = ast.unparse(tree)
        self.classes = {
            node.name: ast.unparse(node.bases[0]).rpartition(".")[2]
            for node in self.nodes
            if isinstance(node, ast.ClassDef)
        }
        self.graph = [
            node
            for node in self.nodes
            if isinstance(node, ast.With)
            and ast.unparse(node.items[0].context_expr) == "graph.as_default()"
        ]
        self.forward = [
            method
            for node in self.nodes
            if isinstance(node, ast.ClassDef) and self.classes[node.name] == "Module"
            for method in node.body
            if getattr(method, "name", "") == "forward"
        ]

    def assigned(self, *places):
        """Return the names to which these parts of the script assign, with values."""
        found = {}
        for node in (node for place in places for node in ast.walk(place)):
            if isinstance(node, ast.Assign):
                for target in ast.walk(node.targets[0]):
                    if isinstance(target, ast.Name):
                        found[target.id] = node.value
        return found

    def calls(self, place, function):
        """Return whether a part of the script calls a function."""
        return any(
            isinstance(node, ast.Call) and ast.unparse(node.func).endswith(function)
            for node in ast.walk(place)
        )

    def who(self, value):
        """Return who computes a value, as far as the script says."""
        if value.startswith("grad_"):
            return self.who_of_gradient(value)
        if value in ("w1", "w2", "w"):
            return self.who_of_update(value)
        if value == "middle":  # the loop in the model's forward
            (loop,) = (n for n in ast.walk(*self.forward) if isinstance(n, ast.For))
            return "nn" if "self.middle_linear(h_relu)" in ast.unparse(loop) else None
        if self.graph:
            return "graph" if value in self.assigned(*self.graph) else None
        value = "h_relu" if value == "middle_relu" else value
        expression = self.assigned(self.loop, *self.forward).get(value)
        if isinstance(expression, ast.Call):
            owner = ast.unparse(expression.func).partition(".")[0]
            if self.classes.get(owner) == "Function":
                return "function"
            if owner in ("model", "loss_fn", "self"):
                return "nn"
        return "you" if expression else "nn"

    def who_of_gradient(self, value):
        """Return who computes a gradient."""
        if value in self.assigned(self.loop):
            return "you"
        if self.graph:
            return "graph" if self.calls(self.graph[0], "tf.gradients") else None
        if value == "grad_h" and self.who("h_relu") == "function":
            return "function"
        return "autograd" if self.calls(self.loop, "loss.backward") else None

    def who_of_update(self, value):
        """Return who changes a weight."""
        changed = {
            ast.unparse(node.target)
            for node in ast.walk(self.loop)
            if isinstance(node, ast.AugAssign)
        }
        if changed & {value, "param"}:
            return "you"
        if self.graph:
            is_there = f"{value}.assign_sub" in ast.unparse(self.graph[0])
            return "graph" if is_there else None
        return "optimizer" if self.calls(self.loop, "optimizer.step") else None

    def own_names(self):
        """Return all names that the script gives to something."""
        return {
            node.id if isinstance(node, ast.Name) else node.arg
            for node in self.nodes
            if isinstance(node, ast.Name | ast.arg)
        }


# -- What they say -------------------------------------------------------------------


def test_every_example_has_its_diagram():
    """There are nine, and one of two kinds of graphs; each has all its texts."""
    assert list(diagrams.NETS) == list(PATHS)
    for texts in diagrams.titles(), diagrams.descriptions(), diagrams.captions():
        assert list(texts) == NAMES
        assert len(set(map(str, texts.values()))) == len(NAMES)


@pytest.mark.parametrize("name", PATHS)
def test_who_computes_a_value_is_what_the_script_says(name):
    """A value is yours if a line of the training loop computes it, and only then."""
    script, who = Script(name), diagrams.NETS[name].who
    assert who == {value: script.who(value) for value in who}
    extra = set(ARROWS) - set(who)
    assert extra == (set() if name == "dynamic_net" else set(list(ARROWS)[11:]))


def test_by_hand_there_are_eleven_results_and_later_fewer():
    """The numbers of the captions, and the story of the nine: less and less to do."""
    yours = [
        Counter(diagrams.NETS[name].who.values())["you"]
        for name in PATHS
        if name not in ("tf_two_layer_net", "dynamic_net")
    ]
    assert yours == [11, 11, 6, 5, 2, 0, 1]
    assert Counter(diagrams.NETS["two_layer_net_autograd"].who.values()) == {
        "you": 6,
        "autograd": 5,
    }
    assert set(diagrams.NETS["tf_two_layer_net"].who.values()) == {"graph"}


@pytest.mark.parametrize("name", PATHS)
def test_words_in_a_diagram_are_words_of_the_script(name):
    """What has a name has it in the script, and what is a dot has none there."""
    net, script = diagrams.NETS[name], Script(name)
    labels = [label[2] for label in net.labels]
    words = [*net.names.values(), *labels, *net.frame[4:]]
    for word in words:
        if word == "ReLU":
            assert re.search(r"relu|maximum", script.code, re.I)
        elif word == diagrams.TIMES:
            assert "random.randint(0, 3)" in script.code
        else:
            assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", script.code), word
    nameless = {value for value in net.who if value not in net.names}
    assert not nameless & script.own_names()


# -- How they are drawn --------------------------------------------------------------


@pytest.mark.parametrize("name", PATHS)
def test_every_arrow_is_drawn_as_who_computes_it(name):
    """A group for each who, with as many lines and heads, and a legend."""
    net, words = diagrams.NETS[name], diagrams.legend()
    groups = {group.get("class"): group for group in parsed(name).iter("g")}
    assert set(groups) == set(net.who.values())
    texts = [text.text for text in parsed(name).iter("text")]
    for who, group in groups.items():
        values = group.get("data-makes").split()
        assert values == [value for value in net.who if net.who[value] == who]
        ways = [way for value in values for way in ARROWS[value]]
        lines, *inner, heads = (path.get("d") for path in group.findall("path"))
        assert lines.count("M") == len(ways) + 1  # and the one of the legend
        assert heads.count("M") == 1 + sum(isinstance(way[-1], str) for way in ways)
        assert inner == ([lines] if who in DOUBLE else [])
        assert texts.count(words[who]) == 1


def test_a_kind_of_line_does_not_depend_on_its_colour():
    """In the style sheet, each who has a pattern of its own."""
    css = (ROOT / "conf" / "static" / "diagrams.css").read_text(encoding="utf-8")
    patterns = set()
    for who in WHO:
        rules = re.findall(rf"\.diagram \.{who} (path|\.inner)[^{{]*{{([^}}]*)}}", css)
        patterns.add(tuple(sorted((what, "".join(r.split())) for what, r in rules)))
    assert len(patterns) == len(WHO)


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_is_small_and_has_no_style(name):
    """Under 3 kB, well formed, whole numbers, and nothing that a policy forbids."""
    for text in (diagrams.svg(name, "diagram-1"), *cards(name)):
        assert len(text.encode()) < LIMIT
        for element in ElementTree.fromstring(text).iter():
            assert element.tag != "style"
            assert not {"style", "fill", "stroke"} & set(element.keys())
            for key in ("x", "y", "width", "height", "d", "viewBox"):
                assert "." not in element.get(key, "")


@pytest.mark.parametrize("name", PATHS)
def test_nothing_is_outside_the_picture(name):
    """Every word is inside, and no two words overlap."""
    picture = parsed(name)
    left, top, wide, high = map(int, picture.get("viewBox").split())
    boxes = []
    for text in picture.iter("text"):
        x, y = int(text.get("x")), int(text.get("y"))
        long = 7.2 * len(text.text)
        start = x if text.get("class") else x - long / 2
        if text.get("class") != "prose":
            boxes.append((start, start + long, y, text.text))
        assert left <= start
        assert start + long <= left + wide or text.get("class") == "prose"
        assert top + 9 <= y <= top + high - 3
    for number, (start, end, y, word) in enumerate(boxes):
        for other in boxes[:number]:
            apart = abs(y - other[2]) >= 12 or start >= other[1] or other[0] >= end
            assert apart, (word, other)


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_is_named_and_described(name):
    """Title and description are there, with ids of the diagram's own."""
    picture = parsed(name)
    title, description = picture[:2]
    assert (title.tag, description.tag) == ("title", "desc")
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby").split() == [
        title.get("id"),
        description.get("id"),
    ]
    assert {e.get("id") for e in picture.iter()} == {None, "own-title", "own-desc"}
    assert title.text == diagrams.titles()[name]
    assert description.text == diagrams.descriptions()[name]


def cards(name):
    return [] if name == diagrams.GRAPHS else [diagrams.svg(name)]


@pytest.mark.parametrize("name", PATHS)
def test_the_picture_of_a_card_has_no_words(name):
    """It has the same arrows, and stands beside a title that says what it is."""
    picture = ElementTree.fromstring(diagrams.svg(name))
    assert picture.get("aria-hidden") == "true"
    assert not "".join(picture.itertext()).strip()
    groups = {group.get("class") for group in picture.iter("g")}
    assert groups == set(diagrams.NETS[name].who.values())


@pytest.mark.parametrize("name", NAMES)
def test_all_words_are_translated(name, monkeypatch):
    """Nothing is fixed when the module is loaded; what stays English is code."""
    monkeypatch.setattr(diagrams, "_", lambda text: re.sub("[A-Za-z]", "字", text))
    picture = parsed(name)
    for element in picture.iter():
        if element.get("class") in ("prose", "prose strong") or element in picture[:2]:
            assert "字" in element.text or element.text in ("nn", "autograd")
    assert "字" in diagrams.captions()[name]


# -- On pages ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a small project's pages: in both kinds of markup, and with a mistake."""
    folder = tmp_path_factory.mktemp("project")
    pages = {
        "conf.py": f"import sys\nsys.path.insert(0, {str(ROOT / 'conf')!r})\n"
        "extensions = ['myst_parser', 'diagrams']\n"
        f"html_static_path = [{str(ROOT / 'conf' / 'static')!r}]\n",
        "index.rst": "Title\n=====\n\n.. diagram:: dynamic_net\n\n"
        f".. diagram:: {diagrams.GRAPHS}\n\n.. toctree::\n\n   myst\n   wrong\n",
        "myst.md": "# Title\n\n```{diagram} two_layer_net_numpy\n```\n",
        "wrong.rst": "Title\n=====\n\n.. diagram:: nonsense\n",
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", str(folder), str(folder / "html")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    pages = {
        page.stem: page.read_text(encoding="utf-8")
        for page in folder.glob("html/*.html")
    }
    return pages, run.stderr


def test_the_directive_writes_a_figure(built):
    """In reST and in MyST; two on a page have different ids."""
    pages, _ = built
    own = re.findall(r'<title id="([\w-]+)-title">', pages["index"])
    assert own == ["diagram-1", "diagram-2"]
    for name, number in (("dynamic_net", 1), (diagrams.GRAPHS, 2)):
        assert diagrams.svg(name, f"diagram-{number}") in pages["index"]
        assert f"<figcaption>{diagrams.captions()[name]}</fig" in pages["index"]
    assert diagrams.svg("two_layer_net_numpy", "diagram-1") in pages["myst"]


def test_a_wrong_name_is_refused(built):
    """The message says what there is."""
    _, messages = built
    assert "wrong.rst:4" in messages
    assert "no diagram 'nonsense'; there are: two_layer_net_numpy, " in messages


@pytest.mark.parametrize("name", PATHS)
def test_every_example_page_shows_its_diagram(pages, name):
    """As written into the page: small, with ids that are unique there, no style."""
    page = pages[f"{PATHS[name]}.html"]
    figure = page.select_one("figure.diagram:has([data-makes])")
    assert len(str(figure.svg).encode()) < LIMIT
    assert figure.figcaption.get_text()
    assert not page.select("figure.diagram [style], figure.diagram style")
    ids = Counter(element["id"] for element in page.select("[id]"))
    for key in figure.svg["aria-labelledby"].split():
        assert ids[key] == 1
    who = diagrams.NETS[name].who
    for group in figure.select("g"):
        for value in group["data-makes"].split():
            assert group["class"] == [who[value]]

"""What pages show of scripts is what the scripts say, and nothing has been pasted."""

import ast
import posixpath
import re

import diagrams
import pytest
from bs4 import BeautifulSoup

from tests.conftest import COMPARISONS, EXAMPLES, FURTHER, GALLERY, ROOT, code_shown

LOSS = re.compile(r"^(?: 99|199|299|399|499) \d\S+", re.M)


def source(example):
    return (ROOT / "gallery" / f"{example}.py").read_text(encoding="utf-8")


def statements(text):
    """Return the code of a text as a list of statements: no format, no docstring."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body[0].value.value = ""
    return [ast.unparse(node) for node in tree.body]


def code_blocks(article):
    return [
        code_shown(block)
        for block in article.select("div.highlight pre")
        if not block.find_parent(class_="sphx-glr-script-out")
        and block.find_parent(class_=re.compile("highlight-(?i:python|default)"))
    ]


def outputs(article):
    return [out.get_text() for out in article.select(".sphx-glr-script-out pre")]


@pytest.mark.parametrize("example", GALLERY)
def test_a_page_shows_the_whole_script(pages, example):
    """The code on the page, put together, is the script's code; no ``#>`` line is."""
    blocks = code_blocks(pages[f"{example}.html"].find("article"))
    _, *code = statements(source(example))
    assert statements("\n".join(blocks)) == code
    assert "#>" in source(example)
    assert not [block for block in blocks if "#>" in block]


def test_the_tutorial_has_nine_listings_each_followed_by_its_output(pages):
    """Listings and outputs come in teaching order and from the scripts' own pages."""
    article = pages["pytorch_with_examples.html"].find("article")
    listings, printed = code_blocks(article), outputs(article)
    assert len(listings) == len(printed) == len(EXAMPLES)
    for example, listing, output in zip(EXAMPLES, listings, printed, strict=True):
        own = pages[f"{example}.html"].find("article")
        code = statements(source(example))[1:]
        shown = statements(listing)
        assert shown == code[: len(shown)], example
        assert "for t in range(500)" in listing, example
        assert "plt." not in listing, example
        assert "#>" not in listing, example
        assert output.strip() in "".join(outputs(own)), example
        assert len(LOSS.findall(output)) == 5, example


def test_each_listing_links_to_its_page_and_downloads(pages):
    """Below each listing: the page of the example, its notebook and its script."""
    lines = pages["pytorch_with_examples.html"].select("p.example-links")
    found = []
    for line in lines:
        page, notebook, script = (a["href"] for a in line.find_all("a"))
        assert notebook.startswith("_downloads/")
        name = page.removesuffix(".html").rpartition("/")[2]
        assert notebook.endswith(f"/{name}.ipynb")
        assert script.endswith(f"/{name}.py")
        found.append(page.removesuffix(".html"))
    assert found == EXAMPLES


def test_the_ladder_is_made_of_lines_of_the_scripts(pages):
    """Nine rows; every line of code in a row is a line of that row's script."""
    rows = pages["index.html"].select("table.ladder tbody tr")
    assert len(rows) == len(EXAMPLES)
    for example, row in zip(EXAMPLES, rows, strict=True):
        assert row.find("a")["href"] == f"{example}.html"
        lines = [line.strip() for line in source(example).split("\n")]
        cells = row.find_all("td")[1:4]
        for cell in cells:
            shown = [code.get_text().strip() for code in cell.find_all("code")]
            assert shown, (example, cell)
            assert set(shown) <= set(lines), example
    by_hand, with_optim = rows[0], rows[6]
    assert len(by_hand.find_all("td")[2].find_all("code")) == 5
    assert with_optim.find_all("td")[3].get_text().split() == ["optimizer.step()"]


SECTIONS = sorted({path.partition("/")[0] for path in GALLERY})
CARDS = ["pytorch_with_examples.html", *(f"{each}/index.html" for each in SECTIONS)]


def cards_of(pages, name):
    """Return the cards of a page, each with its example."""
    cards = {}
    for card in pages[name].select("ul.cards > li"):
        address = posixpath.join(posixpath.dirname(name), card.find("a")["href"])
        cards[address.removesuffix(".html")] = card
    return cards


@pytest.mark.parametrize("name", CARDS)
def test_the_picture_of_a_card_is_the_diagram_or_else_the_figure(pages, name):
    """A diagram without words, or what the example has drawn, as an image."""
    cards = cards_of(pages, name)
    assert cards
    for example, card in cards.items():
        picture = card.select_one(".picture")
        if example in EXAMPLES:
            drawn = diagrams.svg(example.rpartition("/")[2])
            assert elements(picture) == elements(BeautifulSoup(drawn, "html.parser"))
            assert picture.get_text(strip=True) == ""
            assert picture.svg["aria-hidden"] == "true"
        else:
            assert example in COMPARISONS + FURTHER
            assert not picture.find("svg")
            assert f"_{example.rpartition('/')[2]}_thumb" in picture.img["src"]


def elements(tree):
    return [(element.name, element.attrs) for element in tree.find_all()]


def styles_of(pages, site, name):
    """Return all rules of a page, whether they stand in it or in files of its own."""
    rules = [style.get_text() for style in pages[name].find_all("style")]
    for link in pages[name].select("link[rel=stylesheet]"):
        path = posixpath.join(posixpath.dirname(name), link["href"].partition("?")[0])
        rules.append((site / path).read_text(encoding="utf-8"))
    return "".join(rules)


@pytest.mark.parametrize("name", CARDS)
def test_a_page_loads_the_style_of_its_cards(pages, site, name):
    """Each kind of line has its rule."""
    kinds = {
        group["class"][0]
        for card in cards_of(pages, name).values()
        for group in card.select("svg.diagram g")
    }
    without = ("examples_compare/index.html", "examples_further/index.html")
    assert bool(kinds) == (name not in without)
    rules = styles_of(pages, site, name)
    found = set(re.findall(r"\.diagram \.(\w+)(?= ?[,{])", rules))
    assert kinds <= found


def library_names(text):
    """Return all dotted names in a script that begin with an imported library."""
    tree = ast.parse(text)
    modules = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    inner = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    return {
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and id(node) not in inner
        and re.fullmatch(r"[\w.]+", ast.unparse(node))
        and ast.unparse(node).partition(".")[0] in modules
    }


# "Then and now" shows names that are gone; there is nothing to link them to.
@pytest.mark.parametrize("example", [*EXAMPLES, *COMPARISONS[:-1], *FURTHER])
def test_every_library_function_links_to_its_documentation(pages, example):
    """Each name of a library in the code is a link to that library's own site."""
    hosts = {
        "np": "https://numpy.org/",
        "plt": "https://matplotlib.org/",
        "torch": "https://docs.pytorch.org/",
        "dist": "https://docs.pytorch.org/",
        "tf": "https://www.tensorflow.org/",
        "tf1": "https://www.tensorflow.org/",
    }
    # Pygments reads the decorator's "@tf" as one word; the prose links this one.
    in_prose = {"tf.function"}
    article = pages[f"{example}.html"].find("article")
    links = {a.get_text(): a["href"] for a in article.find_all("a", href=True)}
    names = library_names(source(example))
    assert len(names) >= 4
    for name in names:
        library, last = name.partition(".")[0], name.rpartition(".")[2]
        address = links.get(name, "")
        host = hosts.get(library, "https://docs.python.org/")
        assert address.startswith(host), f"{name} has no link"
        if re.fullmatch(r"torch\.(?:b?float|uint)\d+", name):
            assert address.endswith("#torch.dtype")  # it has no entry of its own
        elif name not in in_prose:
            assert address.endswith(f".{last}"), name


def test_methods_of_tensors_link_too(pages):
    """A method called on a variable leads to its class's page; a variable does not."""
    article = pages["examples_autograd/two_layer_net_autograd.html"].find("article")
    links = {a.get_text() for a in article.select("pre a")}
    assert {"item", "grad", "loss.backward", "requires_grad_"} <= links
    assert not links & {"w1", "w2", "x", "loss", "losses"}

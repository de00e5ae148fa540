"""What a reader of a translation downloads is the English program in their language."""

import ast
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import cells
import pytest
from bs4 import BeautifulSoup
from expected import MARK, complaint
from languages import LANGUAGES, SOURCE

from tests.conftest import GALLERY, ROOT, SITE, some_of

RUN = some_of(
    GALLERY,
    "examples_compare/same_numbers",  # changes text of the scripts beside it
    "examples_autograd/two_layer_net_custom_function",  # has docstrings that are run
    "examples_further/functional_gradients",  # has the longest program
)
TRANSLATIONS = [language.folder for language in LANGUAGES if language != SOURCE]


@pytest.fixture(scope="module", params=TRANSLATIONS)
def pages(request):
    """Return the folder of a translated site."""
    return SITE / request.param


def offered(pages, example):
    """Return the files that an example's page offers: notebook and script."""
    page = pages / f"{example}.html"
    tree = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    links = [a["href"] for a in tree.select("article a.download")]
    notebook, script = ((page.parent / link).resolve() for link in links)
    return notebook, script


def original(example):
    return (ROOT / "gallery" / f"{example}.py").read_text(encoding="utf-8")


def statements(text):
    """Return the statements of a program without its docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and (
            ast.get_docstring(node)
        ):
            del node.body[0]
    return [ast.dump(node) for node in tree.body]


@pytest.mark.parametrize("example", GALLERY)
def test_the_script_is_the_same_program(pages, example):
    """The same statements and the same ``#>`` lines, and no line of prose in common."""
    _, script = offered(pages, example)
    text, english = script.read_text(encoding="utf-8"), original(example)
    assert script.name == f"{Path(example).name}.py"
    assert statements(text) == statements(english)
    assert MARK.findall(text) == MARK.findall(english)
    prose = set(re.findall(r"^# [A-Z][a-z]+ [a-z].*", english, re.M))
    assert prose
    assert not prose & set(text.split("\n"))


@pytest.mark.parametrize("example", RUN)
def test_the_script_prints_the_same(pages, example, tmp_path):
    """Alone in a folder, among the other scripts if it reads them.

    That all are the same program is shown above; run are those whose text matters.
    """
    for other in GALLERY:
        _, script = offered(pages, other)
        folder = tmp_path / Path(other).parent
        folder.mkdir(exist_ok=True)
        (folder / script.name).write_bytes(script.read_bytes())
    ran = cells.run(tmp_path / f"{example}.py")
    assert [cell.error for cell in ran if cell.error] == []
    assert sum(1 for cell in ran if cell.output) >= 2
    assert [complaint(cell.code, cell.output) for cell in ran] == [""] * len(ran)


@pytest.mark.parametrize("example", GALLERY)
def test_the_notebook_has_the_code_of_the_script(pages, example):
    """Cell by cell, with comments; and each paragraph of its prose is one line."""
    notebook, script = offered(pages, example)
    held = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(c["source"]) for c in held if c["cell_type"] == "code"]
    assert code == [cell.code.strip("\n") for cell in cells.cells_of(script)]
    paragraphs = 0
    for cell in held:
        if cell["cell_type"] != "markdown":
            continue
        prose = re.sub(r"```sh\n.*?```", "", "".join(cell["source"]), flags=re.S)
        for line, following in pairwise(prose.split("\n")):
            if re.match(r"[\w`*]", line) and not line.startswith(("#", "**")):
                paragraphs += 1
                assert following[:1] in ("", "-", "#", ">"), (line, following)
    assert paragraphs > 3


def test_the_zip_holds_what_is_offered_one_by_one(pages):
    """Scripts and notebooks in this language, and nothing else."""
    (archive,) = (pages / "_downloads").rglob("*.zip")
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None
        held = {name: file.read(name) for name in file.namelist()}
    assert held == {
        f"pytorch_with_examples/{Path(example).parent}/{path.name}": path.read_bytes()
        for example in GALLERY
        for path in offered(pages, example)
    }

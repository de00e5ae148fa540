"""What a reader downloads is the script, and it runs where they put it.

The build has run the scripts themselves. Notebooks and listings have the same syntax
tree, cell by cell, and those are run that could differ all the same.
"""

import ast
import json
import shutil
import zipfile
from pathlib import Path

import cells
import nbformat
import pytest
from bs4 import BeautifulSoup
from expected import complaint
from nbclient import NotebookClient

from tests.conftest import GALLERY, ROOT, code_shown, some_of

NOTEBOOKS_RUN = some_of(
    GALLERY,
    "examples_compare/same_numbers",  # looks for other scripts, and has no __file__
    "examples_further/distributed_training",  # starts processes, out of a kernel
    "examples_autograd/tf_two_layer_net",  # TensorFlow beside Jupyter's event loop
)
LISTINGS_RUN = some_of(
    GALLERY,
    "examples_tensor/two_layer_net_numpy",  # formulas stand in its listing
    "examples_nn/dynamic_net",  # defines a class, and draws from it
    "examples_autograd/two_layer_net_custom_function",  # has docstrings that are run
)


def offered(site, example):
    """Return the files that an example's page offers: notebook and script."""
    page = site / f"{example}.html"
    tree = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    links = [a["href"] for a in tree.select("article a.download")]
    notebook, script = ((page.parent / link).resolve() for link in links)
    return notebook, script


def trees(codes):
    """Return the syntax tree of each cell, as text."""
    found = [ast.dump(ast.parse(code)) for code in codes]
    assert found
    return found


@pytest.mark.parametrize("example", GALLERY)
def test_the_script_offered_is_the_one_in_the_gallery(site, example):
    """Byte for byte, so that what was executed is what is downloaded."""
    _, script = offered(site, example)
    assert script.read_bytes() == (ROOT / "gallery" / f"{example}.py").read_bytes()


@pytest.mark.parametrize("example", GALLERY)
def test_the_notebook_is_the_script_in_readable_cells(site, example):
    """The same code, and prose without a trace of reStructuredText."""
    notebook, script = offered(site, example)
    docstring = ast.parse(script.read_text(encoding="utf-8")).body[0]
    held = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code, prose = (
        ["".join(cell["source"]) for cell in held if cell["cell_type"] == kind]
        for kind in ("code", "markdown")
    )
    assert trees(code) == trees(cell.code for cell in cells.cells_of(script))
    prose = "\n".join(prose)
    title = docstring.value.value.strip().split("\n")[0]
    assert f"# {title}" in prose
    for trace in ("\n.. ", "::\n", "`__\n", ")_", ":math:", ":ref:"):
        assert trace not in prose, trace


def cells_on(page):
    """Return pairs of code and output as a page shows them, in order."""
    pairs = []
    for block in page.select("article div.highlight pre"):
        if block.find_parent(class_="highlight-sh"):
            continue  # what one types, and no part of the script
        if block.find_parent(class_="sphx-glr-script-out"):
            pairs[-1][1] += block.get_text()
        else:
            pairs.append([code_shown(block), ""])
    return pairs


def same(printed, shown):
    """Return whether two outputs agree, but for blanks at the ends of lines."""
    lines = (text.strip("\n").split("\n") for text in (printed, shown))
    return [line.rstrip() for line in next(lines)] == [
        line.rstrip() for line in next(lines)
    ]


@pytest.fixture
def beside_the_others(tmp_path):
    """Return an empty folder; the examples that some scripts read are beside it."""
    for example in GALLERY:
        target = tmp_path / f"{example}.py"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "gallery" / f"{example}.py", target)
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("example", NOTEBOOKS_RUN)
def test_the_notebook_runs_from_top_to_bottom(site, example, beside_the_others):
    """In Jupyter's own kernel, each cell printing what the page shows below it."""
    notebook, _ = offered(site, example)
    document = nbformat.read(notebook, as_version=4)
    where = {"metadata": {"path": str(beside_the_others)}}
    NotebookClient(document, timeout=240, resources=where).execute()
    printed = [
        "".join(out["text"] for out in cell.outputs if out.get("name") == "stdout")
        for cell in document.cells
        if cell.cell_type == "code"
    ]
    page = BeautifulSoup((site / f"{example}.html").read_text("utf-8"), "html.parser")
    shown = [output for _, output in cells_on(page)]
    assert len(printed) == len(shown)
    assert any(shown)
    for one, other in zip(printed, shown, strict=True):
        assert same(one, other), (one, other)
    assert list(beside_the_others.iterdir()) == []


@pytest.mark.parametrize("example", GALLERY)
def test_the_page_shows_the_script_and_what_it_prints(site, example):
    """Cell by cell the same syntax tree, and an output that fits the ``#>`` lines."""
    page = BeautifulSoup((site / f"{example}.html").read_text("utf-8"), "html.parser")
    shown = cells_on(page)
    of_script = cells.cells_of(ROOT / "gallery" / f"{example}.py")
    assert trees(code for code, _ in shown) == trees(cell.code for cell in of_script)
    for cell, (_, output) in zip(of_script, shown, strict=True):
        assert complaint(cell.code, output) == ""


@pytest.mark.parametrize("example", LISTINGS_RUN)
def test_code_copied_from_the_page_runs(site, example, beside_the_others):
    """Block by block, in order, each printing what the page shows below it."""
    page = BeautifulSoup((site / f"{example}.html").read_text("utf-8"), "html.parser")
    shown = cells_on(page)
    script = beside_the_others / "copied.py"
    text = "\n# %%\n# Copied.\n\n".join(code for code, _ in shown)
    script.write_text(f'"""Copied."""\n\n# %%\n# Copied.\n\n{text}', "utf-8")
    ran = [cell for cell in cells.run(script, folder=beside_the_others) if cell.code]
    assert [cell.error for cell in ran if cell.error] == []
    assert len(ran) == len(shown)
    for cell, (_, output) in zip(ran, shown, strict=True):
        assert same(cell.output, output), (cell.output, output)


def test_one_zip_holds_every_example_twice(site):
    """Scripts and notebooks, the same files as those offered one by one."""
    (archive,) = (site / "_downloads").rglob("*.zip")
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None
        held = {name: file.read(name) for name in file.namelist()}
    wanted = {}
    for example in GALLERY:
        for path in offered(site, example):
            member = f"pytorch_with_examples/{Path(example).parent}/{path.name}"
            wanted[member] = path.read_bytes()
    assert len(wanted) == 2 * len(GALLERY)
    assert held == wanted


def test_the_tutorial_offers_the_zip(site):
    """The link stands in the section that the old tutorial called by the same name."""
    text = (site / "pytorch_with_examples.html").read_text(encoding="utf-8")
    section = BeautifulSoup(text, "html.parser").find(id="examples-download")
    section = section if section.name == "section" else section.find_parent("section")
    (link,) = [a["href"] for a in section.select("a.download")]
    assert link.endswith("/pytorch_with_examples.zip")

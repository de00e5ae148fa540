"""A build compares each cell with its ``#>`` lines, and stops at a difference."""

from bs4 import BeautifulSoup

from tests.faults.building import ONE

CELL = """
# %%
# A third, to four digits:

print(f"{1 / 3:.4f}")
"""
RIGHT, WRONG = "#> 0.3333\n", "#> 0.3334\n"


def executions(miniature):
    """Return when each script was executed last."""
    return {
        path.name: path.stat().st_mtime_ns
        for path in (miniature.folder / "docs").rglob("*.py.md5")
    }


def add_cell(miniature, mark):
    """Append the cell with an expected output; return the line of its code."""
    return miniature.append(ONE, CELL + mark) + CELL[: CELL.index("print")].count("\n")


def test_a_right_output_is_shown_once(good):
    """On the page the live output and no ``#>`` line; in the download both lines."""
    add_cell(good, RIGHT)
    outcome = good.build()
    assert outcome.status == 0, outcome.text
    site = good.folder / "build" / "html" / "en"
    page = BeautifulSoup(
        (site / "examples_small/one.html").read_text("utf-8"), "html.parser"
    )
    assert page.get_text().count("0.3333") == 1
    assert page.select_one(".sphx-glr-script-out").get_text().strip() == "0.3333"
    assert "#>" not in page.find("article").get_text()
    (script,) = site.rglob("_downloads/*/one.py")
    assert script.read_text("utf-8").endswith(RIGHT)
    (notebook,) = site.rglob("_downloads/*/one.ipynb")
    assert "#> 0.3333" in notebook.read_text("utf-8")


def test_a_wrong_output_stops_every_build_until_it_is_mended(good):
    """Also where nothing is executed any more, and without the cache of the pages."""
    line = add_cell(good, WRONG)
    outcome = good.refuses(("one.py", line))
    assert "- 0.3334" in outcome.text
    assert "+ 0.3333" in outcome.text
    executed = executions(good)

    again = good.refuses(("one.py", line))
    assert "- 0.3334" in again.text
    assert executions(good) == executed

    good.run("-c", "import shutil; shutil.rmtree('build/doctrees')")
    good.refuses(("one.py", line))
    assert executions(good) == executed

    good.replace(ONE, WRONG, RIGHT)
    mended = good.build()
    assert mended.status == 0, mended.text


def test_an_output_without_expectation_stops_the_build(good):
    """The message names the command that writes the lines."""
    line = add_cell(good, "")
    outcome = good.refuses(("one.py", line))
    assert "prints, but has no #> lines; make expected writes them." in outcome.text


def test_an_expectation_without_output_stops_the_build(good):
    """A cell that no longer prints is noticed too."""
    line = good.append(ONE, "\n# %%\n# Nothing:\n\nx = 1\n#> 1\n") + 4
    outcome = good.refuses(("one.py", line))
    assert "- 1" in outcome.text


def test_one_percent_more_learning_rate_stops_the_build(good):
    """A small fault in the training is a fault in what it prints."""
    line = good.append(ONE, '\n# %%\n# The end:\n\nprint(f"{losses[-1]:.6g}")\n') + 4
    assert good.run("conf/write_expected.py", ONE).status == 0
    outcome = good.build()
    assert outcome.status == 0, outcome.text
    good.replace(ONE, "w -= 0.1 * grad_w", "w -= 0.101 * grad_w")
    good.refuses(("one.py", line))

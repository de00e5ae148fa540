"""Sphinx-Gallery with nothing but its own settings does not see these mistakes.

The build code in ``conf/`` is there because of them. If a test fails here, a new
version of Sphinx-Gallery has learnt to see the mistake, and some of that code may go.
"""

import re

import pytest

from tests.faults.building import INDEX, ONE, TWO

CONF = """
extensions = ["myst_parser", "sphinx_gallery.gen_gallery"]
sphinx_gallery_conf = {
    "examples_dirs": "../gallery/examples_small",
    "gallery_dirs": "examples_small",
    "filename_pattern": "",  # or only scripts called plot_something would run
    "copyfile_regex": r"index\\.rst",
}
"""
STRICT = ("--fail-on-warning", "--keep-going")
PAGES = {"one.html", "two.html"}


@pytest.fixture
def stock(fresh):
    """Return the miniature without what our own extensions provide."""
    fresh.write("docs/conf.py", CONF)
    fresh.write("docs/index.md", "# Stock\n\n```{toctree}\nexamples_small/index\n```\n")
    fresh.replace(INDEX, ".. cards:: examples_small\n", "")
    fresh.replace(ONE, ", as :ref:`sphx_glr_examples_small_two.py` shows", "")
    for script in (ONE, TWO):
        text, own = re.subn(
            r"# \.\. caption::.*\n#\n#    .*\n|#    \.\. answer::\n",
            "",
            fresh.read(script),
        )
        assert own == 2
        fresh.write(script, text)
    return fresh


def build(miniature, *options):
    """Build with Sphinx's own command; return the outcome and the scripts' pages."""
    command = ("-m", "sphinx", "--builder", "html", "--quiet", *options)
    outcome = miniature.run(*command, "docs", "html")
    pages = {path.name for path in miniature.folder.glob("html/examples_small/*.html")}
    return outcome, pages & PAGES


@pytest.mark.parametrize(
    ("code", "options", "pages"),
    [
        ("import sys; sys.exit(0)", STRICT, set()),
        ("import os; os._exit(0)", STRICT, set()),
        ("import locale; locale.getdefaultlocale()", STRICT, PAGES),
    ],
    ids=["exit", "end of process", "deprecated call"],
)
def test_a_fault_of_a_run_is_a_success(stock, code, options, pages):
    """Status 0 and no word, even with warnings as errors.

    Where a script exits, status 0 comes without a single page.
    """
    stock.insert(ONE, code)
    outcome, found = build(stock, *options)
    assert (outcome.status, outcome.text, found) == (0, "", pages)


def test_scripts_that_are_unlisted_or_without_underline_are_built(stock):
    """Status 0: the one warning is about the list, and none about the title."""
    stock.replace(INDEX, "   two\n", "")
    stock.replace(ONE, "=================\n", "")
    stock.append("docs/conf.py", 'sphinx_gallery_conf["min_reported_time"] = 1e9\n')
    outcome, found = build(stock)
    assert (outcome.status, found) == (0, PAGES)
    assert "two.rst: WARNING: document isn't included in any toctree" in outcome.text
    assert "two.py" not in outcome.text
    assert "title" not in outcome.text.replace("title or caption not found", "")


def test_what_one_script_leaves_reaches_the_next(stock):
    """Scripts share one process, the shortest goes first."""
    stock.insert(TWO, 'import os; os.environ["LEFT"] = "by two"')
    stock.insert(ONE, 'import os; assert os.environ["LEFT"] == "by two"')
    outcome, found = build(stock, *STRICT)
    assert (outcome.status, outcome.text, found) == (0, "", PAGES)

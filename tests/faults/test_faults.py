"""Each mistake stops the build, names its place, and nothing is published.

The place of a mistake in a script is a line of the script: the line of a page that
Sphinx-Gallery has generated is no help to an author.
"""

import pytest

from tests.faults.building import INDEX, ONE, SECTION, TWO


def test_nothing_is_published_before_a_first_good_build(fresh):
    """Where no site was, a script that raises leaves no site at all."""
    line = fresh.insert(ONE, 'raise ValueError("a fault")')
    outcome = fresh.refuses(("one.py", line))
    assert "ValueError: a fault" in outcome.text
    assert not (fresh.folder / "build" / "html").exists()


def test_a_script_that_raises(good):
    """The line is named, and the site of the last good build stays, byte for byte."""
    line = good.insert(ONE, 'raise ValueError("a fault")')
    outcome = good.refuses(("one.py", line))
    assert "ValueError: a fault" in outcome.text
    assert "en/examples_small/one.html" in good.published()


def test_a_script_without_docstring(good):
    """Sphinx-Gallery alone would end with a report of a crash."""
    text = good.read(ONE)
    good.write(ONE, text[text.index("# %%") :])
    good.refuses(("one.py", 1))


def test_a_script_with_a_syntax_error(good):
    """Python's own words, and the line."""
    line = good.insert(ONE, "w = = 1.0")
    outcome = good.refuses(("one.py", line))
    assert "invalid syntax" in outcome.text


def test_a_script_with_a_deprecated_call(good):
    """The script's line is named that makes the call, not that of the library."""
    line = good.insert(ONE, "import locale; locale.getdefaultlocale()")
    outcome = good.refuses(("one.py", line))
    assert "DeprecationWarning" in outcome.text


def test_a_script_that_exits(good):
    """With status 0, too: Sphinx would end there and then, and call it a success."""
    line = good.insert(ONE, "import sys; sys.exit(0)")
    outcome = good.refuses(("one.py", line))
    assert "sys.exit" in outcome.text


def test_a_script_that_ends_its_process(good):
    """Not even ``os._exit(0)`` ends the build in silence."""
    line = good.insert(ONE, "import os; os._exit(0)")
    good.refuses(("one.py", line))


def test_a_script_that_never_ends(good):
    """After the time limit the script is ended, and the line where it was is named."""
    good.replace("conf/conf.py", "example_time_limit = 120", "example_time_limit = 8")
    line = good.insert(ONE, "while True: pass")
    outcome = good.refuses(("one.py", line))
    assert "8 s" in outcome.text
    assert "two.py" not in outcome.text


def test_a_script_that_was_not_executed(good):
    """Not even a setting of Sphinx-Gallery lets a page without output through."""
    old = '"filename_pattern": ""'
    good.replace("conf/conf.py", old, '"filename_pattern": "one"')
    outcome = good.refuses(("two.py", None))
    assert "was not executed" in outcome.text
    assert not outcome.names("one.py")


def test_a_script_that_no_index_names(good):
    """A third script in the folder, which readers could not reach."""
    good.write(f"{SECTION}/three.py", good.read(TWO))
    outcome = good.refuses(("three.py", None))
    assert "index.rst" in outcome.text


def test_an_index_that_names_no_script(good):
    """A name in the list of ``index.rst`` for which there is no file."""
    line = good.append(INDEX, "   three\n")
    outcome = good.refuses(("index.rst", line))
    assert "three" in outcome.text


def test_a_script_whose_title_has_no_underline(good):
    """Otherwise the first heading further down would become the page's title."""
    line = good.replace(
        ONE, "One: fit a number\n=================\n", "One: a number\n"
    )
    good.refuses(("one.py", line))


def test_a_page_with_settings_that_myst_does_not_like(good):
    """What MyST says of them has no line in the source; it is no crash."""
    text = good.read("docs/index.md")
    good.write("docs/index.md", f"---\nhtml_meta:\n  robots: noindex\n---\n{text}")
    outcome = good.refuses(("index.md", 1))
    assert "'html_meta' key is deprecated" in outcome.text


# What else can be wrong with a script: text to replace, text in its place, the line of
# the mistake, and a word of the message. The script is like the miniature's second.
TITLE = "Two: draw a curve\n=================\n"
WRONG_SCRIPTS = {
    "wrong_underline": (TITLE, "Two: draw a curve\n-----------------\n", 2, ""),
    "short_underline": (TITLE, "Two: draw a curve\n======\n", 2, ""),
    "no_title": (TITLE + "\n", "", 2, ""),
    "no_sentence": ("A curve is drawn from a few points.\n", "", 2, ""),
    "escape": ("y = x**2\n", 'y = x**2\n"\\W"\n', 18, "invalid escape sequence"),
}
WRONG_RUNS = {
    "future": ('import warnings; warnings.warn("", FutureWarning)', "FutureWarning"),
    "user": ("plt.gca().legend()", "UserWarning: No artists with labels"),
    "inside": ("np.linalg.inv(np.zeros((2, 2)))", "LinAlgError"),
    "exits": ("raise SystemExit", "sys.exit"),
    "quits": ("quit()", "sys.exit"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "ended its process"),
    "asks": ('input("?")', "input()"),
}


@pytest.fixture(scope="module")
def wrong_scripts(first_build, tmp_path_factory):
    """Return the outcome of a build of many scripts whose form is wrong."""
    miniature = first_build[0].copy(tmp_path_factory.mktemp("scripts") / "site")
    for name, (old, new, _, _) in WRONG_SCRIPTS.items():
        miniature.replace(miniature.add(name), old, new)
    return miniature.build()


@pytest.mark.parametrize("name", WRONG_SCRIPTS)
def test_a_script_of_the_wrong_form(wrong_scripts, name):
    """One build names all that is wrong before any script is executed."""
    _, _, line, word = WRONG_SCRIPTS[name]
    assert wrong_scripts.names(f"{name}.py", line), wrong_scripts.text
    assert word in wrong_scripts.text
    assert wrong_scripts.is_refusal()


@pytest.fixture(scope="module")
def wrong_runs(first_build, tmp_path_factory):
    """Return the outcome of a build of many failing scripts, and their lines."""
    miniature = first_build[0].copy(tmp_path_factory.mktemp("runs") / "site")
    lines = {
        name: miniature.insert(miniature.add(name), code)
        for name, (code, _) in WRONG_RUNS.items()
    }
    return miniature.build(), lines


@pytest.mark.parametrize("name", WRONG_RUNS)
def test_a_script_that_fails(wrong_runs, name):
    """One build names all scripts that fail, each with its line and the reason."""
    outcome, lines = wrong_runs
    assert outcome.names(f"{name}.py", lines[name]), outcome.text
    assert WRONG_RUNS[name][1] in outcome.text
    assert not outcome.names("one.py")
    assert outcome.is_refusal()


MEAN = "#    .. answer::\n#\n#       The mean.\n"
SECOND = "#\n# 2. Use 20 steps. Which number is it?\n"
# Text of "Try it" to replace, text in its place, and the line of the mistake after that
# of the text. All that is wrong with an item is said of the item.
WRONG_ANSWERS = {
    "none": (MEAN, MEAN + SECOND, 4, "ends in one .. answer::"),
    "empty": (MEAN, MEAN.replace("#       The mean.\n", ""), 0, "is empty"),
    "two": (MEAN, f"{MEAN}#\n{MEAN}", -2, "ends in one .. answer::"),
    "not last": (MEAN, f"{MEAN}#\n#    More.\n", -2, "ends in one .. answer::"),
    "no question": ("Use 100 steps. Which number is it?\n#\n#    ", "", 0, "question"),
    "no list": ("1. Use 100", "Use 100", -1, "has no numbered list"),
    "no item": (MEAN, MEAN.replace("    ", " "), 0, "in no item"),
}


@pytest.mark.parametrize("what", WRONG_ANSWERS)
def test_a_wrong_answer(good, what):
    """Of each item under "Try it", the line and what is wrong with it."""
    old, new, offset, word = WRONG_ANSWERS[what]
    line = good.replace(ONE, old, new) + offset
    outcome = good.refuses(("one.py", line))
    messages = [row for row in outcome.text.split("\n") if "WARNING" in row]
    assert any(f"one.py:{line}: " in row and word in row for row in messages), messages


# Text of the gallery to replace, text in its place, and words of the message.
WRONG_PROSE = {
    "docstring": (TWO, "from a few points.", "from :ref:`gone-a`.", "'gone-a'"),
    "markup": (TWO, "on a parabola.", "on **a parabola.", "Inline strong start"),
    "cell": (TWO, "lowest point in the middle:", ":ref:`gone-b`:", "'gone-b'"),
    "list": (TWO, "has no lowest point.", "has no :doc:`gone_c`.", "'gone_c'"),
    "index": (INDEX, "runs in no time.", "runs in :ref:`gone-d`.", "'gone-d'"),
}


@pytest.fixture(scope="module")
def wrong_prose(first_build, tmp_path_factory):
    """Return the outcome of a build of wrong prose in the gallery, and the lines."""
    miniature = first_build[0].copy(tmp_path_factory.mktemp("prose") / "site")
    lines = {
        what: miniature.replace(path, old, new)
        for what, (path, old, new, _) in WRONG_PROSE.items()
    }
    return miniature.build(), lines


@pytest.mark.parametrize("what", WRONG_PROSE)
def test_wrong_prose_in_the_gallery(wrong_prose, what):
    """A broken link, wrong markup: the line in ``gallery/`` that is to be edited.

    A card repeats the first sentence of a script, and so does its message.
    """
    outcome, lines = wrong_prose
    path, _, _, word = WRONG_PROSE[what]
    messages = [row for row in outcome.text.split("\n") if word in row]
    assert messages, outcome.text
    for message in messages:
        assert f"/{path}:{lines[what]}: " in message
    assert outcome.is_refusal()


WRONG_PAGE = {
    "relative link": ("[words](gone_a.md)", "gone_a.md"),
    "document": ("{doc}`gone_b`", "gone_b"),
    "label": ("{ref}`gone_c`", "gone_c"),
    "download": ("{download}`words <gone_d.zip>`", "gone_d.zip"),
    "image": ("![words](gone_e.svg)", "gone_e.svg"),
    "example": ("```{example} examples_small/gone_f\n```", "gone_f"),
    "part of no example": ("{part}`examples_small/gone_g Update`", "gone_g"),
    "no such part": ("{part}`examples_small/one Gone_h`", "Gone_h"),
    "part not in script": ("{part}`examples_small/two Update`", "# Update"),
    "cards of no section": ("```{cards} gone_i\n```", "gone_i"),
}


@pytest.fixture(scope="module")
def wrong_page(first_build, tmp_path_factory):
    """Return the outcome of a build with a page full of mistakes, and their lines."""
    miniature = first_build[0].copy(tmp_path_factory.mktemp("page") / "site")
    lines = {
        what: miniature.append("docs/index.md", f"\n{text}\n") + 1
        for what, (text, _) in WRONG_PAGE.items()
    }
    return miniature.build(), lines


@pytest.mark.parametrize("what", WRONG_PAGE)
def test_a_page_that_names_what_does_not_exist(wrong_page, what):
    """One build names each mistake of a page with its line, and which name is wrong."""
    outcome, lines = wrong_page
    place = f"/docs/index.md:{lines[what]}: "
    messages = [row for row in outcome.text.split("\n") if place in row]
    assert len(messages) == 1, outcome.text
    assert WRONG_PAGE[what][1] in messages[0].partition(place)[2]
    assert outcome.is_refusal()

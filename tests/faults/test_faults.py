"""Each mistake stops the build, names its place, and nothing is published.

The place of a mistake in a script is a line of the script: the line of a page that
Sphinx-Gallery has generated is no help to an author.
"""

import shutil
import subprocess
import sys

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
    good.replace("conf/conf.py", "example_time_limit = 120", "example_time_limit = 20")
    line = good.insert(ONE, "import signal; signal.pause()")
    outcome = good.refuses(("one.py", line))
    assert "20 s" in outcome.text
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
    "empty": (TITLE + "\nA curve is drawn from a few points.\n", "", 1, "no title"),
    "unit": ("y = x**2\n", "# sphinx_gallery_time_limit = 2 min\n", 17, "in seconds"),
    "escape": ("y = x**2\n", 'y = x**2\n"\\W"\n', 18, "invalid escape sequence"),
}
WRONG_RUNS = {
    "future": ('import warnings; warnings.warn("", FutureWarning)', "FutureWarning"),
    "user": ("plt.gca().legend()", "UserWarning: No artists with labels"),
    "advises": (
        "raise RuntimeError('it broke:\\n  a wire\\n\\nSet MORE=1 for more.')",
        "RuntimeError: it broke: a wire",
    ),
    "tells_of_another": (
        "import subprocess, sys\n"
        "other = subprocess.run([sys.executable, '-c', '1/0'], stderr=-1, text=True)\n"
        "raise RuntimeError(other.stderr)",
        "(cause: ZeroDivisionError: division by zero)",
    ),
    "inside": ("np.linalg.inv(np.zeros((2, 2)))", "LinAlgError"),
    "exits": ("raise SystemExit", "sys.exit"),
    "quits": ("quit()", "sys.exit"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "ended its process"),
    "asks": ('input("?")', "input()"),
    "prints": (
        "for i in range(200_000): print(i)",
        "printed 2,088,895 characters; 20,000 may",
    ),
    "allocates": ("everything = bytearray(1 << 40)", "MemoryError"),
    "takes_its_time": (
        "# sphinx_gallery_time_limit = 15\n"
        "import os, time; os.write(2, b'nobody answers\\n'); time.sleep(600)",
        "was still running after 15 s",
    ),
    "logs_all": (
        "import logging; logging.basicConfig(level=logging.DEBUG); plt.figure()",
        "characters; 20,000 may be printed by a cell",
    ),
    "leaves_a_thread": (
        "import threading, time\nwait = lambda: time.sleep(60)\n"
        "threading.Thread(target=wait, name='slow').start()",
        "left a thread running: slow.",
    ),
    "writes": (
        'open("left.txt", "w").write("text")',
        "no script may write",
    ),
    "shows_html": (
        'type("Page", (), {"_repr_html_": lambda self: "<script>"})()\n\n# %%',
        "would be shown as HTML",
    ),
}
# How far the line that is named is from the inserted one: a cell is named by its first.
OFFSETS = {
    "tells_of_another": 2,
    "leaves_a_thread": 1,
    "takes_its_time": 1,
    "prints": -3,
    "shows_html": -3,
    "logs_all": 11,
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
    line = lines[name] + OFFSETS.get(name, 0)
    said = [row for row in outcome.text.splitlines() if f"{name}.py" in row]
    assert len(said) == 1, outcome.text
    assert outcome.names(f"{name}.py", line), outcome.text
    assert WRONG_RUNS[name][1] in said[0]
    assert not outcome.names("one.py")
    assert outcome.is_refusal()


def test_the_last_words_of_a_script_that_hangs(wrong_runs):
    """They may say what it waits for."""
    assert "\nnobody answers\n" in wrong_runs[0].text


def test_a_script_that_needs_loopback_where_there_is_none(good):
    """It is not begun, since its processes would wait for each other."""
    offline = ["unshare", "--net", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*offline, "true"]).returncode:
        pytest.skip("this system does not let a process give up its network (unshare)")
    line = good.insert(ONE, "import time\naddress = '127.0.0.1'; time.sleep(100)") + 1
    call = [*offline, sys.executable, "conf/build_site.py"]
    done = subprocess.run(
        call, cwd=good.folder, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode != 0
    assert f"one.py:{line}: " in done.stderr
    assert "needs 127.0.0.1, which cannot be reached on this machine: " in done.stderr


def test_a_script_in_another_encoding(good):
    """Also one that says so in its first line: pages and downloads are UTF-8."""
    path = good.folder / ONE
    text = path.read_text("utf-8").replace("A number is fitted", "Un résumé")
    path.write_bytes(f"# -*- coding: latin-1 -*-\n{text}".encode("latin-1"))
    outcome = good.refuses(("one.py", 1))
    assert "'utf-8' codec can't decode byte 0xe9" in outcome.text


def test_a_script_outside_the_sections(good):
    """Above them, below them, or in a folder with another name."""
    places = ["three.py", "examples_small/more/four.py", "small/five.py"]
    for place in places:
        path = good.folder / "gallery" / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(good.read(TWO))
    outcome = good.refuses(*((f"gallery/{place}", 1) for place in places))
    assert outcome.text.count("no page is made of a script outside") == 3


def test_a_label_that_is_there_twice(good):
    """The lines below both labels are named, and no generated page."""
    for path, title in ((ONE, "# The training\n"), (TWO, "# The points\n")):
        line = good.replace(path, title, f"# .. _same-label:\n#\n{title}")
    outcome = good.refuses(("two.py", line + 3))
    assert "duplicate label same-label" in outcome.text
    assert outcome.names("gallery/examples_small/one.py")
    assert ".rst" not in outcome.text


def test_a_caption_without_a_figure(good):
    """The cell below the caption draws nothing."""
    line = good.replace(TWO, "# .. caption:: The curve", "# .. caption:: A curve")
    good.replace(TWO, "fig, ax = plt.subplots", "if 0: fig, ax = plt.subplots")
    good.replace(TWO, "ax.plot(x, y)\nax.set_title(", "str(")
    outcome = good.refuses(("two.py", line))
    assert "no figure follows .. caption::" in outcome.text


def test_a_figure_without_a_caption(good):
    """It would have no words for readers who do not see it."""
    text = good.read(ONE)
    start, end = text.index("#\n# .. caption"), text.index("\nfig, ax")
    good.write(ONE, text[:start] + text[end:])
    outcome = good.refuses(("one.py", None))
    assert "a figure without .. caption::" in outcome.text


def test_a_file_that_compiled_code_leaves_among_the_scripts(good):
    """Python does not hear of it, but the build sees the file."""
    good.insert(ONE, "import ctypes; ctypes.CDLL(None).creat(b'left.txt', 0o644)")
    outcome = good.refuses(("gallery/examples_small/left.txt", None))
    assert "was written by a script" in outcome.text


MEAN = "#    .. answer::\n#\n#       The mean.\n"
SECOND = "#\n# 2. Use 20 steps. Which number is it?\n"
# Text of "Try it" to replace, text in its place, and the line of the mistake after that
# of the text. All that is wrong with an item is said of the item.
WRONG_ANSWERS = {
    "none": (MEAN, MEAN + SECOND, 4, "ends in one .. answer::"),
    "empty": (MEAN, MEAN.replace("#       The mean.\n", ""), 0, "is empty"),
    "two": (MEAN, f"{MEAN}#\n{MEAN}", -2, "ends in one .. answer::"),
    "not_last": (MEAN, f"{MEAN}#\n#    More.\n", -2, "ends in one .. answer::"),
    "no_question": ("Use 100 steps. Which number is it?\n#\n#    ", "", 0, "question"),
    "no_list": ("1. Use 100", "Use 100", -1, "has no numbered list"),
    "no_item": (MEAN, MEAN.replace("    ", " "), 0, "in no item"),
}


@pytest.fixture(scope="module")
def wrong_answers(first_build, tmp_path_factory):
    """Return the outcome of a build of scripts with wrong answers, and their lines."""
    miniature = first_build[0].copy(tmp_path_factory.mktemp("answers") / "site")
    lines = {
        what: miniature.replace(miniature.add(f"answer_{what}", ONE), old, new) + offset
        for what, (old, new, offset, _) in WRONG_ANSWERS.items()
    }
    return miniature.build(), lines


@pytest.mark.parametrize("what", WRONG_ANSWERS)
def test_a_wrong_answer(wrong_answers, what):
    """One build names, of each item under "Try it", the line and what is wrong."""
    outcome, lines = wrong_answers
    name, word = f"answer_{what}.py", WRONG_ANSWERS[what][3]
    messages = [row for row in outcome.text.split("\n") if f"/{name}:" in row]
    assert any(f"{name}:{lines[what]}: " in row and word in row for row in messages), (
        outcome.text
    )
    assert not outcome.names("one.py")
    assert outcome.is_refusal()


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

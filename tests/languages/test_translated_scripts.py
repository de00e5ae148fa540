"""A translated script has other words for its readers, and the same code."""

import ast
import importlib.util
import io
import itertools
import re
import sysconfig
import tokenize
from collections import Counter
from pathlib import Path

import catalogues
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.admonitions import Admonition
from docutils.parsers.rst.directives.body import CodeBlock, Compound
from docutils.parsers.rst.directives.images import Image
from sphinx_gallery.py_source_parser import split_code_and_text_blocks
from translation import (
    messages_in_code,
    same_code,
    translate_code,
    translate_script,
    translate_text,
)
from wrapping import width

from tests.conftest import GALLERY, ROOT

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Everything(dict):
    """A catalogue that has 词 for every message."""

    def get(self, message, default=None):
        """Return the translation."""
        return "词"


def tokens_of(code):
    """Return the tokens without comments and docstrings, and how many lines they take.

    It shares nothing with ``conf/``.
    """
    lines = re.split(r"\r\n?|\n", code)
    docstrings = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, FUNCTIONS) and ast.get_docstring(node) is not None:
            string = node.body[0].value
            before = lines[string.lineno - 1].encode()[: string.col_offset]
            docstrings.add((string.lineno, len(before.decode())))
    tokens, places = [], set()
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL):
            continue
        text = "" if token.start in docstrings else token.string
        tokens.append((token.type, text))
        if text.strip():
            places |= {token.start[0], token.end[0]}
    return tokens, len(places)


# -- The code of others --------------------------------------------------------------

NASTY = {  # what translations look like
    "plain": "{}",
    "long": "{}{}",
    "short": "一",
    "ends with a double quote": '{}"',
    "ends with a single quote": "{}'",
    "ends with two quotes": '{}""',
    "in double quotes": '"{}"',
    "in single quotes": "'{}'",
    "ends with a backslash": "{}\\",
    "has backslashes": r"\d {} \n {} \\",
    "has hashes": "# {} #",
    "has lines": "{}\n一\r\n",
}
VARIATIONS = {  # how the code of a file is spelled
    "as it is": lambda code: code,
    "with tabs": lambda code: code.replace("    ", "\t"),
    "with CRLF": lambda code: code.replace("\n", "\r\n"),
    "with form feeds": lambda code: re.sub(
        "^(?=def|class|@|#)", "\f", code, flags=re.M
    ),
    "with other quotes": lambda code: code.replace('"""', "'''"),
    "with comments behind": lambda code: re.sub('"""$', '"""  # so', code, flags=re.M),
}
SIGNS = str.maketrans(",.:;()?!", "，。：；（）？！")
FOR_PROGRAMS = re.compile(r"#!|#>|# ?%%|# *(?:noqa|type:|fmt:|pragma\b)")


def in_han(message, form):
    """Return a made-up translation of a message; what is in backticks stays."""

    def other(span):
        if span[0].isalpha():
            return chr(0x4E00 + ord(span[0]) % 0x4000)
        return span[0] if "`" in span[0] else span[0].translate(SIGNS)

    text = re.sub(r"``.+?``|`[^`\s]+`|.", other, message)
    text = re.sub(r"""["']{2,}""", "“", text).strip("\"'")  # three may end a docstring
    return form.replace("{}", text if re.search(r"\w", text) else "一")


def spelling(code):
    """Return code without blanks, and without what marks or spells comments."""
    return re.sub(r"^\s*#:|[\s#\\]", "", code, flags=re.M)


def files_of_others():
    """Return many Python files; the same ones in the same installation."""
    torch = Path(importlib.util.find_spec("torch").origin).parent
    chosen = []
    for folder in (Path(sysconfig.get_path("stdlib")), torch):
        paths = [
            path
            for path in sorted(folder.rglob("*.py"))
            if "-packages" not in str(path.relative_to(folder))
            and 1000 < path.stat().st_size < 6000
        ]
        chosen += {paths[number * len(paths) // 175] for number in range(175)}
    return sorted(chosen)


def in_variation(path, change):
    """Return the code of a file, spelled in another way, or None if it is no code."""
    try:
        with tokenize.open(path) as file:
            code = change(file.read())
        ast.parse(code)
    except (SyntaxError, ValueError):  # some are there to be wrong
        return None
    return code


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_no_translation_changes_the_code_of_others():
    """Of the standard library and of torch, whatever the translations are."""
    files, forms = Counter(), Counter()
    next_form = itertools.cycle(NASTY).__next__
    next_variation = itertools.cycle(VARIATIONS).__next__
    for path in files_of_others():
        variation = next_variation()
        code = in_variation(path, VARIATIONS[variation])
        if code is None:
            continue
        where, catalogue, messages = f"{path}, {variation}", {}, messages_in_code(code)
        for message in messages:
            form = next_form()
            catalogue[message.text] = in_han(message.text, NASTY[form])
            forms[form] += 1
        result = translate_code(code, catalogue)

        assert tokens_of(result) == tokens_of(code), where
        assert bool(messages) == (result != code), where
        rest = spelling(result)
        for message in messages:
            _, found, rest = rest.partition(spelling(catalogue[message.text]))
            assert found, f"{where}: {message.text}"
        for_programs = [
            [comment for comment in comments_of(text) if FOR_PROGRAMS.match(comment)]
            for text in (code, result)
        ]
        assert for_programs[0] == for_programs[1], where
        assert ("\r\n" in result) == ("\r\n" in code), where
        files[variation] += 1
    print(f"{files.total()} files, {forms.total()} messages")
    assert files.total() >= 300
    assert min(files[variation] for variation in VARIATIONS) >= 40
    assert min(forms[form] for form in NASTY) >= 200


def comments_of(code):
    """Return the comments in code."""
    lines = io.StringIO(re.sub(r"\r\n?", "\n", code))
    tokens = tokenize.generate_tokens(lines.readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


# -- Comments ------------------------------------------------------------------------

LISTING = """\
x = 1  # one
# A comment of
# two lines.
if x:
    # - An item, and
    #   its second line.
    # - Another.
    x = 2  # one

    ## Marks stay.
    #: And these.
    #tight
"""
TRANSLATED = """\
x = 1  # 一
# 有两行的
# 注释。
if x:
    # - 一项，和它
    #   的第二行。
    # - 另一项。
    x = 2  # 一

    ## 记号不变。
    #: 这也是。
    # 紧
"""
CATALOGUE = {
    "one": "一",
    "A comment of two lines.": "有两行的注释。",
    "An item, and its second line.": "一项，和它的第二行。",
    "Another.": "另一项。",
    "Marks stay.": "记号不变。",
    "And these.": "这也是。",
    "tight": "紧",
}


def test_comments_are_translated():
    """Each run of lines is a message, and so are an item and a comment behind code."""
    texts = [message.text for message in messages_in_code(LISTING)]
    assert texts == ["one", *list(CATALOGUE)[1:4], "one", *list(CATALOGUE)[4:]]
    assert translate_code(LISTING, CATALOGUE) == TRANSLATED


def test_what_the_catalogue_lacks_stays_english():
    """Byte for byte; an empty translation is none."""
    assert translate_code(LISTING, {}) == LISTING
    assert translate_code(LISTING, dict.fromkeys(CATALOGUE, " ")) == LISTING
    lacking = {**CATALOGUE, "one": ""}
    assert translate_code(LISTING, lacking) == TRANSLATED.replace("一\n", "one\n")


@pytest.mark.parametrize("lines", range(1, 7))
def test_a_comment_keeps_its_number_of_lines(lines):
    """Where its text is long enough, and not too long."""
    code = "if x:\n" + "    # word\n" * lines + "    pass\n"
    message = " ".join(["word"] * lines)
    for length in (lines, 2 * lines, 40 * lines):
        result = translate_code(code, {message: "张" * length})
        assert result.count("\n") == code.count("\n")
        assert result.count("张") == length
    longer = translate_code(code, {message: "张" * 42 * lines})
    assert longer.count("\n") > code.count("\n")
    if lines > 1:
        shorter = translate_code(code, {message: "张"})
        assert shorter.count("\n") == code.count("\n") - lines + 1


@pytest.mark.parametrize(
    ("code", "room"),
    [
        pytest.param("        # a\n", 39, id="comment"),
        pytest.param('def f():\n    """a"""\n', 39, id="docstring"),
        pytest.param('def f():\n    r"""\n    a\n    """\n', 42, id="paragraph"),
        pytest.param('class A:\n\tdef f():\n\t\t"""a"""\n', 33, id="tabs"),
    ],
)
def test_no_line_is_wider_than_88_columns(code, room):
    """The quotes at the end count; and no line breaks before it has to."""
    for length in range(1, 100):
        result = translate_code(code, {"a": "张" * length})
        assert max(map(width, result.split("\n"))) <= 88
        assert (result.count("\n") == code.count("\n")) == (length <= room)


def test_a_comment_behind_code_stays_there():
    """However wide it becomes: it can go nowhere else."""
    assert translate_code("x = 1  # a\n", {"a": "张" * 99}) == f"x = 1  # {'张' * 99}\n"


@pytest.mark.parametrize(
    "line",
    [
        "#!/usr/bin/env python3",
        "# -*- coding: utf-8 -*-",
        "# vim: set fileencoding=utf-8 :",
        "#> 1 one",
        "#>  99 9.37956 depth 1",
        "# %%",
        "#%% one",
        "# noqa",
        "# noqa: E501 one",
        "# type: ignore[one]",
        "# fmt: off",
        "# pragma: no cover",
        "# ruff: noqa: RUF001 - one",
        "# sphinx_gallery_thumbnail_number = 2",
        "#" * 79,
    ],
)
def test_comments_for_programs_stay(line):
    """Byte for byte, alone and behind code; a comment beside them is translated."""
    code = f"{line}\n# one\nx = 1\n# two\n"
    if re.match("# ?%%|##", line):  # what follows is no comment but text
        code = code.replace("# one\n", "")
    assert translate_code(code, Everything()) == re.sub("# (one|two)\n", "# 词\n", code)
    if not line.startswith(("#!", "# -*-", "# vim")):
        code = f"y = 0\nz = 0\nif x:\n    x = 2  {line}\n    {line}\n    # two\n"
        assert translate_code(code, Everything()) == code.replace("two", "词")


def test_words_before_a_comment_for_programs_are_translated():
    """They share a line with it."""
    code = "x = 1  # one  # noqa: E501\n# one # type: ignore\n# two\n"
    texts = [message.text for message in messages_in_code(code)]
    assert texts == ["one", "one", "two"]
    result = translate_code(code, {"one": "一"})
    assert result == "x = 1  # 一  # noqa: E501\n# 一 # type: ignore\n# two\n"


def test_words_that_only_look_like_marks_are_translated():
    """An encoding is declared on the first two lines, nowhere else."""
    code = "x = 1\ny = 2\n# The encoding: UTF-8.\n# pragmatic\nz = 3  # typed: no\n"
    result = translate_code(code, Everything())
    assert result == "x = 1\ny = 2\n# 词\nz = 3  # 词\n"


def test_the_text_of_cells_is_no_comment():
    """It is text up to the first line that is not a comment."""
    for mark in ("# %%", "#%% Cell", "#" * 20):
        code = f"# one\n\n{mark}\n# Text.\n# Text.\n\n# two\n"
        assert [message.text for message in messages_in_code(code)] == ["one", "two"]
        assert translate_code(code, Everything()) == (
            f"# 词\n\n{mark}\n# Text.\n# Text.\n\n# 词\n"
        )


# -- Docstrings ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ('"""One."""', '"""一" """'),
        ("'''One.'''", "'''一\"'''"),
        ('"One."', r'"一\""'),
        ("'One.'", "'一\"'"),
        ('r"""One."""', 'r"""一" """'),
        ('U"""One."""', 'U"""一" """'),
        ('""" One.  """', '""" 一"  """'),
        ('"""\n    One.\n    """', '"""\n    一"\n    """'),
        ('"""One.\n\n    Two."""', '"""一"\n\n    二\\\\"""'),
        ('r"""One.\n\n    Two."""', 'r"""一"\n\n    二\\ """'),
        ('r"""Two.\n    """', 'r"""二\\\n    """'),
        ('"""One."""; x = 1', '"""一" """; x = 1'),
        ('"""One."""  # Three.', '"""一" """  # 三'),
        ('("One.")', r'("一\"")'),
        ('"""Four\n    lines."""', '"""四\n    行"""'),
        ('"""- Five\n      lines.\n    - Six."""', '"""- 五\n      行\n    - 六"""'),
    ],
)
@pytest.mark.parametrize(
    "frame",
    [
        "def f():\n    {}\n",
        "@a  # Three.\n# Three.\n@b\nasync def f(x='a'):\n    {}\n    return x\n",
        "class A:\n    {}\n",
        "def f():\n  def g(ä='ä'):  # Three.\n    {}\n    return g\n  return f\n",
    ],
)
def test_docstrings_are_translated(frame, spelled, expected):
    """Quotes and backslashes are spelled as the string needs it."""
    catalogue = {
        "One.": '一"',
        "Two.": "二\\",
        "Three.": "三",
        "Four lines.": "四行",
        "Five lines.": "五行",
        "Six.": "六",
    }
    result = translate_code(frame.format(spelled), catalogue)
    assert result == frame.format(expected).replace("Three.", "三")


def test_docstrings_that_share_a_line_with_code_are_translated():
    """A class in one line, and names in other letters, which take several bytes."""
    code = 'x = "ä"\nclass Ä: "One."  # two\nclass B: """One."""; y = "ü"  # two\n'
    result = translate_code(code, {"One.": "一", "two": "二"})
    assert result == code.replace("One.", "一").replace("two", "二")


@pytest.mark.parametrize(
    "spelled",
    [
        r'"""One \"""."""',
        r'"""One \n."""',
        r"'It\'s one.'",
        r'r"One."',
        '"""\\\n    One."""',
        '"""One.""" """Two."""',
        '"One." "Two."',
        "'One.' \"Two.\"",
        '("One."\n    "Two.")',
        'b"One."',
        'f"One."',
        "1",
        '""',
    ],
)
def test_a_docstring_that_cannot_be_translated_safely_is_no_message(spelled):
    """It would have to be spelled in another way."""
    code = f"def f():\n    {spelled}\n    # two\n"
    assert [message.text for message in messages_in_code(code)] == ["two"]
    assert translate_code(code, Everything()) == code.replace("two", "词")


def test_examples_in_docstrings_stay():
    """With their output, up to the next blank line."""
    code = (
        "def f():\n"
        '    """Return one.\n'
        "\n"
        "    >>> f()\n"
        "    one\n"
        "    >>> if f():\n"
        "    ...     f()\n"
        "    one\n"
        "\n"
        "    More.\n"
        '    """\n'
    )
    assert [message.text for message in messages_in_code(code)] == [
        "Return one.",
        "More.",
    ]
    expected = code.replace("Return one.", "词").replace("More.", "词")
    assert translate_code(code, Everything()) == expected


@pytest.mark.parametrize(
    ("code", "translation"),
    [
        pytest.param('def f():\n    """a"""\n', 'b""" + x', id="quotes"),
        pytest.param('def f():\n    """a"""\n', 'b""" """c', id="two strings"),
        pytest.param("def f():\n    r'''a'''\n", "b'''", id="single quotes"),
        pytest.param("# a\n", "%% b", id="cell"),
        pytest.param("# a\n", "type: b", id="type"),
        pytest.param("x = 1  # a\n", "noqa", id="noqa"),
        pytest.param("# a\n", "coding: utf-7", id="coding"),
        pytest.param("# a\n", "b\0", id="zero"),
    ],
)
def test_a_translation_that_would_change_the_code_is_an_error(code, translation):
    """The message names it; others are not mentioned."""
    code += "\n# harmless\n"
    catalogue = {"harmless": "无害", "a": translation}
    with pytest.raises(
        ValueError, match=r"this translation would (end|change)"
    ) as info:
        translate_code(code, catalogue)
    assert translation in str(info.value)
    assert "无害" not in str(info.value)
    assert "无害" in translate_code(code, {**catalogue, "a": "b"})


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("x = 1  # a\n", "x = 1  # b\n", True),
        ('def f():\n    """a"""\n', "def f():\n    'b'\n", True),
        ('"""a"""\n', '"""b"""\n', True),
        ("# %%\n# a\n", "# %%\n# noqa b\n# c\n", True),
        ("x = 1\n", "x = 2\n", False),
        ("x = 'a'\n", "x = 'b'\n", False),
        ('def f():\n    """a"""\n', "def f():\n    1\n", False),
        ("x = 1  #> a\n", "x = 1  #> b\n", False),
        ("#> a\n", "# a\n", False),
        ("# a\n", "# %%\n", False),
        ("x = 1  # noqa: E1\n", "x = 1  # noqa: E2\n", False),
        ("x = 1\n", "x = \n", False),
        ("x = 1\n", "x = 1\0\n", False),
    ],
)
def test_same_code(old, new, same):
    """Code, cells and comments for programs are compared; words are not."""
    assert same_code(old, new) is same


# -- Text ----------------------------------------------------------------------------

TEXT = """\
.. _start:

A title
=======

A paragraph of
two lines.

.. admonition:: A box, *New*

    What is in
    the box.

.. caption:: What is seen

   How it
   looks.

For the ReLU:

.. math::

    R = \\max(H, 0)

.. note:: A note
   of two lines.

- An item
  of two lines.
- Another.

  1. A number,
     two lines.

     .. answer::

        It is
        folded.

Not translated, nor
the second line.
"""
TEXT_CATALOGUE = {
    "A title": "一个标题",
    "A paragraph of two lines.": "一个段落，共有两行。",
    "A box, *New*": "一个框，*新的*",
    "What is in the box.": "框里的内容。",
    "What is seen": "所见",
    "How it looks.": "样子。",
    "For the ReLU:": "对 ReLU：",
    "A note of two lines.": "两行的注。",
    "An item of two lines.": "两行的列表项目。",
    "Another.": "另一项。",
    "A number, two lines.": "一个数，有两行。",
    "It is folded.": "它折叠着。",
}
IN_ONE_LINE = """\
.. _start:

一个标题
========

一个段落，共有两行。

.. admonition:: 一个框，*新的*

    框里的内容。

.. caption:: 所见

   样子。

对 ReLU：

.. math::

    R = \\max(H, 0)

.. note:: 两行的注。

- 两行的列表项目。
- 另一项。

  1. 一个数，有两行。

     .. answer::

        它折叠着。

Not translated, nor
the second line.
"""
WRAPPED = {
    "一个段落，共有两行。": "一个段落，共\n有两行。",
    "一个框，*新的*": "一\n    个框，\n    *新的*",
    "框里的内容。": "框里的内\n    容。",
    "所见": "所\n   见",
    "两行的注。": "两\n   行的注。",
    "两行的列表项目。": "两行的列表\n  项目。",
    "一个数，有两行。": "一个数，\n     有两行。",
    "它折叠着。": "它折\n        叠\n        着。",
}


@pytest.fixture
def parse(monkeypatch):
    """Return a function that reads reStructuredText, and what it says on the way."""
    monkeypatch.setitem(directives._directives, "beside", CodeBlock)
    monkeypatch.setitem(directives._directives, "caption", Admonition)
    monkeypatch.setitem(directives._directives, "answer", Compound)
    monkeypatch.setitem(directives._directives, "diagram", Image)

    def parse(text):
        settings = {"report_level": 2, "halt_level": 6, "warning_stream": io.StringIO()}
        document = publish_doctree(text, settings_overrides=settings)
        messages = list(document.findall(nodes.system_message))
        return document, [message.astext() for message in messages]

    return parse


def blocks_of(document):
    """Return the kinds of a document's blocks, with labels and formulas."""
    return [
        (node.tagname, node.get("refid"), node.astext())
        if isinstance(node, nodes.target | nodes.math_block)
        else node.tagname
        for node in document.findall()
        if not isinstance(node, nodes.Inline | nodes.Text)
    ]


def test_text_keeps_its_structure(parse):
    """Labels, titles, boxes, captions, formulas and items stay what they are."""
    for columns in (*range(7, 40), None):
        result = translate_text(TEXT, TEXT_CATALOGUE, columns)
        document, complaints = parse(result)
        assert complaints == []
        assert blocks_of(document) == blocks_of(parse(TEXT)[0])
    kinds = Counter(map(str, blocks_of(parse(TEXT)[0])))
    assert kinds["list_item"] == 3
    assert kinds["admonition"] == 2


def test_a_paragraph_is_one_line_or_as_wide_as_there_is_room():
    """Further lines stand below the first words."""
    assert translate_text(TEXT, TEXT_CATALOGUE, None) == IN_ONE_LINE
    wrapped = IN_ONE_LINE
    for line, lines in WRAPPED.items():
        assert wrapped.count(line) == 1
        wrapped = wrapped.replace(line, lines)
    assert translate_text(TEXT, TEXT_CATALOGUE, 13) == wrapped


def test_the_longest_message_is_taken():
    """Although its first line is a message as well."""
    catalogue = {"One": "一", "One two": "一二"}
    assert translate_text("One\ntwo\n\nOne\n", catalogue) == "一二\n\n一\n"


def test_a_message_ends_where_its_lines_are_indented_otherwise():
    """As a paragraph does."""
    catalogue = {"One": "一", "One two": "一二"}
    for text in (
        "  - One\ntwo\n",
        "  - One\n  -\n",
        "One\n  two\n",
        "One\n  \ntwo\n",
        "- One\n\n  two\n",
    ):
        assert translate_text(text, catalogue) == text.replace("One", "一")
    assert translate_text("  - One\n    two\n", catalogue) == "  - 一二\n"


def test_messages_that_were_found_are_known():
    """Those that were not are missing from the set, so that none is forgotten."""
    used = set()
    translate_text(TEXT, {**TEXT_CATALOGUE, "Two lines.": "两行。"}, used=used)
    assert used == TEXT_CATALOGUE.keys()


def test_text_without_a_translation_stays_english():
    """A message that is in the catalogue without a translation too."""
    assert translate_text(TEXT, {}) == TEXT
    untranslated = translate_text(TEXT, dict.fromkeys(TEXT_CATALOGUE, ""))
    assert untranslated.split() == TEXT.split()
    half = translate_text(TEXT, {**TEXT_CATALOGUE, "A title": ""}, None)
    assert half == IN_ONE_LINE.replace("一个标题\n========", "A title\n=======")


@pytest.mark.parametrize("mark", "=-~^")
def test_an_underline_is_as_wide_as_its_title(mark, parse):
    """A long title stays on its line."""
    for title in ("标题", "一个很长的标题，" * 9, "``zero_grad`` 做什么"):
        text = f"Title\n{mark * 5}\nText.\n"
        result = translate_text(text, {"Title": title}, 40)
        assert result == f"{title}\n{mark * width(title)}\nText.\n"
        assert parse(result)[1] == []


# -- Scripts -------------------------------------------------------------------------

SCRIPT = """\
#!/usr/bin/env python3
r\"\"\"
A title
=======

Text.
\"\"\"

# one
x = 1

# %%
# A title
# -------
# - An item
#   of two lines.
#
# Text.

x = 2  # one
#> Text.
# %%
# Text.
"""
TRANSLATED_SCRIPT = """\
#!/usr/bin/env python3
r\"\"\"
题
==

文。
\"\"\"

# 一
x = 1

# %%
# 题
# --
# - 两行的项。
#
# 文。

x = 2  # 一
#> Text.
# %%
# 文。
"""
SCRIPT_CATALOGUE = {
    "A title": "题",
    "Text.": "文。",
    "An item of two lines.": "两行的项。",
    "one": "一",
}


def test_a_script_is_translated():
    """Its docstring, its cells, and its comments."""
    used = set()
    translated = translate_script(SCRIPT, SCRIPT_CATALOGUE, used=used)
    assert translated == TRANSLATED_SCRIPT
    assert used == SCRIPT_CATALOGUE.keys() - {"one"}
    assert translate_script(SCRIPT, {}) == SCRIPT


def test_columns_are_those_of_the_lines_of_the_file():
    """The marks of a comment are part of a line; None is for lines of any length."""
    for length in range(1, 60):
        catalogue = {"Text.": "张" * length}
        lines = translate_script(SCRIPT, catalogue).split("\n")
        assert max(map(width, lines)) <= 88
        assert lines.count("# " + "张" * length) == (2 if length <= 43 else 0)
        assert lines.count("张" * length) == (1 if length <= 44 else 0)
        unwrapped = translate_script(SCRIPT, catalogue, columns=None).split("\n")
        assert unwrapped.count("# " + "张" * length) == 2
        assert len(unwrapped) == SCRIPT.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "translation"),
    [
        pytest.param("", "", '文"""', id="quotes"),
        pytest.param("", "", '文""" """文', id="two strings"),
        pytest.param('r"""', '"""', "\\n", id="a backslash, but no r"),
        pytest.param("", "", "%% 文", id="cell"),
        pytest.param('r"""', "r'''", "文", id="other quotes"),
        pytest.param('Text.\n"""', 'Text."""', '文"', id="quote at the end"),
        pytest.param('r"""\nA', 'x = r"""\nA', "文", id="no docstring"),
    ],
)
def test_a_script_that_cannot_be_translated_is_an_error(old, new, translation):
    """With a sentence that says what is wrong."""
    script = SCRIPT.replace(old, new)
    script = script.replace('"""', "'''") if "'''" in new else script
    with pytest.raises(ValueError, match=r"the (text|docstring|script)"):
        translate_script(script, {"Text.": translation})
    if not new.startswith(("r'''", "x =")):
        assert "文。" in translate_script(script, {"Text.": "文。"})


def test_an_empty_script_is_an_error():
    """It has no docstring."""
    for script in ("", "x = 1\n", "# Text.\n"):
        with pytest.raises(ValueError, match="docstring"):
            translate_script(script, {})


# -- The scripts of the gallery ------------------------------------------------------


def cells_of(script, folder):
    """Return the blocks that Sphinx-Gallery makes of a script."""
    path = folder / "script.py"
    path.write_text(script, encoding="utf-8")
    return split_code_and_text_blocks(str(path))[1]


@pytest.mark.parametrize("columns", [88, None])
@pytest.mark.parametrize("name", GALLERY)
def test_a_script_of_the_gallery_keeps_its_code(name, columns, tmp_path):
    """And its lines of code, cell by cell, and its structure."""
    source = (ROOT / "gallery" / f"{name}.py").read_text(encoding="utf-8")
    translated = translate_script(source, catalogues.load("zh_CN", name), columns)
    compile(translated, name, "exec")
    assert translated != source
    assert tokens_of(translated)[0][1:] == tokens_of(source)[0][1:]  # all but the top
    old, new = cells_of(source, tmp_path), cells_of(translated, tmp_path)
    assert [cell.type for cell in new] == [cell.type for cell in old]
    lengths = [
        [cell.content.count("\n") for cell in cells if cell.type == "code"]
        for cells in (old, new)
    ]
    assert len(lengths[0]) > 1
    assert lengths[0] == lengths[1]


@pytest.mark.parametrize("columns", [88, None])
@pytest.mark.parametrize("name", GALLERY)
def test_the_text_of_the_gallery_is_well_formed(name, columns, tmp_path, parse):
    """Each block has the structure of the English one; docutils has no complaint."""
    source = (ROOT / "gallery" / f"{name}.py").read_text(encoding="utf-8")
    translated = translate_script(source, catalogues.load("zh_CN", name), columns)
    pairs = zip(cells_of(source, tmp_path), cells_of(translated, tmp_path), strict=True)
    compared = 0
    for old, new in pairs:
        if old.type == "text":
            document, complaints = parse(new.content)
            assert complaints == []
            assert blocks_of(document) == blocks_of(parse(old.content)[0])
            assert new.content != old.content
            compared += 1
    assert compared > 1


@pytest.mark.parametrize("name", GALLERY)
def test_every_message_of_the_gallery_is_used(name):
    """Whatever the catalogue has is in the text or in the code, and the reverse."""
    source = (ROOT / "gallery" / f"{name}.py").read_text(encoding="utf-8")
    catalogue, used = catalogues.load("zh_CN", name), set()
    translated = translate_script(source, catalogue, used=used)
    in_code = {message.text for message in messages_in_code(source)}
    assert len(catalogue) > 20
    assert in_code <= catalogue.keys()
    assert used | in_code == catalogue.keys()
    for message in in_code:
        assert spelling(catalogue[message]) in spelling(translated)


@pytest.mark.parametrize("name", GALLERY)
def test_no_line_of_the_gallery_is_wider_than_88_columns(name):
    """Comments behind code too, as long as they are short enough."""
    source = (ROOT / "gallery" / f"{name}.py").read_text(encoding="utf-8")
    translated = translate_script(source, catalogues.load("zh_CN", name))
    lines = translated.split("\n")
    assert [line for line in lines if width(line) > 88] == []

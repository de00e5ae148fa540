"""Lines break where Chinese text may break, and nowhere else."""

import re
from itertools import accumulate
from pathlib import Path

import polib
import pytest
from uniseg.linebreak import line_break_units
from wrapping import WHOLE, units, width, wrap, wrap_into

LOCALE = Path(__file__).parents[2] / "docs" / "locale"

CLOSING = "，。；：？！）”’》、…"
OPENING = "（“‘《"
TEXT = (
    "他说：“张量（tensor）是数组、梯度是‘斜率’；对吗？”"
    "见《手册》，真的……是！前向传播（从输入到损失）。"
)
NARROW = range(2, 60)


def test_width_is_that_of_a_terminal():
    """A Han character takes two columns, an accent none, a tab up to eight."""
    assert width("abc") == 3
    assert width("张量，") == 6
    assert width("e\u0301") == 1
    assert width("\tx") == 9
    assert width("\f# 张") == 4
    assert width("") == 0


def test_every_mark_stands_in_the_text():
    """Between characters that part everywhere else; or the next test proves little."""
    assert set(CLOSING + OPENING) <= set(TEXT)
    assert units("张量") == ("张", "量")


@pytest.mark.parametrize("columns", NARROW)
def test_no_line_begins_or_ends_with_the_wrong_mark(columns):
    """A closing mark never begins a line, an opening one never ends it."""
    for lines in (wrap(TEXT, columns), wrap_into(TEXT, 5, columns)):
        assert len(lines) > 1
        assert [line for line in lines if line[0] in CLOSING] == []
        assert [line for line in lines if line[-1] in OPENING] == []


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param("``loss.backward( retain_graph = True )``", id="literal"),
        pytest.param("``a ` b``", id="literal with a backtick"),
        pytest.param("(``x = 1 or y``)", id="literal in brackets"),
        pytest.param(":class:`a module <torch.nn.Module>`", id="role"),
        pytest.param(":math:`R = (H + 0) / 2`", id="formula"),
        pytest.param("$a + b - c$", id="formula of Markdown"),
        pytest.param("*共享*", id="emphasis"),
        pytest.param("**很 重要**", id="strong emphasis"),
        pytest.param("`the notes <https://example.org/a-b>`__", id="link"),
        pytest.param("https://example.org/a-b/c/d?e=f-g", id="address"),
        pytest.param("two-layer-net", id="hyphens"),
        pytest.param("gallery/examples_nn/dynamic_net.py", id="path"),
    ],
)
def test_code_formulas_links_and_words_are_not_broken(kept):
    """However narrow the lines are; the text around them is broken."""
    text = f"我们这样写 {kept} 就会得到结果。"
    for columns in NARROW:
        lines = wrap(text, columns)
        assert [line for line in lines if kept in line]
        assert (len(lines) == 1) == (width(text) <= columns)
        assert columns > 4 or len(lines) > 6


@pytest.mark.parametrize("columns", NARROW)
def test_nothing_is_lost_and_no_line_is_too_wide(columns):
    """But for blanks at the end of a line, and pieces that cannot break."""
    text = f"{TEXT} one two-layer net, ``a b`` and more；{TEXT}"
    for lines in (wrap(text, columns), wrap_into(text, 5, columns)):
        assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
        wide = [line for line in lines if width(line) > columns]
        assert [line for line in wide if len(units(line)) > 1] == []
        assert [line for line in lines if line != line.rstrip()] == []


def test_lines_are_filled():
    """As far as there is room."""
    assert wrap("张" * 9, 8) == ["张" * 4, "张" * 4, "张"]
    assert wrap("张" * 8, 9) == ["张" * 4, "张" * 4]
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("", 7) == [""]


def test_what_stands_around_the_text_takes_room():
    """Before the first line, before the others, and behind the last."""
    assert wrap("张" * 6, 8, "- ", "  ") == ["- 张张张", "  张张张"]
    assert wrap("张" * 6, 8, "- ", "  ", ".") == ["- 张张张", "  张张", "  张."]
    assert wrap("张" * 6, 8, "", "    ") == ["张" * 4, "    张张"]
    assert wrap_into("张" * 6, 1, 18, '"""', "", '"""') == ['"""张张张张张张"""']
    assert wrap_into("张" * 6, 1, 17, '"""', "", '"""') == ['"""张张张张张', '张"""']
    assert wrap_into("张" * 6, 2, 17, "   # ", "   # ") == ["   # 张张张"] * 2


@pytest.mark.parametrize("number", range(1, 13))
def test_a_text_takes_the_number_of_lines_that_is_asked_for(number):
    """If it has that many pieces and there is room; the lines are of even length."""
    lines = wrap_into("张" * 12, number, 40)
    assert len(lines) == number
    assert max(map(len, lines)) <= -(-12 // number)
    words = "abcd " * 12  # with one column less, it takes many lines more
    assert len(wrap_into(words, number, 88)) == number


def test_a_text_that_does_not_fit_takes_more_or_fewer_lines():
    """More where the lines are too narrow, fewer where it cannot break so often."""
    assert wrap_into("张" * 12, 2, 8) == ["张" * 4] * 3
    assert wrap_into("张量。", 5, 88) == ["张", "量。"]
    assert wrap_into("``a b c``", 3, 88) == ["``a b c``"]


def test_lines_may_break_where_the_algorithm_says():
    """What is left out to save time changes nothing, in any text of the site."""
    texts = {
        text
        for path in LOCALE.glob("**/*.po")
        for entry in polib.pofile(str(path))
        for text in (entry.msgid, entry.msgstr)
        if not text.isascii()
    }
    assert len(texts) > 500
    for text in sorted(texts):
        ends = set(accumulate(map(len, line_break_units(text))))
        for pattern in WHOLE:
            for span in pattern.finditer(text):
                ends -= set(range(span.start() + 1, span.end()))
        assert set(accumulate(map(len, units(text)))) == ends, text

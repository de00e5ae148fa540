"""What the page on the speed of a step says, counts and proposes."""

import ast
import re

import cells
import pytest

from tests.conftest import ROOT
from tests.scripts.claims import Claims
from tests.scripts.running import edited

claims = Claims("examples_further/gpu_speed")
SOURCE = claims.script.read_text(encoding="utf-8")
MEASURES = ROOT / "docs" / "measurements" / "measure_steps.py"
HAND_WRITTEN = ROOT / "gallery" / "examples_tensor" / "two_layer_net_tensor.py"
ROW = re.compile(r"^ *(\d+) +(\d+) +(\d+) us +(\d+) us +(\d+) +(\d+)$", re.M)


@pytest.fixture
def page(printed):
    """Return what the script prints as it is."""
    return printed()


def rows(text):
    """Return the model's table, as rows of whole numbers."""
    return [tuple(map(int, row)) for row in ROW.findall(text)]


def function(path, name):
    """Return the code of a function, without its docstring and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (found,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    return [ast.unparse(node) for node in found.body[1:]]


def test_the_step_is_that_of_the_example_with_tensors():
    """Line by line, and so is the step that ``make measure`` measures."""
    tree = ast.parse(HAND_WRITTEN.read_text(encoding="utf-8"))
    (loop,) = (
        node
        for node in tree.body
        if isinstance(node, ast.For) and ast.unparse(node.iter) == "range(500)"
    )
    lines = [ast.unparse(node) for node in loop.body]
    assert lines[11:] != lines[:11]
    step = function(claims.script, "step")
    assert step == [*lines[:11], "return loss"]
    assert function(MEASURES, "step") == step


def test_at_the_first_size_it_is_two_times_and_it_waits(page):
    """As the words above and below the table say, of two cores."""
    first = rows(page)[0]
    assert first == (64, 100, 102, 1, 2, 5)
    assert "cpu_rate = 125e9  # operations a second: two cores" in SOURCE
    prose = " ".join(re.sub(r"^# ?", "", SOURCE, flags=re.M).split())
    assert "about 2 times as fast as two cores of a CPU" in prose
    assert "All of its work takes 1 us and the launches take 102 us" in prose


def test_fifty_times_begins_with_five_times_the_size(page):
    """And not with four, but with a CUDA graph it does."""
    by_size = {row[:2]: row[4:] for row in rows(page)}
    assert by_size[4 * 64, 4 * 100][0] < 50 <= by_size[5 * 64, 5 * 100][0]
    assert by_size[3 * 64, 3 * 100][1] < 50 <= by_size[4 * 64, 4 * 100][1]


def test_the_figure_is_what_its_description_says(page):
    """They begin at 2 and 5, the graph is ahead until both meet, above 300."""
    ratios = [row[4:] for row in rows(page)]
    ahead = [graph - eager for eager, graph in ratios]
    meet = ahead.index(0)
    assert all(difference > 0 for difference in ahead[:meet])
    assert not any(ahead[meet:])
    assert all(ratio > 300 for ratio in ratios[-1])
    assert ratios == sorted(ratios)


def test_twice_the_cores_halve_both_columns(page, printed):
    """As far as whole numbers can say."""
    before = rows(page)
    after = rows(printed(("cpu_rate = 125e9", "cpu_rate = 250e9")))
    for (*_, eager, graph), (*_, new_eager, new_graph) in zip(
        before, after, strict=True
    ):
        assert abs(new_eager - eager / 2) <= 0.8
        assert abs(new_graph - graph / 2) <= 0.8


@claims.answer(1, "Not in this table: it ends below 50")
def test_sixteen_cores_are_too_fast_for_fifty_times(printed):
    """The GPU is ahead, but nowhere by that much."""
    text = printed(("cpu_rate = 125e9", "cpu_rate = 8 * 125e9"))
    assert len(rows(text)) == 8
    assert max(ratio for row in rows(text) for ratio in row[4:]) < 50
    assert rows(text)[-1][4] > 30


@claims.answer(2, "15, and there is less to move")
def test_one_call_in_place_of_two_saves_two_launches(page, printed):
    """The numbers trained are the same: 15 launches."""
    edits = [
        (
            f"w{n} -= learning_rate * grad_w{n}",
            f"w{n}.sub_(grad_w{n}, alpha=learning_rate)",
        )
        for n in (1, 2)
    ]
    text = printed(*edits)
    found = r"^(\d+) launches, ([\d.]+) million bytes$"
    launches, moved = re.search(found, text, re.M).groups()
    before = re.search(found, page, re.M)[2]
    assert launches == "15"
    assert float(moved) < float(before)
    assert text.count("3.152e+07") == page.count("3.152e+07") == 2


@claims.answer(3, "A ``RuntimeError``: on ``meta`` there is no number to return")
def test_a_meta_tensor_has_no_number(tmp_path):
    """Counting a step that asks for one stops there."""
    script = tmp_path / claims.script.name
    script.write_text(edited(SOURCE, [("return loss\n", "return loss.item()\n")]))
    (error,) = (cell.error for cell in cells.run(script) if cell.error)
    assert "RuntimeError: Tensor.item() cannot be called on meta tensors" in error


def test_every_answer_has_a_test():
    """A new one needs a test above, and no test is about words that are gone."""
    claims.demand_all()

"""When an output agrees with its ``#>`` lines, and when it does not."""

import pytest
from expected import complaint


def cell(*wanted):
    """Return a cell whose ``#>`` lines say the given lines."""
    marks = [f"    #> {line}" for line in wanted]
    return "\n".join(["for t in range(2):", "    print(t)", *marks])


@pytest.mark.parametrize(
    ("wanted", "printed"),
    [
        pytest.param("99 328.779", "99 328.779", id="equal"),
        pytest.param("99 328.779", "99 328.7791", id="equal to the digits written"),
        pytest.param("5.13769e-05", "5.137689e-05", id="exponent"),
        pytest.param("0.5", "0.54", id="rounded down"),
        pytest.param("torch.float64 ...", "torch.float64 cuda:0 (3,)", id="ellipsis"),
        pytest.param("a b", "a b  ", id="blanks at the end of a line"),
        pytest.param("-1.0", "-1.00001", id="negative"),
        pytest.param("ValueError: ...", "ValueError: no", id="error written out"),
    ],
)
def test_these_agree(wanted, printed):
    """No complaint."""
    assert complaint(cell(wanted), printed + "\n") == ""


@pytest.mark.parametrize(
    ("wanted", "printed"),
    [
        pytest.param("99 328.779", "99 328.780", id="last digit"),
        pytest.param("99 328.779", "98 328.779", id="whole numbers are exact"),
        pytest.param("5.13769e-05", "5.13769e-06", id="exponent"),
        pytest.param("0.5", "0.56", id="rounded up"),
        pytest.param("1.0", "-1.0", id="sign"),
        pytest.param("1.0", "nan", id="not a number"),
        pytest.param("torch.float64", "torch.float32", id="digits in a name"),
        pytest.param("loss 1.5", "Loss 1.5", id="word"),
        pytest.param("a b", "a  b", id="blanks within a line"),
        pytest.param("1.5", "1.5\n1.5", id="a line too many"),
        pytest.param("1.5", "", id="nothing printed"),
        pytest.param("stops at 100.", "stops at 100.4", id="a full stop is no point"),
        pytest.param("[20., 20.]", "[20., 21.]", id="as NumPy prints whole numbers"),
    ],
)
def test_these_differ(wanted, printed):
    """The complaint shows both."""
    text = complaint(cell(wanted), printed + "\n")
    assert text.startswith("printed something else than its #> lines say.")
    assert wanted in text


@pytest.mark.parametrize(
    "printed",
    [
        "Inductor: CppCompileError: C++ compile error",
        "Inductor: Traceback (most recent call last):",
        "Inductor: torch.cuda.OutOfMemoryError",
        "Inductor: an Exception",
    ],
)
def test_a_placeholder_stands_for_no_error(printed):
    """What may differ between machines may not be that it went wrong."""
    assert "may not stand for" in complaint(cell("Inductor: ..."), printed + "\n")
    assert complaint(cell("Inductor: ..."), "Inductor: has compiled\n") == ""


def test_a_cell_that_prints_needs_marks():
    """And the complaint names the command that writes them."""
    text = complaint("print(1)", "1\n")
    assert text.startswith("prints, but has no #> lines; make expected")
    assert complaint("x = 1", "") == ""


def test_all_marks_of_a_cell_are_its_whole_output():
    """In their order, wherever they stand in the cell."""
    code = "print(1)\n#> 1\nif True:\n    print(2)\n    #> 2\n"
    assert complaint(code, "1\n2\n") == ""
    assert complaint(code, "2\n1\n") != ""
    assert complaint(code, "1\n") != ""

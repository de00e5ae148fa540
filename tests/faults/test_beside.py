"""A formula that finds no line of code stops the build, and says what to do."""

import pytest

from tests.faults.building import ONE, TWO

# Rows of a list of formulas above the first cell of a script, and what is said.
ROWS = {
    "no line": (r"gone  x", "no line begins with gone"),
    "part of a word": (r"loss  L", ""),
    "two lines": (r"import  x", "more than one line begins with import"),
    "unknown LaTeX": (r"w -=  \gone", r"cannot read (Unknown LaTeX command"),
    "broken LaTeX": (r"grad_w =  a & b", "cannot read"),
    "one blank": (r"steps, losses x", "two blanks and its formula, not: steps, losses"),
}


@pytest.fixture(scope="module")
def wrong(first_build, tmp_path_factory):
    """Return the outcome of a build with all of them, and their lines."""
    miniature = first_build[0].copy(tmp_path_factory.mktemp("beside") / "site")
    rows = [row for row, _ in ROWS.values()]
    text = "".join(f"\n#    {row}" for row in rows)
    words = "shows for a curve.\n"
    line = miniature.replace(ONE, words, f"{words}#\n# .. beside::\n#{text}\n")
    lines = {what: line + 4 + number for number, what in enumerate(ROWS)}
    lines["no code"] = miniature.append(TWO, "#\n# .. beside::\n#\n#    y  x^2\n") + 3
    lines["empty"] = miniature.append(TWO, "#\n# .. beside::\n") + 1
    return miniature.build(), lines


@pytest.mark.parametrize("what", [*ROWS, "no code", "empty"])
def test_a_wrong_formula(wrong, what):
    """One build names each with its line; the one that is right is not named."""
    outcome, lines = wrong
    name = "two.py" if what in ("no code", "empty") else "one.py"
    message = {"no code": "no code follows", "empty": '"beside" directive'}
    said = [row for row in outcome.text.split("\n") if f"{name}:{lines[what]}: " in row]
    wanted = message[what] if what in message else ROWS[what][1]
    assert bool(said) is bool(wanted), outcome.text
    assert all(wanted in row for row in said), said
    assert outcome.is_refusal()

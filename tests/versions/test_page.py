"""The page shows what was measured, with reasons; an example says what was checked."""

import checks
import pytest
from bs4 import BeautifulSoup
from checks import Check, Environment

from tests.conftest import ROOT
from tests.faults.building import ONE, TWO, Miniature

PAGE = "docs/where_numbers_hold.md"
CELLS = """
# %%
# The end, to six digits:

print(f"{losses[-1]:.6g}")
#> 0.847387

# %%
# And a list:

print("\\n".join(map(str, range(30))))
"""
MARKS = "".join(f"#> {number}\n" for number in range(30))
REASONS = """\
## Differences

:::{difference} examples_small/one
:cell: print(f"{losses

The sum has *another* order.
:::

:::{difference} examples_small/one
:cell: print("\\n".join

The list is spoilt.
:::
"""
OWN = Environment("3.11.7", "2.15.0+cu130", "2.21.0", "2.4.6", "linux-x86_64")
OLD = OWN._replace(torch="2.13.0+cpu")
OLDER = OWN._replace(torch="2.13.0+cu130")
NEXT = OWN._replace(python="3.12.1", numpy="2.5.5")
ONLY_TWO = OWN._replace(numpy="1.26.0")
THIRTY = "".join(f"{number}\n" for number in range(30))


def measured(miniature):
    """Return made-up checks of the miniature's two scripts."""
    keys = checks.keys_of_gallery(miniature.folder / "gallery")
    one, two = keys["examples_small/one"], keys["examples_small/two"]
    *begin, number, listing = one
    same = {
        "examples_small/one": Check("2026-01-02", one),
        "examples_small/two": Check("2026-01-03", two),
    }
    other = {number: "0.8473", listing: THIRTY.replace("17\n", "seventeen\n")}
    failed = Check("2026-01-05", begin, {}, {number: "ValueError: <no> number"})
    return {
        OWN: same,
        NEXT: same,
        OLD: {**same, "examples_small/one": Check("2026-01-04", begin, other)},
        OLDER: {**same, "examples_small/one": failed},
        ONLY_TWO: {"examples_small/two": Check("2026-01-01", two)},
    }


def save(miniature, found):
    checks.save(miniature.folder / "docs" / checks.FILE, found)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a miniature with the page and made-up measurements, built."""
    miniature = Miniature.new(tmp_path_factory.mktemp("versions") / "site")
    miniature.append(ONE, CELLS + MARKS)
    page = (ROOT / PAGE).read_text("utf-8")
    begin = page.index("## Differences")
    end = page.index("\n## ", begin)
    miniature.write(PAGE, page[:begin] + REASONS + page[end:])
    menu = "examples_small/index\n"
    miniature.replace("docs/index.md", menu, f"{menu}where_numbers_hold\n")
    save(miniature, measured(miniature))
    outcome = miniature.build()
    assert outcome.status == 0, outcome.text
    return miniature


@pytest.fixture
def copy(built, tmp_path):
    """Return a copy of it, to be changed."""
    return built.copy(tmp_path / "site")


def page_of(miniature, name):
    path = miniature.folder / "build" / "html" / "en" / f"{name}.html"
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def text_of(element):
    return " ".join(element.get_text().split())


def rows_of(page, kind):
    return [
        [text_of(cell) for cell in row("td")]
        for row in page.select(f"table.{kind} tbody tr")
    ]


def foot_of(miniature, name):
    return text_of(page_of(miniature, name).select_one("footer .last-checked"))


def test_each_example_has_its_range_of_versions(built):
    """And those where it is another; a framework that is not used is not named."""
    page = page_of(built, "where_numbers_hold")
    assert rows_of(page, "same-digits") == [
        [
            "One: fit a number",
            "Python 3.11.7 to 3.12.1 · NumPy 2.4.6 to 2.5.5 other: PyTorch 2.13.0",
        ],
        ["Two: draw a curve", "Python 3.11.7 to 3.12.1 · NumPy 1.26.0 to 2.5.5"],
    ]
    link = page.select_one("table.same-digits a")
    assert link["href"] == "examples_small/one.html"


def test_each_environment_has_a_row_with_what_is_the_same(built):
    """Cells that were not reached are not the same; what all share is said once."""
    page = page_of(built, "where_numbers_hold")
    assert rows_of(page, "environments") == [
        ["3.11.7", "2.13.0 CPU", "2.4.6", "4 of 6 cells"],
        ["3.11.7", "2.13.0 CUDA 13.0", "2.4.6", "4 of 6 cells"],
        ["3.11.7", "2.15.0 CUDA 13.0", "1.26.0", "2 of 2 cells"],
        ["3.11.7", "2.15.0 CUDA 13.0", "2.4.6", "6 of 6 cells"],
        ["3.12.1", "2.15.0 CUDA 13.0", "2.5.5", "6 of 6 cells"],
    ]
    sentence = text_of(page.select_one("#what-was-measured p"))
    assert sentence == (
        "5 environments, measured from 2026-01-01 to 2026-01-05. "
        "In all of them: TensorFlow 2.21.0 · linux-x86_64."
    )


def test_a_difference_shows_both_outputs_and_the_reason(built):
    """Long outputs without what is the same in both."""
    number, listing = page_of(built, "where_numbers_hold").select(".difference")
    line = built.read(ONE).split("\n").index('print(f"{losses[-1]:.6g}")') + 1
    assert text_of(number) == (
        f"One: fit a number, line {line} of the script Here: 0.847387 "
        "With a build for CPU: 0.8473 "
        "The program stops with PyTorch 2.13.0 · a build for CUDA 13.0: "
        "ValueError: <no> number "
        "The sum has another order."
    )
    blocks = [block.get_text().strip() for block in listing("pre")]
    assert blocks == ["16\n17\n18", "16\nseventeen\n18"]
    assert listing.find("em") is None


def test_an_example_says_when_and_with_what_it_was_checked(built):
    """With those where it differs, too, and how many they are."""
    assert foot_of(built, "examples_small/one") == (
        "Last checked on 2026-01-05 in 4 environments (other digits with PyTorch "
        "2.13.0): "
        "Python 3.11.7 to 3.12.1 · NumPy 2.4.6 to 2.5.5 Where these numbers hold"
    )
    assert foot_of(built, "examples_small/two") == (
        "Last checked on 2026-01-03 in 5 environments, with the same digits in all: "
        "Python 3.11.7 to 3.12.1 · NumPy 1.26.0 to 2.5.5 Where these numbers hold"
    )
    page = page_of(built, "examples_small/two")
    link = page.select_one("footer .last-checked a")
    assert link["href"] == "../where_numbers_hold.html"
    for name in ("index", "where_numbers_hold", "examples_small/index"):
        assert not page_of(built, name).select(".last-checked")


def test_the_next_build_shows_what_is_new_and_claims_nothing_of_changed_cells(copy):
    """New measurements, on pages that have not changed; prose changes nothing."""
    found = measured(copy)
    found[NEXT]["examples_small/one"].date = "2026-02-01"
    save(copy, found)
    copy.replace(TWO, "y = x**2", "y = x * x")
    copy.replace(TWO, "They lie on a parabola.", "A parabola goes through them.")
    outcome = copy.build()
    assert outcome.status == 0, outcome.text
    assert "on 2026-02-01 in 4 environments (other digits with" in foot_of(
        copy, "examples_small/one"
    )
    number = len(checks.keys_of_gallery(copy.folder / "gallery")["examples_small/two"])
    foot = "Not yet checked with other versions: {0} of {0} cells."
    assert foot_of(copy, "examples_small/two").startswith(foot.format(number))
    rows = dict(rows_of(page_of(copy, "where_numbers_hold"), "same-digits"))
    assert rows["Two: draw a curve"] == f"not yet checked: {number} of {number} cells"


def test_a_difference_without_a_reason_and_a_reason_without_a_difference(copy):
    """Both stop the build, each with its line; so does a cell that is not there."""
    text = copy.read(PAGE)
    first = REASONS.index(":::{difference}")
    second = REASONS.index(":::{difference}", first + 1)
    one = REASONS[first:second]
    wrong = one.replace('one\n:cell: print(f"{losses', "two\n:cell: y = x**2")
    missing = one.replace('print(f"{losses', "y = x")
    assert text.count(one) == 1
    copy.write(PAGE, text.replace(one, wrong + missing))
    reason = text[: text.index(one)].count("\n") + 1
    cell = copy.read(ONE).split("\n").index('print(f"{losses[-1]:.6g}")') + 1
    outcome = copy.refuses(
        ("one.py", cell),
        ("where_numbers_hold.md", reason),
        ("where_numbers_hold.md", reason + wrong.count("\n")),
    )
    assert "does the same in all environments; delete this reason" in outcome.text
    assert "'y = x' is in none of them" in outcome.text
    assert "docs/where_numbers_hold.md must say why" in outcome.text


def test_a_file_with_another_checksum_stops_the_build(copy):
    """Before any script runs, and with what to do."""
    copy.replace(f"docs/{checks.FILE}", '"1.26.0"', '"1.26.1"')
    copy.insert(ONE, 'raise ValueError("this was run")')
    outcome = copy.refuses(("versions.json", 1))
    assert "bring both back from git" in outcome.text
    assert "this was run" not in outcome.text

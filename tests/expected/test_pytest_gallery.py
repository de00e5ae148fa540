"""`pytest gallery` checks every cell of every script, and says which one is wrong."""

import re
import shutil

import pytest

from tests.conftest import EXAMPLES, ROOT
from tests.expected.project import change, copy_project, python
from tests.faults.building import ONE, SECTION

NUMPY = "examples_tensor/two_layer_net_numpy.py"
STALL = "examples_compare/float32_stall.py"


@pytest.fixture
def project(tmp_path):
    """Return a copy of the project with two quick scripts."""
    return copy_project(tmp_path, NUMPY, STALL)


def line_of(path, text):
    """Return the number of the line that contains a text."""
    lines = path.read_text(encoding="utf-8").split("\n")
    (number,) = [n for n, line in enumerate(lines, 1) if text in line]
    return number


def test_one_script_can_be_checked_alone(project):
    """One item for each cell, named by script and line, and a count at the end."""
    result = python(project, "-m", "pytest", "-v", f"gallery/{NUMPY}")
    assert result.returncode == 0, result.stdout
    items = re.findall(rf"^gallery/{NUMPY}::line (\d+) PASSED", result.stdout, re.M)
    assert len(items) == 4
    first = line_of(project / "gallery" / NUMPY, "import numpy as np")
    assert int(items[0]) == first
    assert "gallery: 4 cells checked, 2 of them print; none unchecked" in result.stdout


def test_a_wrong_output_stops_its_script_and_no_other(project):
    """The message has script, line, and both outputs; later cells are skipped."""
    script = project / "gallery" / NUMPY
    change(script, "#> 199 1.03623", "#> 199 1.03624")
    result = python(project, "-m", "pytest", "gallery")
    assert result.returncode == 1
    line = line_of(script, "learning_rate = 1e-6")
    assert f"gallery/{NUMPY}:{line}: printed something else" in result.stdout
    assert "- 199 1.03624" in result.stdout
    assert "+ 199 1.03623" in result.stdout
    assert "an earlier cell of the script failed" in result.stdout
    assert re.search(r"1 failed, \d+ passed, 2 skipped", result.stdout)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        pytest.param("raise ValueError('no')", "ValueError: no", id="exception"),
        pytest.param("import sys; sys.exit(0)", "SystemExit: 0", id="sys.exit(0)"),
        pytest.param("import os; os._exit(0)", "ended its process", id="os._exit(0)"),
        pytest.param(
            "import warnings; warnings.warn('old', DeprecationWarning)",
            "DeprecationWarning: old",
            id="DeprecationWarning",
        ),
        pytest.param(
            "import warnings; warnings.warn('soon', FutureWarning)",
            "FutureWarning: soon",
            id="FutureWarning",
        ),
        pytest.param(
            "import warnings; warnings.warn('hm')", "UserWarning: hm", id="UserWarning"
        ),
    ],
)
def test_a_cell_that_fails_is_named(project, new, message):
    """Whatever way it fails."""
    script = project / "gallery" / NUMPY
    change(script, "learning_rate = 1e-6", f"learning_rate = 1e-6\n{new}")
    result = python(project, "-m", "pytest", f"gallery/{NUMPY}")
    assert result.returncode == 1
    line = line_of(script, "learning_rate = 1e-6")
    assert f"gallery/{NUMPY}:{line}: " in result.stdout
    assert message in result.stdout
    assert "1 failed, 1 passed, 2 skipped" in result.stdout


def test_examples_in_docstrings_are_run(project):
    """A ``>>>`` example that is wrong fails, as an item of its own."""
    script = project / "gallery" / STALL
    doctest = '"""\n    >>> 1 + 1\n    3\n    """\n'
    change(
        script,
        '"""Adds updates to arrays and keeps',
        f'{doctest}    """Adds updates to arrays and keeps',
    )
    result = python(project, "-m", "pytest", f"gallery/{STALL}")
    assert result.returncode == 1
    assert re.search(rf"FAILED gallery/{STALL}::docstring \d+", result.stdout)
    assert re.search(r"Expected:\s+3\s+Got:\s+2", result.stdout)


def test_the_gallery_has_examples_in_docstrings():
    """So that the rule is not about nothing."""
    texts = [path.read_text("utf-8") for path in (ROOT / "gallery").glob("*/*.py")]
    assert sum("    >>> " in text for text in texts) >= 1


FAULTS = {  # in the miniature: text of a script, and what takes its place
    "one.py": ("w = 1.0\n", "w = 1.0\nprint(w)\n#> 1.5\n"),
    "two.py": ("y = x**2\n", "y = x**2\nprint(y.sum() < 0, len(y))\n#> False ...\n"),
}


def test_the_build_and_pytest_find_the_same_fault(fresh):
    """In the same line; and both let pass what an ellipsis stands for."""
    for name in ("tests", "conftest.py", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, fresh.folder / name)
    for name, (old, new) in FAULTS.items():
        fresh.replace(f"{SECTION}/{name}", old, new)
    line = line_of(fresh.folder / ONE, "import matplotlib")
    result = python(fresh.folder, "-m", "pytest", "gallery")
    assert result.returncode == 1
    assert re.findall(r"^(\S+):(\d+): printed", result.stdout, re.M) == [
        (ONE, str(line))
    ]
    outcome = fresh.build()
    assert outcome.is_refusal()
    found = re.findall(r"(\w+\.py):(\d+): WARNING: printed", outcome.text)
    assert found == [("one.py", str(line))]


@pytest.mark.thorough
def test_one_percent_more_learning_rate_fails_every_script(tmp_path):
    """In each of the nine, pytest and the build name the script and the same line."""
    project = copy_project(tmp_path)
    for example in EXAMPLES:
        script = project / "gallery" / f"{example}.py"
        text = script.read_text(encoding="utf-8")
        changed = re.sub(r"learning_rate = 1e-(\d)", r"learning_rate = 1.01e-\1", text)
        assert changed != text
        script.write_text(changed, encoding="utf-8")
    scripts = [f"gallery/{example}.py" for example in EXAMPLES]
    result = python(project, "-m", "pytest", *scripts)
    assert result.returncode == 1
    build = python(project, "conf/build_site.py")
    assert build.returncode == 1
    for script in scripts:
        message = re.search(rf"{script}:(\d+): printed", result.stdout)
        assert message, script
        assert f"{script}:{message[1]}: WARNING: printed something else" in build.stderr


def test_a_warning_cannot_be_switched_off():
    """No script names a filter that ignores; recording warnings is allowed."""
    scripts = sorted((ROOT / "gallery").glob("*/*.py"))
    assert len(scripts) >= len(EXAMPLES)
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"""["']ignore["']|PYTHONWARNINGS""", text), script
        assert not re.search(r"catch_warnings\((?!record=True)", text), script

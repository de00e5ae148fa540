"""`make expected` writes the ``#>`` lines from a run, and shows what it changed."""

import pytest

from tests.conftest import ROOT
from tests.expected.project import change, python

SCRIPT = '''"""
A title
=======

A sentence.
"""

# %%
# Words.

import sys


def shout(word):
    """Print a word."""
    print(word.upper())


shout("one")
for number in range(2):
    print(number, number / 3)

# %%
# More words.

print("a", end="")
print("b")
print(sys.platform)
'''

WRITTEN = """shout("one")
#> ONE
for number in range(2):
    print(number, number / 3)
    #> 0 0.0
    #> 1 0.3333333333333333
"""


@pytest.fixture
def script(tmp_path):
    """Return a script without ``#>`` lines."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def write_expected(script):
    return python(ROOT, "conf/write_expected.py", str(script))


def test_lines_are_put_below_the_statement_that_printed(script):
    """Indented like it, and shown as a difference; a second run changes nothing."""
    result = write_expected(script)
    assert result.returncode == 0, result.stderr
    text = script.read_text(encoding="utf-8")
    assert WRITTEN in text
    assert 'print("a", end="")\nprint("b")\n#> ab\nprint(sys.platform)\n#> ' in text
    assert "+    #> 1 0.3333333333333333" in result.stdout
    again = write_expected(script)
    assert (again.returncode, again.stdout) == (0, "")
    assert script.read_text(encoding="utf-8") == text


def test_a_changed_number_is_rewritten_and_an_ellipsis_is_kept(script):
    """Only cells that disagree are touched."""
    write_expected(script)
    change(script, "#> 1 0.3333333333333333", "#> 1 0.4")
    text = script.read_text(encoding="utf-8")
    platform = text.rstrip().rpartition("#> ")[2]
    change(script, f"#> {platform}", "#> ...")
    result = write_expected(script)
    assert "-    #> 1 0.4\n+    #> 1 0.3333333333333333" in result.stdout
    assert "#> ..." in script.read_text(encoding="utf-8")


def test_a_failing_script_is_left_alone(script):
    """Exit status 1, one line with script and line, the file as it was."""
    change(script, "print(sys.platform)", "print(sys.platform.nothing)")
    before = script.read_bytes()
    result = write_expected(script)
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert str(script) in line
    assert "AttributeError" in line
    assert script.read_bytes() == before

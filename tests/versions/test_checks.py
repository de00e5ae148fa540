"""What is known of a cell, when it stops to count, and how it is stored."""

import hashlib
import json
import subprocess
import sys

import checks
import pytest
from checks import Check, DamagedError, Environment

from tests.conftest import ROOT

SCRIPT = '''"""
A script
========

About nothing.
"""

# %%
# Begin:

x = 1  # one
print(x)
#> 1

# %%
# Go on:

print(x + 1)
#> 2

# %%
# End:

print(x + 2)
#> 3
'''
OWN = Environment("3.11.7", "2.15.0+cu130", "2.21.0", "2.4.6", "linux-x86_64")
OTHER = OWN._replace(torch="2.9.0+cpu")
LATER = OWN._replace(torch="2.10.0")


@pytest.fixture
def keys_of(tmp_path):
    """Return a function from the texts of scripts to the digests of their cells."""

    def keys(**texts):
        folder = tmp_path / "gallery" / "examples_small"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        found = checks.keys_of_gallery(folder.parent)
        return {name.rpartition("/")[2]: own for name, own in found.items()}

    return keys


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        pytest.param("# Go on:", "# Go on, with two\n# lines:", 3, id="prose"),
        pytest.param("x = 1  # one", "x = 1", 3, id="comment behind code"),
        pytest.param("print(x)\n", "# Say it.\n\nprint(x)\n", 3, id="comment above"),
        pytest.param("print(x + 2)", "print(x + 3)", 2, id="last cell"),
        pytest.param("#> 2", "#> 2.0", 1, id="expected output"),
        pytest.param("x = 1 ", "x = 2 ", 0, id="first cell"),
        pytest.param("print(x)\n", 'print("#", x)\n', 0, id="hash in a string"),
    ],
)
def test_a_cell_is_another_one_if_code_up_to_its_end_changes(keys_of, old, new, kept):
    """Prose and comments are no code; ``#>`` lines are."""
    before = keys_of(script=SCRIPT)["script"]
    assert len(set(before)) == 3
    assert SCRIPT.count(old) == 1
    after = keys_of(script=SCRIPT.replace(old, new))["script"]
    assert after[:kept] == before[:kept]
    assert not set(after[kept:]) & set(before)


def test_a_script_that_looks_beside_itself_depends_on_the_others(keys_of):
    """On their code, not on their prose; one that does not look depends on nothing."""
    looks = SCRIPT.replace("x = 1", "x = len(__file__)")
    before = keys_of(looks=looks, blind=SCRIPT, seen=SCRIPT)
    prose = keys_of(seen=SCRIPT.replace("Go on:", "Further:"))
    assert prose == before
    code = keys_of(seen=SCRIPT.replace("print(x + 2)", "print(x + 3)"))
    assert not set(code["looks"]) & set(before["looks"])
    assert code["blind"] == before["blind"]


# -- Merged ----------------------------------------------------------------------------

KEYS = {"a/one": ["k1", "k2", "k3"], "a/two": ["k4"]}


def test_what_was_measured_here_takes_the_place_of_the_old_and_leaves_the_rest():
    """Of one environment and script; others stay, whoever has measured them."""
    old = {
        OWN: {"a/one": Check("2026-01-01", ["k1"], {"k2": "2"}, {"k3": "Error: no"})},
        OTHER: {"a/one": Check("2026-01-02", ["k1", "k2", "k3"])},
    }
    new = {
        OWN: {"a/two": Check("2026-03-01", ["k4"])},
        OTHER: {"a/one": Check("2026-03-01", ["k1", "k3"], {"k2": "22"})},
    }
    found = checks.merged(old, new, KEYS)
    assert found == {OWN: {**old[OWN], **new[OWN]}, OTHER: new[OTHER]}


def test_cells_scripts_and_environments_that_are_gone_are_dropped():
    """Each of the three kinds of outcome, and what has none left."""
    gone = Environment("3.10.1", "2.0.0", "2.10.0", "1.20.0", "linux-x86_64")
    old = {
        OWN: {
            "a/one": Check("2026-01-01", ["k1", "x1"], {"x2": "2"}, {"x3": "Error"}),
            "a/renamed": Check("2026-01-01", ["k1"]),
        },
        gone: {"a/one": Check("2026-01-01", ["x1"])},
    }
    found = checks.merged(old, {}, KEYS)
    assert found == {OWN: {"a/one": Check("2026-01-01", ["k1"])}}


def test_a_script_is_checked_as_a_whole_up_to_a_cell_that_failed():
    """A missing cell before the failing one makes it incomplete."""
    failed = Check("2026-01-01", ["k1"], {}, {"k2": "Error: no"})
    assert failed.is_whole(KEYS["a/one"])
    assert not Check("2026-01-01", [], {}, {"k2": "Error"}).is_whole(KEYS["a/one"])
    assert not Check("2026-01-01", ["k1", "k2"]).is_whole(KEYS["a/one"])


# -- Stored ----------------------------------------------------------------------------


def some():
    """Return checks of three environments, with an output that is there twice."""
    other = Check("2026-01-02", ["k1"], {"k2": "a\n b", "k3": "零"}, {})
    return {
        OWN: {"a/two": Check("2026-01-01", ["k4"]), "a/one": other},
        LATER: {"a/one": Check("2026-01-03", ["k1"], {"k2": "a\n b"}, {"k3": "E: x"})},
        OTHER: {"a/two": Check("2026-01-01", [], {}, {"k4": "E: x"})},
    }


def test_what_is_stored_is_read_again(tmp_path):
    """Nothing is lost, whatever the order; the checksum is that of sha256sum."""
    path = tmp_path / "versions.json"
    checks.save(path, some())
    assert checks.load(path) == some()
    first = path.read_bytes()
    checks.save(path, dict(reversed(some().items())))
    assert path.read_bytes() == first
    digest = hashlib.sha256(first).hexdigest()
    beside = tmp_path / "versions.json.sha256"
    assert beside.read_text("utf-8") == f"{digest}  versions.json\n"
    assert sorted(tmp_path.iterdir()) == [path, beside]


def test_the_file_is_sorted_by_version_and_has_each_output_once(tmp_path):
    """2.9 comes before 2.10, so that a difference of two files can be read."""
    path = tmp_path / "versions.json"
    checks.save(path, some())
    file = json.loads(path.read_text("utf-8"))
    torch = [environment["torch"] for environment in file["environments"]]
    assert torch == ["2.9.0+cpu", "2.10.0", "2.15.0+cu130"]
    assert sorted(file["outputs"].values()) == [["E: x"], ["a", " b"], ["零"]]


DAMAGES = {
    "changed": lambda json_file, beside: json_file.write_text(
        json_file.read_text("utf-8").replace("k1", "k9"), "utf-8"
    ),
    "cut off": lambda json_file, beside: json_file.write_bytes(
        json_file.read_bytes()[:-9]
    ),
    "gone": lambda json_file, beside: json_file.unlink(),
    "without checksum": lambda json_file, beside: beside.unlink(),
    "no checksum": lambda json_file, beside: beside.write_bytes(b"\xff"),
    "not JSON": lambda json_file, beside: with_checksum(json_file, beside, "{"),
    "another file": lambda json_file, beside: with_checksum(json_file, beside, "[1]"),
    "no version": lambda json_file, beside: with_checksum(
        json_file, beside, json_file.read_text("utf-8").replace("3.11.7", "three")
    ),
    "an output missing": lambda json_file, beside: with_checksum(
        json_file,
        beside,
        json_file.read_text("utf-8").replace(' "outputs": {', ' "outputs": {}, "o": {'),
    ),
}


def with_checksum(path, beside, text):
    path.write_text(text, "utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    beside.write_text(f"{digest}  {path.name}\n", "utf-8")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_in_one_line(tmp_path, damage):
    """It names the file and says what to do."""
    path = tmp_path / "versions.json"
    checks.save(path, some())
    DAMAGES[damage](path, tmp_path / "versions.json.sha256")
    with pytest.raises(DamagedError, match="make versions") as error:
        checks.load(path)
    text = str(error.value)
    assert text.startswith("versions.json ")
    assert "\n" not in text


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import checks
from tests.versions.test_checks import OTHER, some
moves, replace = int(sys.argv[3]), Path.replace

def killed(path, target):
    global moves
    if moves == 0:
        os.kill(os.getpid(), 9)
    moves -= 1
    replace(path, target)

Path.replace = killed
new = some()
new.pop(OTHER)
checks.save(Path(sys.argv[2]), new)
"""


def test_a_call_that_is_killed_leaves_a_file_that_is_right(tmp_path):
    """Before the first move the old one, after each the new one; and it is mended."""
    path = tmp_path / "versions.json"
    new = some()
    new.pop(OTHER)
    for moves, wanted in ((0, some()), (1, new)):
        checks.save(path, some())
        words = [str(ROOT / "conf"), str(path), str(moves)]
        done = subprocess.run([sys.executable, "-c", KILLED, *words], cwd=ROOT)
        assert done.returncode == -9
        assert checks.load(path) == wanted
        for later in (new, some()):  # also a second time
            checks.save(path, later)
            assert checks.load(path) == later
        assert len(list(tmp_path.iterdir())) == 2

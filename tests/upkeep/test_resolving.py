"""The newest versions are found, within the project's rules, and the lock follows."""

import pytest
from upkeep import FILES, requirements, resolving, summary

TEXT = """\
# The examples
numpy==2.4.6  # arrays
torch==2.14.1

# The rest
pillow
"""


@pytest.fixture
def packages(index):
    """Return an index with two versions each of NumPy, PyTorch and Pillow."""
    index.add("numpy", "2.4.6")
    index.add("numpy", "2.5.5", python=">=3.12")
    index.add("torch", "2.14.1", "sympy")
    index.add("torch", "2.15.0", "sympy<2")
    index.add("sympy", "1.13")
    index.add("sympy", "1.14")
    index.add("sympy", "2.0")
    index.add("pillow", "12.0")
    index.add("pillow", "13.0")
    return index


def test_pins_move_with_markers_where_a_release_needs_a_newer_python(packages):
    """Comments, blank lines and packages without a version stay as they are."""
    found = resolving.newest(TEXT)
    assert found.requirements == (
        "# The examples\n"
        'numpy==2.4.6; python_version < "3.12"  # arrays\n'
        'numpy==2.5.5; python_version >= "3.12"  # arrays\n'
        "torch==2.15.0\n\n# The rest\npillow\n"
    )
    old = resolving.compiled(TEXT, constraints="pillow<13\nsympy<1.14\n")
    assert summary.moves(old, found.lock) == [
        'numpy: 2.4.6 -> 2.4.6 (python_version < "3.12"), '
        '2.5.5 (python_version >= "3.12")',
        "pillow: 12.0 -> 13.0",
        "sympy: 1.13 -> 1.14",
        "torch: 2.14.1 -> 2.15.0",
    ]
    assert resolving.newest(found.requirements) == found


def test_markers_go_when_all_pythons_have_the_same_again(packages):
    packages.add("numpy", "2.6.0")
    text = resolving.newest(TEXT).requirements
    assert "numpy==2.6.0  # arrays\ntorch==2.15.0\n" in text
    assert "python_version" not in text


def test_the_lock_names_the_file_and_what_needs_each_package(packages):
    lock = resolving.newest(TEXT).lock
    assert lock.startswith(requirements.HEADER)
    assert "sympy==1.14               # via torch\n" in lock
    assert "torch==2.15.0             # via -r requirements.txt\n" in lock


def test_a_package_that_could_not_move_has_its_reason(packages):
    found = resolving.newest(TEXT)
    (held,) = resolving.held_back(found)
    assert (held.name, held.version, held.newest) == ("sympy", "1.14", "2.0")
    assert held.reason == "torch>=2.15.0 depends on sympy<2"


def test_what_writes_pages_has_one_version_for_all_pythons(index):
    """Others, like NumPy, have two; docutils has to follow Sphinx."""
    index.add("docutils", "0.22")
    index.add("docutils", "0.23")
    index.add("sphinx", "9.0.4", "docutils<0.23")
    index.add("sphinx", "9.1.1", "docutils>=0.22", python=">=3.12")
    index.add("sphinx", "9.2.0", "docutils>=0.23", python=">=3.13")
    found = resolving.newest("sphinx==9.0.0\n")
    assert found.requirements == "sphinx==9.0.4\n"
    held = {each.name: each for each in resolving.held_back(found)}
    assert sorted(held) == ["docutils", "sphinx"]
    assert (held["sphinx"].version, held["sphinx"].newest) == ("9.0.4", "9.2.0")
    assert 'python_version >= "3.13"' in held["sphinx"].reason
    assert "pages are alike" in held["sphinx"].reason


@pytest.mark.parametrize("behind", ["tensorflow", "tensorflow-cpu"])
def test_the_two_names_of_tensorflow_move_together(index, behind):
    """One of them is published later, or never; the other waits for it."""
    for name in ("tensorflow", "tensorflow_cpu"):
        index.add(name, "2.20.0")
        index.add(name, "2.21.0")
        if name.replace("_", "-") != behind:
            index.add(name, "2.22.0")
    text = (
        'tensorflow-cpu==2.20.0; sys_platform == "linux"\n'
        'tensorflow==2.20.0; sys_platform != "linux"\n'
    )
    found = resolving.newest(text)
    assert found.requirements == text.replace("2.20.0", "2.21.0")
    (held,) = resolving.held_back(found)
    assert (held.version, held.newest) == ("2.21.0", "2.22.0")
    assert held.reason == f"{behind} has 2.21.0, and both move together"


def test_pre_releases_are_taken_if_asked_for(packages):
    packages.add("torch", "2.16.0rc1", "sympy")
    assert "torch==2.15.0\n" in resolving.newest(TEXT).requirements
    found = resolving.newest(TEXT, pre=True)
    assert "torch==2.16.0rc1\n" in found.requirements
    assert "torch==2.16.0rc1 " in found.lock
    assert "sympy==2.0 " in found.lock


def test_a_bound_of_ours_is_kept(packages):
    text = TEXT.replace("pillow", "pillow<13")
    found = resolving.newest(text)
    assert "\npillow<13\n" in found.requirements
    assert "pillow==12.0 " in found.lock
    reasons = {each.name: each.reason for each in resolving.held_back(found)}
    assert "pillow<13" in reasons["pillow"]


def test_a_lock_keeps_what_still_fits(packages):
    """A changed pin moves that package and what it needs, and nothing else."""
    old = resolving.compiled(TEXT, constraints="pillow<13\n")
    assert "sympy==2.0 " in old
    new = resolving.locked(TEXT.replace("2.14.1", "2.15.0"), old)
    assert summary.moves(old, new) == [
        "sympy: 2.0 -> 1.14",
        "torch: 2.14.1 -> 2.15.0",
    ]
    assert summary.moves(old, resolving.locked(TEXT, old)) == []


def test_a_contradiction_is_one_line(packages):
    packages.add("torch", "2.16.0", "numpy>=3", python=">=3.11")
    with pytest.raises(resolving.NoSolutionError) as caught:
        resolving.compiled(TEXT.replace("2.14.1", "2.16.0"))
    (line,) = str(caught.value).splitlines()
    assert "torch>=2.16.0 depends on numpy>=3" in line


def test_a_variable_for_one_system_does_not_reach_the_lock(packages, monkeypatch):
    """It would put builds of that system into a lock for all."""
    before = resolving.compiled(TEXT)
    monkeypatch.setenv("UV_TORCH_BACKEND", "no-such-backend")
    assert resolving.compiled(TEXT) == before


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("torch = 2.15", "'torch = 2.15' is no requirement"),
        ("-r other.txt", "'-r other.txt' is no requirement"),
        (
            'torch==2.15.0; python_version < "3.12" and sys_platform == "linux"',
            "a marker asks for the Python version or for the system",
        ),
    ],
)
def test_a_line_that_cannot_be_rewritten_is_named(line, words):
    with pytest.raises(requirements.UnreadableError) as caught:
        resolving.newest(f"# The examples\n\n{line}\n")
    assert str(caught.value).startswith("requirements.txt:3: ")
    assert words in str(caught.value)


def test_both_files_are_written_or_none(tmp_path, monkeypatch):
    """Also if the second of the two cannot take its place."""
    old = dict.fromkeys(FILES, "old\n")
    new = dict.fromkeys(FILES, "new\n")
    for name, text in old.items():
        (tmp_path / name).write_text(text)
    replace = requirements.os.replace

    def fail(source, target):
        if target.name == "requirements.lock":
            raise OSError("no space left")
        replace(source, target)

    with monkeypatch.context() as changed:
        changed.setattr(requirements.os, "replace", fail)
        with pytest.raises(OSError, match="no space left"):
            requirements.write(tmp_path, new)
    assert requirements.read(tmp_path) == old
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(old)
    requirements.write(tmp_path, new)
    assert requirements.read(tmp_path) == new
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(old)

"""Sets of environments in words."""

import pytest
import version_ranges
from checks import Environment


def environment(torch="2.15.0", python="3.11.7", numpy="2.4.6"):
    return Environment(python, torch, "2.21.0", numpy, "linux-x86_64")


OLD = environment("2.9.0+cpu")
MIDDLE = environment("2.10.0")
NEW = environment("2.15.0")
NEW_CPU = environment("2.15.0+cpu")
LATER = environment(python="3.13.0", numpy="2.5.5")
OLDEST = environment(numpy="1.26.0")
EVERYONE = [OLD, MIDDLE, NEW, NEW_CPU, LATER, OLDEST]


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ([OLD], "PyTorch 2.9.0"),
        ([OLD, MIDDLE], "PyTorch 2.9.0 to 2.10.0"),
        ([OLDEST], "NumPy 1.26.0"),
        ([LATER], "NumPy 2.5.5"),
        ([NEW_CPU], "PyTorch 2.15.0 · a build for CPU"),
        ([NEW_CPU, OLD], "a build for CPU"),
        ([NEW, LATER, OLDEST, NEW_CPU], "PyTorch 2.15.0"),
        ([OLD, NEW, LATER, OLDEST, NEW_CPU], "PyTorch 2.9.0, 2.15.0"),
        (EVERYONE, "all versions measured"),
        (
            [OLD, LATER],
            "Python 3.11.7 · NumPy 2.4.6 · PyTorch 2.9.0 · TensorFlow 2.21.0; "
            "Python 3.13.0 · NumPy 2.5.5 · PyTorch 2.15.0 · TensorFlow 2.21.0",
        ),
    ],
)
def test_a_group_is_named_by_as_little_as_sets_it_apart(group, text):
    """A range holds no measured version that is not in the group."""
    assert version_ranges.apart(group, EVERYONE) == text


def test_ranges_go_by_version_not_by_letters():
    """2.9 comes before 2.10; a gap parts two ranges."""
    everyone = [environment(numpy=each) for each in ("2.9.0", "2.10.0", "2.11.0")]
    assert version_ranges.part("NumPy", everyone, everyone) == "NumPy 2.9.0 to 2.11.0"
    ends = [everyone[0], everyone[2]]
    assert version_ranges.part("NumPy", ends, everyone) == "NumPy 2.9.0, 2.11.0"


@pytest.mark.parametrize(
    ("label", "word"),
    [("+cu130", "CUDA 13.0"), ("+cu128", "CUDA 12.8"), ("+cpu", "CPU"), ("", "")],
)
def test_builds_have_a_name(label, word):
    """One that is not known keeps its label."""
    assert version_ranges.build(environment(f"2.15.0{label}")) == word
    assert version_ranges.build(environment("2.15.0+rocm7.1")) == "rocm7.1"

"""No process holds TensorFlow and PyTorch, and no remark on the machine counts.

The two frameworks are stand-ins here, made by each test: they load in no time, and say
what the real ones say on machines that a test cannot have.
"""

import os
import subprocess
import sys
from pathlib import Path

import cells
import pytest

from tests.conftest import GUARDS
from tests.faults.building import ONE, TWO

REMARKS = """
import logging, warnings
logging.getLogger("torch.utils.cpp_extension").warning(
    "No CUDA runtime is found, using CUDA_HOME='%s'", "/usr/local/cuda"
)
slow = "Guards may run slower on Python 3.13.0. Consider upgrading to Python 3.13.1+."
warnings.warn(slow, RuntimeWarning)
warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old.")
"""


@pytest.fixture
def frameworks(tmp_path):
    """Return a folder with stand-ins for both frameworks, for ``PYTHONPATH``."""
    folder = tmp_path / "frameworks"
    for name, code in {"torch": REMARKS, "tensorflow": "import json\n"}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(code, encoding="utf-8")
    return str(folder)


def path(*folders):
    """Return folders as ``PYTHONPATH`` has them."""
    return os.pathsep.join(folders)


def test_a_script_that_imports_both_is_refused(good, frameworks):
    """Its line is named, and what to do instead, before any script runs."""
    first = good.insert(TWO, "import torch\nfrom tensorflow import keras")
    outcome = good.refuses(("two.py", first + 1))
    assert f"imports tensorflow, and line {first} imports torch" in outcome.text
    assert "same_numbers.py" in outcome.text


def test_a_script_that_loads_both_is_refused(good, frameworks):
    """Also where no line says ``import``; here the tests' own guard is left out."""
    good.insert(ONE, 'for name in ("torch", "tensorflow"): __import__(name)')
    before = good.published()
    outcome = good.build(PYTHONPATH=frameworks)
    assert outcome.is_refusal()
    assert "one.py has loaded torch and tensorflow" in outcome.text
    assert good.published() == before
    ran = cells.run(good.folder / ONE, PYTHONPATH=frameworks)
    errors = [cell.error for cell in ran if cell.error]
    assert len(errors) == 1
    assert errors[0].startswith("has loaded torch and tensorflow")


def test_scripts_of_both_frameworks_share_no_process(good, frameworks):
    """Where PyTorch is imported once for many scripts, other scripts do not have it."""
    shows = 'import sys\nprint("torch" in sys.modules)\n#> False'
    good.insert(ONE, shows)
    good.insert(TWO, f"import tensorflow\n{shows}")
    for name in ("three", "four", "five"):
        script = good.add(name)
        good.replace(script, f"import tensorflow\n{shows}", "import torch")
    outcome = good.build(PYTHONPATH=path(GUARDS, frameworks))
    assert outcome.status == 0, outcome.text


def test_the_guard_ends_a_process_with_both(frameworks):
    """Every process that a test starts has it, this one's children for example."""
    assert GUARDS in os.environ["PYTHONPATH"].split(os.pathsep)
    both = "import importlib\nimport torch\nimportlib.import_module('tensorflow')\n"
    for code, status in ((both, 86), ("import torch\n", 0)):
        done = subprocess.run(
            [sys.executable, "-c", f"{code}print('reached its end')"],
            env={**os.environ, "PYTHONPATH": path(GUARDS, frameworks)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert ("reached its end" in done.stdout) is (status == 0)


def test_remarks_on_the_machine_count_nowhere(good, frameworks):
    """Neither on the page nor for ``make expected`` and ``pytest``."""
    good.insert(ONE, "import torch")
    outcome = good.build(PYTHONPATH=path(GUARDS, frameworks))
    assert outcome.status == 0, outcome.text
    page = good.folder / "build/html/en/examples_small/one.html"
    assert "import</span>" in page.read_text(encoding="utf-8")
    for words in ("CUDA runtime", "Guards may", "CUDA init"):
        assert words not in page.read_text(encoding="utf-8")
    ran = cells.run(good.folder / ONE, PYTHONPATH=path(GUARDS, frameworks))
    assert [cell.error for cell in ran if cell.error] == []
    assert not any("CUDA" in cell.output for cell in ran)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ('import logging\nlogging.getLogger("my").warning("triton not found")', 0),
        ('import logging; logging.warning("triton not found")', 0),
        ('import warnings\nwarnings.warn("CUDA initialization: by me")', 1),
        ('import sys; print("No CUDA runtime is found", file=sys.stderr)', 0),
    ],
    ids=["own logger", "root logger", "own warning", "own error stream"],
)
def test_the_same_words_from_the_script_count(good, code, line):
    """They fail the build, and ``pytest`` and ``make expected`` see them too."""
    first = good.insert(TWO, code)
    outcome = good.refuses(("two.py", None))
    assert outcome.names("two.py", first + line) or "prints, but" in outcome.text
    ran = cells.run(good.folder / TWO)
    told = [cell.error or cell.output for cell in ran]
    words = ("No CUDA runtime is found", "triton not found", "CUDA initialization")
    assert any(word in text for text in told for word in words)


def test_no_remark_is_named_that_pytorch_does_not_make():
    """Each stands in PyTorch's own files; one that has gone can leave the list."""
    import machine_notices

    root = Path(
        subprocess.check_output(
            [
                sys.executable,
                "-c",
                "import importlib.util as u; print(u.find_spec('torch').origin)",
            ],
            text=True,
        )
    ).parent
    for name, words in machine_notices.LOGGED.items():
        file = root.joinpath(*name.split(".")[1:]).with_suffix(".py")
        assert words in file.read_text(encoding="utf-8"), name
    assert machine_notices.LOGGED

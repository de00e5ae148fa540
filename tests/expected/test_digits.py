"""The digits that are printed do not depend on the machine's arithmetic.

Other numbers of threads and other instruction sets add up in other orders. The settings
below stand in for other machines. Each script is checked under each of them. Of these,
`make test` has the nine scripts with the setting that is further from the usual one.
"""

import itertools
import platform

import cells
import pytest
from expected import complaint

from tests.conftest import EXAMPLES, ROOT
from tests.expected.project import python

SETTINGS = {
    "two threads, old instructions": {
        "OMP_NUM_THREADS": "2",
        "OMP_WAIT_POLICY": "PASSIVE",  # else they stall where cores are shared
        "OPENBLAS_NUM_THREADS": "2",
        "OPENBLAS_CORETYPE": "Nehalem",
        "ATEN_CPU_CAPABILITY": "default",
        "TF_ENABLE_ONEDNN_OPTS": "1",
    },
    "one thread, AVX2": {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
        "TF_ENABLE_ONEDNN_OPTS": "1",
    },
}
SCRIPTS = sorted(
    path.relative_to(ROOT / "gallery").as_posix()
    for path in (ROOT / "gallery").glob("*/*.py")
)


USUAL = [f"{example}.py" for example in EXAMPLES], "two threads, old instructions"


def cases():
    """Yield each pair of script and setting."""
    for script, setting in itertools.product(SCRIPTS, SETTINGS):
        is_usual = script in USUAL[0] and setting == USUAL[1]
        marks = () if is_usual else pytest.mark.thorough
        yield pytest.param(script, setting, id=f"{script}-{setting}", marks=marks)


@pytest.mark.parametrize(("script", "setting"), list(cases()))
def test_digits_hold(script, setting):
    """Every cell prints what its ``#>`` lines say."""
    ran = cells.run(ROOT / "gallery" / script, **SETTINGS[setting])
    problems = [cell.error or complaint(cell.code, cell.output) for cell in ran]
    assert [problem for problem in problems if problem] == []
    assert any(cell.output for cell in ran)


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"),
    reason="the instruction sets in the settings are those of x86 processors",
)
def test_the_settings_do_change_the_arithmetic():
    """Otherwise the test above would prove nothing: the last bits differ."""
    code = (
        "import hashlib, numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "product = rng.standard_normal((64, 1000)) @ rng.standard_normal((1000, 100))\n"
        "print(hashlib.sha256(product.tobytes()).hexdigest())\n"
    )
    printed = {
        python(ROOT, "-c", code, OPENBLAS_CORETYPE=core).stdout
        for core in ("Nehalem", "Haswell")
    }
    assert len(printed) == 2

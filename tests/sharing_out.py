"""A pytest plugin: which tests run together when several processes share them.

``make test`` starts one process of pytest-xdist for each core. The tests of a module
run in one process, in their order, since they share what is dear: a built miniature, a
browser, parsed pages. Where each test runs a script of its own, they are dealt out one
by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import joblib
import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

ONE_BY_ONE = (
    "tests/scripts/",
    "tests/downloads/",
    "tests/languages/test_downloads.py",
    "tests/expected/test_digits.py",
    "tests/browser/sweep/",
)
MEMORY = 1.5 * 2**30  # bytes for a process with its scripts


def unit_of(nodeid: str) -> str:
    """Return what names a test's unit of work: itself, or else its module."""
    return nodeid if nodeid.startswith(ONE_BY_ONE) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: object
) -> LoadScopeScheduling:
    """Return a scheduler that hands out units, those with most tests first."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return Units(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one process for each core that this process may use."""
    return joblib.cpu_count()

"""The miniature is built once; every test that wants a built one gets a copy."""

import pytest

from tests.faults.building import Miniature


@pytest.fixture(scope="session")
def first_build(tmp_path_factory):
    """Return the miniature, built as it is, and what its build said; do not edit it."""
    miniature = Miniature.new(tmp_path_factory.mktemp("faults") / "good")
    return miniature, miniature.build()


@pytest.fixture
def good(first_build, tmp_path):
    """Return a copy of the built miniature."""
    miniature, outcome = first_build
    assert outcome.status == 0, outcome.text
    return miniature.copy(tmp_path / "site")


@pytest.fixture
def fresh(tmp_path):
    """Return a copy of the miniature that has never been built."""
    return Miniature.new(tmp_path / "site")

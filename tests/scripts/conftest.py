"""What the tests of the gallery's scripts share: scripts are run once and kept."""

import functools
import itertools

import pytest

from tests.scripts.running import run_and_keep


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """Return a function that runs a script: ``run(name, edits=(...), after="...")``.

    It takes the options of ``run_and_keep``. The same call runs the script once only,
    so that all tests can ask for it.
    """
    base, number = tmp_path_factory.mktemp("scripts"), itertools.count()

    @functools.cache
    def run(name, **options):
        return run_and_keep(name, base / str(next(number)), **options)

    return run

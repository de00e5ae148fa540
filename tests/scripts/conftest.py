"""What the tests of the gallery's scripts share: scripts are run once and kept."""

import functools
import itertools

import pytest

from tests.scripts.kept import once
from tests.scripts.running import run_and_keep


@pytest.fixture(scope="session")
def results(tmp_path_factory, request):
    """Return the folder where all processes of this run keep results of scripts."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # of pytest-xdist
        folder = folder.parent
    folder /= "results"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory, results):
    """Return a function that runs a script: ``run(name, edits=(...), after="...")``.

    It takes the options of ``run_and_keep``. The same call runs the script once only,
    so that all tests can ask for it.
    """
    base, number = tmp_path_factory.mktemp("scripts"), itertools.count()

    @functools.cache
    def run(name, **options):
        folder = base / str(next(number))
        compute = functools.partial(run_and_keep, name, folder, **options)
        return once(results, (name, sorted(options.items())), compute)

    return run


@pytest.fixture
def printed(request, results, tmp_path_factory):
    """Return a function: what the script of the module's ``claims`` prints.

    It takes edits and variables of the environment, as ``Claims.printed``. The same
    call runs the script once only.
    """
    claims = request.module.claims

    def printed(*edits, **environment):
        def compute():
            folder = tmp_path_factory.mktemp("printed")
            return claims.printed(folder, *edits, **environment)

        key = claims.script, edits, sorted(environment.items())
        return once(results, key, compute)

    return printed

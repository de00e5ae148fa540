"""Scripts can run on other machines: ``make html EXECUTOR=dask://HOST:PORT``.

The build stays here: it sends each script to a Dask cluster and waits. There, a script
runs as it does here, in a process of its own and within its limits. A worker that is
lost loses nothing: Dask sends its scripts to others.

Every worker needs this clone under the same path, on a file system that all share, and
the same versions of everything. That is looked at before the first script is sent.
"""

import multiprocessing
import os
import pickle
import re
import sys
import uuid
from pathlib import Path

import joblib
from circumstances import fingerprint
from isolation import ProcessPerScript

CONF = Path(__file__).resolve().parent
PATIENCE = 10  # seconds to wait for the cluster, and for its first worker
ADDRESS = re.compile(r"dask://([\w.-]+|\[[\da-f:]+\]):\d+", re.I)


class OnCluster(ProcessPerScript):
    """A joblib backend whose threads each wait for one script on the cluster."""

    client = None

    def run(self, call, limits):
        """Return the result of a script, and the warnings on its way."""
        import cloudpickle

        errand = cloudpickle.dumps(Errand(str(CONF), pickle.dumps((call, limits))))
        return self.client.submit(pickle.loads, errand, pure=False).result()


class Errand:
    """Runs a script where it is unpickled.

    Dask's scheduler would look into any other form, and has no modules of ours.
    """

    def __init__(self, conf, message):
        self.arguments = conf, message

    def __reduce__(self):
        """Let ``pickle.loads`` return what ``run_there`` does."""
        return run_there, self.arguments


# -- What workers do; they get these functions themselves, not their names -------------


def run_there(conf, message):
    """Run a script on a worker; ``message`` names modules that ``conf`` holds."""
    if conf not in sys.path:
        sys.path.insert(0, conf)
    from isolation import run_script
    from surroundings import set_environment

    set_environment()
    return run_script(*pickle.loads(message))


def look_around(conf, token):
    """Return what is wrong with a worker, or the fingerprint of what it runs in."""
    if not os.path.isfile(token):
        return f"does not see {token}; all workers need this folder under this path"
    if multiprocessing.current_process().daemon:
        return (
            "may not start processes; start it with --no-nanny, or with"
            " DASK_DISTRIBUTED__WORKER__DAEMON=False"
        )
    if conf not in sys.path:
        sys.path.insert(0, conf)
    from circumstances import fingerprint
    from surroundings import set_environment

    set_environment()
    return fingerprint(conf)


# -- What the build does ---------------------------------------------------------------


def connect(address):
    """Return a Dask client whose workers can run scripts.

    Raises ``SystemExit``, which says what is wrong and what to do.
    """
    if not ADDRESS.fullmatch(address):
        sys.exit(f"make: EXECUTOR is {address!r}; it must be like dask://HOST:PORT")
    try:
        import cloudpickle
        from distributed import Client
    except ImportError:
        sys.exit("make: EXECUTOR needs Dask, here and there: pip install distributed")
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    where = address.replace("dask://", "tcp://")
    try:
        client = Client(where, timeout=PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError) as error:
        sys.exit(f"make: no workers at {address} within {PATIENCE} seconds: {error}")
    look_at_workers(client)
    return client


def look_at_workers(client):
    """End the build if a worker could not do what a script needs."""
    token = CONF.parent / "build" / f"seen-by-{uuid.uuid4().hex}"
    token.touch()
    try:
        found = client.run(look_around, str(CONF), str(token))
    finally:
        token.unlink()
    faults = []
    for worker, what in sorted(found.items()):
        if " " in what:
            faults.append(f"make: worker {worker} {what}")
        elif what != fingerprint(CONF):
            faults.append(
                f"make: worker {worker} has other packages, another Python or other"
                " settings than this build; install the same there"
            )
    if faults:
        sys.exit("\n".join(faults))


def register(app, config):
    """Let scripts run on the cluster that ``EXECUTOR`` names, if it names one."""
    if not (address := os.environ.get("EXECUTOR")):
        return
    OnCluster.client = connect(address)
    threads = sum(OnCluster.client.nthreads().values())
    config.sphinx_gallery_conf["parallel"] = max(2, threads)
    joblib.register_parallel_backend("loky", OnCluster)


def setup(app):
    """Act after ``isolation``, which registers its backend for this machine."""
    app.connect("config-inited", register, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Scripts run on a Dask cluster as they do here: ``make html EXECUTOR=dask://...``."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import executors
import psutil
import pytest

from tests.faults.building import ONE, TWO, Miniature

SAY_WHERE = """
import os

with open(os.environ["RAN"], "a") as file:
    file.write(f"{os.environ['WORKER']} {os.getpid()}\\n")
"""
WAIT_ONCE = """
import os, time

with open(os.environ["RAN"], "a") as file:
    file.write(f"{os.environ['WORKER']} {os.getpid()}\\n")
with open(os.environ["RAN"]) as file:
    first = len(file.readlines()) == 1
time.sleep(60 if first else 0)
"""


class Cluster:
    """A scheduler and workers on this machine, each a process of its own."""

    def __init__(self, folder, stack):
        folder.mkdir()
        self.folder, self.stack, self.workers = folder, stack, {}
        self.ran = folder / "ran.txt"
        self.ran.touch()
        place = folder / "scheduler.json"
        command = ("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file")
        self.start(*command, str(place))
        for _ in range(300):
            if place.exists() and place.read_text().strip():
                break
            time.sleep(0.1)
        self.tcp = json.loads(place.read_text())["address"]

    @property
    def address(self):
        """What ``EXECUTOR`` is set to."""
        return self.tcp.replace("tcp://", "dask://")

    def start(self, *command, **environment):
        """Start a part of the cluster, which ends with the test."""
        log = self.stack.enter_context((self.folder / "log.txt").open("a"))
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command],
            cwd=self.folder,
            env={**os.environ, "RAN": str(self.ran), **environment},
            stdout=log,
            stderr=log,
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        return process

    def add(self, name, *options, **environment):
        """Start a worker that runs one script at a time."""
        command = ("worker", self.tcp, "--nthreads", "1", "--no-dashboard", "--name")
        self.workers[name] = self.start(
            *command, name, *(options or ["--no-nanny"]), WORKER=name, **environment
        )

    def visits(self):
        """Return pairs of worker and process, one for each time that a script ran."""
        return [line.split() for line in self.ran.read_text().splitlines()]


@pytest.fixture
def cluster(tmp_path):
    """Return a cluster without workers."""
    with contextlib.ExitStack() as stack:
        yield Cluster(tmp_path / "cluster", stack)


@pytest.fixture
def two_workers(cluster):
    """Return a cluster with two workers."""
    cluster.add("w1")
    cluster.add("w2")
    return cluster


def test_the_bytes_are_the_same(two_workers, tmp_path):
    """Both workers run a script; what comes out is what this machine would make."""
    here, there = (Miniature.new(tmp_path / name) for name in ("here", "there"))
    for miniature in (here, there):
        for script in (ONE, TWO):
            miniature.insert(script, SAY_WHERE + "import time; time.sleep(1)")
    ran = tmp_path / "here.txt"
    outcome = here.build(RAN=str(ran), WORKER="none")
    assert outcome.status == 0, outcome.text
    outcome = there.build(EXECUTOR=two_workers.address)
    assert outcome.status == 0, outcome.text
    assert {name for name, _ in two_workers.visits()} == {"w1", "w2"}
    assert there.published() == here.published()
    assert not list((there.folder / "build").glob("seen-by-*"))


def test_isolation_and_limits_hold(two_workers, tmp_path):
    """A script that ends its process or never ends fails as it does here."""
    miniature = Miniature.new(tmp_path / "site")
    code = "# sphinx_gallery_time_limit = 10\nwhile True: pass"
    endless = miniature.insert(miniature.add("endless"), code) + 1
    exits = miniature.insert(miniature.add("exits"), "import os; os._exit(0)")
    outcome = miniature.build(EXECUTOR=two_workers.address)
    assert outcome.is_refusal()
    assert outcome.names("endless.py", endless)
    assert "was still running after 10 s" in outcome.text
    assert outcome.names("exits.py", exits)
    assert not outcome.names("one.py")
    assert all(worker.poll() is None for worker in two_workers.workers.values())


def test_a_worker_that_is_killed_loses_nothing(two_workers, tmp_path):
    """In the middle of a script: the other worker runs it once more."""
    miniature = Miniature.new(tmp_path / "site")
    miniature.insert(ONE, WAIT_ONCE)
    build = subprocess.Popen(
        [sys.executable, "conf/build_site.py"],
        cwd=miniature.folder,
        env={**os.environ, "EXECUTOR": two_workers.address},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    for _ in range(300):
        if two_workers.visits():
            break
        time.sleep(0.1)
    ((first, process),) = two_workers.visits()
    two_workers.workers[first].send_signal(signal.SIGKILL)
    text, _ = build.communicate(timeout=600)
    assert build.returncode == 0, text
    assert [name for name, _ in two_workers.visits()] == [
        first,
        {"w1": "w2", "w2": "w1"}[first],
    ]
    left = psutil.pid_exists(int(process)) and psutil.Process(int(process)).status()
    assert left in (False, psutil.STATUS_ZOMBIE)


def test_a_worker_with_other_circumstances_is_refused(two_workers, good):
    """Other packages, settings or code would give other results."""
    two_workers.add("w3", TF_ENABLE_ONEDNN_OPTS="1")
    for _ in range(300):
        log = (two_workers.folder / "log.txt").read_text()
        if log.count("Register worker") == 3:
            break
        time.sleep(0.1)
    good.append("docs/index.md", "\nA sentence more.\n")
    outcome = good.build(EXECUTOR=two_workers.address)
    assert outcome.is_refusal()
    assert outcome.text.count("has other packages, another Python or other") == 1


def test_a_worker_that_may_start_no_process_is_refused(cluster, good):
    """With what to do about it."""
    cluster.add("w1", "--nanny")
    good.append("docs/index.md", "\nA sentence more.\n")
    outcome = good.build(EXECUTOR=cluster.address)
    assert outcome.is_refusal()
    assert "--no-nanny" in outcome.text


def test_a_cluster_that_does_not_answer_is_named(fresh):
    """After a few seconds, with its address."""
    outcome = fresh.build(EXECUTOR="dask://127.0.0.1:9")
    assert outcome.is_refusal()
    assert "make: no workers at dask://127.0.0.1:9 within 10 seconds" in outcome.text


@pytest.mark.parametrize(
    "address", ["local", "dask://host", "ray://host:1", "dask://:1"]
)
def test_an_address_of_another_kind_is_refused(fresh, address):
    """The message shows what it should look like."""
    outcome = fresh.build(EXECUTOR=address)
    assert outcome.is_refusal()
    assert f"EXECUTOR is {address!r}; it must be like dask://HOST:PORT" in outcome.text


def test_a_folder_that_is_not_shared_is_noticed(tmp_path):
    """By a file that every worker must see."""
    what = executors.look_around(str(executors.CONF), str(tmp_path / "token"))
    assert "all workers need this folder under this path" in what

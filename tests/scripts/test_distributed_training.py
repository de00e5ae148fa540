"""What the page on training with several processes claims, and its commands."""

import json
import operator
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts.claims import Claims

claims = Claims("examples_further/distributed_training")
SOURCE = claims.script.read_text(encoding="utf-8")
LOSSES = [
    "99 2.42232",
    "199 0.0342705",
    "299 0.00111698",
    "399 7.58094e-05",
    "499 7.40444e-06",
]
GUARD = "\nif dist.is_torchelastic_launched():"


def numbers(text):
    """Return the first five losses that a run has printed, those of all processes."""
    found = re.findall(r"^ *\d*99 (\S+)$", text, re.M)
    return [float(loss) for loss in found[:5]]


def agreements(text):
    """Return the answers of the three comparisons with one process."""
    return re.findall(r"^(True|False)$", text, re.M)


def typed(folder, command):
    """Start a command in a folder, as if it were typed there; return the process."""
    first, *rest = shlex.split(command)
    assert first == "torchrun"
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("torchrun")), *rest],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def commands():
    """Return the commands on the page, each in one line."""
    blocks = re.findall(r"^# \.\. code-block:: sh\n#\n((?:#    .*\n)+)", SOURCE, re.M)
    return [" ".join(block.replace("#    ", "").split("\\\n")) for block in blocks]


@pytest.fixture
def functions():
    """Return the functions of the script, by name."""
    space = {"__name__": "functions"}
    exec(compile(SOURCE.split(GUARD)[0], claims.script, "exec"), space)
    return space


@claims.answer(1, "They do: a sum may be taken in parts of any size")
def test_three_processes_agree_as_well(printed):
    """With 22, 21 and 21 rows the losses agree; with a third of the gradient, too."""
    text = printed(
        ("--nproc-per-node=2", "--nproc-per-node=3", 2),
        ("factor=0.5", "factor=1 / 3"),
    )
    assert "world size 3" in text
    assert agreements(text) == ["True"] * 3


@claims.answer(2, "rank 0's own rows: smaller numbers, and they fall as before")
@claims.answer(2, "The gradients are still exchanged")
def test_losses_that_are_not_added_up_are_of_one_part(printed, functions):
    """They are those of rows 0, 2, 4, ... while all rows are trained on."""
    text = printed(("dist.all_reduce(total)", "pass", 2))
    torch, rng = functions["torch"], functions["np"].random.default_rng(0)
    x = torch.tensor(rng.standard_normal((64, 1000)))
    y = torch.tensor(rng.standard_normal((64, 10)))
    model, own = functions["two_layer_net"](), []
    for _ in range(500):
        squares = (model(x) - y) ** 2
        own.append(squares[::2].sum().item())
        model.zero_grad()
        squares.sum().backward()
        with torch.no_grad():
            for param in model.parameters():
                param -= 1e-4 * param.grad
    assert numbers(text) == pytest.approx(own[99::100], rel=1e-5)
    of_all = [float(line.split()[1]) for line in LOSSES]
    assert all(map(operator.lt, numbers(text), of_all))
    assert own[99::100] == sorted(own[99::100], reverse=True)
    assert agreements(text) == ["False"] * 3


@claims.answer(3, "every pass now uses the middle layer, and there is no error")
def test_without_a_depth_of_zero_nothing_is_unused(printed):
    """The run without the option ends well. DDP also copies the weights of rank 0."""
    seed_of_rank = 'torch.manual_seed(int(os.environ.get("RANK", 0)))'
    text = printed(
        ("random.randint(0, 3)", "random.randint(1, 3)"),
        ("torch.manual_seed(0)", seed_of_rank, 2),
    )
    assert "\nno error\n" in text
    assert agreements(text) == ["True"] * 3


def test_the_losses_are_those_of_the_example_with_nn():
    """Both pages say the same five losses."""
    said = re.findall(r"^ *#> *(\d*99 \S+)$", SOURCE, re.M)
    assert said[:5] == LOSSES
    nn = claims.script.parents[1] / "examples_nn" / "two_layer_net_nn.py"
    assert re.findall(r"^ *#> *(\d*99 \S+)$", nn.read_text("utf-8"), re.M) == LOSSES


def test_parameters_2_and_3_are_the_middle_layer(functions):
    """DDP's message numbers the parameters; the page says which they are."""
    names = [name for name, _ in functions["dynamic_net"]().named_parameters()]
    assert names[2:4] == ["middle_linear.weight", "middle_linear.bias"]


@pytest.mark.parametrize(("gpus", "backend"), [(8, "nccl"), (7, "gloo"), (0, "gloo")])
def test_every_process_takes_the_gpu_of_its_local_rank(
    functions, monkeypatch, gpus, backend
):
    """If there is one for each, with ``nccl``; no GPU is needed for this test."""
    torch, calls = functions["torch"], []
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "8")
    monkeypatch.setenv("LOCAL_RANK", "5")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.cuda, "set_device", calls.append)
    monkeypatch.setattr(
        functions["dist"],
        "init_process_group",
        lambda name, **options: calls.append((name, options)),
    )
    device = functions["join"]()
    if backend == "gloo":
        assert device == torch.device("cpu")
        assert calls == [("gloo", {})]
    else:
        assert device == torch.device("cuda", 5)
        assert calls == [device, ("nccl", {"device_id": device})]


def test_the_file_can_be_started_by_torchrun(tmp_path):
    """The first command, word for word, beside the file that was downloaded."""
    (tmp_path / claims.script.name).write_text(SOURCE, encoding="utf-8")
    out, err = (process := typed(tmp_path, commands()[0])).communicate(timeout=120)
    assert process.returncode == 0, err
    assert [line.strip() for line in out.splitlines()] == ["world size 2", *LOSSES]
    assert len(json.loads((tmp_path / "losses.json").read_text())["dynamic net"]) == 500


def test_two_machines_join(tmp_path):
    """The last command, twice on this machine, each time with one process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = commands()[2]
    for old, new in (
        ("--nproc-per-node=8", "--nproc-per-node=1"),
        ("HOST:29400", f"localhost:{port} --local-addr=127.0.0.1"),
    ):
        assert old in command
        command = command.replace(old, new)
    machines = [tmp_path / "one", tmp_path / "other"]
    for machine in machines:
        machine.mkdir()
        (machine / claims.script.name).write_text(SOURCE, encoding="utf-8")
    processes = [typed(machine, command) for machine in machines]
    texts = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], texts
    out = "".join(out for out, _ in texts)
    assert [line.strip() for line in out.splitlines()] == ["world size 2", *LOSSES]


def test_every_answer_has_a_test():
    """Each item under "Try it" has one, about words that the answer still has."""
    claims.demand_all()

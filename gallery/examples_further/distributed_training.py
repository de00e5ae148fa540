r"""
Distributed training
====================

Two processes train one network, each on half of the rows, and get the losses that one
process gets.

Each process has its own copy of the network and its own part of the batch. In each
backward pass the processes exchange their gradients, so that all copies take the same
step and stay equal. This is *data parallel* training. A wrapper around the model does
the exchange, and a command starts the processes, on one machine or on many.

.. admonition:: New in this example

    ``DistributedDataParallel``, DDP for short, wraps the model. The command
    ``torchrun`` starts the same file several times and tells each process, in
    environment variables, which one it is.
"""

# %%
# Join the others
# ---------------
# The number of a process is its *rank*, and the number of processes the *world size*.
# The *local rank* counts on each machine anew: it is the number of the GPU to take.
# Processes with GPUs exchange gradients by the library ``nccl``, all others by
# ``gloo``.

import gc
import inspect
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist


def join():
    """Join the processes that torchrun has started; return the device of this one."""
    if torch.cuda.device_count() < int(os.environ["LOCAL_WORLD_SIZE"]):
        dist.init_process_group("gloo")
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)
    dist.init_process_group("nccl", device_id=device)
    return device


# %%
# The training loop
# -----------------
# The loop is that of the other examples. Four things are new. A process takes its own
# rows, the model is wrapped, the loss gets a factor, and what we keep is the sum of
# all processes' losses.
#
# Why the factor? DDP takes the *mean* of the gradients of all :math:`W` processes.
# Ours is a *sum* over rows, and so the gradient that we want is the sum, :math:`W`
# times as large. We multiply the loss :math:`L_r` of each rank :math:`r` by :math:`W`.
#
# .. beside::
#
#    loss                        L_r = \sum_{i,j} (\hat{Y}{}_{ij} - Y_{ij})^2
#    (factor * loss).backward()  G = \frac1W \sum_r \nabla (W L_r) = \sum_r \nabla L_r


def train(device, model, factor=1, momentum=0, **options):
    """Return the losses of 500 steps; the options are those of DDP."""
    rank, world_size = 0, 1
    if dist.is_initialized():
        rank, world_size = dist.get_rank(), dist.get_world_size()

    rng = np.random.default_rng(0)
    x = torch.tensor(rng.standard_normal((64, 1000)), device=device)
    y = torch.tensor(rng.standard_normal((64, 10)), device=device)
    x, y = x[rank::world_size], y[rank::world_size]

    model = model.to(device)
    if dist.is_initialized():
        model = torch.nn.parallel.DistributedDataParallel(model, **options)
    loss_fn = torch.nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=momentum)

    losses = []
    for _ in range(500):
        # Forward pass: each process has its own rows.
        y_pred = model(x)
        loss = loss_fn(y_pred, y)

        # Backward pass: meanwhile, DDP takes the mean of all processes' gradients.
        optimizer.zero_grad()
        (factor * loss).backward()

        # Update: the same in all processes.
        optimizer.step()

        total = loss.detach()
        if dist.is_initialized():
            dist.all_reduce(total)  # now the sum, in every process
        losses.append(total.item())
    return losses


# %%
# Two networks
# ------------
# The first one is the network of most examples, the other that of "PyTorch: control
# flow and shared weights". Every process makes the same first weights. DDP makes sure
# of it: it sends those of rank 0 to all others.


def two_layer_net():
    """Return the network with one hidden layer."""
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(1000, 100, dtype=torch.float64),
        torch.nn.ReLU(),
        torch.nn.Linear(100, 10, dtype=torch.float64),
    )


def dynamic_net():
    """Return the network that uses its middle layer 0 to 3 times."""

    class DynamicNet(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.input_linear = torch.nn.Linear(1000, 100, dtype=torch.float64)
            self.middle_linear = torch.nn.Linear(100, 100, dtype=torch.float64)
            self.output_linear = torch.nn.Linear(100, 10, dtype=torch.float64)

        def forward(self, x):
            h_relu = torch.relu(self.input_linear(x))
            for _ in range(random.randint(0, 3)):
                h_relu = torch.relu(self.middle_linear(h_relu))
            return self.output_linear(h_relu)

    random.seed(0)
    torch.manual_seed(0)
    return DynamicNet()


# %%
# What each process does
# ----------------------
# It joins the others and trains four times: with the factor, without it, and the
# dynamic net with and without an option that we come to below. Then rank 0 writes the
# losses to a file, for the others have the same.


def work():
    """Join, train, and let rank 0 write the losses to ``losses.json``."""
    device, world_size = join(), dist.get_world_size()
    runs = {
        "two processes": train(device, two_layer_net(), world_size),
        "without the factor": train(device, two_layer_net()),
        "dynamic net": train(
            device, dynamic_net(), world_size, 0.9, find_unused_parameters=True
        ),
        "message": "no error",
    }
    try:
        train(device, dynamic_net(), world_size, 0.9)
    except RuntimeError as error:
        runs["message"] = str(error)

    if dist.get_rank() == 0:
        print("world size", world_size)
        for t in range(99, 500, 100):
            print(f"{t:3d} {runs['two processes'][t]:.6g}")
        with open("losses.json", "w", encoding="utf-8") as file:
            json.dump(runs, file)
    dist.barrier()  # nobody leaves before all have received everything
    gc.collect()  # the wrapped models, which hold on to the group of processes
    dist.destroy_process_group()


if dist.is_torchelastic_launched():  # by torchrun
    work()
    sys.exit()

# %%
# With the last three lines ``torchrun`` can start the file that you download: each of
# its processes ends there.
#
# Start two processes
# -------------------
# We start them from Python, so that it works in a notebook, too. A file with the
# functions above goes into a folder that is deleted afterwards. The command is the one
# that ``torchrun`` stands for. The address and the interface are those by which a
# machine talks to itself, so no network is needed.

HEADER = """
import faulthandler, gc, json, os, random
import numpy as np
import torch
import torch.distributed as dist

faulthandler.dump_traceback_later(100, exit=True)  # seconds, if it hangs
"""
functions = (join, train, two_layer_net, dynamic_net, work)
program = HEADER + "\n".join(map(inspect.getsource, functions)) + "\nwork()\n"

command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
command += ["--local-addr=127.0.0.1", "--nproc-per-node=2", "train.py"]
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "train.py").write_text(program, encoding="utf-8")
    variables = {
        "GLOO_SOCKET_IFNAME": "lo0" if sys.platform == "darwin" else "lo",
        "OMP_NUM_THREADS": "1",  # for each process
        "TMPDIR": folder,  # for the logs of torchrun
    }
    torchrun = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if torchrun.returncode:
        raise RuntimeError(torchrun.stderr)
    runs = json.loads(Path(folder, "losses.json").read_text(encoding="utf-8"))
print(torchrun.stdout, end="")
#> world size 2
#>  99 2.42232
#> 199 0.0342705
#> 299 0.00111698
#> 399 7.58094e-05
#> 499 7.40444e-06

# %%
# These are the losses that the example "PyTorch: nn" prints. All 500, next
# to those of one process without DDP:

device = torch.device("cuda" if torch.cuda.device_count() > 1 else "cpu")
runs["one process"] = train(device, two_layer_net())
print(np.allclose(runs["two processes"], runs["one process"], rtol=1e-12, atol=0))
#> True

# %%
# They agree to twelve digits. More cannot be asked for, since the rows are added up in
# another order. So small a network trains no faster that way: to exchange the gradients
# takes longer than to compute them.
#
# Leave the factor out
# --------------------
# The mean of two gradients is half of their sum. So without the factor each step is
# half as long. This is the run of one process whose gradient is halved:

runs["half the gradient"] = train(device, two_layer_net(), factor=0.5)
for t in range(99, 500, 100):
    print(f"{t:3d} {runs['without the factor'][t]:.6g}")
    #>  99 33.0042
    #> 199 2.39757
    #> 299 0.258258
    #> 399 0.0352012
    #> 499 0.00582177
halved = runs["half the gradient"]
print(np.allclose(runs["without the factor"], halved, rtol=1e-12, atol=0))
#> True

# %%
# Nothing fails, and the loss falls. It only falls more slowly, and the more processes
# there are, the more slowly. If the loss is a mean over rows, and all processes have
# equally many, the mean of the gradients is right, and no factor is needed.
#
# .. caption:: Without the factor two processes train more slowly
#
#    Three curves over the 500 steps, with the loss on a logarithmic axis. Those of one
#    process and of two lie on top of each other. That of two without the factor falls
#    more slowly, and ends far above them.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for name, style in (
    ("one process", "-"),
    ("two processes", "--"),
    ("without the factor", "-."),
):
    ax.semilogy(runs[name], style, label=name)
ax.set(xlabel="t", ylabel="loss")
ax.legend()
plt.show()

# %%
# What a dynamic net needs
# ------------------------
# DDP exchanges gradients as soon as they are there, while the backward pass goes on.
# At depth 0 the middle layer gets none. DDP still waits for it when the next forward
# pass begins, and that fails:

message = runs["message"]
print(message.split(" before ")[0])
#> Expected to have finished reduction in the prior iteration
for line in message.splitlines():
    if line.startswith("Parameter"):
        print(line)
        #> Parameter indices which did not receive grad for rank 0: 2 3

# %%
# Numbers 2 and 3 are the weight and the bias of the middle layer. With
# ``find_unused_parameters=True`` DDP follows the graph after each forward pass, and
# waits only for what is in it. That takes time at each step, so DDP does it only when
# asked to. Then two processes train this net, too, as one does:

runs["one dynamic net"] = train(device, dynamic_net(), momentum=0.9)
print(np.allclose(runs["dynamic net"], runs["one dynamic net"], rtol=1e-12, atol=0))
#> True

# %%
# All processes draw the same depths here, since they begin with the same seed.
#
# On several machines, and on GPUs
# --------------------------------
# This is how you type what we did above, in the folder with the file that you download.
# It leaves a file ``losses.json`` there.
#
# .. code-block:: sh
#
#    torchrun --standalone --nproc-per-node=2 distributed_training.py
#
# On a machine with eight GPUs, start eight processes. Each takes the GPU of its local
# rank, and ``join`` chooses ``nccl``:
#
# .. code-block:: sh
#
#    torchrun --standalone --nproc-per-node=8 distributed_training.py
#
# On two such machines, type the same on both. ``HOST`` is the name or the address of
# one of them, and there port 29400 must be free:
#
# .. code-block:: sh
#
#    torchrun --nnodes=2 --nproc-per-node=8 --rdzv-backend=c10d \
#        --rdzv-endpoint=HOST:29400 distributed_training.py
#
# If the processes do not find each other, name the network interface to use, such as
# ``eth0``, in the variable ``GLOO_SOCKET_IFNAME`` or ``NCCL_SOCKET_IFNAME``.
#
# The tests of this page have no GPU. They type the first command, and the last one
# twice on one machine.
#
# Try it
# ------
# 1. Start three processes with ``--nproc-per-node=3``. They cannot have the same number
#    of rows, for there are 64. Do the losses still agree with those of one process?
#
#    .. answer::
#
#       They do: a sum may be taken in parts of any size.
#
# 2. Put ``pass`` in the place of ``dist.all_reduce(total)``. Which losses are kept?
#
#    .. answer::
#
#       Those of rank 0's own rows: smaller numbers, and they fall as before. The
#       gradients are still exchanged.
#
# 3. Draw the depth with ``random.randint(1, 3)``. Is ``find_unused_parameters=True``
#    still needed?
#
#    .. answer::
#
#       It is not: every pass now uses the middle layer, and there is no error.

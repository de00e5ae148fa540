r"""
How fast can a step be?
=======================

Count what a training step has to do, and you know whether a GPU can be 50 times as
fast, before you own one.

The example "PyTorch: Tensors" says that a GPU is often 50 times faster or more. Is it,
for the network that we train there? We will find: about 2 times as fast as two cores of
a CPU, because it waits most of the time.

A clock answers for one machine. Here we count what a step has to do, which is the same
on every machine, and then say what follows for a machine of which we know a few
numbers. What a clock said is on the page "How fast is a step?".

.. admonition:: New in this example

    A ``TorchDispatchMode`` sees each operation that PyTorch starts. ``Timer`` measures
    how long a step takes. A CUDA graph starts a whole step at once.
"""

# %%
# One step, and nothing else
# --------------------------
# The step is that of the example with Tensors, as a function. It neither prints nor
# calls ``loss.item()``: both make Python wait for the GPU, and we would measure the
# waiting. The learning rate is 0, so that the weights stay as they are, however often
# the step is repeated. The work is the same.

import numpy as np
import torch

dtype = torch.float32  # most GPUs are many times slower in float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size
learning_rate = 0.0


def step(x, y, w1, w2):
    """Do one training step, and return the loss as a Tensor."""
    h = x @ w1
    h_relu = torch.relu(h)
    y_pred = h_relu @ w2
    loss = ((y_pred - y) ** 2).sum()

    grad_y_pred = 2 * (y_pred - y)
    grad_w2 = h_relu.T @ grad_y_pred
    grad_h_relu = grad_y_pred @ w2.T
    grad_h = grad_h_relu * (h > 0)
    grad_w1 = x.T @ grad_h

    w1 -= learning_rate * grad_w1
    w2 -= learning_rate * grad_w2
    return loss


# %%
# Count it
# --------
# Whatever Python calls arrives at last as one operation after the other, and a mode
# sees each of them. On a GPU each is a *launch*: the CPU tells the GPU to run one
# small program, called a *kernel*. Only a *view*, such as ``x.T``, launches nothing: it
# is another way to look at the same numbers. A kernel reads its arguments from the
# GPU's memory and writes its result to it.
#
# Tensors on the device ``meta`` have a shape and no numbers. So nothing is computed
# here, and the largest network is counted as fast as the smallest.
#
# .. beside::
#
#    operations  4\, N D_{in} H + 6\, N H D_{out}

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode


class Seen(TorchDispatchMode):
    """Counts the launches, and the bytes that their kernels read and write."""

    launches = moved = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        """Let an operation pass, and count it."""
        result = func(*args, **(kwargs or {}))
        if not func.is_view:
            self.launches += 1
            tensors = [a for a in (*args, result) if isinstance(a, torch.Tensor)]
            self.moved += sum(tensor.nbytes for tensor in tensors)
        return result


def count(N, H):
    """Return the operations, launches and bytes of a step without doing it."""
    shapes = (N, D_in), (N, D_out), (D_in, H), (H, D_out)
    data = [torch.empty(shape, dtype=dtype, device="meta") for shape in shapes]
    with FlopCounterMode(display=False) as flops, Seen() as seen:
        step(*data)
    return flops.get_total_flops(), seen.launches, seen.moved


operations = 4 * N * D_in * H + 6 * N * H * D_out
counted, launches, moved = count(N, H)
print(f"{operations / 1e6:.1f} million operations, as counted: {counted == operations}")
#> 26.0 million operations, as counted: True
print(f"{launches} launches, {moved / 1e6:.1f} million bytes")
#> 17 launches, 3.6 million bytes

# %%
# ``FlopCounterMode`` counts additions and multiplications in matrix products, and so
# does the formula. ``w1`` has a part in two products, and each takes a multiplication
# and an addition: that makes 4. ``w2`` has a part in three.
#
# A model
# -------
# *What follows is a model, not a measurement.* Its assumptions are five numbers: how
# long a launch takes, by itself and as part of a CUDA graph, how fast one GPU, an H200,
# computes and reads its memory, and how fast a CPU computes. While the GPU works, the
# CPU goes on to launch, so that the longer of the two counts.

launch, launch_in_graph = 6e-6, 2.5e-6  # seconds
gpu_rate = 0.75 * 67e12  # operations a second: three quarters of the data sheet's
gpu_memory = 4.3e12  # bytes a second
cpu_rate = 125e9  # operations a second: two cores

grown = []
print("   N    H  launching  working  eager  graph")
#>    N    H  launching  working  eager  graph
for k in (1, 2, 3, 4, 5, 8, 16, 32):
    operations, launches, moved = count(k * N, k * H)
    working = operations / gpu_rate + moved / gpu_memory
    cpu = operations / cpu_rate
    eager = cpu / max(launches * launch, working)
    graph = cpu / max(launches * launch_in_graph, working)
    grown.append((k * N * k * H, eager, graph))
    times = f"{1e6 * launches * launch:6.0f} us {1e6 * working:5.0f} us"
    print(f"{k * N:4d} {k * H:4d}  {times}  {eager:5.0f}  {graph:5.0f}")
    #>   64  100     102 us     1 us      2      5
    #>  128  200     102 us     4 us      8     20
    #>  192  300     102 us     8 us     18     44
    #>  256  400     102 us    12 us     33     78
    #>  320  500     102 us    18 us     51    122
    #>  512  800     102 us    43 us    130    307
    #> 1024 1600     102 us   161 us    331    331
    #> 2048 3200     102 us   619 us    344    344

# %%
# The last two columns say how many times as fast as these two cores the GPU is. At
# this network's own size, in the first line, it is about 2. All of its work takes 1 us
# and the launches take 102 us: it waits for launches. With 5 times the batch and 5
# times the hidden units there is enough to do, and *50 times* begins. A CPU with twice
# the cores would halve both columns.
#
# Time it
# -------
# A model is no clock. This is how to use one:
#
# - ``Timer`` repeats the step until there are enough samples, and takes their median.
#   It waits for the GPU before it reads the clock.
# - The first steps are slow, since memory is fetched and libraries are loaded. So do
#   some before.
# - The data is random. Zeros need less power, and some chips run faster on them.
# - Check the result: a wrong step can be very fast.

from torch.utils.benchmark import Timer

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)
w1 = torch.tensor(rng.standard_normal((D_in, H)), dtype=dtype, device=device)
w2 = torch.tensor(rng.standard_normal((H, D_out)), dtype=dtype, device=device)

for _ in range(10):
    loss = step(x, y, w1, w2)
print(f"{loss.item():.5g}")
#> 3.152e+07

names = {"step": step, "x": x, "y": y, "w1": w1, "w2": w2}
timer = Timer("step(x, y, w1, w2)", globals=names, num_threads=1)
measured = timer.blocked_autorange(min_run_time=0.2)
print("median above 0:", measured.median > 0)
#> median above 0: True
print(f"{step(x, y, w1, w2).item():.5g}")
#> 3.152e+07

# %%
# The time itself is not shown here, because it differs from run to run, and all that
# this site prints is the same everywhere. On your machine, print ``measured``.
#
# A CUDA graph
# ------------
# Where there is a GPU, it can record the kernels of a step once, and then launch all
# of them with one call. It replays them on the same memory: new data is copied into
# ``x`` and ``y``. The machine that made this page says:

outcome = "not recorded, there is no GPU"
if device.type == "cuda":
    recorded = torch.cuda.CUDAGraph()
    with torch.cuda.graph(recorded):
        loss = step(x, y, w1, w2)
    recorded.replay()
    outcome = f"replayed, {loss.item():.5g}"
print("CUDA graph:", outcome)
#> CUDA graph: ...

# %%
# .. caption:: Where a step is small, the GPU waits for launches
#
#    Two curves on logarithmic axes: how many times as fast the GPU is, over N times H.
#    At the network's own size, marked by a dot on each, they are at 2 and 5. They rise
#    to more than 300, and the one with a CUDA graph is ahead until both meet. Each
#    crosses a dashed line at 50.

import matplotlib.pyplot as plt

size, eager, graph = zip(*grown, strict=True)
fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
ax.loglog(size, graph, "--", label="graph", marker="o", markevery=[0])
ax.loglog(size, eager, label="eager", marker="o", markevery=[0])
ax.axhline(50, color="0.5", linestyle=":")
ax.set(xlabel="N * H", ylabel="cpu / gpu")
ax.legend()
plt.show()

# %%
# Try it
# ------
# 1. Sixteen cores instead of two: ``cpu_rate = 8 * 125e9``. Does the GPU of the model
#    reach 50 times their speed?
#
#    .. answer::
#
#       Not in this table: it ends below 50. Say which CPU, whenever you say how many
#       times.
#
# 2. Write ``w1.sub_(grad_w1, alpha=learning_rate)`` for the update of ``w1``, and
#    likewise for ``w2``. How many launches are left?
#
#    .. answer::
#
#       15, and there is less to move: the product of learning rate and gradient is no
#       longer written to memory and read again.
#
# 3. Return ``loss.item()`` from ``step``. What does counting it say?
#
#    .. answer::
#
#       A ``RuntimeError``: on ``meta`` there is no number to return. On a GPU there is
#       one, but only after a wait.

r"""
Compiled graphs
===============

With ``torch.compile`` a function becomes one graph, whose operations are fused; where
PyTorch cannot follow Python, the graph breaks.

So far Python called one operation after another, and each was carried out at once.
``torch.compile`` watches the first call of a function and writes its operations down
as a graph. A *backend* turns the graph into code, and later calls run that code. So
there is a static graph again, as in "TensorFlow: the static graph", but the program
still looks like one with a dynamic graph. What gets into such a graph, what does not,
and what does the code save?

.. admonition:: New in this example

    ``torch.compile``, first with a backend of our own that only looks, then with the
    real one. Beside it stands ``tf.function``, TensorFlow's way to the same end.
"""

# %%
# A backend that only looks
# -------------------------
# A backend is a function: it gets a graph, and returns what is to be called instead.
# Ours keeps the names of the operations and returns the graph as it is. Nothing is
# compiled, so every machine finds the same.

import logging
import os
import random
import re
import tempfile
from pathlib import Path

import numpy as np
import torch

# Compiled code goes to a folder of our own, and nothing of it stays.
folder = tempfile.TemporaryDirectory()
os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder.name
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # no other processes
os.environ["TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS"] = "0"  # no other files

dtype = torch.float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)
w1 = torch.tensor(rng.standard_normal((D_in, H)), dtype=dtype, device=device)
w2 = torch.tensor(rng.standard_normal((H, D_out)), dtype=dtype, device=device)

graphs = []
# sphinx_gallery_time_limit = 300


def look(graph, example_inputs):
    """Keep the names of a graph's operations; a backend that compiles nothing."""
    calls = [node.target for node in graph.graph.nodes if "call" in node.op]
    graphs.append([getattr(target, "__name__", target) for target in calls])
    return graph


# %%
# A step, and the rule of Adam
# ----------------------------
# We look at a whole step by hand, update included, and at the rule of ``optim.Adam``,
# written out for one parameter.


def step(w1, w2):
    """Return the loss, and both weights after one step."""
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)
    loss = (y_pred - y).pow(2).sum()

    grad_y_pred = 2 * (y_pred - y)
    grad_w2 = h_relu.t().mm(grad_y_pred)
    grad_h = grad_y_pred.mm(w2.t()) * (h > 0)
    grad_w1 = x.t().mm(grad_h)
    return loss, w1 - 1e-6 * grad_w1, w2 - 1e-6 * grad_w2


def adam(param, grad, m, v):
    """Return a parameter and both running means after the first step."""
    m = 0.9 * m + 0.1 * grad
    v = 0.999 * v + 0.001 * grad**2
    m_hat, v_hat = m / (1 - 0.9), v / (1 - 0.999)
    return param - 1e-4 * m_hat / (v_hat.sqrt() + 1e-8), m, v


for_adam = (w1, torch.ones_like(w1), torch.zeros_like(w1), torch.zeros_like(w1))
operations = {}
for name, function, inputs in (("by hand", step, (w1, w2)), ("Adam", adam, for_adam)):
    graphs.clear()
    torch.compile(function, backend=look)(*inputs)
    operations[name] = len(graphs[0])
    print(f"{name}: {len(graphs)} graph with {operations[name]} operations")
    print("   ", *graphs[0])
    #> by hand: 1 graph with 20 operations
    #>     mm clamp mm sub pow sum sub mul t mm t mm gt mul t mm mul sub mul sub
    #> Adam: 1 graph with 14 operations
    #>     mul mul add mul pow mul add truediv truediv mul sqrt add truediv sub

# %%
# Each is one graph. So are the forward passes of the examples from autograd to the
# module of one's own.
#
# A graph break
# -------------
# The net of "PyTorch: control flow and shared weights" draws its depth in ``forward``.
# Ours does so too, unless it is told the depth. PyTorch writes a note to its log when a
# graph ends too early. It holds the time of day, so we switch it off here.


class DynamicNet(torch.nn.Module):
    """A network that uses its middle layer 0 to 3 times."""

    def __init__(self, D_in, H, D_out):
        """Make three layers; the middle one maps ``H`` numbers to ``H``."""
        super().__init__()
        self.input_linear = torch.nn.Linear(D_in, H, dtype=dtype)
        self.middle_linear = torch.nn.Linear(H, H, dtype=dtype)
        self.output_linear = torch.nn.Linear(H, D_out, dtype=dtype)

    def forward(self, x, depth=None):
        """Return the predictions, and keep the depth in ``self.depth``."""
        self.depth = random.randint(0, 3) if depth is None else depth
        h_relu = torch.relu(self.input_linear(x))
        for _ in range(self.depth):
            h_relu = torch.relu(self.middle_linear(h_relu))
        return self.output_linear(h_relu)


torch._logging.set_logs(dynamo=logging.ERROR)
random.seed(0)
torch.manual_seed(0)
model = DynamicNet(D_in, H, D_out).to(device)

graphs.clear()
compiled_model = torch.compile(model, backend=look)
torch_depths = []
for _ in range(20):
    y_pred = compiled_model(x)
    torch_depths.append(model.depth)
print("depths:", *torch_depths)
#> depths: 3 3 0 2 3 3 2 3 2 1 1 2 1 0 2 1 2 0 0 2
for graph in graphs:
    print(f"{len(graph)} operations:", *graph)
    #> 2 operations: linear relu
    #> 7 operations: linear relu linear relu linear relu linear

# %%
# Python's ``range`` needs a number, and while the operations are recorded, the depth
# that is drawn is none yet. So where the loop begins, the graph ends: a *graph break*.
# The first graph is the input layer. Python draws a depth of 3, and behind the break a
# second graph begins, in which the loop is written out. It is right for a depth of 3
# only. When the third call draws another depth, PyTorch tries to make another graph and
# does not succeed: its log names a likely mistake of its own. From then on Python does
# this work at each call, also where the depth is 3. (In PyTorch 2.13.0 there was no
# second graph at all.) So the depths are drawn as they should be, but little of the net
# can be made faster. (A ``print`` is a break too.) With ``fullgraph=True`` a break is
# an error:

torch.compiler.reset()  # forget the graphs so far
try:
    torch.compile(model, backend=look, fullgraph=True)(x)
except RuntimeError as error:
    print(type(error).__name__)
    #> Unsupported

# %%
# The depth as an argument
# ------------------------
# We draw outside and hand the depth to the net. Now the whole of it is a graph, and
# the loop is written out in it. Hence the graph is right for one depth only. With each
# graph come *guards*: conditions that are checked at every call, on the depth and on
# the type and shape of ``x``. If no graph fits, a new one is made.

graphs.clear()
compiled_model = torch.compile(model, backend=look, fullgraph=True)
same = [torch.equal(compiled_model(x, d), model(x, d)) for d in torch_depths]
print(f"{len(graphs)} graphs with", *map(len, graphs), "operations; same:", all(same))
#> 4 graphs with 9 3 7 5 operations; same: True

# %%
# The 20 calls made four graphs: those of depths 3, 0, 2 and 1, in the order in which
# they were first drawn. At depth 0 it is the graph of the net of ``nn``. The
# predictions are the same as without ``torch.compile``, bit by bit.
#
# Compile in earnest
# ------------------
# The real backend is called *Inductor*. For a CPU it writes C++, so it needs a
# compiler, and the header files of Python. Where one of them is missing, the first line
# printed says so, and the step runs as a graph for which no code is written
# (``aot_eager``). The compiler takes its time: on two cores this example runs for about
# 30 seconds, and most others for two to five.


def train(step):
    """Return the losses of 500 steps."""
    losses, weights = [], (w1, w2)
    for _ in range(500):
        loss, *weights = step(*weights)
        losses.append(loss.item())
    return losses


torch.compiler.reset()
try:
    compiled_losses = train(torch.compile(step, fullgraph=True))
    torch.compile(adam, fullgraph=True)(*for_adam)
    files = Path(folder.name).rglob("*.py")
    files = sorted(files, key=lambda file: file.stat().st_mtime)
    code, answer = [file.read_text("utf-8") for file in files], "has compiled"
except RuntimeError as error:
    lacks = ("No working C++ compiler", "Python.h: No such", "Python.h' file not found")
    if not any(words in str(error) for words in lacks):
        raise
    code, answer = ["", ""], "found no C++ compiler, or not the headers of Python"
    compiled_losses = train(torch.compile(step, backend="aot_eager"))
folder.cleanup()

print("Inductor:", answer)
#> Inductor: ...
losses = train(step)
for t in range(99, 500, 100):
    print(f"{t:3d} {losses[t]:.6g} {compiled_losses[t]:.6g}")
    #>  99 328.779 328.779
    #> 199 1.03623 1.03623
    #> 299 0.00620124 0.00620124
    #> 399 5.13769e-05 5.13769e-05
    #> 499 4.85145e-07 4.85145e-07

# %%
# The second column is from the step as it is, the third from the compiled one.
#
# What the code saves
# -------------------
# A *kernel* is a piece of compiled code that is started as a whole. Without a compiler
# each operation starts at least one, unless it only looks at its array in another way,
# as ``t`` does. How many kernels does Inductor's code call? ``call`` finds the lines
# of that code which start one.

call = r"(?m)^ +(?:extern_kernels\.|\w+?_fused_)(\w+?)(?:_\d+)?(?:\.run)?\("
for name, text in zip(("by hand", "Adam"), code, strict=True):
    print(f"{name}: {operations[name]} operations, as kernels:")
    print("   ", *re.findall(call, text) or ["not compiled"])
    #> by hand: 20 operations, as kernels:
    #>     ...
    #> Adam: 14 operations, as kernels:
    #>     ...

# %%
# With a compiler, on a CPU, the step by hand has 10 kernels. Five are the products of
# matrices, ``mm``, the same as before. Most others are *fused*: ``mul_sub`` is the
# update of a weight, which multiplies and subtracts in one pass. All of Adam became
# one kernel.
#
# This is why ``torch.compile`` gains little on a net of this size, or loses. The
# products are 99 % of the arithmetic, and they stay. A forward pass alone has hardly
# anything to fuse, while its guards are checked at every call; a whole step has more.
# And before the first step comes the compiler. ``torch.compile`` wins where many small
# operations follow each other, as in Adam; where arrays are large, so that each pass
# over them costs; and on a GPU, where each kernel must be started from outside. The
# page "How fast is a step?" has measured times.
#
# Beside it: ``tf.function``
# --------------------------
# TensorFlow *traces*: it first rewrites the loops and conditions of the function, which
# it calls *AutoGraph*, then calls it once with placeholders and keeps the operations
# that were called. All other Python leaves no mark. It runs while tracing, which the
# list ``traces`` notes, and not again.
#
# TensorFlow and PyTorch's build for CUDA in one process can end in a crash. So the
# same net stands here as a program of its own, in quotes. It reads the input, the
# weights and the depths from a file, and writes the depths that it has drawn to
# another. It computes in ``float32``, TensorFlow's usual type, so the predictions of
# its last call are compared with PyTorch's to within 1e-4.

import subprocess
import sys

tf_program = """
import random

import numpy as np
import tensorflow as tf

given = np.load("given.npz")
x = tf.constant(given["x"], tf.float32)
params = [given[f"param{i}"].astype("float32") for i in range(6)]
traces = []


def net(x, depth):
    traces.append(depth)
    h_relu = tf.nn.relu(x @ params[0].T + params[1])
    for _ in range(depth):
        h_relu = tf.nn.relu(h_relu @ params[2].T + params[3])
    return h_relu @ params[4].T + params[5]


def drawn(x):
    depth = random.randint(0, 3)
    return depth, net(x, depth)


for name, kind in (("number", int), ("tensor", tf.constant)):
    traces.clear()
    graph = tf.function(net)
    for depth in given["depths"]:
        y_pred = graph(x, kind(depth))
    same = np.allclose(y_pred, given["y_pred"], atol=1e-4)
    print(f"depth as a {name}: traces: {len(traces)}, as PyTorch: {same}")

traces.clear()
random.seed(0)
graph = tf.function(drawn)
depths = [int(graph(x)[0]) for _ in range(20)]
print("depth drawn inside: traces:", len(traces))
print("depths:", *depths)
np.save("depths.npy", depths)
"""

given = {
    "x": x.cpu(),
    "depths": torch_depths,
    "y_pred": model(x, torch_depths[-1]).detach().cpu(),
}
for i, param in enumerate(model.parameters()):
    given[f"param{i}"] = param.detach().cpu()

with tempfile.TemporaryDirectory() as exchange:
    Path(exchange, "program.py").write_text(tf_program, encoding="utf-8")
    np.savez(Path(exchange, "given.npz"), **given)
    command = [sys.executable, "program.py"]
    print(subprocess.check_output(command, cwd=exchange, text=True), end="")
    #> depth as a number: traces: 4, as PyTorch: True
    #> depth as a tensor: traces: 1, as PyTorch: True
    #> depth drawn inside: traces: 1
    #> depths: 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3
    tf_depths = np.load(Path(exchange, "depths.npy"))

# %%
# A depth that is a Python number is part of the graph: each new number means a new
# trace, called *retracing*. A depth that is a tensor is data, and one trace will do,
# since ``tf.function`` has turned the loop into a ``tf.while_loop``. A depth drawn
# inside is *frozen*: drawn while tracing, and used forever, without a word.
#
# .. caption:: A graph break goes on drawing, a trace freezes the first draw
#
#    The depth in each of 20 calls. With ``torch.compile`` it jumps between 0 and 3.
#    With ``tf.function`` it is a level line at 3, the depth of the first call.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
ax.plot(torch_depths, "o-", label="torch.compile")
ax.plot(tf_depths, "s--", label="tf.function")
ax.set(xlabel="call", ylabel="depth", xticks=range(0, 20, 5), yticks=range(4))
ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
plt.show()

# %%
# Try it
# ------
# 1. In the cell of "The depth as an argument", hand nine depths to the model: take
#    ``range(9)`` for ``torch_depths``, and leave out ``fullgraph=True``. How many
#    graphs are there?
#
#    .. answer::
#
#       Eight, the most that PyTorch keeps for one function. The ninth depth runs
#       without a graph. With ``fullgraph=True`` it is an error.
#
# 2. At the end of that cell call ``compiled_model(x[:32], 0)``, and then
#    ``compiled_model(x[:16], 0)``. How many graphs does each add?
#
#    .. answer::
#
#       The first adds one: the shape is another. PyTorch then expects more of them and
#       leaves the size of the batch open, so that the second adds none.
#
# 3. In ``drawn`` take ``tf.random.uniform((), 0, 4, tf.int32)`` for the depth. Is it
#    still frozen?
#
#    .. answer::
#
#       No: this draw is an operation of the graph, and the depth changes from call
#       to call, with one trace.

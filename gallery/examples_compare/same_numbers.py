r"""
The same numbers everywhere
===========================

Eight examples train one network on the same data: their 500 losses agree, and some
agree to the last bit.

Eight of the nine examples train the same kind of network, and the one of TensorFlow
does it in two forms. The ninth has a network of its own and is left out. This program
runs the eight, each in a process of its own, and compares the losses of all steps with
those of NumPy.

Three examples need a change before they can be compared. ``nn``, ``optim`` and the
module of our own draw small first weights and have biases. They get NumPy's first
weights, no bias, plain gradient descent and the learning rate of the others.
"""

# %%
# Run the other examples
# ----------------------
# Each example runs in a process of its own, so nothing that one loads or sets can
# change what another computes. It also has to: TensorFlow and PyTorch's build for CUDA
# in one process can end in a crash. A process cannot hand over a list, so two lines are
# added to the program, which save its losses to a file. What it prints is of no
# interest here, and its figure is left out.

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

# sphinx_gallery_time_limit = 300
here = Path(__file__).parent if "__file__" in globals() else Path.cwd()
gallery = here.parent

save_losses = """
import json, pathlib
pathlib.Path("losses.json").write_text(json.dumps(RESULT))
"""


def run_example(path, changes=(), result="losses"):
    """Run an example in a process of its own, and return its losses.

    Each change is a pair of texts: what to replace in the example, and by what.
    """
    program = (gallery / path).read_text(encoding="utf-8")
    for old, new in changes:
        if old not in program:
            raise ValueError(f"{path} does not contain {old!r}")
        program = program.replace(old, new)
    cells = [cell for cell in program.split("# %%") if "plt." not in cell]
    cells.append(save_losses.replace("RESULT", result))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text("".join(cells), encoding="utf-8")
        command = [sys.executable, "program.py"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return json.loads(Path(folder, "losses.json").read_text(encoding="utf-8"))


# %%
# Three examples need changes, given as text. The weight of a ``Linear`` layer has
# the shape of ``w1`` or ``w2`` turned round, so NumPy's numbers are transposed.

copy_weights = """
with torch.no_grad():
    for param, shape in zip(model.parameters(), ((D_in, H), (H, D_out))):
        param.copy_(torch.tensor(rng.standard_normal(shape)).T)
"""

like_numpy = [
    ("H, dtype=dtype)", "H, dtype=dtype, bias=False)"),
    ("D_out, dtype=dtype)", "D_out, dtype=dtype, bias=False)"),
    ("loss_fn = ", copy_weights + "loss_fn = "),
    ("learning_rate = 1e-4", "learning_rate = 1e-6"),
]
plain_steps = ("torch.optim.Adam", "torch.optim.SGD")

# %%
# Run them all
# ------------

tensor = "examples_tensor/two_layer_net_tensor.py"
tf_graph = "examples_autograd/tf_two_layer_net.py"
graph_losses, function_losses = run_example(
    tf_graph, result="[losses, function_losses]"
)

runs = {
    "NumPy": run_example("examples_tensor/two_layer_net_numpy.py"),
    "Tensors": run_example(tensor),
    "autograd": run_example("examples_autograd/two_layer_net_autograd.py"),
    "custom function": run_example(
        "examples_autograd/two_layer_net_custom_function.py"
    ),
    "TensorFlow graph": graph_losses,
    "tf.function": function_losses,
    "nn": run_example("examples_nn/two_layer_net_nn.py", like_numpy),
    "optim.SGD": run_example(
        "examples_nn/two_layer_net_optim.py", [*like_numpy, plain_steps]
    ),
    "own Module": run_example("examples_nn/two_layer_net_module.py", like_numpy),
}

# %%
# How far apart?
# --------------
# For each step we take the difference from NumPy's loss, divided by NumPy's loss.
# The table has the largest of the 500. It is never above 1e-8: eight digits agree
# at every step, although the loss falls by 13 powers of ten on the way.


def distance(losses, reference):
    """Return the relative difference between two losses, for each step."""
    pairs = zip(losses, reference, strict=True)
    return [abs(loss - other) / other for loss, other in pairs]


for name, losses in runs.items():
    largest = max(distance(losses, runs["NumPy"]))
    print(f"{name:16} {largest:.0e} {'agrees' if largest < 1e-8 else 'DIFFERS'}")
    #> NumPy            0e+00 agrees
    #> Tensors          ...e-10 agrees
    #> autograd         ...e-10 agrees
    #> custom function  ...e-10 agrees
    #> TensorFlow graph ...e-10 agrees
    #> tf.function      ...e-10 agrees
    #> nn               ...e-10 agrees
    #> optim.SGD        ...e-10 agrees
    #> own Module       ...e-10 agrees

# %%
# Some agree even to the last bit. They perform the same operations in the same
# order, so every rounding is the same:

groups = {}
for name, losses in runs.items():
    groups.setdefault(tuple(losses), []).append(name)
for names in groups.values():
    if len(names) > 1:
        print(" = ".join(names))
        #> Tensors = autograd = custom function
        #> TensorFlow graph = tf.function
        #> ...optim.SGD = own Module

# %%
# The other differences are no mistakes either. Each number of a product of matrices is
# a sum, and each library adds in an order of its own; each order rounds in its own way.
# And the steps of ``optim`` may differ from those written by hand in ``nn``: where the
# processor can multiply and add in one operation, the optimizer lets it, and that
# rounds once instead of twice. Where it cannot, ``nn`` stands in the last row, too.
# With ``ATEN_CPU_CAPABILITY=default`` PyTorch does without, on any processor.
#
# In one figure the curves lie on top of each other:
#
# .. caption:: Nine runs, one curve
#
#    Nine curves over the 500 steps, with the loss on a logarithmic axis. They lie
#    exactly on top of each other; only because each is thinner than the one below it
#    can all nine be seen.

fig, ax = plt.subplots(figsize=(5.2, 3.6), layout="constrained")
for index, (name, losses) in enumerate(runs.items()):
    width = 1 + 1.5 * (len(runs) - 1 - index)
    ax.semilogy(losses, linewidth=width, label=name, solid_capstyle="butt")
ax.set(xlabel="t", ylabel="loss")
ax.legend(fontsize="small")
plt.show()

# %%
# Where float32 departs
# ---------------------
# All this holds in ``float64``. With ``dtype`` set to ``torch.float32``, the same
# program leaves the curve, a little at first:

float32 = run_example(tensor, [("torch.float64", "torch.float32")])
away = distance(float32, runs["NumPy"])

for limit in (1e-4, 1e-2, 1.0):
    step = next(t for t in range(500) if away[t] > limit)
    print(f"first off by more than {100 * limit:g} % at step {step}")
    #> first off by more than 0.01 % at step 2...
    #> first off by more than 1 % at step 2...
    #> first off by more than 100 % at step 3...

# %%
# At the end the ``float32`` loss is many times too large. The next example shows
# why.
#
# Try it
# ------
# 1. Take ``like_numpy[:-1]`` for ``nn``, which leaves its learning rate at ``1e-4``.
#    With the first weights of its own page, that trains well. And with NumPy's?
#
#    .. answer::
#
#       NumPy's first weights are large, and that is too long a step: the losses become
#       ``nan``.
#
# 2. Replace ``plain_steps`` by ``("lr=learning_rate", "lr=learning_rate")``, which
#    changes nothing. Which of the programs no longer agrees?
#
#    .. answer::
#
#       Adam stays Adam, so ``optim.SGD`` no longer agrees. All others do.
#
# 3. Run the program twice. To how many digits do the two runs agree?
#
#    .. answer::
#
#       To all of them: every number is the same, to the last bit.

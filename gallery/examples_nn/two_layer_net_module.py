r"""
PyTorch: a module of your own
=============================

The model becomes a class: it makes its layers once, and its ``forward`` may do
anything with them that Python can.

``Sequential`` calls its layers one after the other. Not every network is such a
chain. For all others we derive a class from ``torch.nn.Module``, make the layers
in ``__init__``, and say in ``forward`` how the output follows from the input.
There we may use other modules and any operation on Tensors.

.. admonition:: New in this example

    The class ``TwoLayerNet`` in place of ``Sequential``. Plain ``SGD`` in place
    of Adam, so that the numbers can be compared with those of the example with
    ``nn``.

.. diagram:: two_layer_net_module
"""

# %%
# Define the model
# ----------------
# A module finds the layers that are assigned to it in ``__init__``, and their
# parameters with them. There is no list to keep. ``super().__init__()`` must come
# first: it prepares the place where the layers are kept.
#
# .. beside::
#
#    h_relu                       R = \max(X W_1^\top + b_1, 0)
#    return self.linear2(h_relu)  \hat{Y} = R\, W_2^\top + b_2

import numpy as np
import torch

dtype = torch.float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)


class TwoLayerNet(torch.nn.Module):
    """A network with one hidden ReLU layer."""

    def __init__(self, D_in, H, D_out):
        """Make two layers, from ``D_in`` to ``H`` to ``D_out`` numbers."""
        super().__init__()
        self.linear1 = torch.nn.Linear(D_in, H, dtype=dtype)
        self.linear2 = torch.nn.Linear(H, D_out, dtype=dtype)

    def forward(self, x):
        """Return the predictions for a batch of inputs."""
        h_relu = torch.relu(self.linear1(x))
        return self.linear2(h_relu)


torch.manual_seed(0)
model = TwoLayerNet(D_in, H, D_out).to(device)
loss_fn = torch.nn.MSELoss(reduction="sum")

learning_rate = 1e-4
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)

print(model)
#> TwoLayerNet(
#>   (linear1): Linear(in_features=1000, out_features=100, bias=True)
#>   (linear2): Linear(in_features=100, out_features=10, bias=True)
#> )

# %%
# .. admonition:: What the class replaces
#
#    - Assignments to ``self`` in ``__init__`` replace the list of layers. The names
#      come with them: ``0.weight`` is ``linear1.weight`` now.
#    - The function ``torch.relu`` replaces the layer ``torch.nn.ReLU()``.
#    - ``forward`` replaces the order in the list.
#
# The training loop
# -----------------
# Call the model itself, not its ``forward``: ``model(x)`` also does some
# housekeeping around it.

losses = []
for t in range(500):
    # Forward pass: from the input to the loss.
    y_pred = model(x)
    loss = loss_fn(y_pred, y)

    # Backward pass: from the loss to the gradients.
    optimizer.zero_grad()
    loss.backward()

    # Update: one step by the rule of the optimizer.
    optimizer.step()

    losses.append(loss.item())
    if t % 100 == 99:
        print(f"{t:3d} {losses[-1]:.6g}")
        #>  99 2.42232
        #> 199 0.0342705
        #> 299 0.00111698
        #> 399 7.58094e-05
        #> 499 7.40444e-06

# %%
# The example with ``nn`` printed the same losses: same layers, same first
# weights, same rule.
#
# Look inside
# -----------
# A class of our own can be taken apart. Its layers are attributes, so we can ask
# which hidden units are on, that is above zero, for which input:
#
# .. caption:: Every input switches on other hidden units
#
#    A grid with a row for each of the 64 inputs and a column for each of the 100
#    hidden units. About half of the cells are dark, in no visible order.

import matplotlib.pyplot as plt

with torch.no_grad():
    active = (model.linear1(x) > 0).cpu().numpy()

fig, ax = plt.subplots(figsize=(5.2, 3.6), layout="constrained")
ax.imshow(active, cmap="Blues", vmax=1.4, aspect="auto", interpolation="none")
ax.set(xlabel="H", ylabel="N")
plt.show()

# %%
# Each row is one of the 64 inputs, and each dark cell a unit that is on. No row is
# like another: which weights take part depends on the input. Without the ReLU, the
# two layers would do no more than one.
#
# Try it
# ------
# 1. Leave ``super().__init__()`` out. Which line fails?
#
#    .. answer::
#
#       The one that makes the first layer:
#       ``cannot assign module before Module.__init__() call``.
#
# 2. Put the two layers into a plain list, ``self.layers = [...]``. Does the model still
#    find their parameters?
#
#    .. answer::
#
#       It does not, and the optimizer complains about "an empty parameter list".
#       ``torch.nn.ModuleList`` is the list that it finds.
#
# 3. Add ``x[:, :H]`` to ``h_relu`` in ``forward``. Does the net still train? Could you
#    write this with ``Sequential``?
#
#    .. answer::
#
#       Such a shortcut past a layer cannot be written with ``Sequential``; here it is
#       one line, and it trains.

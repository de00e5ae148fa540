r"""
PyTorch: nn
===========

The network is built from layers that keep their own weights: the package
``nn`` takes the forward pass off our hands.

Autograd knows operations, but nothing of layers. For a large network that is too
little: somebody has to make the weights, give them sensible first values and
keep track of them. In TensorFlow, Keras does this. In PyTorch it is the package
``nn``. Its *modules* are roughly layers: a module computes outputs from inputs
and holds the weights that it needs for it. Those weights are its *parameters*.
``nn`` also has the usual loss functions.

.. admonition:: New in this example

    ``w1`` and ``w2`` are gone, and the matrix products with them. ``model(x)``
    is the forward pass, ``loss_fn`` the loss, and ``model.parameters()`` all the
    weights there are.

.. diagram:: two_layer_net_nn
"""

# %%
# Define the model
# ----------------
# ``Sequential`` is a module that calls other modules one after the other.
# ``Linear`` is the product with a matrix of weights, plus a *bias*: one more number
# for each output. It draws its first weights itself, from PyTorch's generator of
# random numbers, so we seed that one too. ``to(device)`` moves all parameters to
# the device. ``MSELoss`` is the *mean squared error*; with ``sum`` in place of the
# mean it is our loss.

import numpy as np
import torch

dtype = torch.float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)

torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Linear(D_in, H, dtype=dtype),
    torch.nn.ReLU(),
    torch.nn.Linear(H, D_out, dtype=dtype),
).to(device)
loss_fn = torch.nn.MSELoss(reduction="sum")

print(model)
#> Sequential(
#>   (0): Linear(in_features=1000, out_features=100, bias=True)
#>   (1): ReLU()
#>   (2): Linear(in_features=100, out_features=10, bias=True)
#> )

# %%
# The model knows its parameters by name and shape:

for name, param in model.named_parameters():
    print(f"{name:9} {tuple(param.shape)}")
    #> 0.weight  (100, 1000)
    #> 0.bias    (100,)
    #> 2.weight  (10, 100)
    #> 2.bias    (10,)

# %%
# ``0.weight`` has the shape of our ``w1`` turned round: ``Linear`` stores one row
# for each *output* and computes :math:`X W^\top + b`.
#
# .. admonition:: What the layers replace
#
#    - ``torch.nn.Linear`` replaces ``w1`` and ``h = x @ w1``, and adds a bias.
#    - ``torch.nn.ReLU`` replaces ``torch.relu(h)``.
#    - ``torch.nn.MSELoss(reduction="sum")`` replaces ``((y_pred - y) ** 2).sum()``.
#    - One loop over ``model.parameters()`` replaces one update for each weight, and
#      ``model.zero_grad()`` one reset for each gradient.
#
# The training loop
# -----------------
# ``Linear`` draws small first weights, so the predictions start small as well
# and so does the loss. That allows for a learning rate 100 times larger.
#
# In the formulas, :math:`W_1, b_1, W_2, b_2` are the four parameters, :math:`P` is
# any of them, :math:`G_P` its gradient and :math:`\eta` the learning rate.
#
# .. beside::
#
#    y_pred    \hat{Y} = \max(X W_1^\top + b_1, 0)\, W_2^\top + b_2
#    loss      L = \sum_{i,j} (\hat{Y}{}_{ij} - Y_{ij})^2
#    param -=  P \leftarrow P - \eta\, G_P

before = [param.detach().clone() for param in model.parameters()]

learning_rate = 1e-4
losses = []
for t in range(500):
    # Forward pass: from the input to the loss.
    y_pred = model(x)
    loss = loss_fn(y_pred, y)

    # Backward pass: from the loss to the gradients.
    model.zero_grad()
    loss.backward()

    # Update: a small step against the gradient.
    with torch.no_grad():
        for param in model.parameters():
            param -= learning_rate * param.grad

    losses.append(loss.item())
    if t % 100 == 99:
        print(f"{t:3d} {losses[-1]:.6g}")
        #>  99 2.42232
        #> 199 0.0342705
        #> 299 0.00111698
        #> 399 7.58094e-05
        #> 499 7.40444e-06

# %%
# These are not NumPy's numbers, and they need not be: the first weights are
# different, there are biases, and the steps are longer. The network is also far
# better behaved:

print(f"first loss {losses[0]:.6g}, largest loss {max(losses):.6g}")
#> first loss 645.314, largest loss 645.314

# %%
# Where the weights start
# -----------------------
# ``Linear`` draws its first weights evenly from an interval around 0. The more
# inputs a layer has, the narrower the interval: its half width is
# :math:`1/\sqrt{\text{inputs}}`. Measured by its size, the second layer then moves
# about twice as far as the first:
#
# .. caption:: The layer with more inputs starts with smaller weights
#
#    Two histograms. Before training, the weights of each layer fill a block around
#    0, narrow for 0.weight and some three times as wide for 2.weight. Training has
#    rounded the edges of the first block and spread the second one out.

import matplotlib.pyplot as plt

after = [param.detach().clone() for param in model.parameters()]

fig, axes = plt.subplots(2, figsize=(5.2, 4), layout="constrained")
for ax, index, name in zip(axes, (0, 2), ("0.weight", "2.weight"), strict=True):
    old, new = before[index].flatten().cpu(), after[index].flatten().cpu()
    change = ((new - old).norm() / old.norm()).item()
    print(f"{name} changed by {change:.1%}")
    #> 0.weight changed by 26.6%
    #> 2.weight changed by 51.0%
    _, bins, _ = ax.hist(new, bins=50, histtype="step", label="after")
    ax.hist(old, bins, histtype="stepfilled", color="0.8", zorder=0, label="before")
    ax.set(xlabel=name, yticks=[])
    ax.legend()
plt.show()

# %%
# Try it
# ------
# 1. Leave ``model.zero_grad()`` out. What do the weights do, and how does the loss end?
#
#    .. answer::
#
#       The gradients of all steps add up, the weights swing back and forth, and after
#       500 steps the loss is larger than on this page.
#
# 2. Use ``reduction="mean"``, which is what ``MSELoss`` does by default. Is the
#    learning rate still right?
#
#    .. answer::
#
#       It is far too small. The loss is divided by 640 numbers, and so is the gradient:
#       training hardly moves.
#
# 3. Seed with ``1`` instead of ``0``. What differs, and what stays the same?
#
#    .. answer::
#
#       Other first weights, other losses, and the same end: the loss falls below
#       ``1e-4``.

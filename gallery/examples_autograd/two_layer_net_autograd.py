r"""
PyTorch: autograd
=================

The backward pass is one call now: PyTorch records the forward pass as a graph
and computes the gradients from it.

Five lines of gradients for two layers are bearable. For a network of a hundred
layers they are not. *Automatic differentiation* applies the chain rule for us,
and in PyTorch the package ``autograd`` does it. While the forward pass runs,
autograd records each operation in a *computational graph*. Its nodes are the
functions that made the Tensors, and its edges say whose output went into which.
Following the graph backwards from the loss gives the gradients.

.. admonition:: New in this example

    The weights get ``requires_grad_()``. The five lines of the backward pass become
    ``loss.backward()``, which leaves the gradients in ``w1.grad`` and ``w2.grad``.
    The update moves into ``torch.no_grad()``, and both gradients are reset after
    it.

.. diagram:: two_layer_net_autograd
"""

# %%
# Which Tensors need a gradient
# -----------------------------
# We want gradients for the weights, not for the data. ``requires_grad_()`` says so:
# from here on, autograd records every operation on such a Tensor. The ``_`` at the
# end of a name means that the method changes the Tensor itself.

import numpy as np
import torch

dtype = torch.float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)
w1 = torch.tensor(rng.standard_normal((D_in, H)), dtype=dtype, device=device)
w2 = torch.tensor(rng.standard_normal((H, D_out)), dtype=dtype, device=device)
w1.requires_grad_()
w2.requires_grad_()

# %%
# The training loop
# -----------------
# The update changes the weights in place. It is not a part of the network, so it
# must not be recorded: ``torch.no_grad()`` switches recording off.
#
# Formulas are written as in the first example: :math:`G_A` is the gradient of the
# loss with respect to :math:`A`, and :math:`\eta` is the learning rate.
#
# .. beside::
#
#    h                H = X W_1
#    h_relu           R = \max(H, 0)
#    y_pred           \hat{Y} = R\, W_2
#    loss             L = \sum_{i,j} (\hat{Y}{}_{ij} - Y_{ij})^2
#    loss.backward()  G_{W_i} = \partial L / \partial W_i, \quad i = 1, 2
#    w1 -=            W_1 \leftarrow W_1 - \eta\, G_{W_1}
#    w2 -=            W_2 \leftarrow W_2 - \eta\, G_{W_2}

learning_rate = 1e-6
losses = []
for t in range(500):
    # Forward pass: from the input to the loss.
    h = x @ w1
    h_relu = torch.relu(h)
    y_pred = h_relu @ w2
    loss = ((y_pred - y) ** 2).sum()

    # Backward pass: from the loss to the gradients.
    loss.backward()

    # Update: a small step against the gradient.
    with torch.no_grad():
        w1 -= learning_rate * w1.grad
        w2 -= learning_rate * w2.grad
        w1.grad = None
        w2.grad = None

    losses.append(loss.item())
    if t % 100 == 99:
        print(f"{t:3d} {losses[-1]:.6g}")
        #>  99 328.779
        #> 199 1.03623
        #> 299 0.00620124
        #> 399 5.13769e-05
        #> 499 4.85145e-07

# %%
# The numbers have not changed. Autograd does exactly what we did by hand.
#
# The graph
# ---------
# Each Tensor that autograd made remembers the function that made it, in
# ``grad_fn``. Each function knows where its inputs came from, in
# ``next_functions``. Following these from the last loss shows the whole graph:


def print_graph(node, indent=0):
    """Print a node and, indented below it, the nodes that it leads back to."""
    print(" " * indent + node.name())
    for next_node, _ in node.next_functions:
        if next_node is not None:
            print_graph(next_node, indent + 2)


print_graph(loss.grad_fn)
#> SumBackward0
#>   PowBackward0
#>     SubBackward0
#>       MmBackward0
#>         ReluBackward0
#>           MmBackward0
#>             torch::autograd::AccumulateGrad
#>         torch::autograd::AccumulateGrad

# %%
# Read it from the top: a sum, of squares, of a difference, and so on down to two
# nodes called ``AccumulateGrad``. There is one for each weight, and it adds the
# gradient to ``grad``. (``Mm`` is a product of matrices.) There is no node for
# ``x`` and ``y``: nobody asked for their gradients.
#
# The picture draws the arrows as the forward pass runs, from the weights at the
# top to the loss at the bottom.
#
# .. caption:: Autograd's graph leads from the weights to the loss
#
#    Boxes joined by arrows, from top to bottom: AccumulateGrad of w1, product, ReLU
#    and, together with AccumulateGrad of w2, a second product; then the difference,
#    the square and the sum.

import matplotlib.pyplot as plt


def place(node, level, places):
    """Give each node of a graph a level and a column: ``places[node]``."""
    column = sum(1 for other in places.values() if other[0] == level)
    places[node] = (level, column)
    for next_node, _ in node.next_functions:
        if next_node is not None:
            place(next_node, level + 1, places)
    return places


places = place(loss.grad_fn, 0, {})
names = {w1: "w1", w2: "w2"}

fig, ax = plt.subplots(figsize=(5.2, 4.2), layout="constrained")
for node, (level, column) in places.items():
    weight = getattr(node, "variable", None)
    label = node.name().removeprefix("torch::autograd::")
    color = "#cfe3f7"
    if weight is not None:
        label, color = f"{names[weight]}: {label}", "#fbd9b5"
    ax.text(column, level, label, ha="center", va="center", bbox={"fc": color})
    for next_node, _ in node.next_functions:
        if next_node is not None:
            arrow = {"arrowstyle": "->", "shrinkA": 12, "shrinkB": 12}
            start, end = places[next_node][::-1], (column, level)
            ax.annotate("", xy=end, xytext=start, arrowprops=arrow)
ax.set(xlim=(-0.6, 1.6), ylim=(-0.5, max(places.values())[0] + 0.5))
ax.axis("off")
plt.show()

# %%
# Why the gradients are reset
# ---------------------------
# ``backward`` does not replace ``grad``, it adds to it:

a = torch.tensor(3.0, requires_grad=True)
for _ in range(2):
    (a * a).backward()
    print(a.grad)
    #> tensor(6.)
    #> tensor(12.)

# %%
# The derivative of :math:`a^2` at 3 is 6, and the second call has made it 12.
# Adding is what we want where a Tensor is used more than once, or where a batch
# is too large for one pass. Between two steps of training it is not, so each
# step ends with ``grad = None``.
#
# .. admonition:: What was a ``Variable``?
#
#    Until version 0.4 of PyTorch, a Tensor could not be recorded. It had to be
#    wrapped in a ``Variable``, with the numbers in ``.data`` and the gradient in
#    ``.grad``, itself a ``Variable``. Then Tensors took over that job. Old code
#    with ``Variable(x)`` still runs, and gives you back a Tensor. Leave ``.data``
#    alone: a change made through it is hidden from autograd, which may then
#    compute a wrong gradient without a word. Write ``torch.no_grad()`` instead.
#
# Try it
# ------
# 1. Remove ``torch.no_grad()`` and move its lines to the left. What does PyTorch say to
#    the first update?
#
#    .. answer::
#
#       It refuses: "a leaf Variable that requires grad is being used in an in-place
#       operation". Even the message still says ``Variable``. A *leaf* is a Tensor that
#       no recorded operation made.
#
# 2. Remove ``w1.grad = None`` and ``w2.grad = None``. Which gradients does a step use
#    now, and how does the loss end?
#
#    .. answer::
#
#       The gradients of all steps add up, and the loss becomes ``nan``.
#
# 3. Add ``retain_graph=True`` to ``backward`` and call it twice in a step. (Without it,
#    PyTorch frees the graph after the first call.) What does the second call do to the
#    gradients, and what does that do to the loss?
#
#    .. answer::
#
#       The gradients double, as if the learning rate were ``2e-6``. That is too long a
#       step: the loss grows more than twentyfold, then falls and stays near 550.

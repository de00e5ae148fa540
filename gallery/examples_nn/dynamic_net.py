r"""
PyTorch: control flow and shared weights
========================================

A network that changes at every step: plain Python draws how deep it is, and one
layer is used up to three times.

PyTorch builds its graph anew at each forward pass. So the forward pass may be any
Python program: a loop, a condition, a random number. The model of this example is
strange, to make the point. Each forward pass draws a number from 0 to 3 and uses
the same middle layer that many times. The uses *share* one set of weights, and
autograd adds up the gradients of all of them. In Lua Torch, the ancestor of
PyTorch, a module could not safely be used twice in one pass.

.. admonition:: New in this example

    A third layer, a ``for`` loop in ``forward``, and ``momentum=0.9`` in the
    optimizer: with it, each step keeps a part of the last one. A net that changes
    all the time is hard to train with plain steps.

.. diagram:: dynamic_net
"""

# %%
# Define the model
# ----------------

import random

import numpy as np
import torch

dtype = torch.float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)


class DynamicNet(torch.nn.Module):
    """A network that uses its middle layer 0 to 3 times, drawn at each call."""

    def __init__(self, D_in, H, D_out):
        """Make three layers; the middle one maps ``H`` numbers to ``H``."""
        super().__init__()
        self.input_linear = torch.nn.Linear(D_in, H, dtype=dtype)
        self.middle_linear = torch.nn.Linear(H, H, dtype=dtype)
        self.output_linear = torch.nn.Linear(H, D_out, dtype=dtype)

    def forward(self, x):
        """Return the predictions, and keep the depth drawn in ``self.depth``."""
        self.depth = random.randint(0, 3)
        h_relu = torch.relu(self.input_linear(x))
        for _ in range(self.depth):
            h_relu = torch.relu(self.middle_linear(h_relu))
        return self.output_linear(h_relu)


random.seed(0)
torch.manual_seed(0)
model = DynamicNet(D_in, H, D_out).to(device)
loss_fn = torch.nn.MSELoss(reduction="sum")

learning_rate = 1e-4
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)

# %%
# The training loop
# -----------------
# The loop is that of the example before. It does not know that the model is a
# different one each time. Step, loss and, new here, the depth:

losses, depths = [], []
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
    depths.append(model.depth)
    if t % 100 == 99:
        print(f"{t:3d} {losses[-1]:.6g} depth {depths[-1]}")
        #>  99 9.37956 depth 1
        #> 199 11.2497 depth 3
        #> 299 0.221659 depth 0
        #> 399 0.717786 depth 3
        #> 499 0.141168 depth 0

# %%
# The loss goes up and down with the depth: we train four networks that
# share their weights, and see one of them at a time. Over the last 100 steps
# their mean losses are:

for depth in range(4):
    last = [losses[t] for t in range(400, 500) if depths[t] == depth]
    print(f"depth {depth}: {sum(last) / len(last):.3g} in {len(last)} steps")
    #> depth 0: 0.0783 in 35 steps
    #> depth 1: 0.389 in 20 steps
    #> depth 2: 0.506 in 19 steps
    #> depth 3: 0.506 in 26 steps

# %%
# Four graphs, one weight
# -----------------------
# We let the model draw until each depth has come up, and count in each graph how
# many edges lead to the weight of the middle layer, its *in-degree*:


def edges_of(node, edges):
    """Collect the edges of a graph, each as a pair of nodes, into ``edges``."""
    for next_node, _ in node.next_functions:
        if next_node is not None and (node, next_node) not in edges:
            edges.append((node, next_node))
            edges_of(next_node, edges)
    return edges


graphs = {}
while len(graphs) < 4:
    y_pred = model(x)
    graphs[model.depth] = edges_of(y_pred.grad_fn, [])

shared = model.middle_linear.weight
for depth, edges in sorted(graphs.items()):
    uses = sum(1 for _, end in edges if getattr(end, "variable", None) is shared)
    print(f"depth {depth}: {len(edges):2d} edges, {uses} into the shared weight")
    #> depth 0:  8 edges, 0 into the shared weight
    #> depth 1: 13 edges, 1 into the shared weight
    #> depth 2: 18 edges, 2 into the shared weight
    #> depth 3: 23 edges, 3 into the shared weight

# %%
# However deep the graph, there is one node for the shared weight, and every use has
# an edge to it. At depth 0 it is not in the graph at all.
#
# .. caption:: The shared weight has one edge for each use
#
#    Four graphs side by side, from depth 0 to depth 3, each taller than the one
#    before. An orange square stands for the shared weight. It is missing at depth 0;
#    then one, two and three thick lines lead to it.

import matplotlib.pyplot as plt

fig, axes = plt.subplots(1, 4, figsize=(5.2, 4.2), layout="constrained", sharey=True)
for ax, (depth, edges) in zip(axes, sorted(graphs.items()), strict=True):
    level = {edges[0][0]: 0}
    for _ in edges:  # enough rounds for the longest path
        for start, end in edges:
            level[end] = max(level.get(end, 0), level[start] + 1)

    column, taken = {}, dict.fromkeys(level.values(), 0)
    for node in level:
        if getattr(node, "variable", None) is shared:
            column[node] = 4
            ax.plot(4, level[node], "s", color="C1", markersize=9, zorder=2)
        else:
            column[node] = taken[level[node]]
            taken[level[node]] += 1
            ax.plot(column[node], level[node], "o", color="C0", markersize=4)

    for start, end in edges:
        line = {"color": "0.75", "linewidth": 1}
        if column[end] == 4:
            line = {"color": "C1", "linewidth": 2}
        ends = [column[start], column[end]], [level[start], level[end]]
        ax.plot(*ends, zorder=1, **line)

    ax.set_title(f"depth {depth}", fontsize="medium")
    ax.set(xlim=(-0.5, 4.5))
    ax.axis("off")
plt.show()

# %%
# .. admonition:: What ``zero_grad`` changes here
#
#    Since PyTorch 2.0, ``zero_grad`` sets gradients to ``None`` and no longer to
#    zero. Elsewhere you will not notice. Here you do: at depth 0 the middle layer
#    has no gradient, and the optimizer leaves it alone. With zeros it would have
#    one, namely zero, and momentum would carry the layer on in its old direction.
#    ``optimizer.zero_grad(set_to_none=False)`` brings the old behaviour back, and
#    with it other losses.
#
# Try it
# ------
# 1. Use ``set_to_none=False`` as in the box. From which step on do the losses differ
#    from those above?
#
#    .. answer::
#
#       From the first step after a depth of 0, which is among the first ten.
#
# 2. Leave ``momentum=0.9`` out. How large is the loss after 500 steps?
#
#    .. answer::
#
#       Many times larger than on this page.
#
# 3. Replace the ``for`` loop by ``if self.depth > 1:`` and one use of the layer. Is
#    this still a network that can be trained?
#
#    .. answer::
#
#       It is, and its loss falls: autograd records what happens, whatever it is.

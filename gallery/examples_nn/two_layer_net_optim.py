r"""
PyTorch: optim
==============

The update is one call now: an optimizer from the package ``optim`` holds the
rule by which the weights change.

A step against the gradient is the simplest rule there is. In practice networks
are often trained with more refined ones, such as AdaGrad, RMSProp or Adam,
which keep some memory of earlier gradients for every weight. The package
``optim`` has them all behind one interface, so that the loop does not change
when the rule does.

.. admonition:: New in this example

    ``torch.optim.Adam`` gets the parameters and the learning rate once.
    ``optimizer.zero_grad()`` and ``optimizer.step()`` take the place of the
    reset and of the update.

.. diagram:: two_layer_net_optim
"""

# %%
# Define the model and the optimizer
# ----------------------------------

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

learning_rate = 1e-4
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

# %%
# The training loop
# -----------------
# For each parameter :math:`P`, Adam keeps two running means: :math:`m` of its
# gradients, and :math:`v` of their squares. Both start at zero, and a hat says that
# this is made up for. :math:`\eta` is the learning rate, and the tiny
# :math:`\epsilon` avoids a division by zero.
#
# .. beside::
#
#    loss              L = \sum_{i,j} (\hat{Y}{}_{ij} - Y_{ij})^2
#    optimizer.step()  P \leftarrow P - \eta\, \hat{m} / (\sqrt{\hat{v}} + \epsilon)

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
        #>  99 39.6844
        #> 199 0.402825
        #> 299 0.00216027
        #> 399 1.93846e-05
        #> 499 1.52755e-07

# %%
# .. admonition:: What the optimizer replaces
#
#    - ``optimizer.zero_grad()`` replaces ``model.zero_grad()``.
#    - ``optimizer.step()`` replaces three lines: ``with torch.no_grad():``, the loop
#      over ``model.parameters()``, and the change of each ``param`` in it.
#
# Other rules, same loop
# ----------------------
# To compare rules we start each from the same weights. Only the line that makes
# the optimizer differs.

curves = {"Adam": losses}
for rule in (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad):
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(D_in, H, dtype=dtype),
        torch.nn.ReLU(),
        torch.nn.Linear(H, D_out, dtype=dtype),
    ).to(device)
    optimizer = rule(model.parameters(), lr=learning_rate)
    curves[rule.__name__] = []
    for _ in range(500):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        curves[rule.__name__].append(loss.item())

for name, curve in curves.items():
    print(f"{name:8} {curve[99]:.6g} {curve[199]:.6g}")
    #> Adam     39.6844 0.402825
    #> SGD      2.42232 0.0342705
    #> RMSprop  0.272236 0.000109953
    #> Adagrad  403.758 328.056

# %%
# The columns are the losses at steps 99 and 199. ``SGD``, *stochastic gradient
# descent*, is here the plain step that we wrote by hand, and it is ahead of Adam so
# far. Adam overtakes it later. RMSProp is the fastest of all, until its steps are
# too long for the little that is left to do, and it never settles. AdaGrad still
# has more than half of its first loss. So a learning rate is not a property of the
# problem alone: ``1e-4`` means something else to each rule.
#
# .. caption:: One learning rate, four rules, four outcomes
#
#    Four curves over the 500 steps, with the loss on a logarithmic axis. Adam and
#    SGD fall steadily, and Adam overtakes SGD late. RMSprop falls fastest, far below
#    the others, and then jumps up again. Adagrad hardly falls.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for (name, curve), style in zip(curves.items(), ("-", "--", "-.", ":"), strict=True):
    ax.semilogy(curve, style, label=name)
ax.set(xlabel="t", ylabel="loss")
ax.legend()
plt.show()

# %%
# Try it
# ------
# 1. Give Adam ``lr=1e-3``, then ``lr=1e-2``. Does training get better each time?
#
#    .. answer::
#
#       With ``lr=1e-3`` it does: after 120 steps the loss is below ``1e-3``, and it
#       ends far below the page's. With ``lr=1e-2`` the steps are too long, and the loss
#       jumps about.
#
# 2. Give AdaGrad ``lr=1e-2``. Was it the rule that hardly got started, or its learning
#    rate?
#
#    .. answer::
#
#       The learning rate: the loss now ends below ``1e-6`` as well.
#
# 3. Take ``torch.optim.SGD`` with ``momentum=0.9``. How far does the loss fall in the
#    same 500 steps?
#
#    .. answer::
#
#       Much further than without: SGD now remembers its direction.

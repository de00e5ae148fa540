r"""
PyTorch: gradients as functions
===============================

The gradient becomes a function: ``torch.func`` needs no ``backward`` and no
``.grad``, and can give each example of a batch a gradient of its own.

Autograd, as the nine programs use it, leaves its traces in the weights. They are
marked with ``requires_grad``, ``backward`` fills their ``.grad``, and the loop has
to empty it again. Mathematics is tidier: there the gradient of a function is
another function. So it is in ``torch.func``, which takes a function and returns
one. Since functions can be combined, this also gives what one ``backward`` cannot:
a gradient for each example.

.. admonition:: New in this example

    ``grad_and_value`` returns a function for the gradients and the loss,
    ``functional_call`` makes a function of a model, and ``vmap`` runs a function
    for all examples of the batch, the rows of ``x`` and ``y``, at once.
"""

# %%
# A pure function
# ---------------
# ``torch.func`` wants a *pure* function: its result depends on its arguments alone,
# and it changes nothing outside. So the weights are arguments here. ``argnums`` says
# by which arguments to differentiate. Without it, that is the first.

import numpy as np
import torch
from torch.func import (
    functional_call,
    grad,
    grad_and_value,
    vmap,
)

dtype = torch.float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)
w1 = torch.tensor(rng.standard_normal((D_in, H)), dtype=dtype, device=device)
w2 = torch.tensor(rng.standard_normal((H, D_out)), dtype=dtype, device=device)


def loss_of(w1, w2, x, y):
    """Return the loss of the network with these weights."""
    h_relu = torch.relu(x @ w1)
    y_pred = h_relu @ w2
    return ((y_pred - y) ** 2).sum()


gradients_of = grad_and_value(loss_of, argnums=(0, 1))

# %%
# The training loop
# -----------------
# One call is the forward and the backward pass. In the formulas, :math:`G_A` is the
# gradient of the loss :math:`L` with respect to :math:`A`, and :math:`\eta` is the
# learning rate.
#
# .. beside::
#
#    (grad_w1, grad_w2),  G_{W_i} = \partial L / \partial W_i, \quad i = 1, 2
#    w1 =                 W_1 \leftarrow W_1 - \eta\, G_{W_1}
#    w2 =                 W_2 \leftarrow W_2 - \eta\, G_{W_2}

start = w1, w2
learning_rate = 1e-6
losses = []
for t in range(500):
    # Forward and backward pass: the gradients, and the loss.
    (grad_w1, grad_w2), loss = gradients_of(w1, w2, x, y)

    # Update: new weights, a small step against the gradient.
    w1 = w1 - learning_rate * grad_w1
    w2 = w2 - learning_rate * grad_w2

    losses.append(loss.item())
    if t % 100 == 99:
        print(f"{t:3d} {losses[-1]:.6g}")
        #>  99 328.779
        #> 199 1.03623
        #> 299 0.00620124
        #> 399 5.13769e-05
        #> 499 4.85145e-07

# %%
# Nothing is marked, nothing is reset, and the update needs no ``torch.no_grad()``:
# outside of ``gradients_of``, nothing is recorded. The update makes new Tensors, so
# ``start`` still has the first weights.
#
# Equal to the bit
# ----------------
# The same 500 steps with ``backward``, from the same weights:

v1, v2 = (weight.clone().requires_grad_() for weight in start)
autograd_losses = []
for _ in range(500):
    loss = loss_of(v1, v2, x, y)
    loss.backward()
    with torch.no_grad():
        for v in (v1, v2):
            v -= learning_rate * v.grad
            v.grad = None
    autograd_losses.append(loss.item())

print(losses == autograd_losses, torch.equal(w1, v1), torch.equal(w2, v2))
#> True True True

# %%
# All losses and the last weights agree to the last bit. Inside, ``gradients_of``
# records a graph and walks it back, as ``backward`` does. Gradients by hand, as in
# the example with Tensors, are the same bits too.
#
# A model as a function
# ---------------------
# A model keeps its weights to itself, so ``model(x)`` is no pure function of them.
# ``functional_call`` runs a model with parameters that we hand to it. They are a
# dictionary, and so are the gradients:

torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Linear(D_in, H, dtype=dtype),
    torch.nn.ReLU(),
    torch.nn.Linear(H, D_out, dtype=dtype),
).to(device)
loss_fn = torch.nn.MSELoss(reduction="sum")


def loss_of_model(params, x, y):
    """Return the loss of the model with these parameters."""
    return loss_fn(functional_call(model, params, (x,)), y)


params = {name: param.detach() for name, param in model.named_parameters()}
grads, value = grad_and_value(loss_of_model)(params, x, y)

loss = loss_fn(model(x), y)
loss.backward()
print(torch.equal(value, loss))
#> True
for name, param in model.named_parameters():
    print(f"{name:8} {torch.equal(grads[name], param.grad)}")
    #> 0.weight True
    #> 0.bias   True
    #> 2.weight True
    #> 2.bias   True

# %%
# The loss and the gradients are the model's own, to the bit again.
#
# A function of our own
# ---------------------
# In older code, ``forward`` of an autograd function gets ``ctx`` and keeps there what
# backward will need. That is more than to return a result, and ``torch.func`` refuses
# it. (We leave backward out, since it does not come to that.)

import textwrap


class OldReLU(torch.autograd.Function):
    """ReLU in the old form."""

    @staticmethod
    def forward(ctx, h):
        """Return the input without its negative numbers, and keep it."""
        ctx.save_for_backward(h)
        return h.clamp(min=0)


try:
    grad(lambda h: OldReLU.apply(h).sum())(x)
except RuntimeError as error:
    print(textwrap.fill(str(error).split(". ")[0], 80))
    #> In order to use an autograd.Function with functorch transforms (vmap, grad, jvp,
    #> jacrev, ...), it must override the setup_context staticmethod

# %%
# ``MyReLU`` of the example on autograd functions has ``setup_context``, and works
# here. For ``vmap``, which comes next, it also needs the line
# ``generate_vmap_rule = True``.
#
# One gradient for each example
# -----------------------------
# Our loss is a sum over the examples, so its gradient is a sum too. ``backward``
# shows only the sum. ``vmap`` takes a function of one example and returns one for a
# whole batch, without a loop: the examples become one more axis. ``in_dims`` says
# what runs along it: not the weights, but axis 0 of ``x`` and of ``y``.

gradients_of_each = vmap(grad(loss_of, argnums=(0, 1)), in_dims=(None, None, 0, 0))
each_w1, each_w2 = gradients_of_each(*start, x, y)
print(tuple(each_w1.shape), tuple(each_w2.shape))
#> (64, 1000, 100) (64, 100, 10)

(grad_w1, grad_w2), _ = gradients_of(*start, x, y)
for each, whole in ((each_w1, grad_w1), (each_w2, grad_w2)):
    difference = (each.sum(0) - whole).norm() / whole.norm()
    print(f"relative difference below 1e-14: {difference.item() < 1e-14}")
    #> relative difference below 1e-14: True
    #> relative difference below 1e-14: True

# %%
# The sum over the 64 is the gradient of the batch. It is not the same to the bit,
# since it was added up in another order.
#
# Three uses of these gradients:
#
# - *Noise.* A step is often taken with a part of the data, a mini-batch. The more
#   the gradients of the examples differ, the more its gradient is left to chance.
# - *Privacy.* A gradient that is longer than a limit is *clipped*, shortened to the
#   limit, before the sum. So no single example can move the weights far, and added
#   noise hides what is left of it.
# - *Unusual examples.* A gradient much longer than the others asks for a look at its
#   example. It may have a wrong answer, as in the second change below.
#
# We compare the first weights with the last: which two gradients are the longest,
# how much of all length the eight longest have, and how well two halves of the batch
# agree. A cosine of 1 says that both pull the same way, -1 that they pull in opposite
# ways.

norms = {}
for t, weights in {0: start, 500: (w1, w2)}.items():
    each_w1, each_w2 = gradients_of_each(*weights, x, y)
    each = torch.cat([each_w1.flatten(1), each_w2.flatten(1)], dim=1)
    norms[t], order = each.norm(dim=1).sort(descending=True)
    share = norms[t][:8].sum() / norms[t].sum()
    halves = each[:32].sum(0), each[32:].sum(0)
    cosine = torch.nn.functional.cosine_similarity(*halves, dim=0)
    print(f"{t:3d} longest {order[:2].tolist()} eight {share:.0%} cosine {cosine:.2f}")
    #>   0 longest [18, 52] eight 18% cosine 0.61
    #> 500 longest [52, 54] eight 34% cosine -0.51

# %%
# At first the gradients are of similar length, and the halves agree. After training,
# eight examples, an eighth of all, have a third of all length. The halves pull
# *against* each other: a short step that helps one half hurts the other.
#
# .. caption:: After training, a few examples pull much harder than the rest
#
#    Two curves over the 64 examples, sorted by the length of their gradients, as
#    multiples of the mean. At t = 0 the curve falls gently from one and a half to
#    one half. At t = 500, dashed, it falls steeply from above three to below one fifth.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for (t, norm), style in zip(norms.items(), ("-", "--"), strict=True):
    ax.plot((norm / norm.mean()).cpu(), style, label=f"t = {t}")
ax.set(xlabel="example", ylabel="norm / norm.mean()", ylim=(0, None))
ax.legend()
plt.show()

# %%
# Try it
# ------
# 1. Update in place: ``w1 -= learning_rate * grad_w1``, and ``w2`` likewise. Which
#    losses change, and what does the comparison with autograd print?
#
#    .. answer::
#
#       The 500 losses stay the same. But ``start`` now has the *last* weights, so
#       that autograd starts there, and the comparison prints ``False`` three times.
#
# 2. Two examples that contradict each other: write ``x[7] = x[8]`` below ``y``. Which
#    gradients are the longest in the end, and why does their sum hide it?
#
#    .. answer::
#
#       Those of 7 and 8. The network cannot give two answers to one input. The loss
#       stays above 4, and the two gradients, many times longer than all others,
#       point in opposite ways and cancel each other.
#
# 3. Write ``if h_relu.sum() > 0:`` above ``y_pred`` in ``loss_of``, and indent that
#    line. Which of ``grad_and_value`` and ``vmap`` refuses?
#
#    .. answer::
#
#       ``vmap``: its message speaks of ``data-dependent control flow``. It runs the
#       function once for all examples, and cannot take one way for some and the other
#       way for the rest. ``grad_and_value`` trains as before.

r"""
PyTorch: a new autograd function
================================

One operation of our own in autograd's graph: a ReLU, written as a pair of
functions, forward and backward.

To autograd, an operation is a pair of functions on Tensors. *Forward* computes
the output from the input. *Backward* receives the gradient of the loss with
respect to the output, and computes the gradient with respect to the input. If
we write both, autograd treats our operation like one of its own.

.. admonition:: New in this example

    The class ``MyReLU``, and its use in the forward pass in place of
    ``torch.relu``. Everything else is as in the example before.

.. diagram:: two_layer_net_custom_function
"""

# %%
# A pair of functions
# -------------------
# We derive a class from ``torch.autograd.Function`` and never make an object of it.
# Its three functions are static methods: they get no ``self``. ``setup_context``
# stands between the other two: it puts into ``ctx``, the *context*, what backward
# will need.
#
# For the ReLU, forward and backward are one formula each:
#
# .. beside::
#
#    return h.clamp(min=0)  R = \max(H, 0)
#    return grad_h_relu     G_H = G_R \odot [H > 0]

import numpy as np
import torch


class MyReLU(torch.autograd.Function):
    """ReLU with a backward pass of our own.

    >>> MyReLU.apply(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    @staticmethod
    def forward(h):
        """Return the input with its negative numbers set to zero."""
        return h.clamp(min=0)

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keep the input: backward needs to know where it was positive."""
        (h,) = inputs
        ctx.save_for_backward(h)

    @staticmethod
    def backward(ctx, grad_h_relu):
        """Turn the gradient of the output into the gradient of the input."""
        (h,) = ctx.saved_tensors
        return grad_h_relu * (h > 0)


# %%
# Is the backward pass right?
# ---------------------------
# A gradient of the right shape with wrong numbers gives no error. ``gradcheck``
# finds it at the points that it is given: it moves each input a little, measures
# how the output moves, and compares that with what backward says.

dtype = torch.float64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

rng = np.random.default_rng(1)
sample = torch.tensor(rng.standard_normal((4, 3)), dtype=dtype, device=device)
sample.requires_grad_()
print(torch.autograd.gradcheck(MyReLU.apply, (sample,)))
#> True

# %%
# The training loop
# -----------------
# An autograd function is called through ``apply``.
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

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype, device=device)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype, device=device)
w1 = torch.tensor(rng.standard_normal((D_in, H)), dtype=dtype, device=device)
w2 = torch.tensor(rng.standard_normal((H, D_out)), dtype=dtype, device=device)
w1.requires_grad_()
w2.requires_grad_()

learning_rate = 1e-6
losses = []
for t in range(500):
    # Forward pass: from the input to the loss.
    h = x @ w1
    h_relu = MyReLU.apply(h)
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
# The graph of the loss now has our function in it, under its own name:

print(y_pred.grad_fn.next_functions[0][0].name())
#> MyReLUBackward

# %%
# The slope at zero
# -----------------
# A ReLU has a corner at 0, where mathematics leaves its slope open. A program
# has to choose, and the choices differ:

for name, relu in {
    "MyReLU": MyReLU.apply,
    "torch.relu": torch.relu,
    "clamp(min=0)": lambda h: h.clamp(min=0),
    "torch.maximum": lambda h: torch.maximum(h, torch.zeros_like(h)),
}.items():
    zero = torch.zeros(1, dtype=dtype, device=device, requires_grad=True)
    relu(zero).backward()
    print(f"{name:13} {zero.grad.item()}")
    #> MyReLU        0.0
    #> torch.relu    0.0
    #> clamp(min=0)  0.0
    #> torch.maximum 0.5

# %%
# ``clamp`` has changed twice: up to PyTorch 0.4.0 its slope at 0 was 0, then it was 1
# up to 2.13, and since 2.14 it is 0 again. TensorFlow's choices differ as well: the
# slope of ``tf.nn.relu`` at 0 is 0, that of ``tf.maximum(h, 0)`` is 1. In NumPy there
# is no answer, since there we write the slope ourselves: ``grad_h_relu * (h > 0)``
# says 0. With ``float64`` numbers no element of ``h`` is exactly 0 in all 500 steps,
# so that all choices train alike here.
#
# Our backward, seen by autograd, at points left and right of the corner:
#
# .. caption:: A gradient passes where the input is positive
#
#    Two curves over h. Left of 0 both are 0. Right of it h_relu climbs in a straight
#    line, and h.grad, dashed, has jumped to 1 and stays there.

import matplotlib.pyplot as plt

h = torch.linspace(-2, 2, 401, dtype=dtype, requires_grad=True)
h_relu = MyReLU.apply(h)
h_relu.sum().backward()

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
ax.plot(h.detach(), h_relu.detach(), label="h_relu")
ax.step(h.detach(), h.grad, where="mid", linestyle="--", label="h.grad")
ax.set(xlabel="h")
ax.legend()
plt.show()

# %%
# Try it
# ------
# 1. Let backward forget its mask: ``return grad_h_relu``. Which line of the program
#    notices?
#
#    .. answer::
#
#       Training would run, but ``gradcheck`` stops the program with "Jacobian
#       mismatch".
#
# 2. Set one element of ``sample`` to 0 before ``sample.requires_grad_()``. Does the
#    check still pass?
#
#    .. answer::
#
#       It fails, although the code is right: at the corner, moving the input a little
#       to each side gives a slope of one half, and our backward says 0.
#
# 3. Write ``h.clamp(min=0)`` in place of ``MyReLU.apply(h)`` in the loop. Which losses
#    change?
#
#    .. answer::
#
#       None. All 500 losses are the same.

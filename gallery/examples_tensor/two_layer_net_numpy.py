r"""
Warm-up: NumPy
==============

Everything by hand: NumPy computes the forward pass, the loss, the gradients
and the update, and you write each of them.

NumPy is a library for arrays with any number of axes. It knows nothing of deep
learning, of gradients or of graphs. It is still enough to train a neural network,
if we do the mathematics ourselves. This example does, and those that follow take
one part after another off our hands. They train this network or a close relative,
so keep it in mind.

The network has one hidden layer. A batch of 64 inputs ``x`` with 1000 numbers
each meets a first matrix of weights, :math:`W_1`. A *ReLU* keeps what is
positive and sets the rest to zero. A second matrix, :math:`W_2`, turns the
100 hidden numbers into 10 predictions. There is no bias:

.. math::

    H = X W_1, \qquad R = \max(H, 0), \qquad \hat{Y} = R\, W_2

The *loss* says how far the predictions are from the targets ``y``: the squares
of all differences, added up.

.. math::

    L = \sum_{i,j} (\hat{Y}{}_{ij} - Y_{ij})^2

.. diagram:: two_layer_net_numpy

*Training* changes the two matrices step by step until the loss is small.
"""

# %%
# The data
# --------
# Inputs and targets are random numbers: there is nothing to learn here but how
# training works. The seed ``0`` makes the numbers the same at every run. All nine
# examples have the same ``x`` and ``y``.

import numpy as np

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = rng.standard_normal((N, D_in))
y = rng.standard_normal((N, D_out))
w1 = rng.standard_normal((D_in, H))
w2 = rng.standard_normal((H, D_out))

# %%
# The backward pass, derived
# --------------------------
# To lower the loss we need its *gradient*: for every weight, how much the loss
# grows when that weight grows a little. The chain rule gives it, from the loss
# back to the weights, one operation at a time. Write :math:`G_A` for the
# gradient of the loss with respect to the matrix :math:`A`; it has the shape of
# :math:`A`.
#
# The loss is a sum of squares, and the derivative of :math:`u^2` is :math:`2u`:
#
# .. math:: G_{\hat{Y}} = 2\, (\hat{Y} - Y)
#
# For a product :math:`\hat{Y} = R\, W_2`, the gradient reaches each factor
# through the other one, transposed:
#
# .. math:: G_{W_2} = R^\top G_{\hat{Y}}, \qquad G_R = G_{\hat{Y}} W_2^\top
#
# The ReLU lets a gradient pass where its input was positive, and stops it
# elsewhere. The sign :math:`\odot` multiplies element by element:
#
# .. math:: G_H = G_R \odot [H > 0]
#
# The first product is like the second. Nobody needs the gradient of the input:
#
# .. math:: G_{W_1} = X^\top G_H
#
# Five formulas, five lines of the loop below, under the same names:
# :math:`G_{W_1}` is ``grad_w1``. The update then subtracts each gradient from its
# matrix, times a small number :math:`\eta`, the *learning rate*.
#
# .. beside::
#
#    h            H = X W_1
#    h_relu       R = \max(H, 0)
#    y_pred       \hat{Y} = R\, W_2
#    loss         L = \sum_{i,j} (\hat{Y}{}_{ij} - Y_{ij})^2
#    grad_y_pred  G_{\hat{Y}} = 2\, (\hat{Y} - Y)
#    grad_w2      G_{W_2} = R^\top G_{\hat{Y}}
#    grad_h_relu  G_R = G_{\hat{Y}} W_2^\top
#    grad_h       G_H = G_R \odot [H > 0]
#    grad_w1      G_{W_1} = X^\top G_H
#    w1 -=        W_1 \leftarrow W_1 - \eta\, G_{W_1}
#    w2 -=        W_2 \leftarrow W_2 - \eta\, G_{W_2}

learning_rate = 1e-6
losses = []
for t in range(500):
    # Forward pass: from the input to the loss.
    h = x @ w1
    h_relu = np.maximum(h, 0)
    y_pred = h_relu @ w2
    loss = ((y_pred - y) ** 2).sum()

    # Backward pass: from the loss to the gradients.
    grad_y_pred = 2 * (y_pred - y)
    grad_w2 = h_relu.T @ grad_y_pred
    grad_h_relu = grad_y_pred @ w2.T
    grad_h = grad_h_relu * (h > 0)
    grad_w1 = x.T @ grad_h

    # Update: a small step against the gradient.
    w1 -= learning_rate * grad_w1
    w2 -= learning_rate * grad_w2

    losses.append(loss.item())
    if t % 100 == 99:
        print(f"{t:3d} {losses[-1]:.6g}")
        #>  99 328.779
        #> 199 1.03623
        #> 299 0.00620124
        #> 399 5.13769e-05
        #> 499 4.85145e-07

# %%
# Each line shows a step and its loss. The network has learnt its 64 examples by
# heart: 101 000 weights are plenty for 640 numbers.
#
# The first steps tell another story. The loss goes down, up and down again
# before it settles:

print(" ".join(f"{loss:.3g}" for loss in losses[:6]))
#> 3.15e+07 2.89e+07 3.08e+07 3.18e+07 2.87e+07 2.1e+07

# %%
# A step that is too long jumps over the valley and lands higher on the other
# side. The learning rate ``1e-6`` sets the length of the steps, and here it
# is close to the longest that still works.
#
# After some twenty steps the loss shrinks by much the same factor in each. On a
# logarithmic axis that is close to a straight line:
#
# .. caption:: The loss falls by almost the same factor in each step
#
#    A curve over the 500 steps, with the loss on a logarithmic axis. It drops
#    steeply at first and then goes down in an almost straight line, from above 1e+07
#    to below 1e-06.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
ax.semilogy(losses)
ax.set(xlabel="t", ylabel="loss")
plt.show()

# %%
# Try it
# ------
# 1. Set ``learning_rate`` to ``1e-5``. How does the loss end?
#
#    .. answer::
#
#       The steps are now too long: the loss grows without bound and ends
#       as ``nan``, *not a number*.
#
# 2. Set ``learning_rate`` to ``1e-7``. What do ten times shorter steps gain, and what
#    do they cost?
#
#    .. answer::
#
#       Training is safe and slow: after 500 steps the loss is still above 100.
#
# 3. Leave ``* (h > 0)`` out, so that the gradient is wrong. How would you notice?
#
#    .. answer::
#
#       Not by an error: the program runs and its loss is no longer that of the page.
#       From the third example on, PyTorch or TensorFlow computes the gradient, and such
#       a mistake can only happen in what you add to it yourself.

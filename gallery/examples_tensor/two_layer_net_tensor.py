r"""
PyTorch: Tensors
================

The same program with PyTorch's Tensors in place of NumPy's arrays: they can
live on a GPU, and everything else stays by hand.

A *Tensor* is what an array is in NumPy: numbers in a grid with any number of
axes, and functions on it. NumPy's arrays live in the computer's main memory
and its functions run on the CPU. A Tensor can live on a GPU instead, and then
the GPU computes with it. On modern networks that is often 50 times faster or
more (the figure is from `these benchmarks
<https://github.com/jcjohnson/cnn-benchmarks>`__).

.. admonition:: New in this example

    Two names at the top, ``dtype`` and ``device``, say what kind of numbers the
    Tensors hold and where they live. ``np.maximum`` becomes ``torch.relu``.
    Nothing else changes: the five lines of the backward pass are the same,
    letter for letter.

.. diagram:: two_layer_net_tensor
"""

# %%
# Where the numbers live
# ----------------------
# ``torch.tensor`` copies an array into a Tensor of the given ``dtype``, on the
# given ``device``. The two factors of a matrix product must have the same dtype and
# the same device.

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

# %%
# The training loop
# -----------------
# Only one thing moves between devices in the loop: ``loss.item()`` brings the
# loss back as a Python number. On a GPU that line makes Python wait until the
# GPU has caught up, so programs that care for speed call it rarely.
#
# Formulas are written as in the first example: :math:`G_A` is the gradient of the
# loss with respect to :math:`A`, and :math:`\eta` is the learning rate.
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
    h_relu = torch.relu(h)
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
# The same numbers as NumPy's, to the last digit shown. The mathematics is the same;
# only the place where it runs is another.
#
# What a dtype is
# ---------------
# The *dtype* of a Tensor says how each of its numbers is stored. More bytes mean
# more digits, but bytes alone do not decide: ``bfloat16`` has as many as
# ``float16``, and gives more of their bits to the range. A Tensor knows its dtype, its
# device and its shape:

print(w1.dtype, w1.device, tuple(w1.shape))
#> torch.float64 ... (1000, 100)

for kind in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
    info = torch.finfo(kind)
    print(f"{kind!s:14} {info.bits // 8} bytes, next after 1: 1 + {info.eps:.0e}")
    #> torch.float16  2 bytes, next after 1: 1 + 1e-03
    #> torch.bfloat16 2 bytes, next after 1: 1 + 8e-03
    #> torch.float32  4 bytes, next after 1: 1 + 1e-07
    #> torch.float64  8 bytes, next after 1: 1 + 2e-16

# %%
# PyTorch computes in ``float32`` unless told otherwise, because training large
# networks needs speed and memory more than digits. These examples ask for
# ``float64``: NumPy's arrays have it, and with it all nine print numbers that
# can be compared to six digits.
#
# Stored numbers are not spread evenly. Close to zero they are dense, and far
# from it sparse: the gap to the next number doubles with each power of two.
#
# .. caption:: The larger the number, the wider the gap to the next
#
#    Four staircases on logarithmic axes, one for each dtype, all climbing at the
#    same pace. The gaps of bfloat16 are the widest, then come those of float16,
#    those of float32, and far below those of float64.

import matplotlib.pyplot as plt

value = torch.logspace(-3, 3, 1000, dtype=torch.float64)
power_of_two = 2 ** torch.floor(torch.log2(value))

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for kind in (torch.bfloat16, torch.float16, torch.float32, torch.float64):
    gap = torch.finfo(kind).eps * power_of_two
    ax.loglog(value, gap, label=str(kind).removeprefix("torch."))
ax.set(xlabel="value", ylabel="gap", ylim=(1e-20, 1e5))
ax.legend(loc="upper left", ncols=2)
plt.show()

# %%
# A weight near 1 in ``float32`` cannot take a step of less than half its gap.
# Late in training, steps become that small.
#
# Try it
# ------
# 1. Set ``dtype`` to ``torch.float32``. How many of the five printed losses still agree
#    with the page to four digits?
#
#    .. answer::
#
#       The first two. The later ones do not: the last stays above ``1e-5`` instead of
#       falling below ``1e-6``.
#
# 2. Leave ``dtype=dtype`` out where ``x`` is made. What changes? And if you set
#    ``dtype`` to ``torch.float32`` as well?
#
#    .. answer::
#
#       Nothing changes, since ``torch.tensor`` keeps the ``float64`` of the NumPy
#       array. With ``torch.float32`` for the rest, ``x @ w1`` raises an error, because
#       the two dtypes differ.
#
# 3. Run the program on a computer with an NVIDIA GPU. What must you change, so that it
#    computes there?
#
#    .. answer::
#
#       Nothing: the program finds the GPU, and ``w1.device`` is ``cuda:0``.

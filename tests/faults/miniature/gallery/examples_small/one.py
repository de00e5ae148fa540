"""
One: fit a number
=================

A number is fitted to data by gradient descent.
"""

# %%
# The training
# ------------
# The mean of the data has the smallest squared distance to them. Ten steps get near
# it, as :ref:`sphx_glr_examples_small_two.py` shows for a curve.

import matplotlib.pyplot as plt
import numpy as np

x = np.random.default_rng(0).standard_normal(64)
w = 1.0
steps, losses = [], []
for t in range(10):
    # Forward pass: from the number to the loss.
    loss = ((x - w) ** 2).mean()

    # Backward pass: from the loss to the gradient.
    grad_w = 2 * (w - x).mean()

    # Update: a small step against the gradient.
    w -= 0.1 * grad_w

    steps.append(t)
    losses.append(loss.item())

# %%
# The loss falls at each step:
#
# .. caption:: The loss falls at each step
#
#    A curve that falls, steeply at first.

fig, ax = plt.subplots(figsize=(4, 2), layout="constrained")
ax.plot(steps, losses)
ax.set_title(f"The loss falls to {losses[-1]:.6f}")
plt.show()

# %%
# Try it
# ------
# 1. Use 100 steps. Which number is it?
#
#    .. answer::
#
#       The mean.

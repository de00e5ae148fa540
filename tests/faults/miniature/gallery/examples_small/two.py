"""
Two: draw a curve
=================

A curve is drawn from a few points.
"""

# %%
# The points
# ----------
# They lie on a parabola.

import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(-1, 1, 21)
y = x**2

# %%
# The curve has its lowest point in the middle:
#
# .. caption:: The curve has its lowest point in the middle
#
#    A parabola that opens upwards.

fig, ax = plt.subplots(figsize=(4, 2), layout="constrained")
ax.plot(x, y)
ax.set_title(f"The points add up to {y.sum():.6f}")
plt.show()

# %%
# Try it
# ------
# 1. Use ``x**3``. Where is the lowest point?
#
#    .. answer::
#
#       The curve has no lowest point.

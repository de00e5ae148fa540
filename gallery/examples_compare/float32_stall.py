r"""
Why float32 stalls
==================

In ``float32`` the loss is still 4e-05 after 500 steps, in ``float64`` 5e-07: most
updates have become too small to change a weight.

Train the network of the first example in ``float32``, and its loss falls more and
more slowly: in the last 100 steps to about a fifth, and in ``float64`` to about a
hundredth. Where does ``float32`` lose its way: in the forward pass, in the
gradients, or in the update? We find out by experiment, and then repair it without
going back to ``float64`` altogether.
"""

# %%
# Two choices instead of one
# --------------------------
# The function below trains as the first example does. It has two dtypes: one to
# *compute* in and one to *store* the weights in. At each step it also counts the
# weights that the update left exactly as they were.

import numpy as np

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size
learning_rate = 1e-6


def train(compute, store, add=np.add):
    """Return the losses of 500 steps, and the share of ``w1`` left unchanged.

    ``add`` adds an update to the weights; by default the plain sum.
    """
    rng = np.random.default_rng(0)
    x = rng.standard_normal((N, D_in)).astype(np.float32).astype(compute)
    y = rng.standard_normal((N, D_out)).astype(np.float32).astype(compute)
    w1 = rng.standard_normal((D_in, H)).astype(np.float32).astype(store)
    w2 = rng.standard_normal((H, D_out)).astype(np.float32).astype(store)
    rate = compute(learning_rate)

    losses, unchanged = [], []
    for _ in range(500):
        w1_now, w2_now = w1.astype(compute), w2.astype(compute)
        h = x @ w1_now
        h_relu = np.maximum(h, 0)
        y_pred = h_relu @ w2_now
        losses.append(((y_pred - y) ** 2).sum().item())

        grad_y_pred = 2 * (y_pred - y)
        grad_w2 = h_relu.T @ grad_y_pred
        grad_h = (grad_y_pred @ w2_now.T) * (h > 0)
        grad_w1 = x.T @ grad_h

        before = w1
        w1 = add(w1, -rate * grad_w1).astype(store)
        w2 = add(w2, -rate * grad_w2).astype(store)
        unchanged.append((w1 == before).mean().item())
    return losses, unchanged


# %%
# Which one is to blame?
# ----------------------
# All four combinations start from the same numbers.

f32, f64 = np.float32, np.float64
runs = {
    "all float64": train(f64, f64),
    "all float32": train(f32, f32),
    "float64, but float32 weights": train(f64, f32),
    "float32, but float64 weights": train(f32, f64),
}
for name, (losses, _) in runs.items():
    print(f"{name:29} {losses[99]:.3g}  {losses[399]:.0e}  {losses[499]:.0e}")
    #> all float64                   329  5e-05  5e-07
    #> all float32                   329  2e-04  4e-05
    #> float64, but float32 weights  329  2e-04  4e-05
    #> float32, but float64 weights  329  5e-05  ...e-07

# %%
# The columns are the losses at steps 99, 399 and 499. With ``float32`` *weights*,
# training stalls, however exactly we compute. With ``float64`` weights it does not,
# although everything else is ``float32``. So the arithmetic is innocent. It is the
# place where the weights are kept.
#
# An update that is too small
# ---------------------------
# Numbers in ``float32`` have gaps between them. The size of the gap is called a
# *unit in the last place*. If an update is smaller than half the gap, the nearest
# number to the sum is the old weight, and nothing happens. For a weight of middling
# size the limit is:

rng = np.random.default_rng(0)
rng.standard_normal((N, D_in + D_out))  # skip the data
weight = np.median(np.abs(rng.standard_normal((D_in, H))))
half_gap = np.spacing(f32(weight)) / 2
print(f"weight {weight:.2f}, half of its gap {half_gap:.2e}")
#> weight 0.68, half of its gap 2.98e-08
print(f32(weight) + f32(0.9 * half_gap) == f32(weight))
#> True

# %%
# The gradients shrink as training goes on, and the updates with them. More and more
# weights stand still:

_, unchanged = runs["all float32"]
for t in range(99, 500, 100):
    print(f"{t:3d} {unchanged[t]:.0%} of the weights do not move")
    #>  99 0% of the weights do not move
    #> 199 5% of the weights do not move
    #> 299 50% of the weights do not move
    #> 399 87% of the weights do not move
    #> 499 94% of the weights do not move

# %%
# Two repairs
# -----------
# The first we have seen: keep a copy of the weights in ``float64``, compute with it
# in ``float32``. Training in low precision is done that way, with *master weights*.
#
# The second stays in ``float32`` altogether. A *compensated sum* remembers what
# rounding has cut off and adds it to the next update, so that many small updates
# add up until they count. (The method is Kahan's, of 1965.)


class CompensatedSum:
    """Adds updates to arrays and keeps what the rounding of each lost."""

    def __init__(self):
        self.lost = {}

    def __call__(self, weights, update):
        """Return ``weights + update``, plus what earlier calls have lost."""
        wanted = update + self.lost.get(weights.shape, f32(0))
        total = weights + wanted
        self.lost[weights.shape] = wanted - (total - weights)
        return total


runs["float32, compensated sum"] = train(f32, f32, CompensatedSum())
losses, unchanged = runs["float32, compensated sum"]
print(f"{losses[499]:.0e} after {unchanged[499]:.0%} standing still in the last step")
#> ...e-07 after 97% standing still in the last step

# %%
# In the last step nearly all weights stand still, and training goes on all the
# same: what a step cannot add is kept for a later one.
#
# .. caption:: Only float32 weights without compensation stall
#
#    Five curves over the 500 steps, with the loss on a logarithmic axis. Up to the
#    last third they lie on top of each other. Then the two with plain float32
#    weights level off, and the other three go on falling.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
for (name, (losses, _)), style in zip(
    runs.items(), ("-", "--", ":", "-.", (0, (1, 3))), strict=True
):
    ax.semilogy(losses, linestyle=style, label=name)
ax.set(xlabel="t", ylabel="loss")
ax.legend(fontsize="small")
plt.show()

# %%
# Try it
# ------
# 1. Multiply ``w1`` and ``w2`` by 0.1 when they are drawn. Do more weights stand still
#    at step 499, or fewer?
#
#    .. answer::
#
#       Fewer do: smaller weights have smaller gaps.
#
# 2. Use ``np.float16`` for the weights and ``f32`` to compute. At what loss do they
#    stall?
#
#    .. answer::
#
#       Much earlier, at a loss above 100.
#
# 3. Let ``CompensatedSum`` forget: return ``weights + update``. Where does the loss
#    end?
#
#    .. answer::
#
#       It is the plain sum again, and the loss ends where it did before.

r"""
TensorFlow: the static graph
============================

The graph is defined once, before anything is computed, and then run 500 times:
TensorFlow's first answer to the same problem.

PyTorch builds a new graph at every forward pass. Such a graph is *dynamic*.
TensorFlow 1 asked you to define the whole graph first and to run it many times
afterwards. Such a graph is *static*. What is known in advance can be improved in
advance: TensorFlow can fuse operations, or spread them over several devices,
before the first number is computed. The price is that the program has two
languages. Python describes the graph, and a loop or a condition that depends on the
data must itself become an operation of the graph, such as ``tf.while_loop`` or
``tf.scan``. In a dynamic graph it is plain Python.

.. diagram:: static_and_dynamic

.. admonition:: New in this example

    Another library, and another order of work. ``x`` and ``y`` are empty
    places in a graph. The update belongs to the graph too, while in PyTorch it
    stays outside.

.. diagram:: tf_two_layer_net
"""

# %%
# Define the graph
# ----------------
# This is the way of TensorFlow 1. Today it lives under ``tf.compat.v1``, and
# ``disable_eager_execution`` brings it back; *eager* means computing at once, as
# PyTorch does. A *placeholder* is a place for data that will be fed in later; it
# has a type and a shape, and no numbers; ``None`` leaves the size of the batch
# open. A *variable* keeps its value from run to run, ``assign_sub`` subtracts from
# it, and ``initialize`` sets all first values.
#
# Formulas are written as in the first example: :math:`G_A` is the gradient of the
# loss with respect to :math:`A`, and :math:`\eta` is the learning rate.
#
# .. beside::
#
#    h                 H = X W_1
#    h_relu            R = \max(H, 0)
#    y_pred            \hat{Y} = R\, W_2
#    loss              L = \sum_{i,j} (\hat{Y}{}_{ij} - Y_{ij})^2
#    grad_w1, grad_w2  G_{W_i} = \partial L / \partial W_i, \quad i = 1, 2
#    new_w1            W_1 \leftarrow W_1 - \eta\, G_{W_1}
#    new_w2            W_2 \leftarrow W_2 - \eta\, G_{W_2}

import numpy as np
import tensorflow as tf

tf.compat.v1.disable_eager_execution()

N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x_value = rng.standard_normal((N, D_in))
y_value = rng.standard_normal((N, D_out))
w1_value = rng.standard_normal((D_in, H))
w2_value = rng.standard_normal((H, D_out))

learning_rate = 1e-6
graph = tf.Graph()
with graph.as_default():
    x = tf.compat.v1.placeholder(tf.float64, shape=(None, D_in))
    y = tf.compat.v1.placeholder(tf.float64, shape=(None, D_out))
    w1 = tf.Variable(w1_value)
    w2 = tf.Variable(w2_value)

    # Forward pass: from the input to the loss.
    h = x @ w1
    h_relu = tf.nn.relu(h)
    y_pred = h_relu @ w2
    loss = tf.reduce_sum((y_pred - y) ** 2)

    # Backward pass: from the loss to the gradients.
    grad_w1, grad_w2 = tf.gradients(loss, [w1, w2])

    # Update: a small step against the gradient.
    new_w1 = w1.assign_sub(learning_rate * grad_w1)
    new_w2 = w2.assign_sub(learning_rate * grad_w2)

    initialize = tf.compat.v1.global_variables_initializer()

print(loss)
#> Tensor("Sum:0", shape=(), dtype=float64)

# %%
# Nothing has been computed. ``loss`` is a node of the graph, with a type, a
# shape, and no value.
#
# Run it
# ------
# A *session* holds the values of the variables and runs parts of the graph. At
# each step we say what we want back, and ``feed_dict`` says what goes into the
# placeholders. Asking for ``new_w1`` and ``new_w2`` is what makes the update
# happen: a session computes only what somebody asks for.

losses = []
with tf.compat.v1.Session(graph=graph) as session:
    session.run(initialize)
    for t in range(500):
        loss_value, _, _ = session.run(
            [loss, new_w1, new_w2], feed_dict={x: x_value, y: y_value}
        )

        losses.append(loss_value.item())
        if t % 100 == 99:
            print(f"{t:3d} {losses[-1]:.6g}")
            #>  99 328.779
            #> 199 1.03623
            #> 299 0.00620124
            #> 399 5.13769e-05
            #> 499 4.85145e-07

# %%
# The numbers are those of NumPy and PyTorch once more.
#
# The picture shows what one such run computes. Each mark is an operation of the
# graph, constants left out, and stands to the right of those that it needs.
# Forward pass, gradients and update are parts of one thing.
#
# .. caption:: One static graph holds forward pass, gradients and update
#
#    A graph of some thirty small marks, joined by grey lines, that runs from left to
#    right: dots for the forward pass at the bottom, squares for the gradients above
#    them, triangles for the update on top.

import matplotlib.pyplot as plt


def needed_for(*tensors):
    """Return the operations that must run to compute the given tensors."""
    ops, stack = set(), [tensor.op for tensor in tensors]
    while stack:
        op = stack.pop()
        if op not in ops and op.type != "Const":
            ops.add(op)
            stack += [i.op for i in op.inputs]
    return ops


forward = needed_for(loss)
backward = needed_for(grad_w1, grad_w2) - forward
update = needed_for(new_w1, new_w2) - forward - backward

column, row, count = {}, {}, {}
for op in graph.get_operations():  # in the order of their definition
    column[op] = 1 + max((column[i.op] for i in op.inputs), default=-1)

fig, ax = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
for base, ops, name, marker in (
    (0, forward, "forward", "o"),
    (5, backward, "backward", "s"),
    (11, update, "update", "^"),
):
    ops = sorted(ops, key=lambda op: op.name)
    for op in ops:
        place = base, column[op]
        row[op] = base + count.get(place, 0)
        count[place] = count.get(place, 0) + 1
    dots = [column[op] for op in ops], [row[op] for op in ops]
    ax.plot(*dots, marker, label=f"{name}: {len(ops)}", zorder=2)
for op in row:
    for i in op.inputs:
        if i.op in row:
            ends = [column[i.op], column[op]], [row[i.op], row[op]]
            ax.plot(*ends, color="0.8", linewidth=0.8, zorder=1)
ax.set(xlabel="column", yticks=[])
ax.legend()
plt.show()

# %%
# The same step today
# -------------------
# TensorFlow 2 computes at once, as PyTorch does. `tf.function
# <https://www.tensorflow.org/api_docs/python/tf/function>`_ brings the graph
# back where it pays: at its first call it runs the Python function once,
# records the operations into a static graph, and from then on runs the graph.
# Placeholders, session and ``feed_dict`` are gone.

tf.compat.v1.enable_eager_execution()

w1 = tf.Variable(w1_value)
w2 = tf.Variable(w2_value)


@tf.function
def train_step(x, y):
    """Change the weights by one step of gradient descent; return the loss."""
    with tf.GradientTape() as tape:
        h_relu = tf.nn.relu(x @ w1)
        y_pred = h_relu @ w2
        loss = tf.reduce_sum((y_pred - y) ** 2)
    grad_w1, grad_w2 = tape.gradient(loss, [w1, w2])
    w1.assign_sub(learning_rate * grad_w1)
    w2.assign_sub(learning_rate * grad_w2)
    return loss


x, y = tf.constant(x_value), tf.constant(y_value)
function_losses = []
for t in range(500):
    function_losses.append(train_step(x, y).numpy().item())
    if t % 100 == 99:
        print(f"{t:3d} {function_losses[-1]:.6g}")
        #>  99 328.779
        #> 199 1.03623
        #> 299 0.00620124
        #> 399 5.13769e-05
        #> 499 4.85145e-07

print("equal to the last bit:", function_losses == losses)
#> equal to the last bit: True

# %%
# Two ways to write it, one graph to run: the 500 losses are the same bits.
#
# Old code often calls ``tf.compat.v1.disable_v2_behavior()`` instead. Do not use
# it here. Together with ``tf.compat.v1.Variable`` it also brings back an old kind of
# variable, whose reads and writes may overtake each other in this graph: run twice,
# the program may give two results.
#
# Try it
# ------
# 1. Ask the session for ``[loss, loss, loss]``. How does the loss change over the 500
#    steps?
#
#    .. answer::
#
#       All losses are equal: without ``new_w1`` and ``new_w2`` nobody runs the update.
#
# 2. Put ``print("tracing")`` into ``train_step``. How often does it print?
#
#    .. answer::
#
#       It prints once, not 500 times: Python runs only while the graph is recorded.
#       (Another shape or type of input records it again.)
#
# 3. Put ``if h_relu[0, 0] > 0: pass`` below ``h_relu`` in the first graph. What
#    happens? And what would the same line do in PyTorch?
#
#    .. answer::
#
#       Python asks for a value that does not exist yet, and TensorFlow raises an error.
#       In PyTorch the line simply works.

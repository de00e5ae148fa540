r"""
Then and now: TensorFlow
========================

The TensorFlow listing of 2017, line by line: which message each old line gives today,
and what to write instead.

The listing was written for TensorFlow 1. This program goes on where "Then and now"
ends, and in the same way: it runs the old lines, one small cell each, and after each
what to write today. Where there is a message, its beginning is the heading. The page
"Old code, today's errors" lists the same messages in short.
"""

# %%
# Try old code
# ------------
# ``attempt`` is the same as in "Then and now". It runs old code, which stands in
# quotes, and shows first what it prints, then each warning, then the error.

import re
import textwrap
import warnings

import numpy as np
import tensorflow as tf


def outcome(code):
    """Run old code; return its warnings, then its error, each as one line."""
    errors = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(code, globals())
        except Exception as error:
            errors.append(error)
    lines = []
    for message in [warning.message for warning in caught] + errors:
        text = re.sub(r'\(Triggered .*|File ".*', "", str(message))
        lines.append(f"{type(message).__name__}: {' '.join(text.split())}")
    return lines


def shown(line):
    """Return a long line as at most four lines of 80 characters."""
    wrapper = textwrap.TextWrapper(80, max_lines=4, placeholder=" ...")
    wrapper.break_long_words = wrapper.break_on_hyphens = False
    return wrapper.fill(line)


def attempt(code):
    """Run old code and print what happens today."""
    for line in outcome(code):
        print(shown(line))


# %%
# Five repairs
# ------------
# The listing needs five repairs, and each error hides the next. They come first, in the
# order in which you meet them. Four of the five are names that left ``tf`` with
# TensorFlow 2.0, in 2019, and live on in ``tf.compat.v1``. Two lines make all five
# repairs; they stand below, under "The repair". A program without a graph needs other
# lines instead, or none, and these are named with each error.
#
# .. _then-placeholder:
#
# ``module 'tensorflow' has no attribute 'placeholder'``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The first line of the listing, a place for data that is fed in later. Without a graph
# such data are the arguments of a function.

attempt("x = tf.placeholder(tf.float32, shape=(None, 2))")
#> AttributeError: module 'tensorflow' has no attribute 'placeholder'

# %%
# .. _then-eager:
#
# ``RuntimeError: tf.placeholder() is not compatible with eager execution.``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The old name is found, and the next error comes. TensorFlow 2 is *eager*: it computes
# at once, and has no graph into which a placeholder could go. The tool
# ``tf_upgrade_v2``, which renames what is old, leaves you here.

attempt("x = tf.compat.v1.placeholder(tf.float32, shape=(None, 2))")
#> RuntimeError: tf.placeholder() is not compatible with eager execution.

# %%
# .. _then-random-normal:
#
# ``module 'tensorflow' has no attribute 'random_normal'``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The random numbers have moved into a module of their own, and lost their prefix.

attempt("w = tf.Variable(tf.random_normal((2, 1)))")
#> AttributeError: module 'tensorflow' has no attribute 'random_normal'
print(tf.Variable(tf.random.normal((2, 1))).shape)
#> (2, 1)

# %%
# .. _then-session:
#
# ``module 'tensorflow' has no attribute 'Session'``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Python may ask "Did you mean: 'version'?" as well. You did not. Without a graph there
# is nothing that a session could run.

attempt("session = tf.Session()")
#> AttributeError: module 'tensorflow' has no attribute 'Session'

# %%
# .. _then-initializer:
#
# ``module 'tensorflow' has no attribute 'global_variables_initializer'``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Without a graph there is nothing to initialize: a variable has its value at once.

attempt("tf.global_variables_initializer()")
#> AttributeError: module 'tensorflow' has no attribute
#> 'global_variables_initializer'

# %%
# Without a graph
# ---------------
# One more error waits for a program that is to do without a graph.
#
# .. _then-gradients:
#
# ``RuntimeError: tf.gradients is not supported when eager execution is enabled``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# ``tf.gradients`` still has its name. It needs a graph, and without one a tape does its
# work:

w = tf.Variable([1.0, 2.0])
attempt("tf.gradients(w * w, [w])")
#> RuntimeError: tf.gradients is not supported when eager execution is enabled. Use
#> tf.GradientTape instead.

with tf.GradientTape() as tape:
    loss = w * w
print(tape.gradient(loss, w).numpy())
#> [2. 4.]

# %%
# The repair
# ----------
# The shortest repair of a whole listing is two lines at its top,
# ``import tensorflow.compat.v1 as tf`` and ``tf.disable_eager_execution()``. The rest
# stays as it was. Here the module is called ``tf1``, to show which names are old:

import tensorflow.compat.v1 as tf1

tf1.disable_eager_execution()

x = tf1.placeholder(tf.float32, shape=(None, 2), name="x")
w = tf.Variable(tf1.random_normal((2, 1)))
y = x @ w
loss = tf.reduce_sum(y**2)
(grad_w,) = tf.gradients(loss, [w])
new_w = w.assign(w - 0.1 * grad_w)

session = tf1.Session()
session.run(tf1.global_variables_initializer())
data = np.eye(2)
losses = [session.run([loss, new_w], feed_dict={x: data})[0] for _ in range(5)]
print("falls at each step:", all(np.diff(losses) < 0))
#> falls at each step: True

# %%
# Errors of graphs
# ----------------
# The next three errors belong to graphs, then and now. If your program is to stay with
# graphs, you will meet them again.
#
# .. _then-feed-shape:
#
# ``ValueError: Cannot feed value of shape``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# What is fed must have the shape of its placeholder. ``None`` stands for any number.

attempt("session.run(y, feed_dict={x: np.ones((1, 3))})")
#> ValueError: Cannot feed value of shape (1, 3) for Tensor x:0, which has shape
#> (None, 2)
print(session.run(y, feed_dict={x: np.ones((5, 2))}).shape)
#> (5, 1)

# %%
# .. _then-unfed:
#
# ``You must feed a value for placeholder tensor``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# A placeholder that a result needs was not fed. Today the sentence stands in the middle
# of a longer message.

attempt("session.run(y)")
#> InvalidArgumentError: Graph execution error: Detected at node 'x' ...

# %%
# .. _then-bool:
#
# ``OperatorNotAllowedInGraphError: Using a symbolic `tf.Tensor` as a Python``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Python's ``if`` needs a value, and in a graph there is none yet. A condition must be
# an operation of the graph.

attempt("""
if y[0, 0] > 0:
    y = -y
""")
#> OperatorNotAllowedInGraphError: Using a symbolic `tf.Tensor` as a Python `bool`
#> is not allowed. You can attempt the following resolutions to the problem: If you
#> are running in Graph mode, use Eager execution mode or decorate this function
#> with @tf.function. If you are using AutoGraph, you can try decorating this ...
y_absolute = tf.cond(y[0, 0] > 0, lambda: y, lambda: -y)
print(session.run(y_absolute, feed_dict={x: np.eye(2)}).shape)
#> (2, 1)

# %%
# Nothing is said
# ---------------
#
# .. _then-cast:
#
# Feeding float64 loses half of the digits
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# NumPy's numbers are ``float64``. A
# placeholder of ``float32`` takes them, then as now, and rounds them.

attempt("""
third = tf1.placeholder(tf.float32, shape=())
print(session.run(third * 2, feed_dict={third: 1 / 3}))
""")
#> 0.6666667

# %%
# With ``tf.float64`` in its place, the digits stay:

third = tf1.placeholder(tf.float64, shape=())
print(session.run(third * 2, feed_dict={third: 1 / 3}))
#> 0.6666666666666666

# %%
# How much is lost? We feed the fractions 1/1 to 1/100 to a placeholder of ``float32``,
# and compare what comes out with what went in.
#
# .. caption:: A placeholder of float32 keeps seven digits
#
#    The relative error of 1/n over n, as dots, on an axis that ends at 6e-8. The dots
#    are strewn between 0 and a dashed line near the top, which none of them crosses.
#    Only at 1, 2, 4 and the other powers of two the error is 0.

import matplotlib.pyplot as plt

n = np.arange(1, 101)
fed = tf1.placeholder(tf.float32, shape=(None,))
rounded = session.run(fed + 0, feed_dict={fed: 1 / n})
error = np.abs(rounded - 1 / n) * n
session.close()

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
ax.plot(n, error, "o", markersize=3, label="float32")
ax.axhline(2.0**-24, color="0.5", linestyle="--", label="2**-24")
ax.set(xlabel="n", ylabel="error")
ax.legend(loc="upper left", bbox_to_anchor=(0, 1.2), ncols=2)
plt.show()

# %%
# .. _then-v2-behavior:
#
# disable_v2_behavior() brings a race back
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Many old programs have been repaired with ``tf.disable_v2_behavior()``, which
# TensorFlow's guide to migration shows. It does more than
# ``disable_eager_execution()``. Among other things, it brings back an old kind of
# variable. Since it changes the whole program, it runs in one of its own here:

import subprocess
import sys

code = """
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
variable = tf.Variable(1.0)
print(type(variable).__name__, variable.dtype.name)
"""
command = [sys.executable, "-c", code]
old = subprocess.run(command, capture_output=True, text=True, check=True)
warning = old.stderr[old.stderr.index("disable_resource_variables") :]
print(old.stdout, end="")
#> RefVariable float32_ref
print(shown(" ".join(warning.split())))
#> disable_resource_variables (from
#> tensorflow.python.ops.resource_variables_toggle) is deprecated and will be
#> removed in a future version. Instructions for updating: non-resource variables
#> are not supported in the long term

variable = tf.Variable(1.0)
print(type(variable).__name__, variable.dtype.name)
#> ResourceVariable float32

# %%
# "Ref" stands for reference. Such a variable hands out its memory, not its value. In
# the listing of 2017, one run of the graph computes the gradient of ``w1``, for which
# it reads ``w2``, and also writes the new ``w2``. Nothing in the graph says which of
# the two comes first, and the threads of TensorFlow may take either. So the same
# program with the same numbers may give one loss today and another tomorrow, or
# ``nan``. A *resource variable* hands out the value it had when it was read. Use
# ``disable_eager_execution()`` alone, as above.
#
# Try it
# ------
# 1. Leave out the line with ``global_variables_initializer``. What is the error?
#
#    .. answer::
#
#       ``FailedPreconditionError``: the variable has no value yet. In TensorFlow 2 it
#       would have one at once.
#
# 2. Take ``tf.float16`` for the last placeholder ``third``. How many digits are left?
#
#    .. answer::
#
#       Three: it prints 0.6665.
#
# 3. Feed ``np.eye(2, dtype=int)`` as ``data``. Does the loss still fall?
#
#    .. answer::
#
#       Yes. The whole numbers become ``float32``, without a word.

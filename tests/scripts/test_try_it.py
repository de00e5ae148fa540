"""Every "Try it" of the pages, and every claim in prose that no cell prints, is run.

A case edits a script as its page asks, runs it, and checks what the page says of it.
``quote`` is the claim in the page's own words: a case whose words have left the page
fails, and so does a page with an item that no case has.
"""

import inspect
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from tests.scripts.running import (
    SCRIPTS,
    StaleEditError,
    edited,
    items_of,
    loop_of,
    prose_of,
    run_script,
    state_at,
)

NUMPY, TENSOR = "two_layer_net_numpy", "two_layer_net_tensor"
AUTOGRAD, CUSTOM = "two_layer_net_autograd", "two_layer_net_custom_function"
TENSORFLOW, DYNAMIC = "tf_two_layer_net", "dynamic_net"
NN, MODULE, OPTIM = "two_layer_net_nn", "two_layer_net_module", "two_layer_net_optim"

PRINTED = (99, 199, 299, 399, 499)


@dataclass
class Case:
    """A claim: run ``script`` with ``edits``, then ``check(new, page)`` must be true.

    ``item`` is the number of the item under "Try it", or 0 for a claim in prose.
    ``page`` is the run of the same script without edits. A claim about another page's
    script names the page that makes it in ``said_by``. An edited script ends before its
    ``picture``, unless the claim is about what comes later.
    """

    script: str
    item: int
    quote: str
    check: Any
    edits: tuple = ()
    after: str = ""
    said_by: str = ""
    picture: bool = False


class NotOnThePageError(Exception):
    """The words of a case are not where it says that they are."""


def shown(run):
    """Return the losses at the printed steps as they are printed."""
    return [f"{run.losses[t]:.6g}" for t in PRINTED]


def fails_with(text):
    """Return a check: the script stops, and its error has the given text."""
    return lambda new, page: new.returncode == 1 and text in new.stderr


def runs(new):
    """Tell whether a script ran to its end without a word on stderr."""
    return new.returncode == 0 and not new.stderr


# --- What the cases change --------------------------------------------------------

FLOAT32 = ("dtype = torch.float64\n", "dtype = torch.float32\n")
X_OF_ITS_OWN_DTYPE = ("(N, D_in)), dtype=dtype,", "(N, D_in)),")
NO_MASK = ("return grad_h_relu * (h > 0)\n", "return grad_h_relu\n")
NO_GRADCHECK = ("print(torch.autograd.gradcheck(MyReLU.apply, (sample,)))\n", "")
ASK_IN_GRAPH = (
    "    h_relu = tf.nn.relu(h)\n",
    "    h_relu = tf.nn.relu(h)\n    if h_relu[0, 0] > 0: pass\n",
)
ASK_IN_PYTORCH = (
    "    h_relu = torch.relu(h)\n",
    "    h_relu = torch.relu(h)\n    if h_relu[0, 0] > 0: pass\n",
)
TRACING = (
    'return the loss."""\n',
    'return the loss."""\n    print("tracing")\n',
)
NO_V2 = ("tf.compat.v1.disable_eager_execution()", "tf.compat.v1.disable_v2_behavior()")
OLD_VARIABLES = (
    "    w1 = tf.Variable(w1_value)\n    w2 = tf.Variable(w2_value)\n\n    # Forward",
    "    w1 = tf.compat.v1.Variable(w1_value)\n"
    "    w2 = tf.compat.v1.Variable(w2_value)\n"
    "    kind = type(w1).__name__\n\n    # Forward",
)
UPDATE = """\
        w1 -= learning_rate * w1.grad
        w2 -= learning_rate * w2.grad
        w1.grad = None
        w2.grad = None
"""
RECORDED_UPDATE = UPDATE.replace("        ", "    ")
LAYERS = """\
        self.linear1 = torch.nn.Linear(D_in, H, dtype=dtype)
        self.linear2 = torch.nn.Linear(H, D_out, dtype=dtype)
"""
LIST_OF_LAYERS = """\
        self.layers = [
            torch.nn.Linear(D_in, H, dtype=dtype),
            torch.nn.Linear(H, D_out, dtype=dtype),
        ]
"""
USE_LIST = (
    ("self.linear1(x)", "self.layers[0](x)"),
    ("self.linear2(h_relu)\n", "self.layers[1](h_relu)\n"),
    ("model.linear1(x)", "model.layers[0](x)"),
)
MODULE_LIST = LIST_OF_LAYERS.replace("[\n", "torch.nn.ModuleList([\n", 1)
MODULE_LIST = MODULE_LIST.replace("]\n", "])\n")
ADAM = "torch.optim.Adam(model.parameters(), lr=learning_rate)"
KEEP_ZEROS = ("zero_grad()\n", "zero_grad(set_to_none=False)\n")

# Ask the module of the dynamic page, trained, about its shared weight.
ASK_SHARED = """
def nodes_of(node):
    return {node}.union(*(nodes_of(n) for n, _ in node.next_functions if n))


shared_nodes, shared_grads = {}, {}
while len(shared_nodes) < 4:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    nodes = nodes_of(loss.grad_fn)
    kept = [n for n in nodes if getattr(n, "variable", None) is shared]
    shared_nodes[model.depth] = len(kept)
    loss.backward()
    shared_grads[model.depth] = shared.grad

layers = dict(model.named_parameters())
copies = [shared.detach().clone().requires_grad_() for _ in range(3)]
h_relu = torch.relu(model.input_linear(x))
for weight in copies:
    bias = model.middle_linear.bias
    h_relu = torch.relu(torch.nn.functional.linear(h_relu, weight, bias))
loss_fn(model.output_linear(h_relu), y).backward()
sum_of_uses = sum(weight.grad for weight in copies)
"""

# Every operation in TensorFlow's picture with one that it needs and that is not to
# the left of it: there should be none.
NOT_TO_THE_RIGHT = """
badly_placed = [
    op.name for op in row for i in op.inputs if column[i.op] >= column[op]
]
"""

# Inputs that the recorded graph does not know, and one that it does.
OTHER_INPUTS = """
print("another shape")
train_step(x[:32], y[:32])
print("another type")
w1, w2 = (tf.Variable(tf.cast(w, tf.float32)) for w in (w1, w2))
train_step(tf.cast(x, tf.float32), tf.cast(y, tf.float32))
print("known shape")
train_step(tf.cast(x, tf.float32), tf.cast(y, tf.float32))
"""

# --- Checks of more than one line -------------------------------------------------


def jumps_over_the_valley(new, page):
    """Follow the second step: the loss falls first, then rises above its start."""
    at = state_at(NUMPY, 1)
    losses = []
    for length in np.linspace(0, at["learning_rate"], 21):
        w1, w2 = at["w1"] - length * at["grad_w1"], at["w2"] - length * at["grad_w2"]
        y_pred = np.maximum(at["x"] @ w1, 0) @ w2
        losses.append(((y_pred - at["y"]) ** 2).sum())
    turn = int(np.argmin(losses))
    falls_then_rises = np.all(np.diff(losses)[:turn] < 0) and np.all(
        np.diff(losses)[turn:] > 0
    )
    assert losses[-1] == pytest.approx(page.losses[2])
    return 0 < turn < 20 and falls_then_rises and losses[-1] > losses[0]


def steps_get_below_half_a_gap(new, page):
    """See ``float32`` drop less than half a gap around 1; the last steps are less."""
    one, gap = np.float32(1), np.finfo(np.float32).eps
    assert one + np.float32(0.49 * gap) == one
    assert one + np.float32(0.51 * gap) > one
    for key in ("w1", "w2"):
        near_one = np.abs(np.abs(page.names[key]) - 1) < 0.1
        steps = 1e-6 * np.abs(page.names[f"grad_{key}"][near_one])
        gaps = np.spacing(np.abs(page.names[key][near_one]).astype(np.float32))
        assert near_one.any()
        assert (steps < gaps / 2).all()
    return True


def gap_doubles(new, page):
    """Compare the curve of ``float64`` with the true gap, which doubles with it."""
    value, gap = page.names["value"], page.names["gap"]
    np.testing.assert_array_equal(gap, np.spacing(value))
    np.testing.assert_array_equal(2 * gap, np.spacing(2 * value))
    return True


def copies_the_array(new, page):
    """Change the array: a Tensor made by ``torch.tensor`` does not follow."""
    array = np.zeros(3)
    tensor = torch.tensor(array)
    array[0] = 1
    return tensor[0] == 0


def product_needs_one_dtype(new, page):
    """Mix two dtypes: a sum of them works, a product of matrices does not."""
    one, other = torch.ones(2, 2), torch.ones(2, 2, dtype=torch.float64)
    assert (one + other).dtype is torch.float64
    with pytest.raises(RuntimeError, match="same dtype"):
        one @ other
    return True


def batch_in_two_parts(new, page):
    """Call ``backward`` on both halves of the batch: the sum is that of the whole."""
    names = state_at(AUTOGRAD, 3)
    w1, w2 = (names[key].detach().clone().requires_grad_() for key in ("w1", "w2"))
    for part in (slice(0, 32), slice(32, 64)):
        y_pred = torch.relu(names["x"][part] @ w1) @ w2
        ((y_pred - names["y"][part]) ** 2).sum().backward()
    torch.testing.assert_close(w1.grad, names["w1"].grad)
    torch.testing.assert_close(w2.grad, names["w2"].grad)
    return True


def data_is_hidden(new, page):
    """Change ``.data``: a gradient is wrong; under ``no_grad`` it would be noticed."""
    weight = torch.tensor(3.0, requires_grad=True)
    square = weight * weight
    weight.data.fill_(5.0)
    square.backward()
    assert weight.grad == 10  # at 3, where the square was taken, it is 6
    square = weight * weight
    with torch.no_grad():
        weight.fill_(3.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        square.backward()
    return True


def variable_is_a_tensor(new, page):
    """Make a ``Variable(x)`` as old code does: it is a Tensor and nothing else."""
    x = torch.ones(2)
    return type(torch.autograd.Variable(x)) is type(x)


def grows_then_sticks(new, page):
    """Double every gradient by two calls: the loss is up twentyfold, then stuck."""
    losses = np.array(new.losses)
    assert new.names["doubled"] == 500 * [True]
    assert losses.max() > 20 * losses[0]
    return 500 < losses[-1] <= losses[199] < 600


def half_a_slope_at_zero(new, page):
    """Read the error: a slope of one half is measured where ours is 0."""
    numerical, analytical = new.stderr.split("analytical:")
    assert "Jacobian mismatch" in numerical
    return "[[0.5000, " in numerical and analytical.startswith("tensor([[0., ")


def linear_is_as_described(new, page):
    """Compute ``X W^T + b`` twice, with the first weights: it gives the first loss."""
    w1, b1, w2, b2 = page.names["before"]
    h_relu = np.maximum(page.names["x"] @ w1.T + b1, 0)
    y_pred = h_relu @ w2.T + b2
    first = ((y_pred - page.names["y"]) ** 2).sum()
    return first == pytest.approx(page.losses[0], rel=1e-12)


def drawn_evenly(new, page):
    """Look at the first weights: they fill their interval evenly."""
    w1, b1, w2, b2 = page.names["before"]
    for weights, inputs in ((w1, 1000), (b1, 1000), (w2, 100), (b2, 100)):
        assert np.abs(weights).max() <= inputs**-0.5
    for weights, inputs in ((w1, 1000), (w2, 100)):
        width = inputs**-0.5
        assert np.abs(weights).max() > 0.99 * width
        assert abs(weights.mean()) < 0.05 * width
        counts, _ = np.histogram(weights, bins=5, range=(-width, width))
        np.testing.assert_allclose(counts, weights.size / 5, rtol=0.2)
    return True


def moves_by_its_size(new, page):
    """Compare the layers: the second moves more by its size, and less in numbers."""
    old, after = page.names["before"], page.names["after"]
    moves = [np.linalg.norm(after[i] - old[i]) for i in (0, 2)]
    sizes = [np.linalg.norm(old[i]) for i in (0, 2)]
    ratio = (moves[1] / sizes[1]) / (moves[0] / sizes[0])
    return 1.7 < ratio < 2.2 and moves[1] < moves[0]


def optimizers_remember(new, page):
    """Look at each rule's state after a step: a number for every weight."""
    for rule in (torch.optim.Adam, torch.optim.RMSprop, torch.optim.Adagrad):
        weight = torch.nn.Parameter(torch.ones(3, 2))
        optimizer = rule([weight], lr=1e-4)
        weight.sum().backward()
        optimizer.step()
        state = optimizer.state[weight].values()
        assert any(torch.is_tensor(s) and s.shape == weight.shape for s in state)
    return True


def rmsprop_never_settles(new, page):
    """Find RMSProp ahead of all for 400 steps, and over many powers of ten after."""
    curves = {name: np.array(curve) for name, curve in page.names["curves"].items()}
    rms = curves.pop("RMSprop")
    for curve in curves.values():
        assert (rms[5:400] < curve[5:400]).all()
        assert rms[-1] > curve[-1] or curve[-1] > 1
    return rms[400:].max() > 1e6 * rms.min() and (np.diff(rms[400:]) > 0).any()


def adam_overtakes(new, page):
    """Find SGD ahead at steps 99 and 199, and some step later Adam, for good."""
    adam, sgd = (np.array(page.names["curves"][key]) for key in ("Adam", "SGD"))
    ahead = np.flatnonzero(adam > sgd)
    return {99, 199} <= set(ahead) and 200 < ahead[-1] < 450


def jumps_about(new, page):
    """Find the loss of the later half spread over powers of ten, and high."""
    late = np.array(new.losses[250:])
    return late.max() > 1e3 * late.min() and late.min() > page.losses[-1]


def calling_does_more(new, page):
    """Hang a hook on a model: it runs in a call and not in ``forward``."""
    model, calls = torch.nn.Linear(2, 2), []
    model.register_forward_hook(lambda *args: calls.append(1))
    model.forward(torch.ones(2))
    assert calls == []
    model(torch.ones(2))
    return calls == [1]


def parts_after_depth_zero(new, page):
    """Find the first depth of 0 before step 9: the next loss is the first other."""
    first = page.names["depths"].index(0) + 1
    assert new.names["depths"] == page.names["depths"]
    assert new.losses[:first] == page.losses[:first]
    return first < 10 and new.losses[first] != page.losses[first]


def shared_weight(new, page):
    """Count one node from depth 1 on, none at 0, and add gradients over the uses."""
    names = new.names
    assert names["shared_nodes"] == {0: 0, 1: 1, 2: 1, 3: 1}
    np.testing.assert_allclose(names["shared_grads"][3], names["sum_of_uses"])
    return names["shared_grads"][0] is None


# --- The cases --------------------------------------------------------------------

CASES = {
    # NumPy
    "numpy-101000-weights-and-640-numbers": Case(
        NUMPY,
        0,
        "101 000 weights are plenty for 640 numbers",
        lambda new, page: (
            page.names["w1"].size + page.names["w2"].size == 101_000
            and page.names["y"].size == 640
        ),
    ),
    "numpy-learnt-by-heart": Case(
        NUMPY,
        0,
        "has learnt its 64 examples by heart",
        lambda new, page: np.abs(page.names["y_pred"] - page.names["y"]).max() < 1e-3,
    ),
    "numpy-down-up-down": Case(
        NUMPY,
        0,
        "The loss goes down, up and down again before it settles",
        lambda new, page: (
            [*np.sign(np.diff(page.losses[:5]))] == [-1, 1, 1, -1]
            and np.all(np.diff(page.losses[3:]) < 0)
        ),
    ),
    "numpy-a-long-step-jumps-over-the-valley": Case(
        NUMPY,
        0,
        "jumps over the valley and lands higher on the other side",
        jumps_over_the_valley,
    ),
    "numpy-twice-the-rate-does-not-work": Case(
        NUMPY,
        0,
        "here it is close to the longest that still works",
        lambda new, page: page.losses[-1] < 1e-6 and new.losses[-1] > 100,
        (("learning_rate = 1e-6", "learning_rate = 2e-6"),),
    ),
    "numpy-close-to-a-straight-line": Case(
        NUMPY,
        0,
        "After some twenty steps the loss shrinks by much the same factor in each",
        lambda new, page: (
            np.divide(page.losses[21:], page.losses[20:-1]).min() > 0.87
            and np.divide(page.losses[21:], page.losses[20:-1]).max() < 0.96
        ),
    ),
    "numpy-rate-1e-5-is-nan": Case(
        NUMPY,
        1,
        "the loss grows without bound and ends as ``nan``",
        lambda new, page: (
            np.all(np.diff([v for v in new.losses if np.isfinite(v)]) > 0)
            and np.isnan(new.losses[-1])
        ),
        (("learning_rate = 1e-6", "learning_rate = 1e-5"),),
    ),
    "numpy-rate-1e-7-is-slow": Case(
        NUMPY,
        2,
        "safe and slow: after 500 steps the loss is still above 100",
        lambda new, page: (
            np.all(np.diff(new.losses) < 0) and new.losses[-1] > 100 and runs(new)
        ),
        (("learning_rate = 1e-6", "learning_rate = 1e-7"),),
    ),
    "numpy-no-mask-no-error": Case(
        NUMPY,
        3,
        "the program runs and its loss is no longer that of the page",
        lambda new, page: (
            runs(new)
            and new.losses[0] == page.losses[0]
            and new.losses[1] != pytest.approx(page.losses[1])
            and not set(shown(new)) & set(shown(page))
        ),
        (("grad_h = grad_h_relu * (h > 0)", "grad_h = grad_h_relu"),),
    ),
    "numpy-from-the-third-example-on": Case(
        NUMPY,
        3,
        "From the third example on, PyTorch or TensorFlow computes the gradient",
        lambda new, page: (
            [name for name in SCRIPTS if "grad_w1 = x.T @" in loop_of(name)]
            == [NUMPY, TENSOR]
        ),
    ),
    # Tensors
    "tensor-backward-letter-for-letter": Case(
        TENSOR,
        0,
        "the five lines of the backward pass are the same, letter for letter",
        lambda new, page: (
            loop_of(TENSOR).split("# Backward")[1]
            == loop_of(NUMPY).split("# Backward")[1]
        ),
    ),
    "tensor-copies-the-array": Case(
        TENSOR, 0, "``torch.tensor`` copies an array", copies_the_array
    ),
    "tensor-float32-unless-told-otherwise": Case(
        TENSOR,
        0,
        "PyTorch computes in ``float32`` unless told otherwise",
        lambda new, page: torch.ones(1).dtype is torch.float32,
    ),
    "tensor-gap-doubles": Case(
        TENSOR, 0, "doubles with each power of two", gap_doubles
    ),
    "tensor-steps-below-half-a-gap": Case(
        TENSOR,
        0,
        "Late in training, steps become that small",
        steps_get_below_half_a_gap,
    ),
    "tensor-a-product-needs-one-dtype": Case(
        TENSOR,
        0,
        "The two factors of a matrix product must have the same dtype and the same "
        "device",
        product_needs_one_dtype,
    ),
    "tensor-float32-four-digits": Case(
        TENSOR,
        1,
        "The first two. The later ones do not: the last stays above ``1e-5`` instead "
        "of falling below ``1e-6``",
        lambda new, page: (
            [f"{new.losses[t]:.4g}" == f"{page.losses[t]:.4g}" for t in PRINTED]
            == [True, True, False, False, False]
            and new.losses[-1] > 1e-5
            and page.losses[-1] < 1e-6
        ),
        (FLOAT32,),
    ),
    "tensor-x-keeps-float64": Case(
        TENSOR,
        2,
        "Nothing changes, since ``torch.tensor`` keeps the ``float64``",
        lambda new, page: (new.losses, new.stdout) == (page.losses, page.stdout),
        (X_OF_ITS_OWN_DTYPE,),
    ),
    "tensor-x-of-another-dtype": Case(
        TENSOR,
        2,
        "``x @ w1`` raises an error, because the two dtypes differ",
        lambda new, page: (
            new.returncode == 1
            and "h = x @ w1\n" in new.stderr
            and "same dtype" in new.stderr
        ),
        (X_OF_ITS_OWN_DTYPE, FLOAT32),
    ),
    "tensor-gpu-says-cuda-0": Case(
        TENSOR,
        3,
        "Nothing: the program finds the GPU, and ``w1.device`` is ``cuda:0``",
        lambda new, page: "torch.float64 cuda:0 (1000, 100)\n" in page.stdout,
    ),
    "tensor-gpu-only-item-waits": Case(
        TENSOR,
        0,
        "Only one thing moves between devices in the loop",
        lambda new, page: new.returncode == 0 and len(new.losses) == 500,
        (
            ("losses = []\n", 'losses = []\ntorch.cuda.set_sync_debug_mode("error")\n'),
            ("losses.append(loss.item())", "losses.append(loss)"),
            ("if t % 100 == 99:", "if False:"),
            (
                "\n# %%\n# The same numbers",
                '\ntorch.cuda.set_sync_debug_mode("default")\n# %%\n# The same numbers',
            ),
        ),
    ),
    "tensor-gpu-item-waits": Case(
        TENSOR,
        0,
        "On a GPU that line makes Python wait until the GPU has caught up",
        lambda new, page: (
            new.returncode == 1
            and "losses.append(loss.item())" in new.stderr
            and "synchronizing CUDA operation" in new.stderr
        ),
        (("losses = []\n", 'losses = []\ntorch.cuda.set_sync_debug_mode("error")\n'),),
    ),
    # TensorFlow
    "tf-loss-has-no-value": Case(
        TENSORFLOW,
        0,
        "``loss`` is a node of the graph, with a type, a shape, and no value",
        lambda new, page: page.stdout.startswith(
            'Tensor("Sum:0", shape=(), dtype=float64)\n'
        ),
    ),
    "tf-picture-goes-to-the-right": Case(
        TENSORFLOW,
        0,
        "stands to the right of those that it needs",
        lambda new, page: new.returncode == 0 and new.names["badly_placed"] == [],
        (TRACING,),
        NOT_TO_THE_RIGHT,
        picture=True,
    ),
    "tf-old-variables-with-v1": Case(
        TENSORFLOW,
        0,
        "Together with ``tf.compat.v1.Variable`` it also brings back an old kind of "
        "variable",
        lambda new, page: (
            new.names["kind"] == "RefVariable" and new.losses != page.losses
        ),
        (NO_V2, OLD_VARIABLES),
    ),
    "tf-nobody-asks-for-the-update": Case(
        TENSORFLOW,
        1,
        "All losses are equal: without ``new_w1`` and ``new_w2`` nobody runs the "
        "update",
        lambda new, page: new.losses == 500 * [page.losses[0]],
        (("[loss, new_w1, new_w2], feed", "[loss, loss, loss], feed"),),
    ),
    "tf-traced-once": Case(
        TENSORFLOW,
        2,
        "It prints once, not 500 times",
        lambda new, page: (
            new.returncode == 0 and len(re.findall("^tracing$", new.stdout, re.M)) == 1
        ),
        (TRACING,),
        NOT_TO_THE_RIGHT,
        picture=True,
    ),
    "tf-traced-again-for-another-input": Case(
        TENSORFLOW,
        2,
        "Another shape or type of input records it again",
        lambda new, page: (
            new.stdout.split("another shape")[1].split()
            == (["tracing", "another", "type", "tracing", "known", "shape"])
        ),
        (TRACING,),
        OTHER_INPUTS,
        picture=True,
    ),
    "tf-if-raises-an-error": Case(
        TENSORFLOW,
        3,
        "TensorFlow raises an error",
        fails_with("OperatorNotAllowedInGraphError"),
        (ASK_IN_GRAPH,),
    ),
    "tf-if-works-in-pytorch": Case(
        AUTOGRAD,
        3,
        "In PyTorch the line simply works",
        lambda new, page: runs(new) and new.losses == page.losses,
        (ASK_IN_PYTORCH,),
        said_by=TENSORFLOW,
    ),
    # Autograd
    "autograd-no-node-for-the-data": Case(
        AUTOGRAD,
        0,
        "There is no node for ``x`` and ``y``",
        lambda new, page: page.stdout.count("AccumulateGrad") == 2,
    ),
    "autograd-batch-in-two-parts": Case(
        AUTOGRAD, 0, "where a batch is too large for one pass", batch_in_two_parts
    ),
    "autograd-variable-is-a-tensor": Case(
        AUTOGRAD,
        0,
        "``Variable(x)`` still runs, and gives you back a Tensor",
        variable_is_a_tensor,
    ),
    "autograd-data-is-hidden": Case(
        AUTOGRAD,
        0,
        "a change made through it is hidden from autograd, which may then compute a "
        "wrong gradient without a word",
        data_is_hidden,
    ),
    "autograd-leaf-variable": Case(
        AUTOGRAD,
        1,
        '"a leaf Variable that requires grad is being used in an in-place operation"',
        lambda new, page: (
            new.returncode == 1
            and "w1 -= learning_rate * w1.grad\n" in new.stderr
            and "a leaf Variable that requires grad is being used in an in-place "
            "operation"
            in new.stderr
        ),
        (("    with torch.no_grad():\n" + UPDATE, RECORDED_UPDATE),),
    ),
    "autograd-no-reset-is-nan": Case(
        AUTOGRAD,
        2,
        "The gradients of all steps add up, and the loss becomes ``nan``",
        lambda new, page: (
            new.losses[:2] == page.losses[:2]
            and new.losses[2] != page.losses[2]
            and np.isnan(new.losses[-1])
        ),
        (("        w1.grad = None\n        w2.grad = None\n", ""),),
    ),
    "autograd-backward-twice": Case(
        AUTOGRAD,
        3,
        "the loss grows more than twentyfold, then falls and stays near 550",
        grows_then_sticks,
        (
            (
                "    loss.backward()\n",
                "    loss.backward(retain_graph=True)\n"
                "    once = w1.grad.clone()\n"
                "    loss.backward(retain_graph=True)\n"
                "    doubled.append(torch.equal(w1.grad, 2 * once))\n",
            ),
            ("losses = []\n", "losses, doubled = [], []\n"),
        ),
    ),
    # A function of our own
    "custom-its-name-is-in-the-graph": Case(
        CUSTOM,
        0,
        "The graph of the loss now has our function in it, under its own name",
        lambda new, page: page.stdout.count("\nMyReLUBackward\n") == 1,
    ),
    "custom-no-mask-fails-gradcheck": Case(
        CUSTOM,
        1,
        '``gradcheck`` stops the program with "Jacobian mismatch"',
        fails_with("Jacobian mismatch"),
        (NO_MASK,),
    ),
    "custom-no-mask-still-trains": Case(
        CUSTOM,
        1,
        "Training would run",
        lambda new, page: runs(new) and new.losses[1:] != page.losses[1:],
        (NO_MASK, NO_GRADCHECK),
    ),
    "custom-gradcheck-at-zero": Case(
        CUSTOM,
        2,
        "moving the input a little to each side gives a slope of one half",
        half_a_slope_at_zero,
        (
            (
                "sample.requires_grad_()\n",
                "sample[0, 0] = 0\nsample.requires_grad_()\n",
            ),
        ),
    ),
    "custom-zero-too-late": Case(
        CUSTOM,
        2,
        "Set one element of ``sample`` to 0 before ``sample.requires_grad_()``",
        fails_with("leaf Variable that requires grad is being used in an in-place"),
        ((NO_GRADCHECK[0], "sample[0, 0] = 0\n" + NO_GRADCHECK[0]),),
    ),
    "custom-clamp-has-the-same-losses": Case(
        CUSTOM,
        3,
        "None. All 500 losses are the same",
        lambda new, page: new.losses == page.losses and len(new.losses) == 500,
        (("    h_relu = MyReLU.apply(h)\n", "    h_relu = h.clamp(min=0)\n"),),
    ),
    # nn
    "nn-linear-is-xw-plus-b": Case(
        NN, 0, "computes :math:`X W^\\top + b`", linear_is_as_described
    ),
    "nn-predictions-start-small": Case(
        NN,
        0,
        "so the predictions start small as well and so does the loss",
        lambda new, page: page.losses[0] < 1.1 * (page.names["y"] ** 2).sum(),
    ),
    "nn-rate-too-large-for-numpys": Case(
        NUMPY,
        0,
        "That allows for a learning rate 100 times larger",
        lambda new, page: np.isnan(new.losses[-1]),
        (("learning_rate = 1e-6", "learning_rate = 1e-6 * 100"),),
        said_by=NN,
    ),
    "nn-rate-is-100-times-numpys": Case(
        NN,
        0,
        "That allows for a learning rate 100 times larger",
        lambda new, page: page.names["learning_rate"] == pytest.approx(100 * 1e-6),
    ),
    "nn-better-behaved": Case(
        NN,
        0,
        "The network is also far better behaved",
        lambda new, page: np.all(np.diff(page.losses) < 0),
    ),
    "nn-first-weights-drawn-evenly": Case(
        NN, 0, "its half width is :math:`1/\\sqrt{\\text{inputs}}`", drawn_evenly
    ),
    "nn-second-layer-by-its-size": Case(
        NN,
        0,
        "Measured by its size, the second layer then moves about twice as far as the "
        "first",
        moves_by_its_size,
    ),
    "nn-no-reset-swings": Case(
        NN,
        1,
        "after 500 steps the loss is larger than on this page",
        lambda new, page: (
            runs(new)
            and np.count_nonzero(np.diff(np.sign(np.diff(new.losses)))) > 50
            and new.losses[-1] > page.losses[-1]
        ),
        (("    model.zero_grad()\n", ""),),
    ),
    "nn-mean-hardly-moves": Case(
        NN,
        2,
        "far too small. The loss is divided by 640 numbers, and so is the gradient: "
        "training hardly moves",
        lambda new, page: (
            new.losses[0] == pytest.approx(page.losses[0] / 640, rel=1e-12)
            and 0.9 * new.losses[0] < new.losses[-1] < new.losses[0]
        ),
        (
            (
                'loss_fn = torch.nn.MSELoss(reduction="sum")',
                'loss_fn = torch.nn.MSELoss(reduction="mean")',
            ),
        ),
    ),
    "nn-seed-1": Case(
        NN,
        3,
        "the same end: the loss falls below ``1e-4``",
        lambda new, page: (
            new.losses[0] != page.losses[0]
            and new.losses[-1] < 1e-4
            and page.losses[-1] < 1e-4
        ),
        (("torch.manual_seed(0)", "torch.manual_seed(1)"),),
    ),
    # optim
    "optim-memory-for-every-weight": Case(
        OPTIM,
        0,
        "keep some memory of earlier gradients for every weight",
        optimizers_remember,
    ),
    "optim-the-same-first-weights": Case(
        OPTIM,
        0,
        "we start each from the same weights",
        lambda new, page: len({c[0] for c in page.names["curves"].values()}) == 1,
    ),
    "optim-adam-overtakes-sgd": Case(
        OPTIM, 0, "Adam overtakes it later", adam_overtakes
    ),
    "optim-rmsprop-never-settles": Case(
        OPTIM, 0, "and it never settles", rmsprop_never_settles
    ),
    "optim-adagrad-hardly-started": Case(
        OPTIM,
        0,
        "AdaGrad still has more than half of its first loss",
        lambda new, page: page.names["curves"]["Adagrad"][199] > 0.5 * page.losses[0],
    ),
    "optim-adam-1e-3": Case(
        OPTIM,
        1,
        "after 120 steps the loss is below ``1e-3``, and it ends far below the page's",
        lambda new, page: (
            new.losses[99] > 1e-3 > new.losses[119]
            and new.losses[-1] < 1e-6 * page.losses[-1]
        ),
        ((ADAM, ADAM.replace("learning_rate", "1e-3")),),
    ),
    "optim-adam-1e-2": Case(
        OPTIM,
        1,
        "With ``lr=1e-2`` the steps are too long, and the loss jumps about",
        jumps_about,
        ((ADAM, ADAM.replace("learning_rate", "1e-2")),),
    ),
    "optim-adagrad-1e-2": Case(
        OPTIM,
        2,
        "The learning rate: the loss now ends below ``1e-6`` as well",
        lambda new, page: new.names["curves"]["Adagrad"][-1] < 1e-6,
        (
            (
                "rule(model.parameters(), lr=learning_rate)",
                "rule(model.parameters(), lr=1e-2 if 'Ada' in str(rule) else 1e-4)",
            ),
        ),
    ),
    "optim-sgd-with-momentum": Case(
        OPTIM,
        3,
        "Much further than without",
        lambda new, page: (
            new.losses[-1]
            < 1e-3 * min(page.losses[-1], page.names["curves"]["SGD"][-1])
        ),
        (
            (
                ADAM,
                "torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)",
            ),
        ),
    ),
    # A module of our own
    "module-no-row-is-like-another": Case(
        MODULE,
        0,
        "No row is like another",
        lambda new, page: len(np.unique(page.names["active"], axis=0)) == 64,
    ),
    "module-parameters-are-named": Case(
        MODULE,
        0,
        "``0.weight`` is ``linear1.weight`` now",
        lambda new, page: (
            [*page.names["model"]]
            == ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"]
        ),
    ),
    "module-calling-does-more": Case(
        MODULE, 0, "``model(x)`` also does some housekeeping", calling_does_more
    ),
    "module-no-super-init": Case(
        MODULE,
        1,
        "The one that makes the first layer: "
        "``cannot assign module before Module.__init__() call``",
        lambda new, page: (
            new.returncode == 1
            and "self.linear1 = torch.nn.Linear(" in new.stderr
            and "cannot assign module before Module.__init__() call" in new.stderr
        ),
        (("        super().__init__()\n", ""),),
    ),
    "module-plain-list": Case(
        MODULE,
        2,
        'It does not, and the optimizer complains about "an empty parameter list"',
        fails_with("an empty parameter list"),
        ((LAYERS, LIST_OF_LAYERS), *USE_LIST),
        picture=True,
    ),
    "module-module-list": Case(
        MODULE,
        2,
        "``torch.nn.ModuleList`` is the list that it finds",
        lambda new, page: runs(new) and new.losses == page.losses,
        ((LAYERS, MODULE_LIST), *USE_LIST),
        picture=True,
    ),
    "module-shortcut": Case(
        MODULE,
        3,
        "here it is one line, and it trains",
        lambda new, page: (
            runs(new)
            and new.losses[0] != page.losses[0]
            and new.losses[-1] < 1e-6 * new.losses[0]
        ),
        (("torch.relu(self.linear1(x))", "torch.relu(self.linear1(x)) + x[:, :H]"),),
    ),
    # Control flow
    "dynamic-one-node-for-the-shared-weight": Case(
        DYNAMIC,
        0,
        "there is one node for the shared weight",
        shared_weight,
        after=ASK_SHARED,
    ),
    "dynamic-zero-grad-sets-none": Case(
        DYNAMIC,
        0,
        "``zero_grad`` sets gradients to ``None`` and no longer to zero",
        lambda new, page: all(
            inspect.signature(cls.zero_grad).parameters["set_to_none"].default is True
            for cls in (torch.optim.Optimizer, torch.nn.Module)
        ),
    ),
    "dynamic-elsewhere-nn": Case(
        NN,
        0,
        "Elsewhere you will not notice",
        lambda new, page: runs(new) and new.losses == page.losses,
        (KEEP_ZEROS,),
        said_by=DYNAMIC,
    ),
    "dynamic-elsewhere-optim": Case(
        OPTIM,
        0,
        "Elsewhere you will not notice",
        lambda new, page: runs(new) and new.names["curves"] == page.names["curves"],
        ((*KEEP_ZEROS, 2),),
        said_by=DYNAMIC,
    ),
    "dynamic-elsewhere-module": Case(
        MODULE,
        0,
        "Elsewhere you will not notice",
        lambda new, page: runs(new) and new.losses == page.losses,
        (KEEP_ZEROS,),
        said_by=DYNAMIC,
    ),
    "dynamic-set-to-none-false": Case(
        DYNAMIC,
        1,
        "From the first step after a depth of 0, which is among the first ten",
        parts_after_depth_zero,
        (KEEP_ZEROS,),
    ),
    "dynamic-no-momentum": Case(
        DYNAMIC,
        2,
        "Many times larger than on this page",
        lambda new, page: runs(new) and new.losses[-1] > 5 * page.losses[-1],
        ((", momentum=0.9", ""),),
    ),
    "dynamic-if-in-place-of-for": Case(
        DYNAMIC,
        3,
        "It is, and its loss falls",
        lambda new, page: (
            runs(new)
            and new.losses[-1] < 1e-3 * new.losses[0]
            and "depth 3: 13 edges, 1 into the shared weight" in new.stdout
        ),
        (("        for _ in range(self.depth):\n", "        if self.depth > 1:\n"),),
        picture=True,
    ),
}


def cases():
    """Return the cases as parameters, with their marks."""
    no_gpu = not torch.cuda.is_available()
    for key, case in CASES.items():
        marks = []
        if "-gpu-" in key:
            reason = "about a GPU, and this computer has no CUDA device"
            marks.append(pytest.mark.skipif(no_gpu, reason=reason))
        yield pytest.param(case, id=key, marks=marks)


@pytest.mark.parametrize("case", list(cases()))
def test_what_the_page_says_is_true(run, case):
    """The edited script does what its page says, and the page says it."""
    page = run(case.script)
    new = page
    if case.edits or case.after:
        options = {"after": case.after, "picture": case.picture}
        new = run(case.script, edits=case.edits, **options)
    assert case.check(new, page), f"{new.stdout[-800:]}\n{new.stderr[-800:]}"
    name = case.said_by or case.script
    text = prose_of(name)
    if case.item:
        text = " ".join(items_of(SCRIPTS[name])[case.item - 1])
    if case.quote not in text:
        raise NotOnThePageError(f"{case.quote!r} is not in: {text!r}")


@pytest.mark.parametrize("key", CASES)
def test_every_edit_fits_its_script(key):
    """Also where a case is skipped, its edits find their text and leave a program."""
    case = CASES[key]
    source = SCRIPTS[case.script].read_text(encoding="utf-8")
    compile(edited(source, case.edits) + case.after, key, "exec")


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_every_answer_has_a_case(name):
    """A new answer under "Try it" needs a new case, and no case is about none."""
    cases = [c for c in CASES.values() if c.item and (c.said_by or c.script) == name]
    answers = [answer for _, answer in items_of(SCRIPTS[name])]
    assert {case.item for case in cases} == {*range(1, len(answers) + 1)}
    for item, answer in enumerate(answers, 1):
        assert any(c.quote in answer for c in cases if c.item == item), answer


@pytest.mark.parametrize("times", [(), (2,)])
def test_a_stale_edit_is_an_error(tmp_path, times):
    """Text that the script does not have as often as said is never passed over."""
    edit = ("learning_rate = 1e-7", "learning_rate = 1e-8", *times)
    with pytest.raises(StaleEditError):
        run_script(SCRIPTS[NUMPY], edits=[edit], cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert edited("a a", [("a", "b", 2)]) == "b b"

"""The gradients of the pages against independent oracles.

Autograd checks what is written by hand, finite differences check both, and the
by-hand gradient checks TensorFlow.
"""

import numpy as np
import pytest
import torch

from tests.scripts.running import SCRIPTS, edited, loop_of, state_at

NUMPY = "two_layer_net_numpy"
TENSOR = "two_layer_net_tensor"
CUSTOM = "two_layer_net_custom_function"
STEPS = (0, 20)
GRADIENTS = ("grad_y_pred", "grad_w2", "grad_h_relu", "grad_h", "grad_w1")

# TensorFlow's script, made to keep its gradients before the update of both steps
# and, at its end, to ask for two slopes at zero.
TF_EDITS = (
    ("losses = []\nwith", "gradients, losses = [], []\nwith"),
    (
        "        loss_value, _, _ = session.run(\n",
        f"        if t in {STEPS}:\n"
        "            feed = {x: x_value, y: y_value}\n"
        "            gradients.append(session.run([grad_w1, grad_w2], feed))\n"
        "        loss_value, _, _ = session.run(\n",
    ),
)
TF_SLOPES = """
slopes = {}
relus = {"tf.nn.relu": tf.nn.relu, "tf.maximum": lambda h: tf.maximum(h, 0)}
for name, relu in relus.items():
    zero = tf.constant(0.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(zero)
        result = relu(zero)
    slopes[name] = tape.gradient(result, zero).numpy().item()
"""


def assert_same_matrix(actual, expected, rtol, name=""):
    """Compare element by element; where terms cancel, by the largest element."""
    actual, expected = (torch.as_tensor(a).cpu().numpy() for a in (actual, expected))
    atol = rtol * np.abs(expected).max()
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, err_msg=name)


def autograd_of(names):
    """Return autograd's gradients for the data and the weights of a script."""
    x, y, w1, w2 = (torch.as_tensor(names[key]) for key in ("x", "y", "w1", "w2"))
    w1, w2 = w1.clone().requires_grad_(), w2.clone().requires_grad_()
    h = x @ w1
    h_relu = torch.nn.functional.relu(h)
    y_pred = h_relu @ w2
    loss = torch.nn.functional.mse_loss(y_pred, y, reduction="sum")
    wanted = dict(zip(GRADIENTS, (y_pred, w2, h_relu, h, w1), strict=True))
    found = torch.autograd.grad(loss, list(wanted.values()))
    return dict(zip(wanted, found, strict=True))


def loss_at(names, w1, w2):
    """Return the loss of the network with the given weights, in NumPy."""
    y_pred = np.maximum(names["x"] @ w1, 0) @ w2
    return ((y_pred - names["y"]) ** 2).sum()


def my_relu_of(source):
    """Return the class ``MyReLU`` as it is written in the given script."""
    start, end = source.index("class MyReLU"), source.index("\n\n\n# %%")
    names = {"torch": torch}
    exec(source[start:end], names)
    return names["MyReLU"]


@pytest.fixture
def my_relu():
    """Return the function of the page, cut out of its script."""
    return my_relu_of(SCRIPTS[CUSTOM].read_text(encoding="utf-8")).apply


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", [NUMPY, TENSOR])
def test_gradients_by_hand_are_autograds(name, step):
    """The five lines of the script, run as they stand, agree with autograd."""
    names = state_at(name, step)
    assert len(names["losses"]) == step
    for key, expected in autograd_of(names).items():
        assert names[key].shape == tuple(expected.shape)
        assert_same_matrix(names[key], expected, 1e-12, key)


@pytest.mark.parametrize("step", STEPS)
def test_gradients_by_hand_are_slopes_of_the_loss(step):
    """Moving single weights up and down changes the loss as the gradient says."""
    names, move = state_at(NUMPY, step), 1e-5
    rng = np.random.default_rng(1)
    for key in ("w1", "w2"):
        for _ in range(10):
            place = tuple(rng.integers(names[key].shape))
            losses = []
            for sign in (1, -1):
                weights = {k: names[k].copy() for k in ("w1", "w2")}
                weights[key][place] += sign * move
                losses.append(loss_at(names, **weights))
            slope = (losses[0] - losses[1]) / (2 * move)
            tolerance = 1e-5 * np.abs(names[f"grad_{key}"]).max()
            assert names[f"grad_{key}"][place] == pytest.approx(slope, abs=tolerance)


def test_five_formulas_are_five_lines():
    """The backward pass of both scripts is the five gradients, in their order."""
    for name in (NUMPY, TENSOR):
        lines = loop_of(name).split("# Backward pass")[1].split("# Update")[0]
        assert [s.split()[0] for s in lines.splitlines() if " = " in s] == [*GRADIENTS]


def test_autograds_script_has_the_gradients_written_by_hand():
    """What ``loss.backward()`` leaves in ``grad`` is what NumPy's script computes."""
    for step in STEPS:
        by_hand = state_at(NUMPY, step)
        for name in ("two_layer_net_autograd", CUSTOM):
            names = state_at(name, step)
            for key in ("w1", "w2"):
                assert_same_matrix(names[key].grad, by_hand[f"grad_{key}"], 1e-10)


def test_tensorflows_gradients_are_those_written_by_hand(run):
    """``tf.gradients`` finds what NumPy's script computes, before and after steps."""
    page = run("tf_two_layer_net", edits=TF_EDITS, after=TF_SLOPES)
    assert page.returncode == 0, page.stderr
    for step, found in zip(STEPS, page.names["gradients"], strict=True):
        by_hand = state_at(NUMPY, step)
        for key, gradient in zip(("grad_w1", "grad_w2"), found, strict=True):
            assert_same_matrix(gradient, by_hand[key], 1e-10, key)


def test_my_relu_is_relu(my_relu):
    """Forward and backward agree with PyTorch's own ReLU, bit for bit."""
    generator = torch.Generator().manual_seed(2)
    h = torch.randn(50, 40, dtype=torch.float64, generator=generator)
    upstream = torch.randn(50, 40, dtype=torch.float64, generator=generator)
    results = []
    for relu in (my_relu, torch.relu):
        given = h.clone().requires_grad_()
        output = relu(given)
        output.backward(upstream)
        results.append((output.detach(), given.grad))
    for own, reference in zip(*results, strict=True):
        assert torch.equal(own, reference)


def test_my_relu_has_the_slope_of_its_forward(my_relu):
    """Backward is the slope that finite differences measure away from zero."""
    generator = torch.Generator().manual_seed(3)
    h = torch.randn(1000, dtype=torch.float64, generator=generator)
    h, move = h[h.abs() > 1e-3].requires_grad_(), 1e-6
    my_relu(h).sum().backward()
    with torch.no_grad():
        slope = (my_relu(h + move) - my_relu(h - move)) / (2 * move)
    assert {*h.grad.tolist()} == {0.0, 1.0}
    torch.testing.assert_close(h.grad, slope, rtol=1e-8, atol=1e-8)


def test_pytorchs_slopes_at_zero(run):
    """The page's four answers: 0 for all but the maximum, which shares it in halves."""
    page = run(CUSTOM)
    expected = {"MyReLU": 0, "torch.relu": 0, "clamp(min=0)": 0, "torch.maximum": 0.5}
    for name, slope in expected.items():
        assert f"{name:13} {float(slope)}\n" in page.stdout


def test_tensorflows_slopes_at_zero(run):
    """``tf.nn.relu`` says 0 and ``tf.maximum(h, 0)`` says 1."""
    page = run("tf_two_layer_net", edits=TF_EDITS, after=TF_SLOPES)
    assert page.names["slopes"] == {"tf.nn.relu": 0.0, "tf.maximum": 1.0}


@pytest.mark.parametrize("name", [NUMPY, CUSTOM])
def test_no_element_of_h_is_zero_in_any_step(run, name):
    """The choice of a slope at zero plays no part in the 500 steps."""
    keep = "    h = x @ w1\n    least.append(abs(h).min().item())\n"
    edits = (("    h = x @ w1\n", keep), ("losses = []\n", "losses, least = [], []\n"))
    page = run(name, edits=edits)
    assert page.losses == run(name).losses
    assert len(page.names["least"]) == 500
    assert min(page.names["least"]) > 0


def test_a_wrong_gradient_would_be_seen():
    """The oracle is no yes-man: without its mask a by-hand gradient fails it."""
    names = state_at(NUMPY, 0)
    wrong = names["x"].T @ names["grad_h_relu"]
    with pytest.raises(AssertionError):
        assert_same_matrix(wrong, autograd_of(names)["grad_w1"], 1e-12)
    source = SCRIPTS[CUSTOM].read_text(encoding="utf-8")
    mask = ("return grad_h_relu * (h > 0)\n", "return grad_h_relu\n")
    forgetful = my_relu_of(edited(source, [mask])).apply
    h = torch.tensor([-1.0], requires_grad=True)
    forgetful(h).backward()
    assert h.grad.item() == 1.0

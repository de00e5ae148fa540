"""Each script runs alone, prints its losses, learns, and agrees with the others."""

import re

import numpy as np
import pytest

from tests.scripts.running import SCRIPTS, loop_of, run_python

NUMPY = "two_layer_net_numpy"
TENSORFLOW = "tf_two_layer_net"
BY_HAND = (
    NUMPY,
    "two_layer_net_tensor",
    "two_layer_net_autograd",
    "two_layer_net_custom_function",
    TENSORFLOW,
)
NN, MODULE, OPTIM = "two_layer_net_nn", "two_layer_net_module", "two_layer_net_optim"
DYNAMIC = "dynamic_net"
NAMES = {*BY_HAND, NN, MODULE, OPTIM, DYNAMIC}

# What the pages show at these steps: measured once, and the same ever since.
STEPS = (99, 199, 299, 399, 499)
SHOWN = {
    **dict.fromkeys(BY_HAND, (328.779, 1.03623, 0.00620124, 5.13769e-5, 4.85145e-7)),
    **dict.fromkeys((NN, MODULE), (2.42232, 0.0342705, 0.001117, 7.58094e-5, 7.404e-6)),
    OPTIM: (39.6844, 0.402825, 0.00216027, 1.93846e-5, 1.52755e-7),
    DYNAMIC: (9.37956, 11.2497, 0.221659, 0.717786, 0.141168),
}

each_script = pytest.mark.parametrize("name", sorted(NAMES))


def loss_lines(stdout):
    """Return the lines that show a step and its loss."""
    return re.findall(r"^[ 1-4]99 \d.*$", stdout, flags=re.MULTILINE)


def without_numbers(text):
    """Return the lines of a text as a set, with each number replaced by ``#``."""
    return {re.sub(r"\d+", "#", line) for line in text.splitlines()}


def test_the_gallery_has_exactly_the_nine_scripts():
    """No script is missing, none is new, and no two share a name."""
    assert set(SCRIPTS) == NAMES
    assert len(NAMES) == 9


@each_script
def test_runs_alone_without_a_word_on_stderr(run, tmp_path, name):
    """In an empty folder a script ends well, warns of nothing and leaves nothing.

    TensorFlow's own log is allowed: lines that ``import tensorflow`` writes too.
    """
    page = run(name)
    assert page.returncode == 0, page.stderr
    if page.stderr and name == TENSORFLOW:
        imported = run_python(["-c", "import tensorflow"], tmp_path).stderr
        assert without_numbers(page.stderr) <= without_numbers(imported)
    else:
        assert page.stderr == ""
    assert page.left == []


@each_script
def test_prints_the_losses_it_keeps(run, name):
    """The five lines (TensorFlow: twice five) show entries of ``losses``."""
    page = run(name)
    depths = page.names.get("depths")
    expected = [f"{t:3d} {page.losses[t]:.6g}" for t in STEPS]
    if name == DYNAMIC:
        expected = [f"{line} depth {depths[int(line[:3])]}" for line in expected]
    if name == TENSORFLOW:
        expected *= 2
    assert loss_lines(page.stdout) == expected


@each_script
def test_learns_in_500_steps(run, name):
    """All 500 losses are kept, and the last is below a thousandth of the first."""
    losses = run(name).losses
    assert len(losses) == 500
    assert np.isfinite(losses).all()
    assert losses[-1] < 1e-3 * losses[0]


@each_script
def test_losses_are_those_of_the_pages(run, name):
    """The numbers that readers saw have not changed since the pages were made."""
    losses = [run(name).losses[t] for t in STEPS]
    np.testing.assert_allclose(losses, SHOWN[name], rtol=1e-4)


@pytest.mark.parametrize("name", BY_HAND[1:])
def test_the_same_network_has_the_same_losses_as_numpy(run, name):
    """Autograd, own function, TensorFlow: every step as computed by hand in NumPy."""
    page, reference = run(name), run(NUMPY)
    np.testing.assert_allclose(page.losses, reference.losses, rtol=1e-8)
    assert loss_lines(page.stdout)[:5] == loss_lines(reference.stdout)


def test_nn_module_and_sgd_have_the_same_losses(run):
    """A module of our own, or ``optim.SGD``, is what the page with ``nn`` computes."""
    nn, module, optim = run(NN), run(MODULE), run(OPTIM)
    np.testing.assert_allclose(module.losses, nn.losses, rtol=1e-8)
    np.testing.assert_allclose(optim.names["curves"]["SGD"], nn.losses, rtol=1e-8)
    assert loss_lines(module.stdout) == loss_lines(nn.stdout)


def test_both_ways_of_tensorflow_give_the_same_bits(run):
    """Session and ``tf.function`` run one graph: 500 equal losses."""
    page = run(TENSORFLOW)
    assert page.names["function_losses"] == page.losses
    assert "equal to the last bit: True\n" in page.stdout


def test_all_nine_have_the_same_data(run):
    """Seed 0 gives every script the same inputs and targets, bit for bit."""
    reference = run(NUMPY).names
    assert reference["x"].shape == (64, 1000)
    assert reference["y"].shape == (64, 10)
    for name in NAMES:
        names = run(name).names
        for key in ("x", "y"):
            data = names.get(f"{key}_value", names[key])
            np.testing.assert_array_equal(data, reference[key], err_msg=name)


@pytest.mark.parametrize("name", [NUMPY, DYNAMIC])
def test_a_second_run_gives_the_same_bits(run, name):
    """The seeds make a run repeatable, the random depths included."""
    again = run(name, after="# a second run\n")
    assert again.losses == run(name).losses
    assert again.stdout == run(name).stdout


def test_pages_differ_in_their_loop_only_where_they_say_so():
    """Text of the loops: one name from NumPy to Tensors, one to a function of ours."""
    tensor = loop_of("two_layer_net_tensor")
    assert loop_of(NUMPY).replace("np.maximum(h, 0)", "torch.relu(h)") == tensor
    own = loop_of("two_layer_net_custom_function")
    autograd = loop_of("two_layer_net_autograd")
    assert own.replace("MyReLU.apply(h)", "torch.relu(h)") == autograd
    assert loop_of(MODULE) == loop_of(OPTIM)
    lines = loop_of(DYNAMIC).replace(" depth {depths[-1]}", "").splitlines()
    assert [s for s in lines if "depths" not in s] == loop_of(MODULE).splitlines()

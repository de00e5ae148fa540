"""What the page on gradients as functions claims and proposes under "Try it"."""

import re

import cells
import pytest

from tests.conftest import ROOT
from tests.scripts.claims import Claims
from tests.scripts.running import edited

claims = Claims("examples_further/functional_gradients")

STEP = "    (grad_w1, grad_w2), loss = gradients_of(w1, w2, x, y)\n"
PICTURE = "import matplotlib.pyplot as plt\n"  # at the end of all that is computed
PER_EXAMPLE = "each_w1, each_w2 = gradients_of_each(*start, x, y)\n"
LOSSES = r"^ *\d+ \d+(?:\.\d+)?(?:e-\d+)?$"


def at_the_end(code):
    """Return the edit that adds code below all that the script computes."""
    return (PICTURE, f"{code}\n{PICTURE}")


def values(text, name):
    """Return the numbers that a line ``name: 1 2.5`` of an output has."""
    (line,) = re.findall(rf"^{name}: (.*)$", text, re.M)
    return [float(number) for number in line.split()]


def test_gradients_by_hand_by_backward_and_by_a_function_are_the_same_bits(printed):
    """At each of the 500 steps, for both weights, by ``torch.equal``."""
    hand = (ROOT / "gallery/examples_tensor/two_layer_net_tensor.py").read_text("utf-8")
    backward = hand.split("    # Backward pass")[1].split("    # Update")[0]
    three_ways = f"""
    by_function, by_backward = (grad_w1, grad_w2), []
    h = x @ w1
    h_relu = torch.relu(h)
    y_pred = h_relu @ w2
    # Backward pass{backward}
    leaves = [weight.clone().requires_grad_() for weight in (w1, w2)]
    loss_of(*leaves, x, y).backward()
    for i, by_hand in enumerate((grad_w1, grad_w2)):
        same += torch.equal(by_function[i], leaves[i].grad)
        same += torch.equal(by_function[i], by_hand)
    grad_w1, grad_w2 = by_function
"""
    text = printed(
        ("losses = []\nfor t", "same = 0\nlosses = []\nfor t"),
        (STEP, STEP + three_ways),
        at_the_end('print("same:", same)'),
    )
    assert values(text, "same") == [500 * 2 * 2]


def test_a_graph_is_recorded_inside_and_nothing_outside(printed):
    """What ``loss_of`` computes has a node of a graph; the new weights have none."""
    inside = "    inside.append(y_pred.grad_fn is not None)\n"
    text = printed(
        ("def loss_of(w1", "inside = []\n\n\ndef loss_of(w1"),
        ("    y_pred = h_relu @ w2\n", f"    y_pred = h_relu @ w2\n{inside}"),
        (
            "v1, v2 =",
            'print("inside:", len(inside), sum(inside))\n'
            'print("outside:", int(w1.requires_grad or w2.requires_grad))\nv1, v2 =',
        ),
    )
    assert values(text, "inside") == [500, 500]
    assert values(text, "outside") == [0]


def own_function():
    """Return code that calls ``MyReLU`` of the gallery, and with one more line."""
    other = ROOT / "gallery/examples_autograd/two_layer_net_custom_function.py"
    (my_relu,) = re.findall(
        r"^class MyReLU[\s\S]*?(?=\n# %%)", other.read_text("utf-8"), re.M
    )
    header = "class MyReLU(torch.autograd.Function):\n"
    with_rule = edited(my_relu, [(header, f"{header}    generate_vmap_rule = True\n")])
    return f"""
def works(transform, relu):
    try:
        found = transform(lambda h: relu(h).sum())(x)
    except RuntimeError as error:
        print(error)
        return 0
    return int(torch.equal(found, transform(lambda h: torch.relu(h).sum())(x)))

{my_relu}
print("grad:", works(grad, MyReLU.apply))
print("vmap:", works(lambda f: vmap(grad(f)), MyReLU.apply))
{with_rule}
print("with rule:", works(lambda f: vmap(grad(f)), MyReLU.apply))
"""


# What several tests ask at the end of one run, which is otherwise that of the page.
BACKWARD = """
far = []
for i in range(N):
    leaves = [weight.clone().requires_grad_() for weight in start]
    loss_of(*leaves, x[i], y[i]).backward()
    for per_example, leaf in zip((each_w1, each_w2), leaves):
        far.append((per_example[i] - leaf.grad).norm() / leaf.grad.norm())
print("far:", len(far), max(far).item())
print("bits:", int(torch.equal(each_w1.sum(0), gradients_of(*start, x, y)[0][0])))
"""
HALVES = """
def halves(w1, w2):
    return [loss_of(w1, w2, x[:32], y[:32]), loss_of(w1, w2, x[32:], y[32:])]

for name, weights in {"first": start, "last": (w1, w2)}.items():
    steps, _ = gradients_of(*weights, x[:32], y[:32])
    after = halves(*(w - 1e-8 * step for w, step in zip(weights, steps)))
    before = halves(*weights)
    print(f"{name}:", *(int(a > b) for a, b in zip(after, before)))
"""
FIGURE = """
for t, norm in norms.items():
    print(f"{t}:", *((norm / norm.mean())[[0, -1]]).tolist())
"""
EVERY = """
print("losses:", *losses)
print("start:", int(start[0] is w1))
"""


@pytest.fixture
def asked(printed):
    """Return what the script prints as it is, and then for the questions above."""
    questions = own_function() + HALVES + FIGURE + EVERY
    return printed((PER_EXAMPLE, PER_EXAMPLE + BACKWARD), at_the_end(questions))


def test_our_own_function_needs_setup_context_and_for_vmap_a_rule(asked):
    """``MyReLU`` of the gallery works under grad, and under vmap with one more line."""
    assert values(asked, "grad") == [1]
    assert values(asked, "vmap") == [0]
    assert "generate_vmap_rule" in asked
    assert values(asked, "with rule") == [1]


def test_vmap_gives_what_a_loop_with_backward_gives(asked):
    """To rounding, for each example; nor is the sum the gradient to the bit."""
    count, farthest = values(asked, "far")
    assert count == 2 * 64
    assert farthest < 1e-13
    assert values(asked, "bits") == [0]


def test_after_training_a_step_for_one_half_hurts_the_other(asked):
    """Against the gradient of the first half: its loss falls, the second's grows."""
    assert values(asked, "first") == [0, 0]
    assert values(asked, "last") == [0, 1]


def test_the_figure_shows_what_its_description_says(asked):
    """From one and a half to one half; from above three to below one fifth."""
    longest, shortest = values(asked, "0")
    assert 1.4 < longest < 1.6
    assert 0.4 < shortest < 0.6
    longest, shortest = values(asked, "500")
    assert 3 < longest < 4
    assert 0 < shortest < 0.2


@claims.answer(1, "The 500 losses stay the same")
@claims.answer(1, "prints ``False`` three times")
def test_an_update_in_place_loses_the_first_weights(asked, printed):
    """The losses agree to the last bit, and ``start`` has the last weights."""
    edits = [
        (f"        w{i} = w{i} - learning_rate"[4:], f"    w{i} -= learning_rate")
        for i in (1, 2)
    ]
    after = printed(*edits, at_the_end(EVERY))
    assert len(values(asked, "losses")) == 500
    assert values(after, "losses") == values(asked, "losses")
    assert "True True True\n" in asked
    assert "False False False\n" in after
    assert [values(asked, "start"), values(after, "start")] == [[0], [1]]


@claims.answer(2, "Those of 7 and 8")
@claims.answer(2, "loss stays above 4")
@claims.answer(2, "many times longer than all others")
@claims.answer(2, "point in opposite ways and cancel each other")
def test_two_examples_that_contradict_each_other_are_found(printed):
    """Their gradients are the longest, and opposite."""
    below_y = "w1 = torch.tensor("
    text = printed(
        (below_y, f"x[7] = x[8]\n{below_y}"),
        at_the_end(
            'print("norms:", *norms[500][:3].tolist())\n'
            "opposite = torch.cosine_similarity(each[7], each[8], dim=0)\n"
            'print("opposite:", opposite.item())\n'
            'print("sum:", (each[7] + each[8]).norm().item(), losses[-1])\n'
        ),
    )
    (pair,) = re.findall(r"^500 longest (\[.*?\])", text, re.M)
    assert pair in ("[7, 8]", "[8, 7]")
    first, second, third = values(text, "norms")
    assert second > 100 * third
    assert values(text, "opposite")[0] < -0.999
    length, last_loss = values(text, "sum")
    assert length < first / 100
    assert last_loss > 4


@claims.answer(3, "``vmap``: its message speaks of ``data-dependent control flow``")
@claims.answer(3, "``grad_and_value`` trains as before")
def test_vmap_refuses_a_condition_on_a_tensor(asked, tmp_path):
    """The losses are the page's, and the cell that calls ``vmap`` fails."""
    line = "    y_pred = h_relu @ w2\n"
    script = tmp_path / claims.script.name
    source = re.sub(r"^ *#>.*\n", "", claims.script.read_text("utf-8"), flags=re.M)
    script.write_text(
        edited(source, [(line, f"    if h_relu.sum() > 0:\n    {line}")]), "utf-8"
    )
    ran = cells.run(script)
    (failed,) = (cell for cell in ran if cell.error)
    assert PER_EXAMPLE in failed.code
    assert "RuntimeError: vmap: " in failed.error
    assert "data-dependent control flow" in failed.error
    trained = re.findall(LOSSES, "".join(cell.output for cell in ran), re.M)
    assert len(trained) == 5
    assert trained == re.findall(LOSSES, asked, re.M)


def test_every_answer_has_a_test():
    """A new one needs a test above, and no test is about words that are gone."""
    claims.demand_all()

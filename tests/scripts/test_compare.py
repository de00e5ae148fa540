"""What the pages of "Side by side" propose under "Try it", and what they claim."""

import re
import shutil

import cells
import pytest

from tests.conftest import COMPARISONS, ROOT
from tests.scripts.claims import Claims
from tests.scripts.kept import once
from tests.scripts.running import edited

GALLERY = ROOT / "gallery"
CLAIMS = {name.partition("/")[2]: Claims(name) for name in COMPARISONS}


def answers(example, item, quote):
    """Note which answer a test makes sure of, in the page's own words."""
    return CLAIMS[example].answer(item, quote)


@pytest.fixture
def gallery(tmp_path):
    """Return a copy of the gallery, for the scripts that read the others."""
    return shutil.copytree(GALLERY, tmp_path / "gallery")


@pytest.fixture
def printed(gallery, results):
    """Return a function: what a script prints, edited, beside the others; kept."""

    def printed(name, *edits):
        def compute():
            return CLAIMS[name].printed(gallery / "examples_compare", *edits)

        return once(results, (name, edits), compute)

    return printed


SAME = [
    pytest.param(
        ('two_layer_net_nn.py", like_numpy)', 'two_layer_net_nn.py", like_numpy[:-1])'),
        r"^nn +(?:inf|nan) DIFFERS[\s\S]*\nlast nan$",
        id="a learning rate of 1e-4 gives nan",
    ),
    pytest.param(
        (
            '("torch.optim.Adam", "torch.optim.SGD")',
            '("lr=learning_rate", "lr=learning_rate")',
        ),
        r"^optim\.SGD +\S+ DIFFERS$",
        id="Adam does not agree",
    ),
]


@answers("same_numbers", 1, "too long a step: the losses become ``nan``")
@answers("same_numbers", 2, "``optim.SGD`` no longer agrees. All others do")
@pytest.mark.parametrize(("edit", "line"), SAME)
def test_same_numbers_try_it(printed, edit, line):
    """The change makes one run differ, and it says which."""
    last = ("\ngroups = {}", '\nprint("last", runs["nn"][-1])\ngroups = {}')
    text = printed("same_numbers", edit, last)
    assert re.search(line, text, re.M)
    assert text.count("DIFFERS") == 1


@answers("same_numbers", 3, "every number is the same, to the last bit")
def test_same_numbers_twice(printed):
    """Run twice, every number is the same to the last bit."""
    every = ('print(f"{name:16}', 'print(losses)\n    print(f"{name:16}')
    first = printed("same_numbers", every)
    again = printed("same_numbers")
    assert len(first) > 9 * 500 * 10
    assert set(again.splitlines()) <= set(first.splitlines())


def test_same_numbers_says_what_it_cannot_find(gallery):
    """A change whose text the example does not have is an error, not a no-op."""
    script = gallery / "examples_compare" / "same_numbers.py"
    source = script.read_text(encoding="utf-8")
    script.write_text(source.replace('("torch.optim.Adam"', '("torch.optim.Eve"'))
    errors = [cell.error for cell in cells.run(script) if cell.error]
    assert len(errors) == 1
    assert "does not contain 'torch.optim.Eve'" in errors[0]


@answers("float32_stall", 1, "Fewer do")
def test_smaller_weights_stand_still_later(printed):
    """Weights drawn ten times smaller: fewer of them unchanged at step 499."""
    edits = [
        (f"= rng.standard_normal({shape})", f"= 0.1 * rng.standard_normal({shape})")
        for shape in ("(D_in, H)", "(H, D_out)")
    ]
    share = r"^499 (\d+)% of the weights do not move$"
    before = int(re.search(share, printed("float32_stall"), re.M)[1])
    after = int(re.search(share, printed("float32_stall", *edits), re.M)[1])
    assert after < before


@answers("float32_stall", 2, "Much earlier, at a loss above 100")
def test_float16_weights_stall_much_earlier(printed):
    """Stored in float16, the loss stays above 100."""
    edits = [
        ('"all float32": train(f32, f32)', '"all float32": train(f32, np.float16)')
    ]
    text = printed("float32_stall", *edits)
    (last,) = re.findall(r"^all float32 .* (\S+)$", text, re.M)
    assert float(last) > 100


@answers("float32_stall", 3, "the loss ends where it did before")
def test_a_sum_that_forgets_stalls_again(printed):
    """Without its memory the compensated sum ends where the plain one does."""
    edit = ("        return total\n", "        return weights + update\n")
    text = printed("float32_stall", edit)
    assert re.search(r"^4e-05 after \d+% standing still", text, re.M)


@answers("then_and_now", 1, "It is 2, as it should be")
def test_a_change_of_data_after_backward_does_no_harm(printed):
    """Moved below ``backward``, the same line gives the gradient 2."""
    edit = (
        "w.data *= 10\nloss.backward()\nprint(w.grad",
        "loss.backward()\nw.data *= 10\nprint(w.grad",
    )
    before = printed("then_and_now")
    assert "tensor([20., 20.]) version 0" in before
    text = printed("then_and_now", edit)
    assert "tensor([20., 20.]) version 0" not in text
    assert "tensor([2., 2.]) version 0" in text


@answers("then_and_now", 2, "All 500 losses are equal")
def test_without_momentum_zeros_and_none_are_the_same(printed):
    """All 500 losses of the dynamic net are equal."""
    edit = ("momentum, seed = 0.9, 0", "momentum, seed = 0.0, 0")
    text = printed("then_and_now", edit)
    assert re.search(r"^steps with another loss: 0 ", text, re.M)


@answers("then_and_now", 3, "This time the one with zeros ends lower")
def test_with_another_seed_zeros_end_lower(printed):
    """With seed 0 it is the other way round."""
    mean = r"^mean of the last 100 with (?:None|zeros): +(\S+)$"
    with_none, with_zeros = map(float, re.findall(mean, printed("then_and_now"), re.M))
    assert with_none < with_zeros
    edit = ("momentum, seed = 0.9, 0", "momentum, seed = 0.9, 2")
    text = printed("then_and_now", edit)
    with_none, with_zeros = map(float, re.findall(mean, text, re.M))
    assert with_zeros < with_none


@answers("then_and_now_tensorflow", 1, "``FailedPreconditionError``")
def test_an_uninitialized_variable_has_no_value(gallery):
    """Without the line that sets first values, the first run of the graph fails."""
    script = gallery / "examples_compare" / "then_and_now_tensorflow.py"
    line = "session.run(tf1.global_variables_initializer())\n"
    source = edited(script.read_text(encoding="utf-8"), [(line, "")])
    script.write_text(source, encoding="utf-8")
    first = next(cell.error for cell in cells.run(script) if cell.error)
    assert "FailedPreconditionError: " in first


@answers("then_and_now_tensorflow", 1, "In TensorFlow 2 it would have one at once")
@answers("then_and_now_tensorflow", 2, "Three: it prints 0.6665")
@answers("then_and_now_tensorflow", 3, "Yes. The whole numbers become ``float32``")
def test_other_numbers_are_rounded_without_a_word(printed):
    """Three digits of ``float16``, and whole numbers for data; a variable at once."""
    text = printed(
        "then_and_now_tensorflow",
        ("third = tf1.placeholder(tf.float64", "third = tf1.placeholder(tf.float16"),
        ("data = np.eye(2)", "data = np.eye(2, dtype=int)"),
        (
            "w = tf.Variable([1.0, 2.0])",
            "w = tf.Variable([1.0, 2.0])\nprint(w.numpy())",
        ),
    )
    assert "\n0.6665\n" in text
    assert "\nfalls at each step: True\n" in text
    assert "\n[1. 2.]\n" in text


@pytest.mark.parametrize("example", CLAIMS)
def test_every_answer_has_a_test(example):
    """A new one needs a test above, and no test is about words that are gone."""
    CLAIMS[example].demand_all()

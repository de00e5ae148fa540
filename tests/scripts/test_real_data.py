"""What the example with a real data set claims."""

import re

import numpy as np
import pytest
import torch

from tests.scripts.claims import Claims

claims = Claims("examples_further/real_data")
MEAN = re.compile(r"^mean (\S+)%, standard deviation \S+%$", re.M)
ERRORS = re.compile(r"^standard error: .* seeds (\S+)%, .* images (\S+)%$", re.M)
OTHER_SPLIT = ("default_rng(0)", "default_rng(1)")
MORE_UNITS = ("64, 64, 100, 10", "64, 64, 200, 10")


def mean_and_error(text):
    """Return the mean accuracy and its standard error over seeds, in percent."""
    return float(MEAN.search(text)[1]), float(ERRORS.search(text)[1])


def difference_in_errors(text, other):
    """Return by how many of its standard errors the second mean is higher."""
    (mean, error), (other_mean, other_error) = map(mean_and_error, (text, other))
    return (other_mean - mean) / np.hypot(error, other_error)


def words_of_the_script():
    """Return the script on one line, without the marks of comments."""
    return " ".join(claims.script.read_text("utf-8").replace("\n#", "\n").split())


def test_the_loss_is_that_of_the_formula():
    """The mean of minus the logarithms of the right digits' probabilities."""
    assert "L = -\\sum_i \\log(q_i) / n" in words_of_the_script()
    rng = np.random.default_rng(0)
    scores, digits = rng.standard_normal((5, 10)), rng.integers(10, size=5)
    exponentials = np.exp(scores)
    q = exponentials[range(5), digits] / exponentials.sum(axis=1)
    loss = torch.nn.CrossEntropyLoss()(torch.tensor(scores), torch.tensor(digits))
    assert loss.item() == pytest.approx(-np.log(q).sum() / 5)


def test_the_best_has_five_images_more_than_the_worst(printed):
    """And what a single training may gain by chance is more than 0.3 %."""
    assert "best has five images more than the worst" in words_of_the_script()
    (line,) = re.findall(r"^right: (.*)$", printed(), re.M)
    right = [int(number) for number in line.split()]
    assert len(right) == 10
    assert max(right) - min(right) == 5
    assert np.std(right, ddof=1) / 500 > 0.003


def test_the_second_error_is_five_times_the_first(printed):
    """As far as the printed digits say, and by the formulas of the page."""
    assert "which is five times as large here" in words_of_the_script()
    of_seeds, of_images = map(float, ERRORS.search(printed()).groups())
    assert round(of_images / of_seeds) == 5


def test_another_split_another_mean(printed):
    """The mean is that of the page, and far outside of the error of the seeds."""
    assert "``default_rng(1)``, and the mean is 97.38 %" in words_of_the_script()
    mean, _ = mean_and_error(printed(OTHER_SPLIT))
    assert mean == 97.38
    assert difference_in_errors(printed(), printed(OTHER_SPLIT)) < -3


def test_the_figure_shows_four_times_a_9(printed):
    """Half of the eight pictures; three of the four are read as a 5."""
    draw = "\nimport matplotlib.pyplot as plt\n"
    shown = '\nprint([f"{y[i]}:{y_pred[i]}" for i in wrong[:8]])'
    text = printed((draw, shown + draw))
    pairs = re.findall(r"'(\d):(\d)'", text)
    assert [digit for digit, _ in pairs].count("9") == 4
    assert pairs.count(("9", "5")) == 3
    first, second = pairs[:4], pairs[4:]
    said = "; ".join(", ".join(" and ".join(p) for p in row) for row in (first, second))
    assert f"the predicted one: {said}." in words_of_the_script()


LOAD = "    state = torch.load(path, weights_only=True)\n"
FEW = [("range(20)", "range(1)"), ("1, 2, 5, 10, 20", "1,"), ("range(10)", "(0, 1)")]


def saved(thing):
    """Return an edit: then save this, and load it, with ``weights_only`` and without.

    What is loaded or refused is printed, behind the value of ``weights_only``.
    """
    lines = f"""\
    class Trap:
        def __reduce__(self):
            return print, ("the trap ran",)
    torch.save({thing}, path)
    for weights_only in (True, False):
        try:
            loaded = torch.load(path, weights_only=weights_only)
            print(weights_only, "loaded", type(loaded).__name__)
        except Exception as error:
            print(weights_only, type(error).__name__, *str(error).split())
"""
    return LOAD, LOAD + lines


def test_with_weights_only_no_program_runs(printed):
    """A file that runs a program when it is opened is refused; else it does run."""
    text = printed(saved("Trap()"), *FEW)
    assert text.count("the trap ran") == 1
    refused = text.index("True UnpicklingError ")
    assert refused < text.index("the trap ran") < text.index("False loaded NoneType")


def test_the_same_seed_gives_the_same_result(printed):
    """The first of the ten trainings is the one that is shown above."""
    (shown,) = re.findall(r"^20 \S+ (\S+)%$", printed(), re.M)
    (first,) = re.findall(r"^right: (\d+) ", printed(), re.M)
    assert float(shown) == int(first) / 5


@claims.answer(1, "With the first split its mean is higher, but by less than twice")
def test_more_units_on_the_first_split(printed):
    """Higher, by less than two standard errors of the difference."""
    assert 0 < difference_in_errors(printed(), printed(MORE_UNITS)) < 2


@claims.answer(1, "With the second it is lower")
def test_more_units_on_the_second_split(printed):
    """Lower on the other 500 images."""
    assert (
        difference_in_errors(printed(OTHER_SPLIT), printed(MORE_UNITS, OTHER_SPLIT)) < 0
    )


@claims.answer(2, "It falls from 98 % to below 93 %")
def test_without_shuffling_the_mean_falls(printed):
    """Trained on the first images of the file, tested by the last."""
    assert round(mean_and_error(printed())[0]) == 98
    text = printed(("rng.permutation(1797)", "np.arange(1797)"))
    assert mean_and_error(text)[0] < 93


@claims.answer(2, "the digits of its first 60 images come again about every 130 images")
def test_the_same_digits_again_and_again():
    """Nearly the same 60 digits, at distances from 124 to 130 but for one gap."""
    from sklearn.datasets import load_digits

    target = load_digits().target
    starts = [
        start
        for start in range(len(target) - 59)
        if np.mean(target[start : start + 60] == target[:60]) > 0.8
    ]
    *distances, over_one = sorted(np.diff(starts))
    assert len(distances) == 11
    assert 124 <= min(distances) <= max(distances) <= 130
    assert over_one < 2 * 130


@claims.answer(3, "refuses the class ``Sequential``, with an ``UnpicklingError``")
def test_a_model_is_refused(printed):
    """The message names the class; without ``weights_only`` it is loaded."""
    text = printed(saved("model"), *FEW)
    (refused,) = re.findall(r"^True UnpicklingError (.*)$", text, re.M)
    assert "torch.nn.modules.container.Sequential" in refused
    assert "False loaded Sequential" in text


def test_every_answer_has_a_test():
    """No answer without a test above, and no test about words that are gone."""
    claims.demand_all()

"""What all tests share: where things are, and what the gallery holds."""

import copy
import os
import signal
from pathlib import Path

import pytest
from surroundings import set_environment

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "build" / "html"

# The gallery as the tutorial has it, written down once more on purpose: a script that
# disappears must not disappear from the tests.
EXAMPLES = [
    "examples_tensor/two_layer_net_numpy",
    "examples_tensor/two_layer_net_tensor",
    "examples_autograd/two_layer_net_autograd",
    "examples_autograd/two_layer_net_custom_function",
    "examples_autograd/tf_two_layer_net",
    "examples_nn/two_layer_net_nn",
    "examples_nn/two_layer_net_optim",
    "examples_nn/two_layer_net_module",
    "examples_nn/dynamic_net",
]
COMPARISONS = [
    "examples_compare/same_numbers",
    "examples_compare/float32_stall",
    "examples_compare/then_and_now",
    "examples_compare/then_and_now_tensorflow",
]
FURTHER = [
    "examples_further/real_data",
    "examples_further/functional_gradients",
    "examples_further/compiled_graphs",
    "examples_further/gpu_speed",
    "examples_further/distributed_training",
]
GALLERY = EXAMPLES + COMPARISONS + FURTHER
HIDDEN = {"kitchen_sink.html"}  # neither linked nor found by any search

# Every process of Python that a test starts ends if it loads two frameworks.
GUARDS = str(ROOT / "tests" / "guards")
os.environ["PYTHONPATH"] = os.pathsep.join(
    [GUARDS, *filter(None, [os.environ.get("PYTHONPATH")])]
)
set_environment()
# A shell lets what it runs in the background ignore Ctrl-C, and children inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def some_of(examples, *chosen):
    """Return parameters: those chosen, and the others marked as ``thorough``.

    For tests whose claim an equality of syntax trees has already shown for all, so that
    a run of some is a check of that reasoning. ``make test-all`` runs every one.
    """
    assert set(chosen) <= set(examples)
    return [
        pytest.param(example, marks=() if example in chosen else pytest.mark.thorough)
        for example in examples
    ]


def code_shown(listing):
    """Return the text of a listing on a page, without the formulas beside it."""
    listing = copy.copy(listing)
    for formula in listing.select(".beside"):
        formula.decompose()
    return listing.get_text()


@pytest.fixture(scope="session")
def site():
    """Return the folder of the English pages, as `make html` has built it."""
    pages = SITE / "en"
    if not pages.is_dir():
        pytest.fail(f"there is no site in {SITE}; run: make html", pytrace=False)
    return pages

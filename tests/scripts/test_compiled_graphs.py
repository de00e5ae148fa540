"""What the page of compiled graphs claims: its answers, and numbers no cell prints.

Most runs hide the C++ compiler: they are shorter, and must do without it anyway.
"""

import re
import shutil
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.scripts.claims import Claims

claims = Claims("examples_further/compiled_graphs")
HEADERS = Path(sysconfig.get_path("include"), "Python.h")
CXX = "clang++" if sys.platform == "darwin" else "g++"

CALLS = "same = [torch.equal("
RESULT = 'print(f"{len(graphs)} graphs with"'


@pytest.fixture
def printed(tmp_path):
    """Return a function that runs the script, edited, where no compiler is found."""
    (tmp_path / "empty").mkdir()
    return lambda *edits: claims.printed(
        tmp_path, *edits, PATH=str(tmp_path / "empty"), CXX="none"
    )


@claims.answer(1, "Eight, the most that PyTorch keeps for one function")
def test_nine_depths_have_eight_graphs(printed):
    """Without ``fullgraph`` training goes on with eight graphs."""
    text = printed(
        ("look, fullgraph=True)\nsame", "look)\nsame"),
        ("for d in torch_depths]", "for d in range(9)]"),
    )
    assert re.search(r"^8 graphs with .* same: True$", text, re.M)


@claims.answer(1, "With ``fullgraph=True`` it is an error")
def test_a_ninth_graph_is_an_error(printed):
    """With ``fullgraph`` the ninth depth cannot be had."""
    text = printed((CALLS, NINE + CALLS))
    assert "\ndepth 8 after 8 graphs: FailOnRecompileLimitHit\n" in text


NINE = """
for depth in range(9):
    try:
        compiled_model(x, depth)
    except Exception as error:
        print(f"depth {depth} after {len(graphs)} graphs: {type(error).__name__}")
graphs.clear()
torch.compiler.reset()
"""


@claims.answer(2, "The first adds one")
@claims.answer(2, "so that the second adds none")
def test_a_second_shape_leaves_the_batch_open(printed):
    """Two more shapes need one more graph."""
    calls = "".join(
        f"compiled_model(x[:{size}], 0)\nprint({size}, len(graphs))\n"
        for size in (32, 16)
    )
    assert "\n32 5\n16 5\n" in printed((RESULT, f"{calls}{RESULT}"))


@claims.answer(3, "the depth changes from call to call, with one trace")
def test_a_draw_of_tensorflow_is_not_frozen(printed):
    """The draw is an operation of the graph."""
    text = printed(
        ("    depth = random.randint(0, 3)\n    return", f"    {DRAW}\n    return")
    )
    depths = re.search(r"drawn inside: traces: 1\ndepths: (.*)\n", text)[1].split()
    assert len(depths) == 20
    assert set(depths) == set("0123")


DRAW = "depth = tf.random.uniform((), 0, 4, tf.int32)"

# Below, what the prose says beyond what the cells print.
MORE = '''
class OwnFunction(torch.autograd.Function):
    """The function of the example on it."""

    @staticmethod
    def forward(ctx, h):
        ctx.save_for_backward(h)
        return h.clamp(min=0)

    @staticmethod
    def backward(ctx, grad):
        (h,) = ctx.saved_tensors
        return grad * (h > 0)


class OwnModule(torch.nn.Module):
    """The class of the example on it, and once with ``print``."""

    def __init__(self, talks):
        super().__init__()
        self.linear1 = torch.nn.Linear(D_in, H, dtype=dtype)
        self.linear2 = torch.nn.Linear(H, D_out, dtype=dtype)
        self.talks = talks

    def forward(self, x):
        h = self.linear1(x)
        if self.talks:
            print("talks")
        return self.linear2(h.clamp(min=0))


def forward(w1, w2):
    return (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()


def own_function(w1, w2):
    return (OwnFunction.apply(x.mm(w1)).mm(w2) - y).pow(2).sum()


def counted(function, *inputs):
    torch.compiler.reset()
    graphs.clear()
    torch.compile(function, backend=look)(*inputs)
    return len(graphs)


with_grad = (w1.clone().requires_grad_(), w2.clone().requires_grad_())
print("autograd", counted(forward, *with_grad))
print("own function", counted(own_function, *with_grad))
net_of_nn = torch.nn.Sequential(
    torch.nn.Linear(D_in, H, dtype=dtype),
    torch.nn.ReLU(),
    torch.nn.Linear(H, D_out, dtype=dtype),
).to(device)
print("nn", counted(net_of_nn, x), *graphs[0])
print("depth 0", counted(model, x, 0), *graphs[0])
print("own module", counted(OwnModule(False).to(device), x))
print("print", counted(OwnModule(True).to(device), x))

calls = []


def keep_calls(graph, example_inputs):
    """Return a graph that notes when it is called."""
    def run(*inputs):
        calls.append(graph)
        return graph(*inputs)
    return run


torch.compiler.reset()
random.seed(0)
drawing = torch.compile(model, backend=keep_calls)
counts = []
for _ in range(20):
    calls.clear()
    drawing(x)
    counts.append(len(calls))
print("graphs called:", *counts)

param = w1.clone().requires_grad_()
param.grad = torch.ones_like(w1)
torch.optim.Adam([param], lr=1e-4).step()
print("Adam as in optim:", torch.allclose(adam(*for_adam)[0], param, rtol=1e-12))

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

VIEWS = ("t", "detach")


class Numbers(TorchDispatchMode):
    """Counts the numbers that all but products and views work on."""

    total = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__
        if name != "mm" and name not in VIEWS:
            largest = max(a.numel() for a in (*args, result) if torch.is_tensor(a))
            Numbers.total += largest
        return result


with FlopCounterMode(display=False) as products:
    step(w1, w2)
with Numbers():
    step(w1, w2)
all_of_it = products.get_total_flops() + Numbers.total
print(f"products {products.get_total_flops() / all_of_it:.3f}")
'''


def test_prose(printed):
    """The other nets, the break by ``print``, Adam, and the share of the products."""
    figure = "\nimport matplotlib.pyplot as plt\n"
    text = printed((figure, MORE + figure))
    assert "autograd 1\nown function 1\n" in text
    assert "\nnn 1 linear relu linear\ndepth 0 1 linear relu linear\n" in text
    assert "\nown module 1\ntalks\nprint 2\n" in text
    assert "\ngraphs called: 2 2" + 18 * " 1" + "\n" in text
    assert "\nAdam as in optim: True\n" in text
    assert 0.985 < float(re.search(r"products (\S+)\n", text)[1]) < 0.995


def test_without_a_compiler(printed):
    """The page says so, and every other line is as with one."""
    text = printed()
    assert "\nInductor: found no C++ compiler, or not the headers of Python\n" in text
    assert text.count("    not compiled\n") == 2
    assert "\n499 4.85145e-07 4.85145e-07\n" in text


@pytest.mark.skipif(
    not (shutil.which(CXX) and HEADERS.exists()), reason="there is no C++ compiler"
)
def test_with_a_compiler(tmp_path):
    """The kernels are those that the prose names, and nothing is left."""
    (tmp_path / "temporary").mkdir()
    end = "\nimport threading\nprint(threading.enumerate())\n" + CHILDREN
    text = claims.printed(
        tmp_path,
        ("plt.show()\n", f"plt.show()\n{end}"),
        TMPDIR=str(tmp_path / "temporary"),
    )
    assert "\nInductor: has compiled\n" in text
    by_hand, adam = re.findall(r"as kernels:\n +(.*)\n", text)
    assert by_hand.split().count("mm") == 5
    assert by_hand.split().count("mul_sub") == 2
    assert len(by_hand.split()) == 10
    assert len(adam.split()) == 1
    assert "\n499 4.85145e-07 4.85145e-07\n" in text
    assert re.search(r"^\[<_MainThread\([^,]*, started \d+\)>\]$", text, re.M)
    assert text.endswith("children: 0\n")
    left = [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]
    # TensorFlow's AutoGraph deletes what it writes there, but not Python's bytecode.
    bytecode = "__pycache__/__autograph_generated_file*.pyc"
    assert [path for path in left if not path.match(bytecode)] == []


CHILDREN = """
children = list(Path("/proc/self/task").glob("*/children"))
print("children:", sum(len(file.read_text().split()) for file in children))
"""


def test_every_answer_has_a_test():
    """A new one needs a test above, and no test is about words that are gone."""
    claims.demand_all()

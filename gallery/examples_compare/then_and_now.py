r"""
Then and now
============

Every line of the PyTorch listings of 2017 that fails, warns or misleads today, run
here, with the message that you get and what to write instead.

The first edition of this tutorial was written in 2017, for PyTorch 0.3 and
TensorFlow 1. Seven of its nine listings stop with an error today, and some of the
lines that still run do something else. This program runs the old lines, one small
cell each, and after each what to write today.

Where there is a message, its beginning is the heading. Errors come first, then
warnings, then the lines that mislead without a word. The listing for TensorFlow is
tried in a program of its own, "Then and now: TensorFlow", which comes next. The page
"Old code, today's errors" lists the messages of both in short.
"""

# %%
# Try old code
# ------------
# Old code stands in quotes here, because it is text to be tried. ``attempt`` runs it
# and shows first what it prints, then each warning, then the error. Messages of more
# than four lines end in ``...``, and names of files are left out, since they differ
# from machine to machine.
#
# PyTorch gives some warnings only once in a program. ``set_warn_always`` changes
# that, so that every cell shows its own.

import re
import textwrap
import warnings

import numpy as np
import torch

torch.set_warn_always(True)


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
# Errors
# ------
#
# .. _then-index:
#
# ``IndexError: invalid index of a 0-dim tensor``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# In 2017 a loss was a Tensor with one element, and ``[0]`` took the number out. Since
# PyTorch 0.4 a loss has no axis at all, so there is nothing to index. In 0.4 the old
# line still worked, with a warning. It is an error since 1.0.

w = torch.ones(2, requires_grad=True)
loss = (w * w).sum()
attempt("print(loss.data[0])")
#> IndexError: invalid index of a 0-dim tensor. Use `tensor.item()` in Python or
#> `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number
attempt("print(loss[0])")
#> IndexError: invalid index of a 0-dim tensor. Use `tensor.item()` in Python or
#> `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number

# %%
# Today ``item`` takes the number out:

print(loss.item())
#> 2.0

# %%
# .. _then-leaf:
#
# ``RuntimeError: a leaf Variable that requires grad is being used``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# A *leaf* is a Tensor that no recorded operation has made, such as a weight. An update
# in place would become a part of the graph, and autograd refuses that. This is no new
# error. The old listings updated ``w.data`` to get around it.

loss.backward()
attempt("w -= 0.1 * w.grad")
#> RuntimeError: a leaf Variable that requires grad is being used in an in-place
#> operation.

# %%
# Today the update stands in ``torch.no_grad()``, where nothing is recorded:

with torch.no_grad():
    w -= 0.1 * w.grad
print(w)
#> tensor([0.8000, 0.8000], requires_grad=True)

# %%
# .. _then-none:
#
# ``AttributeError: 'NoneType' object has no attribute 'data'``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Before the first ``backward``, a weight has no gradient, and ``grad`` is ``None``.

w = torch.ones(2, requires_grad=True)
attempt("w.grad.data.zero_()")
#> AttributeError: 'NoneType' object has no attribute 'data'

# %%
# Since PyTorch 2.0 it is ``None`` again after each ``zero_grad``, both that of a module
# and that of an optimizer. In 2017 ``zero_grad`` wrote zeros.

model = torch.nn.Linear(2, 1)
model(torch.ones(2)).backward()
model.zero_grad()
attempt("for param in model.parameters(): param.data -= 0.1 * param.grad.data")
#> AttributeError: 'NoneType' object has no attribute 'data'

# %%
# The order of the old listings was ``zero_grad``, ``backward``, update, and in this
# order nothing fails. Where a gradient of zeros is needed, ask for it:

model(torch.ones(2)).backward()
model.zero_grad(set_to_none=False)
print(model.weight.grad)
#> tensor([[0., 0.]])

# %%
# For a weight of your own, drop the gradient. The next ``backward`` makes a new one.

w.grad = None

# %%
# .. _then-init:
#
# ``AttributeError: cannot assign module before Module.__init__() call``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The old modules began with ``super(OldNet, self).__init__()``, which Python 2 needed.
# It still works. Leaving the line out does not, today as in 2017.

attempt("""
class OldNet(torch.nn.Module):
    def __init__(self):
        super(OldNet, self).__init__()
        self.linear = torch.nn.Linear(2, 1)

class WithoutSuper(torch.nn.Module):
    def __init__(self):
        self.linear = torch.nn.Linear(2, 1)

print(OldNet())
WithoutSuper()
""")
#> OldNet(
#>   (linear): Linear(in_features=2, out_features=1, bias=True)
#> )
#> AttributeError: cannot assign module before Module.__init__() call

# %%
# Python 3 knows the class and the object by itself:


class Net(torch.nn.Module):
    """A module as it is written today."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(2, 1)


print(Net())
#> Net(
#>   (linear): Linear(in_features=2, out_features=1, bias=True)
#> )

# %%
# .. _then-legacy:
#
# ``RuntimeError: Legacy autograd function with non-static forward method``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# In its oldest form, a function of one's own was an object with two methods. PyTorch
# 1.2 warned of it. It is an error since 1.5.

x = torch.tensor([-1.0, 2.0], requires_grad=True)
attempt("""
class OldestReLU(torch.autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return x.clamp(min=0)

    def backward(self, grad_y):
        x, = self.saved_tensors
        return grad_y * (x > 0).float()

OldestReLU()(x)
""")
#> DeprecationWarning: <class '__main__.OldestReLU'> should not be instantiated.
#> Methods on autograd functions are all static, so you should invoke them on the
#> class itself. Instantiating an autograd function will raise an error in a future
#> version of PyTorch.
#> RuntimeError: Legacy autograd function with non-static forward method is
#> deprecated. Please use new-style autograd function with static forward method.
#> (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)

# %%
# .. _then-transforms:
#
# ``RuntimeError: In order to use an autograd.Function with functorch transforms``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The form of PyTorch 0.3 has static methods, and ``backward`` still works with it. The
# transforms of ``torch.func`` are younger. They do not accept a ``forward`` that both
# computes and saves.

attempt("""
class OldReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_y):
        x, = ctx.saved_tensors
        return grad_y * (x > 0)

print(torch.autograd.grad(OldReLU.apply(x).sum(), x))
torch.func.grad(lambda x: OldReLU.apply(x).sum())(x)
""")
#> (tensor([0., 1.]),)
#> RuntimeError: In order to use an autograd.Function with functorch transforms
#> (vmap, grad, jvp, jacrev, ...), it must override the setup_context staticmethod.
#> For more details, please see
#> https://pytorch.org/docs/main/notes/extending.func.html

# %%
# Today saving has a method of its own, and both ways to the gradient work:


class ReLU(torch.autograd.Function):
    """The function ReLU as it is written today."""

    @staticmethod
    def forward(x):
        """Return ``x``, with 0 for negative numbers."""
        return x.clamp(min=0)

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Save what ``backward`` needs."""
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_y):
        """Return the gradient of ``x``."""
        (x,) = ctx.saved_tensors
        return grad_y * (x > 0)


print(torch.autograd.grad(ReLU.apply(x).sum(), x))
#> (tensor([0., 1.]),)
print(torch.func.grad(lambda x: ReLU.apply(x).sum())(x))
#> tensor([0., 1.])

# %%
# .. _then-dtype:
#
# ``TypeError: randn() received an invalid combination of arguments``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The old listings began with ``dtype = torch.FloatTensor``. This is a type of Tensor,
# for one kind of number on one device. ``type`` still accepts it, without a warning.
# The argument ``dtype`` and the method ``to`` came with PyTorch 0.4, and refuse it.

attempt("""
dtype = torch.FloatTensor
print(torch.ones(2).type(dtype))
torch.randn(2, dtype=dtype)
""")
#> tensor([1., 1.])
#> UserWarning: Defining your `__torch_function__` as a plain method is deprecated
#> and will be an error in future, please define it as a classmethod.
#> TypeError: randn() received an invalid combination of arguments - got (int,
#> dtype=torch.tensortype), but expected one of: * (tuple of ints size, *,
#> torch.Generator generator, Tensor out = None, torch.dtype dtype = None,
#> torch.layout layout = None, torch.device device = None, bool pin_memory = ...
attempt("torch.ones(2).to(dtype)")
#> UserWarning: Defining your `__torch_function__` as a plain method is deprecated
#> and will be an error in future, please define it as a classmethod.
#> TypeError: to() received an invalid combination of arguments - got
#> (torch.tensortype), but expected one of: * (torch.device device = None,
#> torch.dtype dtype = None, bool non_blocking = False, bool copy = False, *,
#> torch.memory_format memory_format = None) * (torch.dtype dtype, bool ...

# %%
# Since 0.4 the kind of number is a ``dtype``, and the place is a ``device``:

dtype = torch.float32
device = torch.device("cpu")
print(torch.ones(2, dtype=dtype, device=device).to(torch.float64))
#> tensor([1., 1.], dtype=torch.float64)

# %%
# .. _then-list:
#
# ``TypeError: Variable data has to be a tensor, but got list``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# ``Variable`` wraps a Tensor and nothing else, today as in 2017.

attempt("""
from torch.autograd import Variable
Variable([1.0, 2.0])
""")
#> TypeError: Variable data has to be a tensor, but got list
print(torch.tensor([1.0, 2.0], requires_grad=True))
#> tensor([1., 2.], requires_grad=True)

# %%
# .. _then-mixed:
#
# ``RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The old listings drew their numbers with ``torch.randn``, which makes ``float32``. If
# you draw them with NumPy instead, they are ``float64``, and a product of the two
# fails.

rng = np.random.default_rng(0)
attempt("""
x = torch.randn(4, 3)
w = torch.tensor(rng.standard_normal((3, 2)))
x.mm(w)
""")
#> RuntimeError: expected m1 and m2 to have the same dtype, but got: float !=
#> double

# %%
# Say ``dtype`` wherever NumPy's numbers become a Tensor:

w = torch.tensor(rng.standard_normal((3, 2)), dtype=torch.float32)
print((torch.ones(4, 3) @ w).shape)
#> torch.Size([4, 2])

# %%
# .. _then-cuda:
#
# ``AssertionError: Torch not compiled with CUDA enabled``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# To move to a GPU, the old listings had the line ``dtype = torch.cuda.FloatTensor``.
# What it does depends on the machine. With a GPU it works. If PyTorch was built
# without CUDA, three ways to ask for a GPU give three messages. If it was built with
# CUDA and finds no driver, they give one and the same. The messages are written into
# this cell. It compares them with what happens only where PyTorch has no CUDA:

without_cuda = {
    "torch.ones(2).cuda()": "AssertionError: Torch not compiled with CUDA enabled",
    "torch.ones(2).type(torch.cuda.FloatTensor)": "RuntimeError: Cannot initialize "
    "CUDA without ATen_cuda library.",
    "torch.cuda.FloatTensor(2)": "TypeError: type torch.cuda.FloatTensor not "
    "available. Torch not compiled with CUDA enabled.",
}
for code, message in without_cuda.items():
    if not torch.backends.cuda.is_built():  # only there can they be tried
        assert outcome(code)[-1].startswith(message)
    print(shown(message))
    #> AssertionError: Torch not compiled with CUDA enabled
    #> RuntimeError: Cannot initialize CUDA without ATen_cuda library.
    #> TypeError: type torch.cuda.FloatTensor not available. Torch not compiled with
    #> CUDA enabled.
print("RuntimeError: Found no NVIDIA driver on your system.")
#> RuntimeError: Found no NVIDIA driver on your system.

# %%
# Today a program asks first, and then moves everything with ``to``:

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print(torch.ones(2).to(device).sum().item())
#> 2.0

# %%
# .. _then-invert:
#
# ``NotImplementedError: Subtraction, the `-` operator, with a bool tensor``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The old listings set a part of the gradient to zero with ``grad_h[h < 0] = 0``. That
# still works. But a comparison such as ``h < 0`` gave small integers, ``uint8``, before
# PyTorch 1.2, and gives ``bool`` since. The old way to invert it has become an error:
# a ``RuntimeError`` up to PyTorch 2.13, and since 2.14 a ``NotImplementedError``, which
# is a kind of ``RuntimeError``.

h = torch.tensor([-1.0, 0.5, 2.0])
grad_h = torch.ones(3)
attempt("""
grad_h[h < 0] = 0
print(grad_h)
print(1 - (h < 0))
""")
#> tensor([0., 1., 1.])
#> NotImplementedError: Subtraction, the `-` operator, with a bool tensor is not
#> supported. If you are trying to invert a mask, use the `~` or `logical_not()`
#> operator instead.
print(~(h < 0))
#> tensor([False,  True,  True])

# %%
# .. _then-masked-fill:
#
# ``RuntimeError: masked_fill_ only supports boolean masks``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The same change from the other side: a mask that is still ``uint8`` can no longer be
# used to set values. This is an error since PyTorch 2.1.

mask = torch.tensor([1, 0, 0], dtype=torch.uint8)
attempt("grad_h[mask] = 0")
#> RuntimeError: masked_fill_ only supports boolean masks, but got mask with dtype
#> unsigned char

# %%
# Make the mask ``bool``. Or do without one and multiply by a comparison, as the
# examples on this site do:

grad_h[mask.bool()] = 0
print(grad_h, torch.ones(3) * (h > 0))
#> tensor([0., 1., 1.]) tensor([0., 1., 1.])

# %%
# Warnings
# --------
#
# .. _then-volatile:
#
# ``UserWarning: volatile was removed and now has no effect``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# ``volatile=True`` asked for a forward pass without a graph. Since PyTorch 0.4 it does
# nothing: the graph is recorded, and its memory is used.

w = torch.ones(2, requires_grad=True)
attempt("""
x = Variable(torch.ones(2), volatile=True)
print((w * x).requires_grad)
""")
#> True
#> UserWarning: volatile was removed and now has no effect. Use `with
#> torch.no_grad():` instead.

# %%
# Today ``torch.no_grad()`` asks for it:

with torch.no_grad():
    print((w * x).requires_grad)
    #> False

# %%
# .. _then-reduction:
#
# ``UserWarning: size_average and reduce args will be deprecated``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# ``size_average=False`` asked for the sum of the squares, not their mean. It warns
# since PyTorch 0.4.1, and still gives the sum.

attempt("""
loss_fn = torch.nn.MSELoss(size_average=False)
print(loss_fn(torch.ones(3), torch.zeros(3)))
""")
#> tensor(3.)
#> UserWarning: size_average and reduce args will be deprecated, please use
#> reduction='sum' instead.

loss_fn = torch.nn.MSELoss(reduction="sum")
print(loss_fn(torch.ones(3), torch.zeros(3)))
#> tensor(3.)

# %%
# .. _then-non-leaf:
#
# ``UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# ``w = w - ...`` looks like ``w -= ...``, and is not refused. But it makes a new
# Tensor, which is no leaf: autograd has recorded how it was made, and gives it no
# gradient.

w = torch.ones(2, requires_grad=True)
(w * w).sum().backward()
attempt("""
w = w - 0.1 * w.grad
(w * w).sum().backward()
print(w.grad)
""")
#> None
#> UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is being
#> accessed. Its .grad attribute won't be populated during autograd.backward(). If
#> you indeed want the .grad field to be populated for a non-leaf Tensor, use
#> .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by ...

# %%
# An update in place, in ``torch.no_grad()``, leaves the weight what it was:

w = torch.ones(2, requires_grad=True)
(w * w).sum().backward()
with torch.no_grad():
    w -= 0.1 * w.grad
    w.grad = None
(w * w).sum().backward()
print(w.grad)
#> tensor([1.6000, 1.6000])

# %%
# .. _then-scalar:
#
# ``UserWarning: Converting a tensor with requires_grad=True to a scalar``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# A number outside the graph has no gradient, and whoever computes with it may not know.
# So ``float(loss)`` and ``"%f" % loss`` warn, since 2025. Neither ``item`` nor an
# f-string does.

loss = (w * w).sum()
attempt("float(loss)")
#> UserWarning: Converting a tensor with requires_grad=True to a scalar may lead to
#> unexpected behavior. Consider using tensor.detach() first.
attempt("print('%.2f' % loss)")
#> 1.28
#> UserWarning: Converting a tensor with requires_grad=True to a scalar may lead to
#> unexpected behavior. Consider using tensor.detach() first.
attempt("print(f'{loss:.2f}')")
#> 1.28
print(f"{loss.item():.2f}")
#> 1.28

# %%
# .. _then-saved:
#
# ``DeprecationWarning: 'saved_variables' is deprecated; use 'saved_tensors'``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# When Variables became Tensors, in 2018, what ``backward`` finds in its context got
# another name. The functions further up use the new one.

attempt("""
class WithSavedVariables(OldReLU):
    @staticmethod
    def backward(ctx, grad_y):
        x, = ctx.saved_variables
        return grad_y * (x > 0)

x = torch.ones(2, requires_grad=True)
WithSavedVariables.apply(x).sum().backward()
""")
#> DeprecationWarning: 'saved_variables' is deprecated; use 'saved_tensors'

# %%
# .. _then-uint8:
#
# ``UserWarning: indexing with dtype torch.uint8 is now deprecated``
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# To set values with a mask of ``uint8`` is an error, as shown above. To read them only
# warns, since PyTorch 1.2.

attempt("print(h[mask])")
#> tensor([-1.])
#> UserWarning: indexing with dtype torch.uint8 is now deprecated, please use a
#> dtype torch.bool instead.
print(h[mask.bool()])
#> tensor([-1.])

# %%
# Nothing is said
# ---------------
# These lines run without a message. Some do what they did in 2017. The others mislead.
#
# .. _then-variable:
#
# Variable(t) gives back a Tensor that has lost requires_grad
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Since PyTorch 0.4, a ``Variable`` is a Tensor. Wrapping one makes a new Tensor on the
# same memory, and its ``requires_grad`` is ``False`` unless you say otherwise, even if
# the wrapped Tensor asked for a gradient. ``requires_grad=False`` was the default then
# and still is.

t = torch.ones(2, requires_grad=True)
attempt("""
v = Variable(t)
print(type(v), v is t, v.data_ptr() == t.data_ptr())
print(v.requires_grad, Variable(t, requires_grad=True).requires_grad)
print(isinstance(t, Variable))
""")
#> <class 'torch.Tensor'> False True
#> False True
#> True

# %%
# Write the Tensor itself, and ask for the gradient where the Tensor is made, as in the
# first line of this cell.
#
# .. _then-print:
#
# print(loss) prints a Tensor
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~
# In 2017 the sum of a Tensor was a number of Python, and ``print(t, loss)`` showed it
# as one. Since PyTorch 0.4 it is a Tensor with no axis. With autograd, the function
# that made it is printed too.

loss = (t * t).sum()
attempt("""
print(0, torch.ones(2).sum())
print(0, loss)
""")
#> 0 tensor(2.)
#> 0 tensor(2., grad_fn=<SumBackward0>)
print(0, loss.item())
#> 0 2.0

# %%
# .. _then-data:
#
# A change through .data gives a wrong gradient
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The gradient of :math:`w^2` is :math:`2w`: 2 where ``w`` is 1. To compute it, autograd
# keeps ``w`` from the forward pass, and a counter tells it whether ``w`` has been
# changed since. A change through ``.data`` does not move this counter. If it comes
# between the two passes, autograd computes with the changed weight and says nothing:

w = torch.ones(2, requires_grad=True)
loss = (w * w).sum()
attempt("""
w.data *= 10
loss.backward()
print(w.grad, "version", w._version)
""")
#> tensor([20., 20.]) version 0

# %%
# 20 where 2 is right. The same mistake in ``torch.no_grad()`` is noticed:

w = torch.ones(2, requires_grad=True)
loss = (w * w).sum()
attempt("""
with torch.no_grad():
    w *= 10
loss.backward()
""")
#> RuntimeError: one of the variables needed for gradient computation has been
#> modified by an inplace operation: [torch.FloatTensor [2]] is at version 1;
#> expected version 0 instead. Hint: enable anomaly detection to find the operation
#> that failed to compute its gradient, with ...

# %%
# So the old update ``w.data -= learning_rate * w.grad.data`` is right where it stands,
# after ``backward``, and wrong one line higher. Write ``w -= learning_rate * w.grad``
# in ``torch.no_grad()``, and the mistake has a message.
#
# .. _then-count:
#
# Adding two comparisons no longer counts
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Before PyTorch 1.2 a comparison gave 0 and 1, and adding two of them counted. Of two
# ``bool`` the sum is ``bool``: true plus true is true.

h = torch.tensor([-1.0, 0.5, 2.0])
attempt("print((h > 0) + (h > 1))")
#> tensor([False,  True,  True])
print((h > 0).int() + (h > 1).int())
#> tensor([0, 1, 2], dtype=torch.int32)

# %%
# .. _then-zero-grad:
#
# The dynamic net trains differently
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# The last listing of 2017 is a network that uses its middle layer 0 to 3 times, drawn
# at each step, and trains with momentum. At depth 0 nothing flows into the
# gradient of the middle layer. In 2017 it was zeros then, and momentum moved the layer
# on in its old direction. Since PyTorch 2.0, ``zero_grad`` sets it to ``None``, and the
# optimizer skips the layer. Both ways, from the same weights and with the same draws:

import random

dtype = torch.float64
N, D_in, H, D_out = 64, 1000, 100, 10  # batch, input, hidden and output size

rng = np.random.default_rng(0)
x = torch.tensor(rng.standard_normal((N, D_in)), dtype=dtype)
y = torch.tensor(rng.standard_normal((N, D_out)), dtype=dtype)
momentum, seed = 0.9, 0


def train(set_to_none):
    """Train the dynamic net for 500 steps; return the losses and the depths."""
    random.seed(seed)
    torch.manual_seed(seed)
    first = torch.nn.Linear(D_in, H, dtype=dtype)
    middle = torch.nn.Linear(H, H, dtype=dtype)
    last = torch.nn.Linear(H, D_out, dtype=dtype)
    params = [*first.parameters(), *middle.parameters(), *last.parameters()]
    optimizer = torch.optim.SGD(params, lr=1e-4, momentum=momentum)
    losses, depths = [], []
    for _ in range(500):
        depths.append(random.randint(0, 3))
        h_relu = torch.relu(first(x))
        for _ in range(depths[-1]):
            h_relu = torch.relu(middle(h_relu))
        loss = ((last(h_relu) - y) ** 2).sum()
        optimizer.zero_grad(set_to_none=set_to_none)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses), depths


with_none, depths = train(set_to_none=True)
with_zeros, _ = train(set_to_none=False)
other = np.flatnonzero(with_none != with_zeros)

print("first step of depth 0:", depths.index(0))
#> first step of depth 0: 2
print("steps with another loss:", len(other), "from step", other[:1])
#> steps with another loss: 497 from step [3]
print(f"mean of the last 100 with None:  {with_none[400:].mean():.3g}")
#> mean of the last 100 with None:  0.333
print(f"mean of the last 100 with zeros: {with_zeros[400:].mean():.3g}")
#> mean of the last 100 with zeros: 1.35

# %%
# The losses are equal to the last bit up to the first step of depth 0, and never again.
# For the training of 2017, write ``optimizer.zero_grad(set_to_none=False)``.
#
# .. caption:: The losses are equal up to the first depth of 0, then apart
#
#    The relative difference of the losses over the first 100 steps, on a logarithmic
#    axis. It is 0 up to a vertical line, jumps up there, and never comes back. Dots
#    mark the steps of depth 0.

import matplotlib.pyplot as plt

steps = np.arange(100)
difference = np.abs(with_none - with_zeros)[:100] / with_none[:100]
zero = steps[np.array(depths[:100]) == 0]

fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
ax.plot(steps, difference, label="difference")
ax.plot(zero, difference[zero], "o", markersize=4, label="depth == 0")
ax.axvline(zero[0], color="0.7", linewidth=1, zorder=0)
ax.set_yscale("symlog", linthresh=1e-6)
ax.set(xlabel="t", ylabel="difference", ylim=(-5e-7, 10))
ax.legend(loc="lower right")
plt.show()

# %%
# Try it
# ------
# 1. Move ``w.data *= 10`` below ``loss.backward()``. What is the gradient?
#
#    .. answer::
#
#       It is 2, as it should be. Nothing warned you where it was wrong.
#
# 2. Set ``momentum = 0.0`` for the dynamic net. How many of its 500 losses still
#    differ?
#
#    .. answer::
#
#       All 500 losses are equal: without momentum, a gradient of zeros does no more
#       than none.
#
# 3. Set ``seed = 2``. Does the net with ``None`` end lower again?
#
#    .. answer::
#
#       This time the one with zeros ends lower.

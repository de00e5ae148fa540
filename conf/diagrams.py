"""The directive ``diagram``: one training step of an example, and who computes what.

.. code-block:: rst

    .. diagram:: two_layer_net_autograd

Its argument is the name of an example's script, or ``static_and_dynamic``. The page
gets a figure with an inline SVG, which takes its colours from the theme. All words but
those of code are in the language of the build.
"""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from drawing import LEFT, WIDTH, Net, network, static_and_dynamic
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective

GRAPHS = "static_and_dynamic"

# -- Who computes what, and under which names -----------------------------------------

FORWARD = ("h", "h_relu", "y_pred", "loss")
BACKWARD = ("grad_y_pred", "grad_w2", "grad_h_relu", "grad_h", "grad_w1")
UPDATE = ("w1", "w2")

WHOLE, MODEL = (-2, 14, 324, 182), (18, 14, 221, 91)  # frames
RELU, MY_RELU = (112, 32, "ReLU"), (112, 32, "MyReLU", "function")
CALL_BACKWARD = (106, 156, "loss.backward()", "autograd")
TIMES = "0\u20133\u00d7"  # 0 to 3 times
CALL_STEP = (101, 118, "optimizer.step()", "optimizer")


def _who(forward, backward, update, **others):
    """Return who computes each value; ``others`` are exceptions and additions."""
    who = dict.fromkeys(FORWARD, forward)
    who |= dict.fromkeys(BACKWARD, backward) | dict.fromkeys(UPDATE, update)
    return who | others


def _names(values="", **others):
    """Return the names of values; most are called what they are called here."""
    return {value: value for value in f"x y y_pred loss {values}".split()} | others


NETS = {
    "two_layer_net_numpy": Net(
        _who("you", "you", "you"),
        _names("w1 h h_relu w2 grad_y_pred grad_w2 grad_h_relu grad_h grad_w1"),
        (RELU,),
    ),
    "two_layer_net_tensor": Net(
        _who("you", "you", "you"),
        _names("w1 h h_relu w2 grad_y_pred grad_w2 grad_h_relu grad_h grad_w1"),
        (RELU,),
        (*WHOLE, "device"),
    ),
    "two_layer_net_autograd": Net(
        _who("you", "autograd", "you"),
        _names("w1 h h_relu w2", grad_w1="w1.grad", grad_w2="w2.grad"),
        (RELU, CALL_BACKWARD),
    ),
    "two_layer_net_custom_function": Net(
        _who("you", "autograd", "you", h_relu="function", grad_h="function"),
        _names("w1 h h_relu w2 grad_h_relu", grad_w1="w1.grad", grad_w2="w2.grad"),
        (MY_RELU, CALL_BACKWARD),
    ),
    "tf_two_layer_net": Net(
        _who("graph", "graph", "graph"),
        _names("w1 h h_relu w2 grad_w1 grad_w2"),
        (RELU, (130, 111, "session.run", "graph")),
        (*WHOLE, "graph"),
    ),
    "two_layer_net_nn": Net(
        _who("nn", "autograd", "you"),
        _names(grad_w1="param.grad", grad_w2="param.grad"),
        (RELU, (74, 88, "param"), (186, 88, "param"), CALL_BACKWARD),
        (*MODEL, "model"),
    ),
    "two_layer_net_optim": Net(
        _who("nn", "autograd", "optimizer"),
        _names(),
        (RELU, CALL_BACKWARD, CALL_STEP),
        (*MODEL, "model"),
    ),
    "two_layer_net_module": Net(
        _who("nn", "autograd", "optimizer", h_relu="you"),
        _names("h_relu"),
        (
            *((48, 32, "linear1"), RELU, (209, 32, "linear2")),
            *(CALL_BACKWARD, CALL_STEP),
        ),
        (*MODEL, "model"),
    ),
    "dynamic_net": Net(
        _who(
            *("nn", "autograd", "optimizer"),
            **{"h_relu": "you", "middle": "nn", "middle_relu": "you"},
            **{"grad_middle": "autograd", "grad_w": "autograd", "w": "optimizer"},
        ),
        _names("h_relu"),
        (
            *((66, 26, "input_linear"), (187, 26, "output_linear")),
            *((100, 57, "ReLU"), (101, 88, "middle_linear"), (200, 64, TIMES)),
            *(CALL_STEP, (130, 196, "loss.backward()", "autograd")),
        ),
        (18, 7, 221, 98, "model"),
    ),
}


# -- Words ---------------------------------------------------------------------------


def legend():
    """Return the words in the pictures: for kinds of lines, a dot, and two graphs."""
    return {
        "you": _("you"),
        "nn": "nn",
        "function": _("your own Function"),
        "graph": _("static graph"),
        "autograd": "autograd",
        "optimizer": _("optimizer"),
        "dots": _("no longer in your code"),
        "dynamic": _("dynamic graph"),
        "once": _("defined once"),
        "run": _("run 500 times"),
        "recorded": _("recorded 500 times"),
    }


def titles():
    """Return what each diagram is called."""
    return {
        "two_layer_net_numpy": _("A training step, all by hand"),
        "two_layer_net_tensor": _("A training step on a device, all by hand"),
        "two_layer_net_autograd": _("A training step with autograd"),
        "two_layer_net_custom_function": _("A training step with your own Function"),
        "tf_two_layer_net": _("A training step in a static graph"),
        "two_layer_net_nn": _("A training step with layers from nn"),
        "two_layer_net_optim": _("A training step with an optimizer"),
        "two_layer_net_module": _("A training step with your own module"),
        "dynamic_net": _("A training step of the dynamic net"),
        GRAPHS: _("A static graph and a dynamic graph over 500 steps"),
    }


def descriptions():
    """Return what each diagram shows, for those who cannot see it."""
    return {
        "two_layer_net_numpy": _(
            "From x, arrows lead to h, h_relu, y_pred and the loss, with w1, w2 and y "
            "joining in. From the loss they lead back to grad_y_pred, grad_h_relu and "
            "grad_h, with branches to grad_w2 and grad_w1, and from these to the "
            "weights. Every arrow is a line of yours."
        ),
        "two_layer_net_tensor": _(
            "From x, arrows lead to h, h_relu, y_pred and the loss, then back through "
            "the five gradients to the weights. Every arrow is a line of yours. All "
            "of it is in a frame, the device."
        ),
        "two_layer_net_autograd": _(
            "Your lines lead from x to the loss. The arrows back are autograd's. "
            "Three gradients are dots without a name, and two are w1.grad and "
            "w2.grad. Your lines lead from these to the weights."
        ),
        "two_layer_net_custom_function": _(
            "Your lines lead from x to the loss, but the arrow from h to h_relu is "
            "MyReLU's. The arrows back are autograd's, but the one that leaves "
            "grad_h_relu is MyReLU's again. Your lines lead to the weights."
        ),
        "tf_two_layer_net": _(
            "The whole step is in a frame, the graph: the arrows from x to the loss, "
            "back to grad_w1 and grad_w2, and to the weights. All are the static "
            "graph's and are computed by session.run."
        ),
        "two_layer_net_nn": _(
            "In a frame, the model, arrows of nn lead from x through values without "
            "names to y_pred, and on to the loss. The arrows back to param.grad are "
            "autograd's. Your line leads from param.grad to each param."
        ),
        "two_layer_net_optim": _(
            "Arrows of nn lead from x through the model to y_pred and the loss, "
            "those of autograd back to the gradients, and those of the optimizer to "
            "the weights. No arrow is yours. Names are left at the ends only: x, "
            "y_pred, y and loss."
        ),
        "two_layer_net_module": _(
            "In the model, linear1 and linear2 are arrows of nn, and the ReLU between "
            "them is a line of yours. The arrows back from the loss are autograd's, "
            "those to the weights the optimizer's."
        ),
        "dynamic_net": _(
            "In the model, input_linear leads to a ReLU and to h_relu. From there an "
            "arrow goes round through middle_linear and a ReLU back to h_relu, 0 to 3 "
            "times; then output_linear leads to y_pred. Autograd's arrows go back "
            "the same way, with the same turn, and the optimizer's to three weights."
        ),
        GRAPHS: _(
            "Above, one graph, defined before the first step; from it an arrow leads "
            "to each step from t=0 to t=499. Below, an arrow leads from each step to "
            "a graph of its own, recorded in that step."
        ),
    }


def captions():
    """Return what each diagram says, as a statement."""
    return {
        "two_layer_net_numpy": _("Eleven results, each from a line of yours"),
        "two_layer_net_tensor": _("The same eleven lines, wherever the Tensors live"),
        "two_layer_net_autograd": _("The five gradients come from autograd"),
        "two_layer_net_custom_function": _(
            "One operation is your own, on the way there and on the way back"
        ),
        "tf_two_layer_net": _(
            "You define the graph, and all eleven results come from it"
        ),
        "two_layer_net_nn": _("The forward pass comes from the model"),
        "two_layer_net_optim": _("Nothing is left to compute by hand"),
        "two_layer_net_module": _("Between the layers, a line of yours"),
        "dynamic_net": _("A layer used 0 to 3 times has one set of weights"),
        GRAPHS: _("One graph for all steps, or a graph for each step"),
    }


# -- The page ------------------------------------------------------------------------


def svg(name, own=None):
    """Return a diagram as an SVG element.

    ``own`` begins its ids. Without it, the element is a picture for a card: small,
    without words, and nothing to those who cannot see it.
    """
    if own is None:
        inside, top, bottom = network(NETS[name])
        about = 'class="diagram" aria-hidden="true"'
    else:
        words = legend()
        inside, top, bottom = (
            static_and_dynamic(words) if name == GRAPHS else network(NETS[name], words)
        )
        title, description = (
            escape(str(texts[name]), quote=False)
            for texts in (titles(), descriptions())
        )
        about = f'role="img" aria-labelledby="{own}-title {own}-desc"'
        inside = (
            f'<title id="{own}-title">{title}</title>\n'
            f'<desc id="{own}-desc">{description}</desc>\n{inside}'
        )
    box = f"{LEFT} {top} {WIDTH} {bottom - top}"
    return f'<svg viewBox="{box}" {about}>\n{inside}\n</svg>'


def depend(env):
    """Have the page being read depend on how diagrams are made."""
    for module in (__file__, Path(__file__).with_name("drawing.py")):
        env.note_dependency(module)


class diagram(nodes.General, nodes.Element):  # noqa: N801 - docutils' own style
    """Stands for a diagram; one with an attribute ``own`` is a figure."""


class Diagram(SphinxDirective):
    """``.. diagram:: two_layer_net_autograd``."""

    required_arguments = 1

    def run(self):
        """Return the node."""
        name = self.arguments[0]
        if name != GRAPHS and name not in NETS:
            known = ", ".join([*NETS, GRAPHS])
            raise self.error(f"there is no diagram {name!r}; there are: {known}")
        depend(self.env)
        own = f"diagram-{self.env.new_serialno('diagram') + 1}"
        node = diagram(name=name, own=own)
        self.set_source_info(node)
        drawing = f"{svg(name, own)} {captions()[name]}"
        node += nodes.Text(re.sub(r"<[^>]+>", " ", drawing))  # for search
        return [node]


def write_html(translator, node):
    """Write the figure, or the picture alone."""
    name, own = node["name"], node.get("own")
    picture = svg(name, own)
    if own:
        caption = escape(str(captions()[name]), quote=False)
        picture = (
            f'<figure class="diagram">\n{picture}\n'
            f"<figcaption>{caption}</figcaption>\n</figure>"
        )
    translator.body.append(f"{picture}\n")
    raise nodes.SkipNode


def setup(app):
    """Add the directive."""
    app.add_node(diagram, html=(write_html, None))
    app.add_directive("diagram", Diagram)
    app.add_css_file("diagrams.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The directive ``playground``: the first example's network, trained in the browser.

```{playground}
```

The page gets a form, a table of the losses that NumPy computed, and what the scripts
``static/playground*.js`` need: their words, in the language of the build, and all
losses. They stand in a block of data; no script and no style is written into the page.
"""

import contextlib
import hashlib
import io
import json
from functools import cache
from html import escape
from pathlib import Path

from cells import cells_of
from docutils import nodes
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

logger = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
SCRIPT = "examples_tensor/two_layer_net_numpy.py"
WORKER = "playground-worker.js", "playground-random.js"
STYLES, SCRIPTS = "playground.css", ("playground-chart.js", "playground.js")

# The values of the script, and which whole numbers the settings may be.
SETTINGS = {"learning_rate": "1e-6", "H": "100", "steps": "500", "seed": "0"}
LIMITS = {"H": (1, 400), "steps": (1, 2000), "seed": (0, 2**32 - 1)}
TYPES = "float64", "float32"


@cache
def recorded_losses(script):
    """Return the losses of a script: its own code is run, up to the training loop."""
    space = {}
    for cell in cells_of(script):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(cell.code, str(script), "exec"), space)
        if "losses" in space:
            return space["losses"]
    raise ValueError(f"{script} keeps no losses")


# -- Words ---------------------------------------------------------------------------


def labels():
    """Return the words of the form and the table."""
    return {
        "learning_rate": _("Learning rate"),
        "H": _("Hidden units, H"),
        "steps": _("Steps"),
        "seed": _("Seed of the random numbers"),
        "positive": _("greater than 0"),
        "between": _("{min} to {max}"),
        "settings": _("Settings"),
        "type": _("Type of the numbers"),
        "start": _("Start"),
        "stop": _("Stop"),
        "reset": _("Reset"),
        "step": _("step"),
        "table": _("The loss at every hundredth step"),
        "numpy": _("NumPy, recorded: {settings}"),
        "script": _(
            "The playground needs JavaScript. Without it, this page shows what NumPy "
            "computed."
        ),
    }


def messages():
    """Return what the script says; it fills in what stands in braces."""
    return {
        "given": _("learning_rate {rate}, H {H}, steps {steps}, seed {seed}, {type}"),
        "run": _("Run {number}: {settings}"),
        "name": _("Run {number}"),
        "started": _("Run {number} has started: {settings}."),
        "progress": _("Step {step}: the loss is {loss}."),
        "done": _("Run {number} is done. At step {step} the loss is {loss}."),
        "stopped": _("Run {number} was stopped. At step {step} the loss is {loss}."),
        "stopped_early": _("Run {number} was stopped before its first step."),
        "reset": _("All is as it was at first."),
        "file": _(
            "The run could not be started. The browser does not allow it in a page "
            "that was opened from a file: open this page from a server."
        ),
        "unloaded": _(
            "The run could not be started: the browser did not get the program. See "
            "whether you are online, and load this page again."
        ),
        "broken": _("The run broke off. The browser reports: {message}"),
        "diverged": _("Run {number} has diverged: at step {step} the loss is {loss}."),
        "inf": _(
            "The steps are too long. Each jumps over the valley and lands higher on "
            "the other side, where the slope is steeper, so that the next is longer "
            "still. Step by step the loss is multiplied, until it is larger than "
            "{largest}, the largest number of {type}."
        ),
        "nan": _(
            "The step before was so long that weights, or their products, went past "
            "{largest}, the largest number of {type}, and became inf or -inf. Their "
            "sum, inf - inf, has no value: it is nan, not a number, and so is every "
            "result that it is part of."
        ),
        "still": _(
            "In the last step {percent} % of the weights in w1 did not change at all: "
            "{type} keeps some {digits} digits, and the update is smaller than the "
            "last of them. That is why the curve flattens."
        ),
        "dead": _(
            "Hidden units that are zero for all 64 inputs: {dead} of {H}. No "
            "gradient reaches them, so they stay zero."
        ),
        "chart": _(
            "A chart of the loss over the steps, with the loss on a logarithmic axis."
        ),
        "curve": _("{name}: {first} at step 0, {last} at step {step}."),
        "bad_number": _("Write a number greater than 0, for example 1e-6."),
        "bad_whole": _("Write a whole number from {min} to {max}."),
        "refused": _("No run was started: a setting needs another value."),
    }


# -- The page ------------------------------------------------------------------------


class playground(nodes.General, nodes.Element):  # noqa: N801 - docutils' own style
    """Stands for the form, the chart and the table."""


class Playground(SphinxDirective):
    """``{playground}``, once on a page."""

    def run(self):
        """Return the node; the page depends on the script whose losses it shows."""
        script = Path(self.env.srcdir).parent / "gallery" / SCRIPT
        self.env.note_dependency(script)
        node = playground(script=str(script))
        self.set_source_info(node)
        node.extend(nodes.Text(str(word)) for word in labels().values())  # for search
        return [node]


def write_html(translator, node):
    """Write the form, the table and the data."""
    try:
        losses = recorded_losses(node["script"])
    except Exception as error:  # whatever the script raises
        logger.warning("no recorded losses: %s", error, location=node)
        raise nodes.SkipNode from None
    words = {key: escape(str(word)) for key, word in labels().items()}
    code = b"".join(Path(STATIC, name).read_bytes() for name in WORKER)
    page = translator.builder.get_target_uri(translator.builder.current_docname)
    address = relative_uri(page, f"_static/{WORKER[0]}")
    version = hashlib.sha256(code).hexdigest()[:8]
    data = {
        "worker": f"{address}?v={version}",
        "settings": SETTINGS,
        "limits": LIMITS,
        "losses": losses,
        "words": {key: str(word) for key, word in messages().items()},
    }
    block = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    translator.body.append(
        f'<div class="playground">\n<p class="without-script">{words["script"]}</p>\n'
        f"{_form(words)}\n{_figure(words)}\n{_table(words, losses)}\n"
        f'<script type="application/json">{block}</script>\n</div>\n'
    )
    raise nodes.SkipNode


def _form(words):
    fields = "\n".join(_field(name, words) for name in SETTINGS)
    types = "\n".join(
        f'<label><input type="radio" name="type" value="{name}"'
        f"{' checked' if name == TYPES[0] else ''}> {name}</label>"
        for name in TYPES
    )
    return f"""<form novalidate autocomplete="off">
<fieldset><legend>{words["settings"]}</legend>
{fields}
</fieldset>
<fieldset><legend>{words["type"]}</legend>
{types}
</fieldset>
<p class="playground-buttons">
<button type="submit">{words["start"]}</button>
<button type="button" name="stop" aria-disabled="true">{words["stop"]}</button>
<button type="button" name="clear">{words["reset"]}</button>
</p>
<output></output>
</form>"""


def _field(name, words):
    hint, keys = words["positive"], "text"
    if name in LIMITS:
        low, high = LIMITS[name]
        hint, keys = words["between"].format(min=low, max=high), "numeric"
    own = f"playground-{name}"
    return (
        f'<div><label for="{own}">{words[name]}</label>\n'
        f'<input type="text" id="{own}" name="{name}" value="{SETTINGS[name]}"'
        f' inputmode="{keys}" spellcheck="false"'
        f' aria-describedby="{own}-hint {own}-error">\n'
        f'<small id="{own}-hint">{hint}</small>\n'
        f'<strong id="{own}-error"></strong></div>'
    )


def _figure(words):
    rate = float(SETTINGS["learning_rate"])
    settings = messages()["given"].format(**SETTINGS, rate=rate, type=TYPES[0])
    text = words["numpy"].format(settings=settings)
    return f"""<figure>
<svg role="img"></svg>
<figcaption><ul>
<li><svg width="44" height="12" aria-hidden="true">
<path class="curve numpy" d="M2 6H42"/></svg>{text}</li>
</ul></figcaption>
</figure>"""


def _table(words, losses):
    rows = "\n".join(
        f'<tr><th scope="row">{step}</th><td>{losses[step]:.6g}</td></tr>'
        for step in range(99, len(losses), 100)
    )
    return f"""<table class="docutils">
<caption>{words["table"]}</caption>
<thead><tr><th scope="col">{words["step"]}</th><th scope="col">NumPy</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


def add_files(app, pagename, templatename, context, doctree):
    """Load style and scripts on the page with a playground, and on no other."""
    if doctree is not None and next(doctree.findall(playground), None) is not None:
        app.add_css_file(STYLES)
        for name in SCRIPTS:
            app.add_js_file(name, loading_method="defer")


def setup(app):
    """Add the directive."""
    app.add_node(playground, html=(write_html, None))
    app.add_directive("playground", Playground)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The page ``where_numbers_hold``: what ``make versions`` has found, and the reasons.

- the directive ``environments``: a table of the environments that were measured;
- the directive ``same-digits``: for each example, the versions with the same digits;
- the directive ``difference``, with an example and the first words of a line of the
  cell that does something else there: both outputs, and as its content the reason::

      :::{difference} examples_nn/dynamic_net
      :cell: print(model

      A sentence that says why.
      :::

On a page that has the table of examples, a cell that differs and has no reason stops
the build, and so does a reason without a difference. A file that is not what its
checksum says ends the build.
"""

import difflib
from pathlib import Path

import checks
from cells import Cell, cells_of
from checks import Check, Checks, DamagedError, Environment, Keys
from docutils import nodes
from docutils.parsers.rst import directives
from expected import expected_in
from from_scripts import link, script_of, teaching_order
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from version_ranges import PARTS, SHOWN, apart, build, part, parts, public

logger = logging.getLogger(__name__)
SHORT = 12  # lines of output that are shown as they are


def demand_whole_file(app: Sphinx) -> None:
    """End the build if the file is not what its checksum says."""
    path = Path(app.srcdir, checks.FILE)
    try:
        checks.load(path)
    except DamagedError as error:
        logger.warning("%s", error, location=f"{path}:1")
        raise SystemExit(1) from None  # any other is reported as a crash


# -- What there is to show -------------------------------------------------------------


class Held:
    """What was measured of the cells as they are now."""

    def __init__(self, srcdir: Path):
        self.gallery = srcdir.parent / "gallery"
        self.keys: Keys = checks.keys_of_gallery(self.gallery)
        self.checks: Checks = checks.current(
            checks.load(srcdir / checks.FILE), self.keys
        )

    @property
    def environments(self) -> list[Environment]:
        """All environments in which something of today was measured, in order."""
        return sorted(self.checks, key=lambda environment: environment.order)

    def whole(self, script: str) -> dict[Environment, Check]:
        """Return the checks that have all cells of a script."""
        return checks.whole(self.checks, script, self.keys[script])

    def unchecked(self, script: str) -> int:
        """Return how many cells of a script were measured nowhere."""
        found = [
            scripts[script] for scripts in self.checks.values() if script in scripts
        ]
        return sum(
            not any(check.outcome(key) for check in found) for key in self.keys[script]
        )

    def same(self, script: str) -> list[Environment]:
        """Return in which environments all cells of a script are the same."""
        keys = set(self.keys[script])
        return [
            environment
            for environment, check in self.whole(script).items()
            if keys <= set(check.same)
        ]

    def other(self, script: str) -> list[Environment]:
        """Return in which environments not all cells of a script are the same."""
        same = self.same(script)
        return [each for each in self.whole(script) if each not in same]

    def differing(self, script: str) -> list[Cell]:
        """Return the cells of a script that did something else somewhere."""
        cells = cells_of(self.gallery / f"{script}.py")
        return [
            cell
            for key, cell in zip(self.keys[script], cells, strict=True)
            if checks.differences(self.checks, script, key)
        ]

    def shown_of(self, script: str) -> list[str]:
        """Return the packages whose versions may matter to a script, as they are shown.

        A framework that it never names does not.
        """
        text = (self.gallery / f"{script}.py").read_text(encoding="utf-8")
        framework = {"PyTorch": "torch", "TensorFlow": "tensorflow"}
        return [name for name in SHOWN if framework.get(name, "") in text]


def held(env) -> Held:
    """Return what was measured, for a page being read; the page depends on it.

    Raises ``FileNotFoundError`` if nothing was measured.
    """
    env.note_dependency(checks.FILE)
    if not Path(env.srcdir, checks.FILE).is_file():
        words = f"no docs/{checks.FILE}; make versions writes it"
        raise FileNotFoundError(words)
    found = Held(Path(env.srcdir))
    for script in found.keys:
        script_of(env, script)  # the page depends on it
    return found


# -- Tables ----------------------------------------------------------------------------


def table(heads: list[str], rows: list[list[nodes.Element]], kind: str) -> nodes.table:
    """Return a table; its texts are translated already."""
    group = nodes.tgroup("", cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _head in heads]
    group += nodes.thead("", row([words(head) for head in heads]))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group, classes=[kind])


def row(cells: list[nodes.Element]) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def words(*texts: str | nodes.Node) -> nodes.paragraph:
    """Return a paragraph that is not to be translated again."""
    paragraph = nodes.paragraph("", translatable=False)
    for text in texts:
        paragraph += nodes.Text(text) if isinstance(text, str) else text
    return paragraph


def held_for(directive: SphinxDirective) -> Held:
    """Return what was measured, or end a directive with an error that says why not."""
    try:
        return held(directive.env)
    except (OSError, ValueError) as error:
        raise directive.error(f"{directive.name}: {error}") from None


class Measured(SphinxDirective):
    """``{environments}``."""

    def run(self) -> list[nodes.Node]:
        """Return a sentence with what all have in common, and the table."""
        found = held_for(self)
        everyone = found.environments
        common = [
            part(name, everyone, everyone)
            for name in ("TensorFlow", "platform")
            if len(set(map(PARTS[name], everyone))) == 1
        ]
        rows = [self.row(found, environment) for environment in everyone]
        heads = ["Python", "PyTorch", "NumPy", _("with the same digits")]
        sentence = words(self.dates(found))
        if common:
            text = _("In all of them: {versions}.").format(versions=" · ".join(common))
            sentence += nodes.Text(f" {text}")
        return [sentence, table(heads, rows, "environments")]

    def dates(self, found: Held) -> str:
        """Return how many environments were measured, and when."""
        days = sorted(
            check.date
            for scripts in found.checks.values()
            for check in scripts.values()
        )
        text = _("{count} environments, measured from {first} to {last}.")
        if days[0] == days[-1]:
            text = _("{count} environments, measured on {last}.")
        return text.format(count=len(found.checks), first=days[0], last=days[-1])

    def row(self, found: Held, environment: Environment) -> list[nodes.Element]:
        """Return the row of an environment."""
        scripts = found.checks[environment]
        same = sum(len(check.same) for check in scripts.values())
        number = sum(len(found.keys[script]) for script in scripts)
        torch = words(public(environment))
        if label := build(environment):
            torch += [nodes.Text(" "), nodes.inline("", label, classes=["build"])]
        count = _("{same} of {all} cells").format(same=same, all=number)
        return [
            words(environment.python),
            torch,
            words(environment.numpy),
            words(count),
        ]


class SameDigits(SphinxDirective):
    """``{same-digits}``."""

    def run(self) -> list[nodes.Node]:
        """Return the table, in teaching order."""
        found = held_for(self)
        rows = [
            [words(link(script, self.env.docname)), self.cell(found, script)]
            for script in in_order(self.env, found)
        ]
        heads = [_("example"), _("the same digits with")]
        made = table(heads, rows, "same-digits")
        made["demands_reasons"] = True
        return [made]

    def cell(self, found: Held, script: str) -> nodes.Element:
        """Return the versions with the same digits, and those with others."""
        box = nodes.container()
        everyone, same = found.whole(script), found.same(script)
        if same:
            box += words(parts(same, everyone, found.shown_of(script)))
        if other := found.other(script):
            text = _("other: {environments}")
            box += words(text.format(environments=apart(other, everyone)))
        if number := found.unchecked(script):
            text = _("not yet checked: {number} of {all} cells")
            all_cells = len(found.keys[script])
            box += words(text.format(number=number, all=all_cells))
        elif not everyone:
            box += words(_("not yet checked as a whole"))
        return box


def in_order(env, found: Held) -> list[str]:
    """Return the names of all scripts: on the ladder, and those after it."""
    sections = sorted({script.partition("/")[0] for script in found.keys})
    ladder = env.config.ladder
    sections.sort(
        key=lambda name: ladder.index(name) if name in ladder else len(ladder)
    )
    return [f"{each}/{name}" for each in sections for name in teaching_order(env, each)]


# -- Differences -----------------------------------------------------------------------


class Difference(SphinxDirective):
    """``{difference} examples_nn/dynamic_net``."""

    required_arguments = 1
    option_spec = {"cell": directives.unchanged_required}  # noqa: RUF012
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return where the cell is, both outputs, and the reason."""
        self.assert_has_content()
        box = nodes.container(classes=["difference"])
        if self.env.app.builder.name != "gettext":  # it wants the reason alone
            try:
                self.show(box, self.arguments[0], self.options.get("cell", ""))
            except (OSError, ValueError) as error:
                raise self.error(f"difference: {error}") from None
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]

    def show(self, box: nodes.container, script: str, beginning: str) -> None:
        """Put into a box where the cell is, and both outputs; raise ``ValueError``."""
        script_of(self.env, script)
        found = held(self.env)
        key, cell = the_cell(found, script, beginning)
        groups = checks.differences(found.checks, script, key)
        if not groups:
            raise ValueError(
                f"the cell at {script}.py:{cell.line} does the same in all "
                "environments; delete this reason"
            )
        box["cell_of"], box["cell_line"] = script, cell.line
        place = _(", line {line} of the script").format(line=cell.line)
        box += words(link(script, self.env.docname), place)
        everyone = [
            environment
            for environment, scripts in found.checks.items()
            if script in scripts and scripts[script].outcome(key)
        ]
        ours, shown_before = expected_in(cell.code) or "", None
        for (kind, theirs), group in groups.items():
            shown, shown_there = differing_lines(ours, theirs)
            if shown != shown_before:
                box += [words(_("Here:")), output(shown or _("(nothing is printed)"))]
                shown_before = shown
            text = _("With {environments}:")
            if kind == "error":
                text = _("The program stops with {environments}:")
            where = text.format(environments=apart(group, everyone))
            box += [words(where), output(shown_there)]


def the_cell(found: Held, script: str, beginning: str) -> tuple[str, Cell]:
    """Return digest and code of the one cell that has a line with this beginning.

    Raises ``ValueError``.
    """
    cells = cells_of(found.gallery / f"{script}.py")
    pairs = [
        (key, cell)
        for key, cell in zip(found.keys[script], cells, strict=True)
        if any(line.strip().startswith(beginning) for line in cell.code.split("\n"))
    ]
    if not beginning or len(pairs) != 1:
        number = len(pairs) or "none"
        raise ValueError(
            f":cell: names the first words of a line in one cell of {script}.py; "
            f"{beginning!r} is in {number} of them"
        )
    return pairs[0]


def output(text: str) -> nodes.literal_block:
    """Return a block with output."""
    return nodes.literal_block(text, text, language="none", translatable=False)


def differing_lines(one: str, other: str) -> tuple[str, str]:
    """Return two outputs; of long ones what differs, with a line before and after."""
    lines = one.strip("\n").split("\n"), other.strip("\n").split("\n")
    if max(map(len, lines)) <= SHORT:
        return "\n".join(lines[0]), "\n".join(lines[1])
    groups = difflib.SequenceMatcher(None, *lines, autojunk=False).get_grouped_opcodes(
        1
    )
    pieces: tuple[list[str], list[str]] = ([], [])
    for group in groups:
        first, last = group[0], group[-1]
        for which, (begin, end) in enumerate(
            ((first[1], last[2]), (first[3], last[4]))
        ):
            pieces[which].append("\n".join(lines[which][begin:end]))
    return "\n...\n".join(pieces[0]), "\n...\n".join(pieces[1])


def demand_reasons(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each cell that differs without a reason, on the page with the table."""
    if app.builder.name == "gettext":  # it publishes nothing
        return
    if not any(node.get("demands_reasons") for node in doctree.findall(nodes.table)):
        return
    found = held(app.env)
    given = {
        (node["cell_of"], node["cell_line"])
        for node in doctree.findall(nodes.container)
        if "cell_of" in node
    }
    for script in found.keys:
        for cell in found.differing(script):
            if (script, cell.line) not in given:
                message = (
                    "the cell does something else in another environment, see make "
                    "versions; docs/%s.md must say why, in a directive difference"
                )
                place = f"{found.gallery / script}.py:{cell.line}"
                logger.warning(message, app.env.docname, location=place)
                app.env.note_reread()  # and complain again next time


def setup(app: Sphinx) -> dict:
    """Add the directives, and look at the file before any script is run."""
    app.add_directive("environments", Measured)
    app.add_directive("same-digits", SameDigits)
    app.add_directive("difference", Difference)
    app.connect("builder-inited", demand_whole_file, priority=290)
    app.connect("doctree-read", demand_reasons)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

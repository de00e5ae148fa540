"""Write the ``#>`` lines of scripts: ``python conf/write_expected.py [SCRIPT]``.

Nothing else ever writes them. Each script is run, what a statement printed is put below
that statement, and the difference is shown. Without a name, all scripts are done. A
script that fails is left as it is, and the exit status is 1.
"""

import ast
import difflib
import sys
from pathlib import Path

from cells import run
from expected import MARK, complaint

ROOT = Path(__file__).resolve().parent.parent


def rewritten(script):
    """Return a script's text with the ``#>`` lines that a run asks for.

    Cells whose lines agree already are left alone, a ``...`` in them included.
    Raises ``RuntimeError``, naming the line, if a cell fails.
    """
    lines = script.read_text(encoding="utf-8").split("\n")
    for cell in reversed(run(script)):
        if cell.error:
            raise RuntimeError(cell.error)
        if complaint(cell.code, cell.output):
            first = cell.line - 1
            length = cell.code.rstrip("\n").count("\n") + 1
            lines[first : first + length] = with_marks(cell)
    return "\n".join(lines)


def with_marks(cell):
    """Return the lines of a cell with what each statement printed below it."""
    old = cell.code.rstrip("\n").split("\n")
    is_mark = [bool(MARK.match(line)) for line in old]
    lines = [line for line, mark in zip(old, is_mark, strict=True) if not mark]
    tree = ast.parse("\n".join(lines))
    for at, text in reversed(in_order(cell)):
        line = at - cell.line + 1 - sum(is_mark[: at - cell.line])
        end, indent = end_of_statement(tree, line)
        marks = [f"{indent}#> {printed}".rstrip() for printed in text.splitlines()]
        lines[end:end] = marks
    return lines


def in_order(cell):
    """Return pairs of line and text; all at the last one if lines take turns.

    A line of output that several statements print belongs to the one that ends it.
    """
    printed = sorted({line for line, _ in cell.printed})
    by_line, begun = [], ""
    for line in printed:
        begun += "".join(text for at, text in cell.printed if at == line)
        if begun.endswith("\n") or line == printed[-1]:
            by_line.append((line, begun))
            begun = ""
    if "".join(text for _, text in by_line) == cell.output:
        return by_line
    return [(printed[-1], cell.output)]


def end_of_statement(tree, line):
    """Return the last line of the smallest statement around a line, and its indent."""
    inside = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno
    ]
    smallest = max(inside, key=lambda node: (node.lineno, node.col_offset))
    return smallest.end_lineno, " " * smallest.col_offset


def main():
    """Rewrite the scripts named on the command line, or all of the gallery."""
    scripts = [Path(name).resolve() for name in sys.argv[1:]]
    status = 0
    for script in scripts or sorted((ROOT / "gallery").glob("examples_*/*.py")):
        try:
            old = script.read_text(encoding="utf-8")
            new = rewritten(script)
        except (OSError, RuntimeError) as error:
            print(f"{script}: {error}; nothing was changed.", file=sys.stderr)
            status = 1
            continue
        if new == old:
            continue
        name = script.relative_to(ROOT) if ROOT in script.parents else script
        difference = difflib.unified_diff(
            old.splitlines(True), new.splitlines(True), f"a/{name}", f"b/{name}"
        )
        sys.stdout.writelines(difference)
        script.write_text(new, encoding="utf-8")
    sys.exit(status)


if __name__ == "__main__":
    main()

"""Mutation testing of the gallery: `make mutants`, or `python -m tests.mutants SCRIPT`.

Small faults are put into the scripts, one at a time, and each faulty script is checked
as `pytest SCRIPT` checks it. A fault that nobody notices is a *survivor*. Each survivor
must be explained in `EXPLAINED`, or the exit status is 1. Cells that only draw are left
out: a figure has no `#>` lines.
"""

import ast
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "conf"))

import cells  # noqa: E402 - after the path is set
from expected import complaint  # noqa: E402

# What a surviving line contains, and why no test can notice the fault.
EXPLAINED = {
    "range(501)": "One step more, after the last one that is printed.",
    "default_rng(2)": "gradcheck must hold for any sample, and does.",
    "standard_normal((5, 3))": "gradcheck must hold for any sample, and does.",
    "standard_normal((4, 4))": "gradcheck must hold for any sample, and does.",
    "indent=1": "The whole tree is printed one column further right.",
    "disable_eager_execution()": "Within `graph.as_default()` nothing is eager anyway; "
    "the line is for the reader, who will meet it in programs without such a block.",
}


def faults(source):
    """Yield triples of line, description and faulty source."""
    lines = source.split("\n")
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for old, new, what in replacements(node, source):
            if old.lineno == old.end_lineno and not in_figure(source, old.lineno):
                line = lines[old.lineno - 1]
                begin, end = columns(line, old)
                changed = line[:begin] + new + line[end:]
                faulty = [*lines[: old.lineno - 1], changed, *lines[old.lineno :]]
                yield old.lineno, f"{what}: {changed.strip()}", "\n".join(faulty)


def columns(line, node):
    """Return where a node begins and ends in its line, in characters."""
    data = line.encode()
    begin = len(data[: node.col_offset].decode())
    return begin, len(data[: node.end_col_offset].decode())


def in_figure(source, line):
    """Return whether a line stands in a cell that draws."""
    cell = source.split("\n# %%")
    for text in cell:
        length = text.count("\n") + 1
        if line <= length:
            return "plt." in text
        line -= length
    return False


def replacements(node, source):
    """Yield triples: a part of the source, what replaces it, and a name for it."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        old = ast.get_source_segment(source, node)
        if isinstance(node.value, float):
            yield node, repr(node.value * 1.01), f"constant {old} + 1 %"
        else:
            yield node, repr(node.value + 1), f"constant {old} + 1"
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub | ast.Add):
        text = ast.get_source_segment(source, node)
        old, new = ("-=", "+=") if isinstance(node.op, ast.Sub) else ("+=", "-=")
        yield node, text.replace(old, new, 1), "sign turned"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        left, right = node.left, node.right
        if left.end_lineno == right.lineno:
            parts = (ast.get_source_segment(source, part) for part in (left, right))
            yield node, " + ".join(parts), "minus to plus"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if ast.unparse(node.value.func) != "print":
            yield node, "pass", f"left out: {ast.unparse(node)}"
    elif isinstance(node, ast.Assign) and ast.unparse(node.value) == "None":
        yield node, "pass", f"left out: {ast.unparse(node)}"
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Gt):
        left, right = map(ast.unparse, (node.left, node.comparators[0]))
        yield node, f"{left} < {right}", "comparison turned"


def noticed(source, name):
    """Return whether `pytest SCRIPT` would notice that something is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, name)
        script.write_text(source, encoding="utf-8")
        ran = cells.run(script, time_limit=60)
    return any(cell.error or complaint(cell.code, cell.output) for cell in ran)


def main():
    """Test all scripts, or those named; print a table and the survivors."""
    default = sorted((ROOT / "gallery").glob("examples_[!c]*/*.py"))
    scripts = [Path(name) for name in sys.argv[1:]] or default
    print(f"{'script':34} faults noticed survivors")
    total, survivors = Counter(), []
    for script in scripts:
        source = script.read_text(encoding="utf-8")
        if noticed(source, script.name):
            sys.exit(f"{script} fails without any fault; mend it first.")
        found = list(faults(source))
        with ThreadPoolExecutor(2) as pool:
            texts = [faulty for _, _, faulty in found]
            results = list(pool.map(noticed, texts, [script.name] * len(found)))
        alive = [f for f, seen in zip(found, results, strict=True) if not seen]
        total.update(faults=len(found), noticed=sum(results))
        survivors += [(script.name, line, what) for line, what, _ in alive]
        row = f"{len(found):6} {sum(results):7} {len(alive):9}"
        print(f"{script.name:34} {row}", flush=True)
    print(f"{'all':34} {total['faults']:6} {total['noticed']:7} {len(survivors):9}")
    unexplained = 0
    for name, line, what in survivors:
        reasons = [why for part, why in EXPLAINED.items() if part in what]
        unexplained += not reasons
        print(f"{name}:{line}: {what}\n    {(reasons or ['NOT EXPLAINED'])[0]}")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()

"""No process holds TensorFlow and PyTorch: where it has a GPU's build, it may crash.

A process that has imported TensorFlow dies as soon as PyTorch loads Triton, which comes
with its build for CUDA, and that happens deep inside, at the first optimizer for
example. So a script imports one of the two, and runs the other one in a process of its
own if it wants to compare them.
"""

import ast
import sys
from pathlib import Path

NAMES = ("torch", "tensorflow")
REMEDY = (
    "a process with both may crash; run one of them in a process of its own, as"
    " gallery/examples_compare/same_numbers.py does"
)


def imports_of(script: Path) -> dict[str, int]:
    """Return the packages that a script imports, in any line of it.

    Each name comes with the first line that imports it. A script that cannot be read
    as Python imports none.
    """
    try:
        tree = ast.parse(script.read_bytes())
    except (SyntaxError, ValueError):
        return {}
    lines: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        else:
            continue
        for name in names:
            package = name.partition(".")[0]
            lines[package] = min(node.lineno, lines.get(package, node.lineno))
    return lines


def fault_of_imports(script: Path) -> tuple[int, str] | None:
    """Return None, or line and message for a script that imports both."""
    lines = imports_of(script)
    if not all(name in lines for name in NAMES):
        return None
    (first, earlier), (second, line) = sorted(
        ((name, lines[name]) for name in NAMES), key=lambda pair: pair[1]
    )
    return line, f"imports {second}, and line {earlier} imports {first}; {REMEDY}"


def fault_of_process() -> str:
    """Return an empty string, or a sentence if this process has loaded both."""
    if not all(name in sys.modules for name in NAMES):
        return ""
    return f"has loaded {' and '.join(NAMES)}; {REMEDY}"

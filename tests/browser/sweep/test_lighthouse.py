"""Lighthouse gives every page full marks, as on a telephone with a slow network.

Performance is an exception, since it is made of times, and two of these tests run at
once. It may take several runs, and a little may be missing: what makes pages slow,
their weight and what they load, has tests without a clock.
"""

import json
import os
import subprocess

import pytest

from tests.browser import tools
from tests.browser.pages import PATHS
from tests.browsing import FLAGS, chromium
from tests.conftest import HIDDEN, ROOT
from tests.serving import serve

DRIVER = ROOT / "tests" / "browser" / "lighthouse.mjs"
RUNS = 4
PERFORMANCE = 90  # of 100
CATEGORIES = {"performance", "accessibility", "best-practices", "seo"}
# French, which the site does not have: the front door then leads nowhere by itself.
CHROME_FLAGS = ["--headless=new", "--accept-lang=fr", *FLAGS]


class Lighthouse:
    """A process that judges one page after another."""

    def __init__(self, process):
        self.process = process

    def judge(self, address, *skipped):
        """Return what is found at an address, apart from some audits."""
        self.process.stdin.write(" ".join([address, *skipped]) + "\n")
        self.process.stdin.flush()
        found = json.loads(self.process.stdout.readline() or '{"error": "it ended"}')
        if found["error"]:
            pytest.fail(f"Lighthouse: {address}: {found['error']}", pytrace=False)
        assert found["address"] == address
        assert found["scores"].keys() == CATEGORIES
        return found


@pytest.fixture(scope="module")
def lighthouse():
    """Return Lighthouse, with a Chromium that has not seen the site."""
    tools.folder_of("lighthouse")
    environment = {"CHROME_PATH": chromium(), "CHROME_FLAGS": " ".join(CHROME_FLAGS)}
    with subprocess.Popen(
        ["node", DRIVER, tools.HOME],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **environment},
    ) as process:
        yield Lighthouse(process)
        process.stdin.close()


def told(found):
    """Return what a maintainer needs to know, as text."""
    lines = [f"{found['address']}: {found['scores']}"]
    for audit in found["failing"]:
        lines.append(f"- {audit['category']}: {audit['audit']}: {audit['title']}")
        lines += [f"    {place}" for place in audit["places"]]
    lines.append(f"first paint {found['paint']:.0f} ms, layout shift {found['shift']}")
    return "\n".join(lines)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_full_marks(lighthouse, server, path):
    """And nothing on it moves while it loads."""
    is_closed = path == "404.html" or path.partition("/")[2] in HIDDEN  # to robots
    for _run in range(RUNS):
        found = lighthouse.judge(
            f"{server}/{path}", *(["is-crawlable"] if is_closed else [])
        )
        scores = dict(found["scores"])
        performance = scores.pop("performance")
        assert set(scores.values()) == {100}, told(found)
        assert found["shift"] == 0, told(found)
        if performance >= PERFORMANCE:
            return
    pytest.fail(f"not once in {RUNS} runs: {told(found)}", pytrace=False)


BROKEN = """<!doctype html>
<html><head><title>Broken</title></head>
<body><p>Text</p><img src="missing.png"><a href="b.html"></a></body></html>
"""


def test_a_page_with_faults_is_noticed(lighthouse, tmp_path):
    """Each fault is named with its place, so that silence means something."""
    (tmp_path / "index.html").write_text(BROKEN)
    (tmp_path / "404.html").write_text("missing")
    with serve(tmp_path) as address:
        found = lighthouse.judge(f"{address}/index.html")
    text = told(found)
    assert found["scores"]["performance"] is not None
    assert found["scores"]["accessibility"] < 100
    assert found["scores"]["best-practices"] < 100
    assert found["scores"]["seo"] < 100
    for words in ("html-has-lang", "image-alt", "missing.png", "errors-in-console"):
        assert words in text

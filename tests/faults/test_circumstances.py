"""A build notices what has changed around a script, and what another build is doing."""

import fcntl
import subprocess
import sys
import time

from bs4 import BeautifulSoup

from tests.faults.building import INDEX, ONE, TIMEOUT, TWO, Miniature

READS = """
# %%
# It reads the other script.

from pathlib import Path

here = Path(__file__).parent if "__file__" in globals() else Path.cwd()
print(len((here / "two.py").read_text(encoding="utf-8")) > 0)
#> True
"""


def executions(miniature):
    """Return when each script was executed last, by its name."""
    return {
        path.name.removesuffix(".md5"): path.stat().st_mtime_ns
        for path in (miniature.folder / "docs").rglob("*.py.md5")
    }


def test_a_script_that_reads_another_runs_again_with_it(good):
    """Its page would otherwise tell of a script that is no more."""
    good.append(ONE, READS)
    assert good.build().status == 0
    before = executions(good)
    assert good.build().status == 0
    assert executions(good) == before
    good.append(TWO, "#\n# A remark more.\n")
    assert good.build().status == 0
    after = executions(good)
    assert after["one.py"] > before["one.py"]
    assert after["two.py"] > before["two.py"]


def test_scripts_run_again_where_there_is_no_compiler(good):
    """What ``torch.compile`` does depends on it; an edit lets the build begin."""
    before = executions(good)
    good.append("docs/index.md", "\nA sentence more.\n")
    assert good.build().status == 0
    assert executions(good) == before
    assert good.build(CXX="no-such-compiler").status == 0
    after = executions(good)
    assert len(after) == 2
    assert all(after[name] > before[name] for name in before)


def test_cards_follow_the_order_of_the_index(good):
    """Also if nothing but the order has changed."""
    text = good.read(INDEX)
    good.write(INDEX, text.replace("   one\n   two\n", "   two\n   one\n"))
    assert good.read(INDEX) != text
    outcome = good.build()
    assert outcome.status == 0, outcome.text
    page = good.folder / "build/html/en/index.html"
    cards = BeautifulSoup(page.read_text("utf-8"), "html.parser").select("ul.cards a")
    shown = [card["href"] for card in cards]
    assert shown == ["examples_small/two.html", "examples_small/one.html"]


def test_a_second_build_at_the_same_time_waits(good, tmp_path):
    """It says so in one line, disturbs nothing, and ends well."""
    before = good.published()
    good.append("docs/index.md", "\nA sentence more.\n")
    said = tmp_path / "said.txt"
    with (good.folder / "build" / "lock").open("w") as lock, said.open("w") as file:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call = [sys.executable, "conf/build_site.py"]
        build = subprocess.Popen(call, cwd=good.folder, stdout=file, stderr=file)
        end = time.monotonic() + TIMEOUT
        while "this one waits for its end" not in said.read_text("utf-8"):
            assert time.monotonic() < end
            assert build.poll() is None
            time.sleep(0.05)
        assert good.published() == before
    assert build.wait(TIMEOUT) == 0, said.read_text("utf-8")
    assert said.read_text("utf-8").count("waits for its end") == 1
    assert good.published() != before


def test_a_kill_between_the_two_renames_loses_nothing(good):
    """The next build, though it fails, has the old site back."""
    before = good.published()
    (good.folder / "build" / "html").rename(good.folder / "build" / "old")
    good.insert(ONE, "raise ValueError('a fault')")
    assert good.build().status != 0
    assert good.published() == before


def test_a_script_cannot_leave_its_process(good):
    """Sphinx-Gallery's own setting would run it within the build."""
    line = good.insert(TWO, "# sphinx_gallery_parallel = False")
    good.refuses(("two.py", line))


def test_a_name_with_other_letters_is_refused(good):
    """With the letters that are allowed."""
    good.write("gallery/examples_small/a-b.py", good.read(TWO))
    outcome = good.refuses(("a-b.py", 1))
    assert "letters, digits and _ only" in outcome.text


def test_the_line_of_an_end_is_named_in_any_folder(tmp_path):
    """Python writes such a path in escapes when it crashes."""
    miniature = Miniature.new(tmp_path / "на диске 网站")
    line = miniature.insert(ONE, "import os; os._exit(0)")
    miniature.refuses(("one.py", line))

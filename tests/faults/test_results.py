"""Results are kept for other clones, and count only if they are whole and fitting."""

import shutil

import pytest

from tests.faults.building import ONE, TWO, Miniature

KEPT = ".cache/results"
FILES = {f"{KEPT}/examples_small/{name}.zip" for name in ("one", "two")}
READS = "import pathlib; print(pathlib.Path('data.txt').read_text())\n#> %s"


def kept(miniature):
    """Return the files in which results are kept."""
    paths = (miniature.folder / KEPT).rglob("*")
    return {str(path.relative_to(miniature.folder)) for path in paths if path.is_file()}


def executed(outcome):
    """Return the scripts that have run in a build."""
    assert outcome.status == 0, outcome.text
    rows = [row.split("  ") for row in outcome.text.splitlines()]
    return {row[1].partition("/")[2] for row in rows if len(row) == 3}


def test_a_clone_with_results_executes_nothing(first_build, tmp_path):
    """The same bytes come out, from a folder with another path."""
    miniature, first = first_build
    assert executed(first) == {"one", "two"}
    assert kept(miniature) == FILES
    clone = Miniature.new(tmp_path / "quite" / "another")
    shutil.copytree(miniature.folder / KEPT, clone.folder / KEPT)
    assert executed(clone.build()) == set()
    assert clone.published() == miniature.published()


def halve(path):
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    """Change one bit of the first file in an archive, whose checksum then differs."""
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)


DAMAGE = {
    "cut": halve,
    "changed": flip,
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "of_another_script": lambda path: shutil.copy(path.with_name("two.zip"), path),
}


def test_a_damaged_result_does_not_count(good):
    """Its script runs again, and only such a one; the site is the same."""
    for name in DAMAGE:
        good.add(name)
    assert executed(good.build()) == DAMAGE.keys()
    before = good.published()
    shutil.rmtree(good.folder / "build")
    for name, damage in DAMAGE.items():
        damage(good.folder / KEPT / "examples_small" / f"{name}.zip")
    assert executed(good.build()) == DAMAGE.keys()
    assert good.published() == before
    assert kept(good) == FILES | {
        f"{KEPT}/examples_small/{name}.zip" for name in DAMAGE
    }


def test_generated_files_that_were_changed_are_put_right(good):
    """Whatever lies in the generated folder, the results decide."""
    before = good.published()
    shutil.rmtree(good.folder / "build")
    made = good.folder / "docs" / "examples_small"
    halve(made / "one.rst")
    halve(made / "two.ipynb")
    (made / "images" / "sphx_glr_one_001.svg").unlink()
    (made / "three.rst").write_text("Three\n=====\n")
    assert executed(good.build()) == set()
    assert good.published() == before
    assert not (made / "three.rst").exists()


def test_another_setting_of_a_framework_runs_everything(good):
    """The variables that frameworks read are part of the circumstances."""
    assert executed(good.build(TF_ENABLE_ONEDNN_OPTS="1")) == {"one", "two"}


def test_a_data_file_of_the_gallery_counts(good):
    """A script that reads it would print something else."""
    data = good.folder / "gallery" / "examples_small" / "data.txt"
    data.write_text("1")
    line = good.insert(TWO, READS % 1)
    assert executed(good.build()) == {"one", "two"}
    data.write_text("2")
    good.refuses(("two.py", line - 3))


def test_results_of_scripts_that_are_gone_go_too(good):
    """So the folder does not grow for ever."""
    other = good.folder / KEPT / "examples_gone" / "three.zip"
    other.parent.mkdir()
    other.touch()
    good.replace(ONE, "range(10)", "range(11)")
    assert executed(good.build()) == {"one"}
    assert kept(good) == FILES


def test_nothing_is_built_if_nothing_has_changed(good):
    """That is said, and the site is not touched."""
    site = good.folder / "build" / "html"
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    outcome = good.build()
    assert outcome.text == "Nothing has changed.\nOpen build/html/index.html\n"
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


CHANGES = {
    "a page": lambda site: site.append("docs/index.md", "\nA sentence.\n"),
    "a style": lambda site: site.append("conf/static/page.css", "\nb {top: 0}\n"),
    "the site": lambda site: halve(site.folder / "build/html/en/index.html"),
    "a file more": lambda site: site.write("build/html/en/more.html", ""),
    "a file less": lambda site: (site.folder / "build/html/robots.txt").unlink(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_has_changed_is_seen(good, what):
    """The site is built again, without a run of a script."""
    CHANGES[what](good)
    outcome = good.build()
    assert outcome.text == "Open build/html/index.html\n"
    again = good.build()
    assert again.text == "Nothing has changed.\nOpen build/html/index.html\n"


def test_another_address_of_the_site_is_seen(good):
    """It stands in every page."""
    outcome = good.build(SITE_URL="https://example.org/")
    assert outcome.text == "Open build/html/index.html\n"
    assert b"https://example.org/en/" in good.published()["en/index.html"]

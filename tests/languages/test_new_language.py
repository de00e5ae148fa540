"""A language is a line of settings and catalogues; it executes nothing."""

import re

import polib
import pytest

from tests.faults.building import ONE, Miniature

LINES = """    Language("is", "is", "íslenska"),
    Language("eo", "eo", "Esperanto"),
)
SOURCE"""
MARKS = {"is": "¡%s!", "eo": "«%s»"}
ONE_EO = "docs/locale/eo/LC_MESSAGES/examples_small/one.po"
COUNT = """
import os

with open(os.environ["RAN"], "a") as file:
    file.write("one ")
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the miniature in two more languages, and how often its script ran."""
    folder = tmp_path_factory.mktemp("languages")
    site, ran = Miniature.new(folder / "site"), folder / "ran.txt"
    site.replace("conf/languages.py", ")\nSOURCE", LINES)
    site.insert(ONE, COUNT + "# A comment of this script.")
    outcome = site.run("conf/catalogues.py")
    assert outcome.status == 0, outcome.text
    for code, mark in MARKS.items():
        folder_of_language = site.folder / "docs/locale" / code
        catalogues = sorted(folder_of_language.rglob("*.po"))
        assert len(catalogues) == 5  # two scripts, their list, the page, the theme
        for path in catalogues:
            catalogue = polib.pofile(path, wrapwidth=0)
            for entry in catalogue:
                entry.msgstr = mark % entry.msgid
            catalogue.save()
    outcome = site.build(RAN=str(ran))
    assert outcome.status == 0, outcome.text
    assert re.fullmatch(r"(./2  .* s\n){2}Open .*\n", outcome.text), outcome.text
    return site, ran.read_text().split()


def test_a_second_language_executes_nothing(built):
    """One run, whose output and figure both languages show."""
    site, ran = built
    assert ran == ["one"]
    published = site.published()
    figure = "_images/sphx_glr_one_001.svg"
    assert published[f"eo/{figure}"] == published[f"en/{figure}"]


def test_its_pages_and_downloads_are_translated(built):
    """Title, prose, comment, caption, description, words of the theme, the switch."""
    site, _ = built
    page = site.read("build/html/eo/examples_small/one.html")
    assert '<html class="no-js" lang="eo"' in page
    for text in (
        "«One: fit a number»",
        "«A number is fitted to data by gradient descent.»",
        "# «A comment of this script.»",
        "«The loss falls at each step»",
        'alt="«A curve that falls, steeply at first.»"',
        "«On this page»",
        'aria-label="«Menu»"',
        "«Python script» <code",
        '<summary class="admonition-title">«Answer 1»</summary>',
        "<p>«The mean.»</p>",
        "«Learning PyTorch with Examples»",
        'hreflang="en"',
    ):
        assert text in page, text
    assert "¡" not in page, "from the language that was built before"
    assert "«" not in site.read("build/html/is/examples_small/one.html")
    english = site.read("build/html/en/examples_small/one.html")
    assert not set("«¡") & set(english)
    assert 'lang="eo">Esperanto</a>' in english
    (script,) = (site.folder / "build/html/eo/_downloads").rglob("one.py")
    text = script.read_text(encoding="utf-8")
    assert "# 1. «Use 100 steps. Which number is it?»\n#\n#    .. answer::" in text
    assert "#       «The mean.»\n" in text
    assert "    # «Forward pass: from the number to the loss.»" in text
    (notebook,) = (site.folder / "build/html/eo/_downloads").rglob("one.ipynb")
    assert "<summary>«Answer 1»</summary>" in notebook.read_text(encoding="utf-8")
    assert "Esperanto" in site.read("build/html/index.html")


def test_a_changed_translation_changes_its_page_and_downloads_alone(built, tmp_path):
    """Without a run; the English pages stay as they were, byte for byte."""
    site = built[0].copy(tmp_path / "site")
    before = site.published()
    changes = {
        "«Use 100 steps.": "«Try 100 steps.",
        "«Forward pass:": "«Run forward:",
        "«A number is fitted": "«One number is fitted",
    }
    for old, new in changes.items():
        site.replace(ONE_EO, f'msgstr "{old}', f'msgstr "{new}')
    assert site.build(RAN=str(tmp_path / "ran.txt")).status == 0
    assert not (tmp_path / "ran.txt").exists()
    after = site.published()
    changed = {name for name in after if after[name] != before.get(name)}
    changed -= {f"eo/searchindex{kind}.js" for kind in ("", "-complete")}
    assert {name.rpartition("/")[2] for name in changed} == {
        *("index.html", "one.html", "one.py", "one.ipynb"),
    }
    assert all(name.startswith("eo/") for name in changed)
    page = site.read("build/html/eo/index.html")
    assert "# «Run forward: from the number to the loss.»" in page
    assert "«One number is fitted to data by gradient descent.»" in page


@pytest.fixture
def site(built, tmp_path):
    """Return a copy of the built miniature."""
    return built[0].copy(tmp_path / "site")


SENTENCE = "«A number is fitted to data by gradient descent.»"


@pytest.mark.parametrize(
    ("translation", "named"),
    [
        ('A \\"\\"\\" and more', "gradient descent"),
        ("**A number", "one.py"),
        ("See :reff:`here`", "one.py"),
    ],
    ids=["code", "markup", "role"],
)
def test_a_translation_with_a_fault_is_refused(site, monkeypatch, translation, named):
    """Each time, not only at first; and the site stays as it was."""
    monkeypatch.setenv("RAN", str(site.folder / "ran.txt"))
    site.replace(ONE_EO, SENTENCE, translation)
    assert named in site.refuses().text
    assert named in site.refuses().text
    site.replace(ONE_EO, translation, SENTENCE)
    assert site.build().status == 0


def test_a_catalogue_that_cannot_be_read_is_named(site, monkeypatch):
    """Before anything is built."""
    monkeypatch.setenv("RAN", str(site.folder / "ran.txt"))
    site.replace(ONE_EO, f'msgstr "{SENTENCE}"', "<<<<<<< HEAD")
    assert "examples_small/one.po" in site.refuses().text


def test_what_a_killed_build_has_compiled_does_no_harm(site):
    """Half a file, newer than its catalogue; and one whose catalogue is gone."""
    folder = site.folder / "docs/locale/eo/LC_MESSAGES"
    before = site.published()
    for name in ("examples_small/one.mo", "sphinx.mo"):
        path = folder / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert site.build(RAN=str(site.folder / "ran.txt")).status == 0
    after = site.published()
    for name in ("eo/examples_small/one.html", "eo/index.html"):
        assert after[name] == before[name]
    (folder / "examples_small/one.po").unlink()
    assert site.build(RAN=str(site.folder / "ran.txt")).status == 0
    assert "«One: fit" not in site.read("build/html/eo/examples_small/one.html")


def test_a_changed_word_of_the_theme_reaches_every_page(site):
    """Those in the text too, which were put in when the page was read."""
    path = "docs/locale/eo/LC_MESSAGES/sphinx.po"
    site.replace(path, 'msgstr "«Python script»"', 'msgstr "«Program»"')
    assert site.build(RAN=str(site.folder / "ran.txt")).status == 0
    assert "«Program»" in site.read("build/html/eo/examples_small/one.html")
    assert "«Program»" in site.read("build/html/eo/examples_small/two.html")


@pytest.mark.parametrize(
    "line",
    [
        'Language("eo", "is", "twice")',
        'Language("", "is", "nowhere")',
        'Language("is", "is-IS", "spelled otherwise")',
    ],
)
def test_a_line_of_settings_with_a_fault_is_named(site, monkeypatch, line):
    """With the file, and what is wrong."""
    monkeypatch.setenv("RAN", str(site.folder / "ran.txt"))
    site.replace("conf/languages.py", 'Language("is", "is", "íslenska")', line)
    assert "conf/languages.py" in site.refuses().text


def test_a_listing_that_is_no_python_is_named(site, monkeypatch):
    """With its page and its line."""
    monkeypatch.setenv("RAN", str(site.folder / "ran.txt"))
    line = site.append("docs/index.md", "\n```python\n    return x\n```\n")
    site.refuses(("index.md", line + 1))


def test_the_sites_address_is_a_setting(built, tmp_path):
    """And what is no address is refused."""
    site = built[0].copy(tmp_path / "site")
    ran = {"RAN": str(tmp_path / "ran.txt")}
    assert site.build(SITE_URL="https://example.org/docs", **ran).status == 0
    root = "https://example.org/docs/"
    page = site.read("build/html/eo/examples_small/one.html")
    assert f'<link rel="canonical" href="{root}eo/examples_small/one.html">' in page
    assert f'hreflang="en" href="{root}en/examples_small/one.html"' in page
    assert f'hreflang="eo" href="{root}eo/index.html"' in site.read(
        "build/html/index.html"
    )
    assert 'href="/docs/eo/index.html"' in site.read("build/html/404.html")
    for address in ("example.org", "http://", "https://a.org/?q", "https://a.org/#x"):
        outcome = site.build(SITE_URL=address, **ran)
        assert outcome.is_refusal()
        assert "SITE_URL" in outcome.text

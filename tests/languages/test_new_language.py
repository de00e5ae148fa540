"""A language is a line of settings and catalogues; it executes nothing."""

import polib
import pytest

from tests.faults.building import ONE, Miniature

LINE = '    Language("eo", "eo", "Esperanto"),\n)\nSOURCE'
COUNT = """
import os

with open(os.environ["RAN"], "a") as file:
    file.write("one ")
"""


def made_up(message):
    """Return a translation that no other text has: each word gets an ending."""
    return f"«{message}»" if not message.startswith("%") else message


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the miniature with a made-up language, and how often its script ran."""
    folder = tmp_path_factory.mktemp("languages")
    site, ran = Miniature.new(folder / "site"), folder / "ran.txt"
    site.replace("conf/languages.py", ")\nSOURCE", LINE)
    site.insert(ONE, COUNT + "# A comment of this script.")
    outcome = site.run("conf/catalogues.py")
    assert outcome.status == 0, outcome.text
    catalogues = sorted((site.folder / "docs/locale/eo/LC_MESSAGES").rglob("*.po"))
    assert len(catalogues) == 5  # two scripts, their list, the page, the theme's words
    for path in catalogues:
        catalogue = polib.pofile(path, wrapwidth=0)
        for entry in catalogue:
            entry.msgstr = made_up(entry.msgid)
        catalogue.save()
    outcome = site.build(RAN=str(ran))
    assert (outcome.status, outcome.text) == (0, "Open build/html/index.html\n")
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
        'aria-label="«Toggle site navigation sidebar»"',
        "«Python script»: one.py",
        "«Learning PyTorch with Examples»",
        'hreflang="en"',
    ):
        assert text in page, text
    english = site.read("build/html/en/examples_small/one.html")
    assert "«" not in english
    assert 'lang="eo">Esperanto</a>' in english
    (script,) = (site.folder / "build/html/eo/_downloads").rglob("one.py")
    text = script.read_text(encoding="utf-8")
    assert "# - «Use 100 steps. The number is the mean.»" in text
    assert "    # «Forward pass: from the number to the loss.»" in text
    assert "Esperanto" in site.read("build/html/index.html")


def test_a_changed_translation_changes_its_page_and_downloads_alone(built, tmp_path):
    """Without a run; the English pages stay as they were, byte for byte."""
    site = built[0].copy(tmp_path / "site")
    before = site.published()
    path = "docs/locale/eo/LC_MESSAGES/examples_small/one.po"
    changes = {
        "«Use 100 steps.": "«Try 100 steps.",
        "«Forward pass:": "«Run forward:",
        "«A number is fitted": "«One number is fitted",
    }
    for old, new in changes.items():
        site.replace(path, f'msgstr "{old}', f'msgstr "{new}')
    assert site.build(RAN=str(tmp_path / "ran.txt")).status == 0
    assert not (tmp_path / "ran.txt").exists()
    after = site.published()
    changed = {name for name in after if after[name] != before.get(name)}
    changed -= {f"eo/searchindex{kind}.js" for kind in ("", "-complete")}
    changed -= {"eo/.buildinfo", "en/.buildinfo"}
    assert {name.rpartition("/")[2] for name in changed} == {
        *("index.html", "one.html", "one.py", "one.ipynb"),
    }
    assert all(name.startswith("eo/") for name in changed)
    page = site.read("build/html/eo/index.html")
    assert "# «Run forward: from the number to the loss.»" in page
    assert "«One number is fitted to data by gradient descent.»" in page


def test_a_translation_that_would_change_code_is_refused(built, tmp_path):
    """The message names the script, and the site stays as it was."""
    site = built[0].copy(tmp_path / "site")
    path = "docs/locale/eo/LC_MESSAGES/examples_small/one.po"
    text = site.read(path)
    changed = text.replace(
        "«A number is fitted to data by gradient descent.»", 'A \\"\\"\\"\\nx = 1'
    )
    assert changed != text
    site.write(path, changed)
    assert "one.py" in site.refuses().text


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
    outcome = site.build(SITE_URL="example.org", **ran)
    assert outcome.status != 0
    assert "SITE_URL" in outcome.text
    assert "Traceback" not in outcome.text

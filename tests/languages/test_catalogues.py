"""Every fault of a catalogue is named, with file, line and message, and only it is."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import catalogue_faults
import catalogues
import polib
import pytest

from tests.conftest import ROOT

LOCALE = "docs/locale/zh_CN/LC_MESSAGES"
RUN = "run make translations"


def command(root, *arguments, env=None):
    """Run the project's ``conf/catalogues.py``; return status and what it said."""
    done = subprocess.run(
        [sys.executable, "conf/catalogues.py", *arguments],
        cwd=root,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def gate():
    """Return what the project's own check ends with, and what it says."""
    return command(ROOT, "--check")


def test_the_catalogues_are_complete(gate):
    """The gate itself: what it prints says where to go and what to do."""
    status, text = gate
    if (status, text) != (0, "All messages are translated.\n"):
        pytest.fail(text, pytrace=False)


@pytest.mark.parametrize("place", [".cache", "build"])
def test_where_the_project_lies_does_not_matter(place):
    """Sphinx sorts templates by whole paths: those of the project before Furo's or not.

    A text of both is then found first in the one, or in the other.
    """
    Path(ROOT, place).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / place) as folder:
        status, text = command(ROOT, "--check", env=os.environ | {"TMPDIR": folder})
    assert (status, text) == (0, "All messages are translated.\n")


# -- A small catalogue, with one fault at a time --------------------------------------

GLOSSARY = """
names = ["PyTorch", "Furo"]
[[terms]]
en = "loss"
zh = "损失"
avoid = ["代价"]
[[terms]]
en = "graph"
zh = "计算图"
also = ["动态图"]
"""
PAGE = {
    "PyTorch": "PyTorch",
    "Train a network": "训练网络",
    "The loss is a number: ``loss.item()``.": "损失是一个数：``loss.item()``。",
    "More in :doc:`the tutorial </tutorial>`.": "详见 :doc:`教程 </tutorial>`。",
    "Read :ref:`losses` first, then run ``python``.": "先读 :ref:`losses`，"
    "再运行 ``python``。",
    "As `these notes <https://example.org/notes>`__ say.": "如 "
    "`这些笔记 <https://example.org/notes>`__ 所说。",
    "See {doc}`tutorial` and [the list](https://example.org/list).": "见 "
    "{doc}`tutorial` 和[列表](https://example.org/list)。",
    "A graph of $y = wx$ and of :math:`w^2`": "$y = wx$ 与 :math:`w^2` 的计算图",
    "Two losses, two graphs": "两个损失，两张动态图",
}
WORDS = {
    "Updated on %(date)s": "更新于 %(date)s",
    'Made with <a href="https://example.org/">Furo</a>': "由 "
    '<a href="https://example.org/">Furo</a> 制作',
}
TRANSLATIONS = {"guide/page": PAGE, "sphinx": WORDS}
PO = f"{LOCALE}/guide/page.po"
MESSAGES = {
    domain: {
        message: [f"docs/{domain}.md:{number}"]
        for number, message in enumerate(translations, 1)
    }
    for domain, translations in TRANSLATIONS.items()
}


class Catalogues:
    """A project with two catalogues and nothing else."""

    def __init__(self, root):
        self.root, self.docs = root, root / "docs"
        (self.docs / "locale" / "zh_CN").mkdir(parents=True)
        glossary = self.docs / "locale" / "zh_CN" / "glossary.toml"
        glossary.write_text(GLOSSARY, encoding="utf-8")
        for domain, translations in TRANSLATIONS.items():
            text = catalogues.text_of("zh_CN", translations)
            self.write(f"{LOCALE}/{domain}.po", text)

    def read(self, path):
        """Return the text of a file."""
        return (self.root / path).read_text(encoding="utf-8")

    def write(self, path, text):
        """Write a file, new or not."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def replace(self, path, old, new):
        """Replace what occurs once in a file."""
        text = self.read(path)
        assert text.count(old) == 1, f"{path} has {text.count(old)} times: {old!r}"
        self.write(path, text.replace(old, new))

    def line_of(self, path, words):
        """Return the number of the first line with these words."""
        lines = self.read(path).split("\n")
        return next(number for number, line in enumerate(lines, 1) if words in line)

    def faults(self, messages=MESSAGES):
        """Return what is wrong."""
        return list(catalogue_faults.faults("zh_CN", messages, self.docs))

    def fault(self, messages=MESSAGES):
        """Return the one thing that is wrong, as its first line and the message."""
        faults = self.faults(messages)
        assert len(faults) == 1, faults
        head, _, message = faults[0].partition("\n    ")
        return head, message

    def update(self, messages=MESSAGES):
        """Bring the catalogues up to date; return what was said."""
        return catalogues.update("zh_CN", messages, self.docs)

    def files(self):
        """Return bytes and time of each catalogue."""
        return {
            path.relative_to(self.root).as_posix(): (
                path.read_bytes(),
                path.stat().st_mtime_ns,
            )
            for path in sorted(self.docs.rglob("*.po"))
        }


@pytest.fixture
def small(tmp_path):
    """Return the small project, in which nothing is wrong."""
    return Catalogues(tmp_path)


def test_nothing_is_wrong_with_good_catalogues(small):
    """A message of names needs no translation; links and formulas may move."""
    assert small.faults() == []


# The message whose entry is wrong, what to replace there and with what, and what is
# said about it.
WRONG = {
    "emptied": ("Train a network", "训练网络", "", "not translated; write"),
    "blank": ("Train a network", "训练网络", "  ", "not translated; write"),
    "english": ("Train a network", "训练网络", "Train a network", "not translated; or"),
    "reworded": ("Train a network", "训练网络", "Train the net", "Train, the, net"),
    "literal": ("The loss is", "``loss.item()``", "``loss.data``", "loss.item()"),
    "literal lost": ("The loss is", "``loss.item()``", "值", "loss.item()"),
    "literal new": ("The loss is", "一个数", "一个 ``1``", "instead of ``1``"),
    "target": ("More in", "</tutorial>", "</index>", "`</tutorial>`"),
    "role": ("More in", ":doc:", ":ref:", ":doc:`</tutorial>`"),
    "label": ("Read :ref:", "`losses`", "`loss`", ":ref:`losses`"),
    "MyST": ("See {doc}", "{doc}`tutorial`", "{doc}`index`", "{doc}`tutorial`"),
    "address": ("As `these", ".org/notes", ".org/zh", "https://example.org/notes"),
    "link": ("See {doc}", ".org/list", ".org/zh", "](https://example.org/list)"),
    "formula": ("A graph of", "$y = wx$", "$y = xw$", "$y = wx$"),
    "math": ("A graph of", "w^2", "w^3", ":math:`w^2`"),
    "term": ("The loss is", "损失", "误差", "the glossary renders “loss” as 损失"),
    "plural": ("Two losses", "动态图", "图", "“graph” as 计算图 or 动态图"),
    "avoided": ("Train a", "训练网络", "训练代价", "the glossary has 损失 for 代价"),
    "comma": ("Read :ref:", "运行", "看,运行", "half-width punctuation"),
    "full stop": ("Train a", "网络", "网络.", "a full stop that is not 。"),
    "brackets": ("Train a", "网络", "网络 (一)", "half-width brackets"),
    "quotes": ("Train a", "网络", '\\"网络\\"', "straight quotes"),
    "Latin": ("Train a", "训练网络", "训练PyTorch网络", "between Han and Latin"),
    "code": ("The loss is", "：``", "``", "no blank between Han and code"),
    "blank at comma": ("Two losses", "，", "， ", "a blank beside full-width"),
    "blank in Han": ("Train a", "训练网络", "训练 网络", "between Han characters"),
    "dots": ("Train a", "网络", "网络...", "instead of ……"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_translation(small, name):
    """The line of the entry is named, and the place of the message."""
    beginning, old, new, words = WRONG[name]
    message = next(text for text in PAGE if text.startswith(beginning))
    translation = PAGE[message]
    assert translation.count(old) == 1
    changed = translation.replace(old, new)
    small.replace(PO, f'msgstr "{translation}"', f'msgstr "{changed}"')
    head, shown = small.fault()
    assert head.startswith(f"{PO}:{small.line_of(PO, message)}: ")
    assert words in head
    assert shown == f"{MESSAGES['guide/page'][message][0]}: {message}"


def test_words_of_a_template(small):
    """A name in brackets and an address in HTML stay as they are."""
    path = f"{LOCALE}/sphinx.po"
    small.replace(path, "更新于 %(date)s", "更新")
    assert "write %(date)s instead of nothing" in small.fault()[0]
    small.replace(path, 'msgstr "更新"', 'msgstr "更新于 %(date)s"')
    small.replace(path, '由 <a href=\\"https', '由 <a href=\\"http')
    assert 'write <a href="https://example.org/"> instead of' in small.fault()[0]


def test_two_translations_of_one_message(small):
    """Both places are named."""
    messages = {**MESSAGES, "other": {"Train a network": ["docs/other.md:3"]}}
    path = f"{LOCALE}/other.po"
    small.write(path, catalogues.text_of("zh_CN", {"Train a network": "训练网"}))
    head, message = small.fault(messages)
    assert head.startswith(f"{path}:8: translated otherwise at {PO}:11: ")
    assert message == "docs/other.md:3: Train a network"


ENTRY = 'msgid "Train a network"\nmsgstr "训练网络"\n\n'


def test_a_fuzzy_entry(small):
    """Sphinx would show it, or the English, without a word."""
    small.replace(PO, ENTRY, f"#, fuzzy\n{ENTRY}")
    head, message = small.fault()
    assert head.startswith(f"{PO}:{small.line_of(PO, '#, fuzzy')}: fuzzy; see that")
    assert message == "docs/guide/page.md:2: Train a network"


def test_an_obsolete_entry(small):
    """Other tools keep such entries at the end."""
    small.write(PO, small.read(PO) + '\n#~ msgid "Train a network"\n#~ msgstr "训"\n')
    head, message = small.fault()
    assert head.startswith(f"{PO}:{small.line_of(PO, '#~')}: obsolete, ")
    assert RUN in head
    assert message == "Train a network"


def test_an_entry_that_is_missing(small):
    """The place of the message is named, in the source that was edited."""
    small.replace(PO, ENTRY, "")
    head, message = small.fault()
    assert head.startswith("docs/guide/page.md:2: a new or changed text, not in ")
    assert f"{PO}; {RUN} and translate it" in head
    assert message == "Train a network"


def test_an_entry_for_nothing(small):
    """No source has such a message."""
    small.write(PO, small.read(PO) + '\nmsgid "Gone"\nmsgstr "已去"\n')
    head, message = small.fault()
    assert head.startswith(f"{PO}:{small.line_of(PO, 'Gone')}: obsolete, ")
    assert message == "Gone"


def test_a_page_without_a_catalogue(small):
    """One fault, not one for each message."""
    (small.root / PO).unlink()
    assert small.fault() == (f"{PO}: there is no such catalogue; {RUN}", "")


def test_a_catalogue_without_a_page(small):
    """A page that was renamed leaves one."""
    small.write(f"{LOCALE}/old.po", small.read(PO))
    fault = f"{LOCALE}/old.po: a catalogue without a page; {RUN}"
    assert small.fault() == (fault, "")


def test_a_file_that_is_no_catalogue(small):
    """Its line is named; an update refuses to touch anything."""
    small.replace(PO, ENTRY, ENTRY.replace("msgstr", "msgsrt"))
    line = small.line_of(PO, "msgsrt")
    assert small.fault() == (f"{PO}:{line}: no entry of a catalogue; mend it", "")
    before = small.files()
    with pytest.raises(SystemExit, match="Nothing was changed"):
        small.update()
    assert small.files() == before


FORMS = {
    "order": (ENTRY, ""),
    "twice": (ENTRY, ENTRY * 2),
    "date": ('"Language', '"POT-Creation-Date: 2026-01-01 00:00+0000\\n"\n"Language'),
    "place": (ENTRY, f"#: docs/guide/page.md:2\n{ENTRY}"),
    "remark": (ENTRY, f"# A remark.\n{ENTRY}"),
    "wrapped": ('msgstr "训练网络"', 'msgstr ""\n"训练"\n"网络"'),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_catalogue_of_another_form(small, name):
    """What the next update would change is a fault now; and the update mends it."""
    good = small.read(PO)
    old, new = FORMS[name]
    small.replace(PO, old, new)
    if name == "order":
        small.write(PO, f"{small.read(PO)}\n{ENTRY.rstrip()}\n")
    fault = f"{PO}: not in the form or the order of the page; {RUN}"
    assert small.fault() == (fault, "")
    small.update()
    assert small.read(PO) == good


def entries():
    """Return the entries of the real catalogues, and messages as of their sources."""
    folder = ROOT / LOCALE
    found = {
        path.relative_to(folder).with_suffix("").as_posix(): polib.pofile(path)
        for path in sorted(folder.rglob("*.po"))
    }
    messages = {
        domain: {entry.msgid: [f"{domain}:1"] for entry in catalogue}
        for domain, catalogue in found.items()
    }
    return found, messages


@pytest.mark.parametrize("what", ["`[^`]+`", r"\]\([^)]+\)", r"%\(\w+\)s"])
def test_all_that_may_not_change_in_the_real_catalogues(tmp_path, what):
    """The last code, role, link or formula of each translation is changed: noticed."""
    found, messages = entries()
    wrong = 0
    shutil.copytree(ROOT / "docs" / "locale", tmp_path / "docs" / "locale")
    for domain, catalogue in found.items():
        changed = {}
        for entry in catalogue:
            for last in [*re.finditer(what, entry.msgstr)][-1:]:
                inside = last.end() - 2
                entry.msgstr = entry.msgstr[:inside] + "x" + entry.msgstr[inside:]
                wrong += 1
            changed[entry.msgid] = entry.msgstr
        path = tmp_path / LOCALE / f"{domain}.po"
        path.write_text(catalogues.text_of("zh_CN", changed), encoding="utf-8")
    faults = catalogue_faults.faults("zh_CN", messages, tmp_path / "docs")
    assert wrong > 0
    assert sum("links or formulas differ" in fault for fault in faults) == wrong


# -- Updates --------------------------------------------------------------------------


def changed(messages, domain, new):
    """Return messages with those of one domain exchanged; None for none."""
    rest = {name: found for name, found in messages.items() if name != domain}
    if new is None:
        return rest
    places = {text: [f"docs/{domain}.md:{n}"] for n, text in enumerate(new, 1)}
    return {**rest, domain: places}


def test_an_update_without_a_change_writes_nothing(small):
    """Neither a byte nor a time."""
    before = small.files()
    assert small.update() == []
    assert small.files() == before


def test_an_update_changes_one_entry(small):
    """Nothing else in any file, in the order of the page; what is lost is printed."""
    page = [text.replace("Train a", "Train the") for text in PAGE]
    messages = changed(MESSAGES, "guide/page", page)
    before = small.files()
    text = small.read(PO)
    assert small.update(messages) == [
        f"{PO}: 1 messages new, 1 gone",
        f"{PO}: dropped this translation\n    Train a network\n    训练网络",
    ]
    new = 'msgid "Train the network"\nmsgstr ""\n\n'
    assert small.read(PO) == text.replace(ENTRY, new)
    after = small.files()
    assert [path for path in after if after[path] != before[path]] == [PO]
    assert small.update(messages) == []
    assert small.files() == after


def test_an_update_keeps_translations_on_their_way(small):
    """A page is renamed, and a paragraph of it becomes one of another page."""
    first, *rest = PAGE
    messages = changed(MESSAGES, "guide/page", None)
    messages = changed(messages, "renamed", rest)
    messages = changed(messages, "sphinx", [first, *WORDS])
    assert small.update(messages) == [
        f"{LOCALE}/renamed.po: {len(rest)} messages new, 0 gone",
        f"{LOCALE}/sphinx.po: 1 messages new, 0 gone",
        f"{PO}: deleted, there is no such page",
    ]
    assert small.faults(messages) == []


def test_an_update_deletes_the_catalogue_of_a_page_that_is_gone(small):
    """What was in it is printed."""
    said = small.update(changed(MESSAGES, "guide/page", None))
    assert said[0] == f"{PO}: deleted, there is no such page"
    assert said[1:] == [
        f"{PO}: dropped this translation\n    {message}\n    {translation}"
        for message, translation in PAGE.items()
    ]
    assert [*small.files()] == [f"{LOCALE}/sphinx.po"]


@pytest.mark.parametrize("mark", ["#, fuzzy\n", "#~ "])
def test_an_update_accepts_no_guess(small, mark):
    """The message is untranslated, and the guess is printed."""
    if mark == "#~ ":
        small.replace(PO, ENTRY, "")
        entry = ENTRY.replace("msg", "#~ msg").rstrip()
        small.write(PO, f"{small.read(PO)}\n{entry}\n")
    else:
        small.replace(PO, ENTRY, mark + ENTRY)
    assert small.update()[-1].endswith("    Train a network\n    训练网络")
    assert "not translated" in small.fault()[0]


def test_no_file_has_a_date_or_a_place():
    """No name of a tool or a person either: the header says language and coding."""
    files = sorted((ROOT / LOCALE).rglob("*.po"))
    assert len(files) > 20
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^#.", text, re.M), path
        assert [*polib.pofile(path).metadata] == [
            "Language",
            "Content-Type",
            "Content-Transfer-Encoding",
        ]


# -- The whole project, in which sources are edited -----------------------------------

# A file, what is replaced in it once, and what takes its place.
EDITS = {
    "sentence": ("docs/licence.md", "are published under", "are here published under"),
    "title": ("docs/licence.md", "# Licence\n", "# The licence\n"),
    "paragraph": ("docs/contributing.md", None, "\nA paragraph that is new.\n"),
    "cell of a table": ("docs/index.md", "one operation of ours", "one of our own"),
    "comment": (
        "gallery/examples_nn/two_layer_net_nn.py",
        "# Backward pass: from the loss",
        "# Backward pass: back from the loss",
    ),
    "comment behind code": (
        "gallery/examples_nn/two_layer_net_optim.py",
        "# batch, input, hidden and output size",
        "# sizes of the batch, of input, hidden and output",
    ),
    "docstring": (
        "gallery/examples_nn/dynamic_net.py",
        "keep the depth drawn in",
        "put the depth drawn into",
    ),
    "prose": (
        "gallery/examples_nn/two_layer_net_module.py",
        "A class of our own can be taken apart.",
        "A class of our own can be opened.",
    ),
    "index": ("gallery/examples_nn/index.rst", "what is left", "what else is left"),
    "template": (
        "conf/templates/page.html",
        "The numbers on this site were",
        "All numbers on this site were",
    ),
    "module": ("conf/example_pages.py", '_("Python script")', '_("Python program")'),
}
DELETED, LEFT = f"{LOCALE}/changelog.po", f"{LOCALE}/left.po"


def words_of(text):
    """Return the words of an edit, without what marks them as text."""
    return text.strip().removeprefix('_("').removesuffix('")').removeprefix("# ")


def catalogue_of(path):
    """Return the path of the catalogue with the messages of a source."""
    if path.startswith("conf/"):
        return f"{LOCALE}/sphinx.po"
    return f"{LOCALE}/{Path(*Path(path).parts[1:]).with_suffix('.po').as_posix()}"


def all_catalogues(root):
    """Return the text and the time of each catalogue of a project."""
    return {
        path.relative_to(root).as_posix(): (
            path.read_text("utf-8"),
            path.stat().st_mtime_ns,
        )
        for path in sorted(root.glob(f"{LOCALE}/**/*.po"))
    }


def pairs(files):
    """Return all messages with a translation, of all catalogues."""
    return {
        (entry.msgid, entry.msgstr)
        for text, _ in files.values()
        for entry in polib.pofile(text)
        if entry.msgstr
    }


def edit(root, path, old, new):
    """Edit a file of a project once; return the place."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    if old is None:
        file.write_text(text + new, encoding="utf-8")
        return f"{path}:{text.count(chr(10)) + 2}"
    assert text.count(old) == 1, f"{path} has {text.count(old)} times: {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return f"{path}:{text[: text.index(old)].count(chr(10)) + 1}"


@pytest.fixture(scope="module")
def edited(gate, tmp_path_factory):
    """Edit a copy of the project; check it, update it, and update it once more.

    Return the places of the edits, the catalogues before, and of each of the three
    commands its status, what it said, and the catalogues after it.
    """
    if gate[0]:
        pytest.fail("the project's own catalogues are incomplete", pytrace=False)
    root = tmp_path_factory.mktemp("a project") / "with blanks"
    unwanted = shutil.ignore_patterns("__pycache__", "*.mo")
    for name in ("conf", "gallery", "docs/locale", "docs/measurements"):
        shutil.copytree(ROOT / name, root / name, ignore=unwanted)
    for page in (ROOT / "docs").glob("*.md"):
        shutil.copy(page, root / "docs" / page.name)
    shutil.copy(ROOT / "LICENSE", root)
    places = {name: edit(root, *change) for name, change in EDITS.items()}
    (root / DELETED).unlink()
    shutil.copy(root / catalogue_of("docs/index.md"), root / LEFT)
    before = all_catalogues(root)
    runs = []
    for arguments in (["--check"], [], []):
        runs.append((*command(root, *arguments), all_catalogues(root)))
    return places, before, runs


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_english_is_named(edited, name):
    """With file, line and message, and so is the entry that is left over."""
    places, before, (check, *_) = edited
    path, old, new = EDITS[name]
    file = catalogue_of(path)
    rows = check[1].split("\n")
    fault = (
        f"{places[name]}: a new or changed text, not in {file}; {RUN} and translate it"
    )
    assert rows.count(fault) == 1, check[1]
    assert words_of(new) in rows[rows.index(fault) + 1]
    if old:
        lines = before[file][0].split("\n")
        start = f'msgid "{words_of(old)}' if name == "title" else words_of(old)
        (line,) = (n for n, text in enumerate(lines, 1) if start in text)
        fault = f"{file}:{line}: obsolete, for no source has this message; {RUN}"
        assert rows.count(fault) == 1, check[1]
        assert words_of(old) in rows[rows.index(fault) + 1]


def test_nothing_but_the_edits_is_named(edited):
    """Two faults for each text that was changed; and a check writes nothing."""
    _, before, (check, *_) = edited
    status, text, after = check
    assert status == 1
    assert after == before
    assert f"{DELETED}: there is no such catalogue; {RUN}\n" in text
    assert f"{LEFT}: a catalogue without a page; {RUN}\n" in text
    number = sum(2 if old else 1 for _, old, _ in EDITS.values()) + 2
    *faults, last = (row for row in text.splitlines() if not row.startswith(" "))
    assert len(faults) == number
    assert last == f"make: faults in the translations, see above: {number}"


def test_an_update_of_the_project(edited):
    """One entry is exchanged for each edit, and no translation is lost unseen."""
    _, before, (_, (status, text, after), _) = edited
    assert status == 0
    assert pairs(before) - pairs(after)
    for message, translation in pairs(before) - pairs(after):
        assert f"dropped this translation\n    {message}\n    {translation}\n" in text
    edits = {catalogue_of(path) for path, _, _ in EDITS.values()}
    assert after.keys() - before.keys() == {DELETED}
    assert before.keys() - after.keys() == {LEFT}
    for file in before.keys() & after.keys():
        if file not in edits:
            assert after[file] == before[file]
            continue
        mine = [edit for edit in EDITS.values() if catalogue_of(edit[0]) == file]
        old, new = (files[file][0].split("\n") for files in (before, after))
        came = [line for line in new if line not in old]
        went = [line for line in old if line not in new]
        assert len(came) == len(mine)
        assert all(line.startswith("msgid ") for line in came)
        assert len(went) == 2 * sum(1 for _, words, _ in mine if words)


def test_a_second_update_of_the_project(edited):
    """Nothing is written; the number of entries to be translated is said."""
    _, _, (_, (_, _, before), (status, text, after)) = edited
    number = len(polib.pofile(after[DELETED][0]).untranslated_entries()) + len(EDITS)
    assert status == 0
    assert text == f"Entries that are yet to be translated or mended: {number}\n"
    assert after == before

"""Keep the catalogues of messages in step with the sources.

``python conf/catalogues.py`` brings ``docs/locale/LANGUAGE/LC_MESSAGES/*.po`` up to
date: new messages come in without a translation, those that are gone are printed with
theirs and dropped. Nothing else changes; a second run writes nothing. With ``--check``
it writes nothing at all, and names everything that is wrong, with file and line.

Messages are taken from the pages by Sphinx's own builder ``gettext``, in a folder of
its own and without running a script, and from the templates and modules of ``conf/``.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import polib
from languages import LANGUAGES
from places import source_of

ROOT = Path(__file__).resolve().parent.parent
UI = "sphinx"  # Sphinx's name of the catalogue with the words of the theme


def folder_of(language, docs=ROOT / "docs"):
    """Return the folder with a language's catalogues."""
    return Path(docs, "locale", language, "LC_MESSAGES")


def load(language, domain, docs=ROOT / "docs"):
    """Return a catalogue as a dictionary; empty if there is none.

    ``domain`` is the name of a page, such as ``examples_nn/dynamic_net``.
    """
    path = folder_of(language, docs) / f"{domain}.po"
    return translations_of(polib.pofile(path)) if path.is_file() else {}


def translations_of(catalogue):
    """Return what of a catalogue counts: guesses and leftovers do not."""
    entries = (entry for entry in catalogue if not (entry.fuzzy or entry.obsolete))
    return {entry.msgid: entry.msgstr for entry in entries}


# -- The messages of the sources -----------------------------------------------------


def extract(root=ROOT):
    """Return the messages of the sources: domain, then message, then its places.

    A place is a path, relative to ``root``, and a line. Raises ``SystemExit`` if the
    pages cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder).resolve()
        docs = folder / "docs"
        docs.mkdir()
        for page in Path(root, "docs").glob("*.md"):
            (docs / page.name).symlink_to(page)
        for name in ("locale", "measurements"):
            (docs / name).symlink_to(Path(root, "docs", name))
        for name in ("gallery", "conf", "LICENSE"):
            (folder / name).symlink_to(Path(root, name))
        _run_gettext(folder)
        messages = {}
        for path in sorted(folder.glob("pot/**/*.pot")):
            domain = path.relative_to(folder / "pot").with_suffix("").as_posix()
            messages[domain] = {
                entry.msgid: [
                    _place(folder, *where, entry.msgid) for where in entry.occurrences
                ]
                for entry in polib.pofile(path)
            }
    # Sphinx sorts templates by their whole paths, which differ from clone to clone.
    for places in messages[UI].values():
        places.sort(key=_own_first)
    in_order = sorted(messages[UI].items(), key=lambda item: _own_first(item[1][0]))
    messages[UI] = dict(in_order)
    for message, place in _messages_of_modules(Path(root, "conf")):
        messages[UI].setdefault(message, []).append(place)
    return messages


def _run_gettext(folder):
    """Write ``folder/pot``, from ``folder/docs``."""
    import furo

    templates = Path(furo.__file__).parent / "theme" / "furo"
    # No picture was drawn; the second is switched off in conf.py, too.
    unwanted = "image.not_readable,sphinx_gallery.space_in_filename"
    command = [
        *(sys.executable, "-m", "sphinx"),
        *("--builder", "gettext", "--quiet", "--fail-on-warning", "--keep-going"),
        *("--conf-dir", str(folder / "conf")),
        *("--define", "plot_gallery=0"),
        *("--define", f"suppress_warnings={unwanted}"),
        *("--define", f"templates_path={folder / 'conf' / 'templates'},{templates}"),
        *("--doctree-dir", str(folder / "doctrees")),
        *(str(folder / "docs"), str(folder / "pot")),
    ]
    if subprocess.run(command, check=False).returncode:
        sys.exit("make: the messages could not be read, see above.")


def _place(folder, path, line, message):
    """Return a place in the sources for one that Sphinx has written down.

    That is where a title is underlined, a table or a listing begins; this is the line
    where the message does.
    """
    full = os.path.normpath(folder / "pot" / path)
    source, _, line = source_of(f"{full}:{line}").rpartition(":")
    lines, number = Path(source).read_text(encoding="utf-8").split("\n"), int(line)
    for candidate in (number, number - 1, *range(number + 1, len(lines) + 1)):
        if _begins(message, lines[candidate - 1]):
            number = candidate
            break
    for base in (folder, ROOT):  # the theme's templates are in .venv
        if Path(source).is_relative_to(base):
            source = os.path.relpath(source, base)
    return f"{source}:{number}"


def _own_first(place):
    """Return what sorts a place in a template by file and line, ours before Furo's."""
    path, _, line = place.rpartition(":")
    return not path.startswith("conf/"), path, int(line)


def _begins(message, line):
    """Return whether a message begins on a line: it goes to its end, or ends there."""
    words = message.split()
    for start in re.finditer(rf"(?<!\w){re.escape(words[0])}", line):
        there = line[start.start() :].split()
        if there == words[: len(there)] or " ".join(there).startswith(" ".join(words)):
            return True
    return False


def _messages_of_modules(conf):
    """Yield pairs: each message of a Python module in ``conf/``, and its place."""
    from babel.messages.extract import extract as babel_extract

    for path in sorted(conf.glob("*.py")):
        with path.open("rb") as file:
            for line, message, _, _ in babel_extract("python", file, {"_": None}):
                yield message, f"conf/{path.name}:{line}"


# -- The catalogues ------------------------------------------------------------------


def update(language, messages, docs=ROOT / "docs"):
    """Write a language's catalogues anew; return what has changed, as lines of text.

    A translation stays with its message, wherever in the sources that is now. One
    whose message is gone is dropped, and is among the lines. Raises ``SystemExit`` if
    a catalogue cannot be read.
    """
    folder = folder_of(language, docs)
    old = read_all(folder)
    known, kept, changes = {}, set(), []
    for catalogue in old.values():
        known |= {key: text for key, text in translations_of(catalogue).items() if text}
    for domain, found in messages.items():
        path = folder / f"{domain}.po"
        own = translations_of(old.get(path, ()))
        new = {message: own.get(message) or known.get(message, "") for message in found}
        kept |= set(new.items())
        text = text_of(language, new)
        if path not in old or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            came, went = len(new.keys() - own.keys()), len(own.keys() - new.keys())
            changes.append(f"{shown(path, docs)}: {came} messages new, {went} gone")
    for path, catalogue in old.items():
        if path.relative_to(folder).with_suffix("").as_posix() not in messages:
            path.unlink()
            changes.append(f"{shown(path, docs)}: deleted, there is no such page")
        for entry in catalogue:
            if entry.msgstr and (entry.msgid, entry.msgstr) not in kept:
                lost = f"    {entry.msgid}\n    {entry.msgstr}"
                changes.append(f"{shown(path, docs)}: dropped this translation\n{lost}")
    return changes


def read_all(folder):
    """Return the catalogues in a folder by their paths.

    Raises ``SystemExit``, which names the file, if one cannot be read.
    """
    catalogues = {}
    for path in sorted(folder.glob("**/*.po")):
        try:
            catalogues[path] = polib.pofile(path)
        except (OSError, UnicodeDecodeError) as error:
            sys.exit(f"make: {path}: {error}; mend it. Nothing was changed.")
    return catalogues


def drop_outdated(folder):
    """Delete what was compiled from a catalogue unless it has all of it, and no more.

    Sphinx compiles a catalogue again when it is newer. A killed build leaves half a
    file that is newer still, and a copied catalogue may look older than it is.
    """
    for path in folder.glob("**/*.mo"):
        source = path.with_suffix(".po")
        if not source.is_file() or path.read_bytes() != compiled(source):
            path.unlink()


def compiled(path):
    """Return the bytes that Sphinx writes for a catalogue."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = io.BytesIO()
    with path.open("rb") as file:
        write_mo(buffer, read_po(file))
    return buffer.getvalue()


def text_of(language, translations):
    """Return a catalogue as text: no dates, no places, no guesses, no broken lines."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Language": language,
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    for message, translation in translations.items():
        catalogue.append(polib.POEntry(msgid=message, msgstr=translation))
    return f"{catalogue}\n"


def shown(path, docs):
    """Return a path as it is named to people: relative to the project."""
    return os.path.relpath(path, Path(docs).parent)


def main():
    """Bring all catalogues up to date, or with ``--check`` say what is wrong."""
    from catalogue_faults import faults

    is_check = "--check" in sys.argv[1:]
    messages, wrong = extract(), 0
    for language in LANGUAGES[1:]:
        if not is_check:
            for change in update(language.code, messages):
                print(change)
        for fault in faults(language.code, messages, ROOT / "docs"):
            wrong += 1
            if is_check:
                print(fault)
    if not wrong:
        print("All messages are translated.")
    elif is_check:
        sys.exit(f"make: faults in the translations, see above: {wrong}")
    else:
        print(f"Entries that are yet to be translated or mended: {wrong}")


if __name__ == "__main__":
    main()

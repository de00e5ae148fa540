"""What is wrong with the catalogues of a language: each fault with file and line."""

import re

import glossary
import markup
import polib
import typography
from catalogues import folder_of, shown, text_of, translations_of

RUN = "run make translations"


def faults(language, messages, docs):
    """Yield lines of text, one for each fault of a language's catalogues.

    ``messages`` are those of the sources, with their places, from
    ``catalogues.extract``.
    """
    folder, seen = folder_of(language, docs), {}
    terms, names = glossary.load(language, docs)
    for domain, found in messages.items():
        path = folder / f"{domain}.po"
        file = shown(path, docs)
        try:
            catalogue = polib.pofile(path) if path.is_file() else None
        except OSError as error:
            line = re.search(r"line (\d+)", str(error))
            yield f"{file}:{line[1] if line else 1}: no entry of a catalogue; mend it"
            continue
        if catalogue is None:
            yield f"{file}: there is no such catalogue; {RUN}"
            continue
        structure = list(_faults_of_structure(catalogue, found, file))
        yield from structure
        if not structure and path.read_text(encoding="utf-8") != text_of(
            language,
            {message: translations_of(catalogue)[message] for message in found},
        ):
            yield f"{file}: not in the form or the order of the page; {RUN}"
        for entry in catalogue:
            if entry.obsolete or entry.fuzzy or entry.msgid not in found:
                continue
            place = f"{file}:{entry.linenum}"
            for fault in _faults_of_entry(entry, language, terms, names):
                yield _fault(place, fault, entry.msgid, found[entry.msgid][0])
            first, where = seen.setdefault(entry.msgid, (entry.msgstr, place))
            if first != entry.msgstr and first and entry.msgstr:
                fault = f"translated otherwise at {where}: let both be the same"
                yield _fault(place, fault, entry.msgid, found[entry.msgid][0])
    for path in sorted(folder.glob("**/*.po")):
        if path.relative_to(folder).with_suffix("").as_posix() not in messages:
            yield f"{shown(path, docs)}: a catalogue without a page; {RUN}"


def _fault(place, fault, message, source=""):
    """Return the text of a fault: where, what, and which message of the sources."""
    return f"{place}: {fault}\n    {source}{': ' if source else ''}{message}"


def _faults_of_structure(catalogue, found, file):
    """Yield what catalogue and sources do not have in common, and guesses."""
    entries = {entry.msgid for entry in catalogue if not entry.obsolete}
    for message, places in found.items():
        if message not in entries:
            yield _fault(
                places[0],
                f"a new or changed text, not in {file}; {RUN} and translate it",
                message,
            )
    for entry in catalogue:
        place = f"{file}:{entry.linenum}"
        if entry.obsolete or entry.msgid not in found:
            fault = f"obsolete, for no source has this message; {RUN}"
            yield _fault(place, fault, entry.msgid)
        elif entry.fuzzy:
            fault = "fuzzy; see that it is right, and delete the line with the word"
            yield _fault(place, fault, entry.msgid, found[entry.msgid][0])


def _faults_of_entry(entry, language, terms, names):
    """Yield what is wrong with one translation."""
    if not entry.msgstr.strip():
        yield "not translated; write the translation into msgstr"
        return
    here, there = (markup.spans(text) for text in (entry.msgid, entry.msgstr))
    if here != there:
        lacks, has = (
            "  ".join(spans.elements()) or "nothing"
            for spans in (here - there, there - here)
        )
        yield f"code, links or formulas differ: write {lacks} instead of {has}"
    message, translation = (markup.words(text) for text in (entry.msgid, entry.msgstr))
    if typography.is_foreign(translation, language) or entry.msgid == entry.msgstr:
        words = re.findall(r"[A-Za-z][\w-]*", translation)
        others = [word for word in words if word not in names]
        if others or words != re.findall(r"[A-Za-z][\w-]*", message):
            yield (
                f"not translated; or, if these are names, add them to `names` in "
                f"glossary.toml: {', '.join(others)}"
            )
        return
    if "\n" in entry.msgstr.strip() and "\n" not in entry.msgid.strip():
        yield "has a line break; write the translation in one line"
    yield from glossary.faults(message, translation, terms)
    yield from typography.faults(translation, language)

"""The glossary of a language: its terms, and the renderings to avoid.

It is kept as ``docs/locale/LANGUAGE/glossary.toml``. A language may do without.
"""

import re
import sys
import tomllib
from pathlib import Path


def load(language, docs):
    """Return the terms of a language, and the names that stay as they are.

    A term is a dictionary: ``en``, ``zh`` (whatever the language), and lists: ``also``,
    ``avoid``, and ``except`` with English phrases that are not meant. Longer terms come
    first.
    """
    path = Path(docs, "locale", language, "glossary.toml")
    if not path.is_file():
        return [], []
    try:
        glossary = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        sys.exit(f"make: {path}: {error}")
    terms = sorted(
        glossary.get("terms", []), key=lambda term: (-len(term["en"]), term["en"])
    )
    return terms, glossary.get("names", [])


def faults(message, translation, terms):
    """Yield what in a translation breaks the glossary; both are without code."""
    rest = message
    for term in terms:
        for phrase in term.get("except", []):
            rest = re.sub(rf"\b{phrase}\b", "~", rest, flags=re.I)
        rest, uses = re.subn(rf"\b{_forms(term['en'])}\b", "~", rest, flags=re.I)
        accepted = [term["zh"], *term.get("also", [])]
        if uses and not any(rendering in translation for rendering in accepted):
            yield f"the glossary renders “{term['en']}” as {' or '.join(accepted)}"
        for rendering in term.get("avoid", []):
            if rendering in translation:
                yield f"the glossary has {term['zh']} for {rendering}"


def _forms(term):
    """Return a pattern for the singular and the plural of a term."""
    stem, last = term[:-1], term[-1]
    plural = {"f": "(?:f|ves)", "s": "s(?:es)?", "y": "(?:y|ies)"}
    return re.escape(stem) + plural.get(last, re.escape(last) + "(?:e?s)?")

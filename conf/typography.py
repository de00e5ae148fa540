"""Rules of writing that a language has, and what in a text breaks them.

The rules for Chinese are those of W3C's "Requirements for Chinese Text Layout":
full-width punctuation in Han text, a blank between Han and Latin letters or code.
"""

import re

HAN = r"[\u3400-\u9fff]"
FULL = r"[，。；：？！（）、“”‘’《》—…]"

CHINESE = [  # pairs of a pattern and words
    (rf"{HAN} *[,;:?!](?=\s|$|{HAN})", "half-width punctuation behind Han"),
    (rf"{HAN}\.(?=\s|$|{HAN})", "a full stop that is not 。"),
    (rf"{HAN} ?\(|\) ?{HAN}", "half-width brackets in Han text"),
    (rf"[\"'](?={HAN})|{HAN}[\"']", "straight quotes in Han text"),
    (rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9%]{HAN}", "no blank between Han and Latin"),
    (rf"{HAN}`|`{HAN}", "no blank between Han and code"),
    (rf" {FULL}|{FULL} (?!$)", "a blank beside full-width punctuation"),
    (rf"{HAN} {HAN}", "a blank between Han characters"),
    (r"\.\.\.|--", "... or -- instead of …… or ——"),
]
RULES = {"zh_CN": CHINESE}
SCRIPTS = {"zh_CN": HAN}  # a letter of the language, where that is no Latin one


def is_foreign(text, language):
    """Return whether a text has no letter of a language that has its own letters."""
    return language in SCRIPTS and not re.search(SCRIPTS[language], text)


def faults(text, language):
    """Yield what in the words of a translation breaks its language's rules.

    ``text`` has a backtick for each piece of code, as ``markup.words`` returns it.
    """
    for pattern, words in RULES.get(language, ()):
        if found := re.search(pattern, text):
            start = max(found.start() - 6, 0)
            yield f"{words}: …{text[start : found.end() + 6]}…"

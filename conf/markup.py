"""Code, formulas, roles and links in a message, in reStructuredText and in MyST.

They are the same in a message and in its translation; only their words differ.
"""

import re
from collections import Counter

SPAN = re.compile(
    r"""
    ``(?P<literal>.+?)``(?!`)
  | (?P<role>[:{][\w:-]+[:}])`
    (?:(?P<text>[^`<]*?)\s*<(?P<target>[^`>]+)>|(?P<body>[^`]+))`
  | `(?P<label>[^`<]*?)\s*<(?P<address>[^`>]+)>`(?P<end>__?)
  | `(?P<code>[^`]+)`(?!_)
  | \]\((?P<url>[^)\s]+)\)
  | (?<![A-Za-z0-9$])\$(?P<formula>[^$]+)\$(?![A-Za-z0-9])
  | %\(\w+\)s
  | </?[a-z][^>]*>
    """,
    re.X,
)
JOINER = "\u2060"  # keeps what is beside a link apart from its words


def spans(text):
    """Return how often each code, role, formula or link occurs in a text."""
    found = Counter()
    for span in SPAN.finditer(text):
        if span["target"]:
            found[f"{span['role']}`<{span['target']}>`"] += 1
        elif span["address"]:
            found[f"`<{span['address']}>`{span['end']}"] += 1
        else:
            found[span[0]] += 1
    return found


def words(text):
    """Return a text with ````` in the place of code, and the words of its links."""

    def spoken(span):
        if span["target"]:
            return f"{JOINER}{span['text']}{JOINER}"
        if span["address"]:
            return f"{JOINER}{span['label']}{JOINER}"
        if span["url"]:
            return "]"
        return "`" if "`" in span[0] or span["formula"] else ""

    return SPAN.sub(spoken, text)

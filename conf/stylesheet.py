"""One stylesheet for the site, without the rules that no page needs.

Furo brings rules for all that Sphinx can write. A rule stays if one of its selectors
matches an element of a page; a name that scripts use may be that of any element.
"""

import re
from functools import cache

import tinycss2
from lightningcss import process_stylesheet
from selectolax.lexbor import LexborHTMLParser

# What a page does not show: parts of elements, states, and the reader's theme.
STATES = re.compile(
    r"::?(before|after|marker|placeholder|backdrop|details-content|-[\w-]+|hover|active"
    r"|focus[\w-]*|visited|target|root)\b|:not\(:popover-open\)|:popover-open"
    r"|:lang\(\w+\)|body\[data-theme=\w+\]|body:not\(\[data-theme=light\]\)"
)
NAME = re.compile(r"[.#]([A-Za-z_][\w-]*)")
ICONS = re.compile(r"--icon-")  # boxes have titles enough; theme.css hides their icons


def needed(style, pages, scripts):
    """Return a stylesheet, minified, without the rules that nothing uses.

    ``pages`` and ``scripts`` are texts. What stays renders as it did.
    """
    made = _names(scripts)
    pages = list(pages)
    parsed = [LexborHTMLParser(page) for page in pages]
    known = {
        name
        for page in pages
        for _, names in re.findall(r'\b(class|id)="([^"]*)"', page)
        for name in names.split()
    }

    @cache
    def is_used(selector):
        static = STATES.sub("", selector)
        static = NAME.sub(lambda name: "" if name[1] in made else name[0], static)
        static = re.sub(r"(^|[\s>+~])(?=$|[\s>+~])", r"\1*", static)
        if "(" not in static and not known.issuperset(NAME.findall(static)):
            return False  # this is quick, and most that is not used has such a name
        try:
            return any(page.css_first(static) is not None for page in parsed)
        except Exception:  # a selector that the parser does not know
            return True

    rules = tinycss2.parse_stylesheet(process_stylesheet(style))
    return _without_unused_variables(_kept(rules, is_used))


def _names(scripts):
    """Return what may be names of classes in scripts: ``"a b"``, and ``".a"``."""
    quoted = re.findall(r"""(["'`])([^"'`\n]{1,80}?)\1""", "\n".join(scripts))
    classes = [text for _, text in quoted if re.fullmatch(r"[a-z][\w -]*", text)]
    selectors = [name for _, text in quoted for name in NAME.findall(text)]
    return {*selectors, *(name for text in classes for name in text.split())}


def _kept(rules, is_used):
    text = ""
    for rule in rules:
        if rule.type == "qualified-rule":
            used = [each for each in _selectors(rule.prelude) if is_used(each)]
            if used:
                text += f"{','.join(used)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "container"):
            inner = tinycss2.parse_rule_list(rule.content, True, True)
            head = rule.at_keyword + tinycss2.serialize(rule.prelude)
            if kept := _kept(inner, is_used):
                text += f"@{head}{{{kept}}}"
        else:
            text += rule.serialize()
    return text


def _selectors(prelude):
    selectors = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return [tinycss2.serialize(selector).strip() for selector in selectors]


def _without_unused_variables(style):
    before = None
    while style != before:
        before = style
        used = {v for v in re.findall(r"var\((--[\w-]+)", style) if not ICONS.match(v)}
        unused = set(re.findall(r"(--[\w-]+)\s*:", style)) - used
        style = process_stylesheet(style, unused_symbols=unused)
    return style

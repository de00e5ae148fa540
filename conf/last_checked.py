"""The page of an example says in which environments its cells were checked, and when.

A cell whose code has changed since then has not been checked, and the page says so.
"""

import functools
from pathlib import Path
from typing import Any

import checks
from sphinx.application import Sphinx
from sphinx.locale import _
from version_ranges import apart, part
from where_they_hold import Held

PAGE = "where_numbers_hold"


@functools.cache  # the page of every example asks, and all scripts are read for it
def held_in(srcdir: Path) -> Held:
    """Return what was measured; it does not change during a build."""
    return Held(srcdir)


def say(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give the template what it says below an example; nothing on other pages."""
    if not Path(app.srcdir, checks.FILE).is_file():
        return
    found = held_in(Path(app.srcdir))
    if pagename in found.keys:
        context["last_checked"] = last_checked(found, pagename)
        if PAGE in app.env.found_docs:
            link = app.builder.get_relative_uri(pagename, PAGE)
            context["last_checked"] |= {
                "link": link,
                "title": app.env.titles[PAGE].astext(),
            }


def last_checked(found: Held, script: str) -> dict[str, Any]:
    """Return a sentence, and the versions that it introduces."""
    everyone = found.whole(script)
    if found.unchecked(script) or not everyone:
        text = _("Not yet checked with other versions: {number} of {all} cells.")
        all_cells = len(found.keys[script])
        number = found.unchecked(script) or all_cells
        return {"text": text.format(number=number, all=all_cells), "versions": []}
    text = _(
        "Last checked on {date} in {all} environments, with the same digits in all:"
    )
    if other := found.other(script):
        text = _(
            "Last checked on {date} in {all} environments (other digits with {other}):"
        )
    return {
        "text": text.format(
            date=max(check.date for check in everyone.values()),
            all=len(everyone),
            other=apart(other, everyone),
        ),
        "versions": [part(name, everyone, everyone) for name in found.shown_of(script)],
    }


def setup(app: Sphinx) -> dict:
    """Look at each page when it is written."""
    app.connect("html-page-context", say)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

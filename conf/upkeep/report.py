"""The words of an issue or a pull request about versions, in GitHub's Markdown.

What programs have printed stands in code blocks alone: there ``@name`` calls nobody and
``#123`` links to nothing. A block's fence is longer than any run of backticks in it.
"""

import re

MOST = 60_000  # characters of a body; GitHub takes 65 536
MOST_OF_TEXT = 2_000  # characters of one output
TITLES = {
    "lock": "The locked versions no longer give what the pages say",
    "newest": "The newest versions give something else than the pages say",
    "pre": "Pre-releases give something else than the pages say",
}
UNPRINTABLE = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def marker(versions: str) -> str:
    """Return the remark in an issue's text by which it is found again."""
    return f"<!-- upkeep: {versions} -->"


def fenced(text: str, most: int = MOST_OF_TEXT) -> str:
    """Return a text of any kind as a code block, cut to its first characters."""
    text = UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n")).rstrip("\n")
    if len(text) > most:
        text = f"{text[:most]}\n({len(text) - most} more characters)"
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n"


def of_cell(cell: dict) -> str:
    """Return a cell that differs: its place, what the page says, what was printed."""
    place = f"`{cell['script']}:{cell['line']}`"
    if cell["status"] == "unreached":
        return f"{place} was not reached, since an earlier cell fails.\n"
    return (
        f"{place}\n\nOurs:\n\n{fenced(cell['before'])}\n"
        f"Theirs:\n\n{fenced(cell['after'])}"
    )


def body(report: dict) -> str:
    """Return the text of an issue for a report that has not passed.

    The same report gives the same text: it has no date and no address of a run.
    """
    cells = report["cells"]
    parts = [marker(report["versions"]) + "\n"]
    if report["failure"]:
        parts.append(f"They cannot be installed:\n\n{fenced(report['failure'])}")
    if report["moved"]:
        parts.append(
            f"Moved since `requirements.lock`:\n\n{fenced(_lines(report['moved']))}"
        )
    if report["build"]:
        parts.append(
            f"The site does not build. The last lines are:\n\n{fenced(report['build'])}"
        )
    if cells:
        parts.append(
            f"{len(cells)} of {report['checked']} cells print something else "
            f"({report['machine']})."
        )
    parts.append(
        "The page `docs/maintaining.md` says what to do. This text is renewed each "
        "week, and the issue is closed when all is as the pages say.\n"
    )
    return with_cells("\n".join(parts), cells)


def with_cells(text: str, cells: list[dict]) -> str:
    """Return a text with as many cells below it as GitHub takes; count the others."""
    for shown, cell in enumerate(cells):
        more = f"\n---\n\n{of_cell(cell)}"
        if len(text) + len(more) > MOST:
            return f"{text}\n---\n\nAnd {len(cells) - shown} more cells.\n"
        text += more
    return text


def proposal(report: dict) -> str:
    """Return the text of a pull request for a report that has passed."""
    return (
        f"With these versions all {report['checked']} cells print what the pages say "
        f"({report['machine']}), and the site builds.\n\n"
        f"{fenced(_lines(report['moved']), MOST // 2)}\n"
        "Made by `make upgrade WRITE=1`.\n"
    )


def _lines(lines: list[str]) -> str:
    return "\n".join(lines)

"""Keep one open issue for each failing report: ``python -m upkeep.issues FOLDER``.

FOLDER has reports of ``make upgrade``, as ``*.json`` at any depth. An issue is opened
if there is none, changed if its text would differ, and closed when its versions pass.
A later failure opens a new one, since its cause is another.
"""

import json
import sys
from pathlib import Path

from upkeep import github, report

LABEL = "versions"


def open_issues() -> list[dict]:
    """Return number and text of the open issues with our label.

    Raises ``github.CommandError``.
    """
    return github.listed(
        *("issue", "list", "--label", LABEL, "--state", "open"),
        *("--limit", "200", "--json", "number,title,body"),
    )


def bring_up_to_date(found: dict, issues: list[dict]) -> str:
    """Open, change or close the issue of one report; return what was done.

    Raises ``github.CommandError``.
    """
    versions = found["versions"]
    mark = report.marker(versions)
    numbers = {str(issue["number"]): issue for issue in issues if mark in issue["body"]}
    number = min(numbers, key=int, default=None)
    if found["passed"]:
        for each in numbers:
            words = "All cells print what the pages say, and the site builds."
            github.gh("issue", "close", each, "--comment", words)
        return f"{versions}: passed" + "".join(f", closed #{n}" for n in numbers)
    title, text = report.TITLES[versions], report.body(found)
    if number is None:
        github.gh("label", "create", LABEL, "--force", "--color", "d9480f")
        github.gh(
            *("issue", "create", "--title", title, "--label", LABEL),
            *("--body-file", "-"),
            text=text,
        )
        return f"{versions}: failed, opened an issue"
    if _same(numbers[number]["body"], text):
        return f"{versions}: failed as before, see #{number}"
    github.gh("issue", "edit", number, "--body-file", "-", text=text)
    return f"{versions}: failed, changed #{number}"


def _same(one: str, other: str) -> bool:
    """Compare texts as GitHub keeps them, which may have other ends of lines."""
    return one.splitlines() == other.splitlines()


def main() -> None:
    """Go through all reports; one that GitHub refuses does not stop the others."""
    folder = Path(sys.argv[1])
    reports = [json.loads(path.read_text("utf-8")) for path in folder.rglob("*.json")]
    if not reports:
        sys.exit(f"upkeep: there is no report in {folder}")
    status = 0
    try:
        issues = open_issues()
    except github.CommandError as error:
        sys.exit(f"upkeep: {error}")
    for found in sorted(reports, key=lambda each: each["versions"]):
        try:
            print(bring_up_to_date(found, issues))
        except github.CommandError as error:
            print(f"upkeep: {found['versions']}: {error}", file=sys.stderr)
            status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()

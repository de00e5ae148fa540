"""Propose a new lock as a pull request: ``python -m upkeep.propose FOLDER``.

FOLDER is what ``make upgrade WRITE=1 REPORT=report.json`` has left: ``report.json`` and
the two files of requirements. Nothing is proposed unless the report has passed and the
files differ from those here. There is one branch, and one pull request for it.
"""

import json
import shutil
import sys
from pathlib import Path

from upkeep import FILES, github, report

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "newest-versions"
TITLE = "The newest versions of all packages"
IDENTITY = (
    *("-c", "user.name=github-actions[bot]"),
    *("-c", "user.email=41898282+github-actions[bot]@users.noreply.github.com"),
)


def git(*words: str) -> str:
    """Run git in the project and return what it prints.

    Raises ``github.CommandError``.
    """
    return github.command("git", "-C", str(ROOT), *words)


def is_pushed() -> bool:
    """Return whether the branch on the server has the same files as the last commit."""
    if not git("ls-remote", "--heads", "origin", BRANCH).strip():
        return False
    git("fetch", "--quiet", "--depth", "1", "origin", BRANCH)
    return git("rev-parse", "HEAD^{tree}") == git("rev-parse", "FETCH_HEAD^{tree}")


def propose(folder: Path) -> str:
    """Push the files of a folder to the branch, and open or change its pull request.

    Returns what was done. Raises ``github.CommandError``, and ``OSError`` if a file is
    not there.
    """
    found = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    if not found["passed"]:
        return "The newest versions do not pass; nothing to propose."
    for name in FILES:
        shutil.copyfile(folder / name, ROOT / name)
    if not git("status", "--porcelain", "--", *FILES):
        return "Everything is at the newest version; nothing to propose."
    git("add", "--", *FILES)
    git(*IDENTITY, "commit", "--quiet", "--message", TITLE)
    done = []
    if not is_pushed():
        git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{BRANCH}")
        done.append(f"pushed {BRANCH}")
    text = report.proposal(found)
    pulls = github.listed(
        *("pr", "list", "--head", BRANCH, "--state", "open", "--json", "number,body")
    )
    if not pulls:
        github.gh(
            *("pr", "create", "--head", BRANCH, "--base", "main"),
            *("--title", TITLE, "--body-file", "-"),
            text=text,
        )
        done.append("opened a pull request")
    elif pulls[0]["body"].splitlines() != text.splitlines():
        number = str(pulls[0]["number"])
        github.gh("pr", "edit", number, "--body-file", "-", text=text)
        done.append(f"changed #{number}")
    if done:  # what a workflow's own token pushes starts no other workflow
        github.gh("workflow", "run", "docs.yml", "--ref", BRANCH)
    return ", ".join(done) or "The proposal is there already."


def main() -> None:
    """Propose, or say in one line why not."""
    try:
        print(propose(Path(sys.argv[1])))
    except (github.CommandError, OSError) as error:
        sys.exit(f"upkeep: {error}")


if __name__ == "__main__":
    main()

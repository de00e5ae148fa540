"""A made-up `gh`: it keeps issues and pull requests in the JSON file $GH_STATE.

It knows the commands and options that the project uses, and refuses all others.
"""

import argparse
import json
import os
import sys
from pathlib import Path

STATE = Path(os.environ["GH_STATE"])
BODY_LIMIT = 65536  # GitHub's


def parsed(words):
    """Return the command line, as `gh` would read it."""
    parser = argparse.ArgumentParser(prog="gh")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind in ("issue", "pr"):
        actions = kinds.add_parser(kind).add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list")
        listing.add_argument("--state", choices=["open"], required=True)
        listing.add_argument("--json", required=True)
        listing.add_argument("--limit", type=int, default=30)
        listing.add_argument("--label")
        listing.add_argument("--head")
        create = actions.add_parser("create")
        create.add_argument("--title", required=True)
        create.add_argument("--body-file", choices=["-"], required=True)
        create.add_argument("--label")
        create.add_argument("--head")
        create.add_argument("--base")
        edit = actions.add_parser("edit")
        edit.add_argument("number", type=int)
        edit.add_argument("--body-file", choices=["-"], required=True)
        close = actions.add_parser("close")
        close.add_argument("number", type=int)
        close.add_argument("--comment", required=True)
    labels = kinds.add_parser("label").add_subparsers(dest="action", required=True)
    create = labels.add_parser("create")
    create.add_argument("name")
    create.add_argument("--force", action="store_true", required=True)
    create.add_argument("--color", required=True)
    runs = kinds.add_parser("workflow").add_subparsers(dest="action", required=True)
    run = runs.add_parser("run")
    run.add_argument("name")
    run.add_argument("--ref", required=True)
    return parser.parse_args(words)


def body():
    """Return the text on standard input, as GitHub takes it."""
    text = sys.stdin.read()
    if len(text) > BODY_LIMIT:
        sys.exit(f"GraphQL: Body is too long (maximum is {BODY_LIMIT} characters)")
    return text.replace("\n", "\r\n")  # as it gives it back


def main():
    """Do what the command line asks for, and note it."""
    state = json.loads(STATE.read_text(encoding="utf-8"))
    words = sys.argv[1:]
    state["calls"].append(words)
    STATE.write_text(json.dumps(state), encoding="utf-8")
    if refusal := state["refusals"].get(" ".join(words[:2])):
        sys.exit(refusal)
    options = parsed(words)
    kind, items = options.kind, state.get(options.kind, [])
    if options.action == "list":
        fields = options.json.split(",")
        shown = [
            {field: item[field] for field in fields}
            for item in reversed(items)
            if item["state"] == "open"
            and (not options.label or options.label in item["labels"])
            and (not options.head or options.head == item["head"])
        ]
        print(json.dumps(shown[: options.limit]))
    elif kind == "label":
        state["labels"] = sorted({*state["labels"], options.name})
    elif kind == "workflow":
        state["runs"].append([options.name, options.ref])
    elif options.action == "create":
        if options.label and options.label not in state["labels"]:
            sys.exit(f"could not add label: '{options.label}' not found")
        number = len(items) + 1
        items.append(
            {
                "number": number,
                "title": options.title,
                "body": body(),
                "labels": [options.label],
                "head": options.head,
                "state": "open",
                "comments": [],
            }
        )
        print(f"https://example.org/{number}")
    else:
        item = items[options.number - 1]
        if options.action == "edit":
            item["body"] = body()
        else:
            item["state"] = "closed"
            item["comments"].append(options.comment)
    STATE.write_text(json.dumps(state), encoding="utf-8")


if __name__ == "__main__":
    main()

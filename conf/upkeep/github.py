"""Ask GitHub through its command line, ``gh``, which finds its token by itself."""

import json
import subprocess


class CommandError(Exception):
    """``gh`` or ``git`` has failed; the message is one line."""


def command(*words: str, text: str | None = None) -> str:
    """Run a command, with ``text`` as its input, and return what it prints.

    Raises ``CommandError`` if it fails or is not installed.
    """
    try:
        done = subprocess.run(
            words,
            input=text or "",
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise CommandError(f"{words[0]}: {error.strerror}") from None
    if done.returncode:
        reason = " ".join(done.stderr.split())[:300] or f"status {done.returncode}"
        raise CommandError(f"{' '.join(words[:3])}: {reason}")
    return done.stdout


def gh(*words: str, text: str | None = None) -> str:
    """Run ``gh`` and return what it prints. Raises ``CommandError``."""
    return command("gh", *words, text=text)


def listed(*words: str) -> list[dict]:
    """Run ``gh`` and return the list that it prints as JSON.

    Raises ``CommandError``.
    """
    answer = gh(*words)
    try:
        return json.loads(answer)
    except json.JSONDecodeError:
        raise CommandError(f"gh {' '.join(words[:2])}: answered no JSON") from None

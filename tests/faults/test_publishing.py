"""The published folder is replaced in one move; readers never meet a half of it."""

import errno

import pytest
from exchange import exchange

# Python tells of each rename that it makes; of the exchange it knows nothing.
LISTEN = """
import sys

def note(event, arguments):
    if event == "os.rename":
        with open({log!r}, "a", encoding="utf-8") as file:
            print(*arguments[:2], file=file)

sys.addaudithook(note)
"""
WITHOUT = """
import errno
import exchange

def refuse(one, other):
    raise OSError(errno.ENOTSUP, "not on this file system")

exchange.exchange = refuse
"""


def listening(folder, code=""):
    """Return an environment in which every Python tells of its renames, and the log."""
    log = folder / "renames.txt"
    log.touch()
    (folder / "sitecustomize.py").write_text(LISTEN.format(log=str(log)) + code)
    return {"PYTHONPATH": str(folder)}, log


def moves_of_the_site(log):
    """Return the renames that took the site away."""
    return [line for line in log.read_text().splitlines() if "html " in line]


def test_the_site_is_never_away(good, tmp_path):
    """Not between two renames either, while it is replaced by a new one."""
    environment, log = listening(tmp_path)
    before = good.published()
    good.replace("docs/index.md", "# ", "# New: ")
    outcome = good.build(**environment)
    assert outcome.status == 0, outcome.text
    assert good.published() != before
    assert moves_of_the_site(log) == []
    assert sorted(path.name for path in (good.folder / "build").iterdir()) == [
        "doctrees",
        "html",
        "lock",
        "published.txt",
    ]


def test_where_nothing_can_be_exchanged_the_site_is_replaced_too(good, tmp_path):
    """By two renames; the next build mends what a kill between them leaves."""
    path = f"sys.path.append({str(good.folder / 'conf')!r})"
    environment, log = listening(tmp_path, f"{path}\n{WITHOUT}")
    before = good.published()
    good.replace("docs/index.md", "# ", "# New: ")
    outcome = good.build(**environment)
    assert outcome.status == 0, outcome.text
    assert good.published() != before
    assert len(moves_of_the_site(log)) == 1


def test_two_folders_change_places(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / f"was-{name}").touch()
    exchange(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / "was-b").exists()
    assert (tmp_path / "b" / "was-a").exists()


def test_a_missing_folder_is_an_error(tmp_path):
    """And the other one stays."""
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError) as caught:
        exchange(tmp_path / "a", tmp_path / "b")
    assert caught.value.errno == errno.ENOENT
    assert (tmp_path / "a").is_dir()

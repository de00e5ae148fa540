"""Scripts do not wait for those of another section, and memory does not grow for it."""

import gc
import weakref

import collecting
import pytest

from tests.faults.building import INDEX, ONE, TWO

WAITING = """import pathlib, time
until = time.monotonic() + 60
while not pathlib.Path({path!r}).exists():
    assert time.monotonic() < until, "the other section has not begun"
    time.sleep(0.05)
"""


def test_a_section_does_not_wait_for_the_one_before(fresh, tmp_path):
    """A script waits for what one of a later section does, and the build succeeds."""
    path = str(tmp_path / "begun")
    fresh.insert(ONE, WAITING.format(path=path))
    later = "gallery/examples_very_small"
    (fresh.folder / later).mkdir()
    touch = f"import pathlib\n\npathlib.Path({path!r}).touch()"
    fresh.write(f"{later}/three.py", fresh.read(TWO))
    fresh.insert(f"{later}/three.py", touch)
    index = fresh.read(INDEX).replace("examples_small", "examples_very_small")
    fresh.write(f"{later}/index.rst", index.replace("   one\n   two\n", "   three\n"))
    last = "examples_small/index\n"
    fresh.replace("docs/index.md", last, f"{last}examples_very_small/index\n")
    outcome = fresh.build()
    assert outcome.status == 0, outcome.text
    assert "en/examples_very_small/three.html" in fresh.published()


@pytest.fixture
def _collector():
    """Leave Python's collector as it was."""
    yield
    gc.unfreeze()
    gc.enable()


class Node:
    """A part of a tree: it knows its parent, which knows it."""

    def __init__(self):
        self.parent = self


@pytest.mark.usefixtures("_collector")
def test_what_pages_leave_is_collected_now_and_then(monkeypatch):
    """Not at each page, and yet so often that it does not pile up."""
    monkeypatch.setattr(collecting, "pages", 0)
    collecting.begin()
    left = []
    for _ in range(collecting.EVERY - 1):
        left.append(weakref.ref(Node()))
        collecting.after_page()
    assert all(node() for node in left)
    collecting.after_page()
    assert not any(node() for node in left)

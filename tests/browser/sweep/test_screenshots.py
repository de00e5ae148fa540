"""Pages look as they did: screenshots are compared with those in ``screenshots/``.

``make screenshots`` stores new ones, and names those that changed.
"""

import shutil
import subprocess
from pathlib import Path

import matplotlib
import pytest

from tests.browser import pictures
from tests.browser.pages import LOAD_ALL
from tests.browser.tools import missing
from tests.browsing import FLAGS, chromium
from tests.conftest import ROOT

STORED = ROOT / "tests" / "browser" / "screenshots"
SEEN = ROOT / "build" / "screenshots"
SIZES = {360: 800, 1440: 900}  # CSS pixels
TEMPLATES = {
    "home": "index.html",
    "example": "examples_autograd/two_layer_net_autograd.html",
    "listing": "examples_autograd/two_layer_net_autograd.html#the-training-loop",
    "tutorial": "pytorch_with_examples.html",
    "glossary": "glossary.html",
    "search": "search.html?q=autograd",
    "playground": "playground.html",
    "kitchen_sink": "kitchen_sink.html",
}
CASES = {
    f"{name}-{language}-{width}-{scheme}": (f"{language}/{path}", width, scheme)
    for name, path in TEMPLATES.items()
    for language, schemes in (("en", ("light", "dark")), ("zh-cn", ("light",)))
    for width in SIZES
    for scheme in schemes
}
CASES |= {
    f"{name}-{width}-{scheme}": (f"{name}.html", width, scheme)
    for name in ("index", "404")
    for width in SIZES
    for scheme in ("light", "dark")
}
WHOLE = "kitchen_sink"  # from top to bottom; of other pages, what is seen at first
# The same letters on every machine: Matplotlib brings some, and Debian has the others.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{latin}</dir>
  <dir>{chinese}</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family>
    <prefer><family>DejaVu Sans</family><family>Noto Sans CJK SC</family></prefer>
  </alias>
  <alias><family>serif</family>
    <prefer><family>DejaVu Serif</family><family>Noto Sans CJK SC</family></prefer>
  </alias>
  <alias><family>monospace</family>
    <prefer><family>DejaVu Sans Mono</family><family>Noto Sans CJK SC</family></prefer>
  </alias>
</fontconfig>
"""


def chinese_font():
    """Return the folder of the font that Chinese text is drawn in."""
    words = "needs the font Noto Sans CJK SC; on Debian: apt install fonts-noto-cjk"
    if not shutil.which("fc-match"):
        missing(words)
    command = ["fc-match", "--format", "%{family}|%{file}", "Noto Sans CJK SC"]
    found = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    family, _, file = found.stdout.partition("|")
    if "Noto Sans CJK SC" not in family:
        missing(words)
    return Path(file).parent


@pytest.fixture(scope="module")
def painter(browser, tmp_path_factory):
    """Return a Chromium that has only the fonts that every machine has."""
    folder = tmp_path_factory.mktemp("fonts")
    (folder / "fonts.conf").write_text(
        FONTS.format(
            latin=Path(matplotlib.get_data_path(), "fonts", "ttf"),
            chinese=chinese_font(),
            cache=folder / "cache",
        )
    )
    painter = browser.browser_type.launch(
        executable_path=chromium(),
        args=[*FLAGS, "--font-render-hinting=none", "--disable-lcd-text"],
        env={"FONTCONFIG_FILE": str(folder / "fonts.conf")},
    )
    yield painter
    painter.close()


@pytest.fixture
def paint(painter, server):
    """Return a function: the picture of a case, perhaps after a change by a script."""
    contexts = []

    def painted(case, change=None):
        path, width, scheme = CASES[case]
        context = painter.new_context(
            viewport={"width": width, "height": SIZES[width]},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="fr-FR",  # no language of ours: nobody is sent elsewhere
        )
        contexts.append(context)
        page = context.new_page()
        path, _, anchor = path.partition("#")
        page.goto(f"{server}/{path}")
        if "?q=" in path:
            page.locator("#search-results li a").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.evaluate(LOAD_ALL)
        if change:
            page.evaluate(change)
        part = {}
        if anchor:
            top = int(page.locator(f"#{anchor}").bounding_box()["y"])
            part = {"clip": {"x": 0, "y": top, "width": width, "height": SIZES[width]}}
        return pictures.halved(
            page.screenshot(
                full_page=bool(anchor) or case.startswith(WHOLE),
                animations="disabled",
                caret="hide",
                **part,
            )
        )

    yield painted
    for context in contexts:
        context.close()


@pytest.fixture
def changed(request, capsys):
    """Return a function that names a picture, or None if none shall be stored."""

    def tell(path):
        with capsys.disabled():
            print(f"\nchanged: {path.relative_to(ROOT)}")

    return tell if request.config.getoption("--update-screenshots") else None


@pytest.mark.parametrize("case", CASES)
def test_a_page_looks_as_it_did(paint, changed, case):
    actual, path = paint(case), STORED / f"{case}.png"
    expected = pictures.stored(path) if path.is_file() else None
    differing = pictures.difference(actual, expected) if expected else None
    where = None if differing is None else pictures.places(differing)
    if where == []:
        return
    if changed:
        STORED.mkdir(exist_ok=True)
        pictures.store(actual, path)
        changed(path)
        return
    SEEN.mkdir(parents=True, exist_ok=True)
    actual.save(SEEN / f"{case}-actual.png")
    if not expected:
        pytest.fail(f"there is no {path}; run: make screenshots", pytrace=False)
    expected.save(SEEN / f"{case}-expected.png")
    words = f"the page is now {actual.size} and not {expected.size}, halved"
    if where:
        pictures.drawn(differing, expected).save(SEEN / f"{case}-difference.png")
        words = ", ".join(f"({left}, {top})" for left, top, _ in where[:8])
        words = f"{len(where)} places differ, in pixels of the page: {words}"
    pytest.fail(
        f"{case}: {words}. Look at {SEEN.relative_to(ROOT)}/{case}-*.png; "
        "if the page is as it should be, run: make screenshots",
        pytrace=False,
    )


def test_the_pictures_are_few_and_small(changed):
    """Each is that of a case; they stay where people clone them."""
    for path in STORED.glob("*.png") if changed else ():
        if path.stem not in CASES:
            path.unlink()
            changed(path)
    sizes = {path.stem: path.stat().st_size for path in STORED.glob("*.png")}
    assert sizes.keys() == CASES.keys()
    for case, size in sizes.items():
        assert size < (80_000 if case.startswith(WHOLE) else 40_000), case
    assert sum(sizes.values()) < 1_500_000


# -- What is noticed, and what is not --------------------------------------------------

# The listing, its frame, and a word on this part of the page.
PARTS = """
  const part = document.getElementById("the-training-loop");
  const listing = part.querySelector("pre");
  const frame = listing.closest("[class*=highlight-]") ?? listing;
  const word = part.querySelector("p code");
"""
NOTICED = {
    "down": "frame.style.translate = '0 4px'",
    "aside": "frame.style.translate = '4px 0'",
    "heading": "part.querySelector('h1, h2, h3').style.translate = '0 4px'",
    "frame": "frame.style.outline = '1px solid #999'",
    "background": "listing.style.background = '#fff4e0'",
    "links": "for (const link of document.links) link.style.color = '#a33'",
    "paler": "part.querySelector('p').style.opacity = 0.6",
    "word": "word.style.visibility = 'hidden'",
    "larger": "document.documentElement.style.fontSize = '103%'",
}
FORGIVEN = {
    "nothing": "",
    "heavier": "document.body.style.webkitTextStroke = '0.15px'",
    "down": "part.querySelector('p').style.translate = '0 0.4px'",
}


@pytest.fixture
def stored(paint, tmp_path):
    """Return a function: the picture of a case as it would be stored."""

    def painted(case):
        pictures.store(paint(case), tmp_path / "stored.png")
        return pictures.stored(tmp_path / "stored.png")

    return painted


CASES_OF_CHANGES = ["listing-en-1440-light", "listing-en-360-light"]


@pytest.mark.parametrize("case", CASES_OF_CHANGES)
def test_what_matters_is_noticed(paint, stored, case):
    """A block 4 px off its place, another colour, and a word that is not there."""
    expected = stored(case)
    for name, change in NOTICED.items():
        actual = paint(case, f"() => {{{PARTS} {change}; }}")
        assert pictures.places(pictures.difference(actual, expected)), name


@pytest.mark.parametrize("case", CASES_OF_CHANGES)
def test_what_does_not_matter_is_forgiven(paint, stored, case):
    """Letters that another version of the browser draws a little otherwise."""
    expected = stored(case)
    for name, change in FORGIVEN.items():
        actual = paint(case, f"() => {{{PARTS} {change}; }}")
        differing = pictures.difference(actual, expected)
        assert pictures.places(differing) == [], name

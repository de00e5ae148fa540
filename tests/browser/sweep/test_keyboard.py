"""Whoever has only a keyboard gets everywhere, and sees where they are."""

import pytest
from languages import LANGUAGES
from playwright.sync_api import expect

from tests.browsing import paths, visit
from tests.conftest import SITE

WIDTHS = (360, 1024, 1440)
FOLDERS = tuple(f"{each.folder}/" for each in LANGUAGES)
INNER = [path for path in paths() if path.startswith(FOLDERS)]  # they have menus
WITH_CONTENTS = [
    path for path in INNER if 'id="page-menu"' in (SITE / path).read_text("utf-8")
]

# When Tab goes down, notes where the focus is: that is faster than to ask each time.
NOTE = r"""
window.stops = [];
window.whyUnseen = (element) => {
  const labels = [...(element.labels ?? [])];
  const isMine = (hit) => [element, ...labels].some((each) => each.contains(hit));
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    return "is hidden";
  let why = "is off the screen";
  const rects = [element, ...labels].flatMap((each) => [...each.getClientRects()]);
  for (const rect of rects) {
    const [left, top] = [Math.max(rect.left, 0), Math.max(rect.top, 0)];
    const right = Math.min(rect.right, document.documentElement.clientWidth);
    const bottom = Math.min(rect.bottom, innerHeight);
    if (right <= left || bottom <= top) continue;
    for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {  // in part is enough
      const x = left + part * (right - left);
      const hit = document.elementFromPoint(x, (top + bottom) / 2);
      if (isMine(hit)) return "";
      why = `is under ${nameOf(hit)}`;
    }
  }
  return why;
};
window.nameOf = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
window.lookOf = (element) =>
  [element, element.parentElement, ...(element.labels ?? [])].map((each) => {
    const style = getComputedStyle(each);
    const outline = style.outlineStyle === "none" || style.outlineWidth === "0px"
      ? "" : style.outline;
    return [outline, style.boxShadow, style.border, style.backgroundColor,
      style.color, style.textDecoration];
  }).join();
addEventListener("keydown", ({ key }) => {
  if (key !== "Tab") return;
  const element = document.activeElement;
  const isNowhere = !element || element === document.body ||
    element === document.documentElement;
  stops.push(isNowhere ? null :
    { element, whyUnseen: whyUnseen(element), look: lookOf(element) });
}, true);
"""

# The walk is over when the focus has left the page or comes to where it has been.
IS_OVER = """() => {
  const walked = stops.slice(1).map((stop) => stop?.element);
  return walked.includes(undefined) || new Set(walked).size < walked.length;
}"""

FAULTS = """() => {
  const name = (element) => element.outerHTML.replace(/\\s+/g, " ").slice(0, 110);
  const interactive = [...document.querySelectorAll(
    "a[href], button:enabled, input:enabled, select, textarea, summary," +
    "[tabindex='0'], [contenteditable]")].filter((element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      !element.closest("[inert]") && element.tabIndex >= 0 &&
      !(element.type === "radio" && !element.checked));
  const walk = stops.slice(1);
  const end = walk.findIndex(
    (stop, number) => !stop || (number && stop.element === walk[0].element));
  const walked = end < 0 ? walk : walk.slice(0, end);
  const reached = new Set(walked.map(({ element }) => element));
  const found = interactive.filter((element) => !reached.has(element))
    .map((element) => `never reached: ${nameOf(element)}`);
  walked.forEach(({ element }, number) => {
    const before = walked.findIndex((stop) => stop.element === element);
    if (before < number) found.push(`a trap: ${nameOf(element)}`);
  });
  document.activeElement.blur();
  for (const { element, whyUnseen, look } of walked) {
    if (whyUnseen) found.push(`not to be seen: ${nameOf(element)} ${whyUnseen}`);
    if (look === lookOf(element)) found.push(`without a mark: ${nameOf(element)}`);
  }
  return found;
}"""

IS_WITHIN = "(element) => element.contains(document.activeElement)"

BAD = """<!doctype html><title>Bad</title><style>
.away { position: absolute; left: -999px }
.plain:focus { outline: none }
.coloured:focus { outline: none; background: yellow }
.cover { position: fixed; background: red; width: 9em; height: 3em; bottom: 0; left: 0;
  margin: 0 }
.low { position: fixed; bottom: 0; left: 0 }
</style>"""


@pytest.fixture(scope="module")
def visitor(browser):
    """Return one page for all tests; it does not scroll smoothly, so it is there."""
    with visit(browser, reduced_motion="reduce") as page:
        page.add_init_script(NOTE)
        yield page


def open_page(page, address, width):
    """Open a page at a width, with its focus where a page begins."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)


def faults_of_walk(page):
    """Press Tab from the start of a page to its end; return what is wrong there."""
    for _ in range(100):
        for _ in range(10):
            page.keyboard.press("Tab")
        if page.evaluate(IS_OVER):
            return page.evaluate(FAULTS)
    return ["no end after 1000 stops"]


def walk_through(page, menu, number):
    """Press Tab a number of times; return how many stops were on screen in a menu."""
    page.evaluate("stops.length = 0")
    for _ in range(number):
        page.keyboard.press("Tab")
    return menu.evaluate(
        "(menu) => new Set(stops.filter((stop) => stop && !stop.whyUnseen &&"
        "  menu.contains(stop.element)).map((stop) => stop.element)).size"
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", paths())
def test_tab_leads_through_a_page(visitor, server, path, width):
    """To all that can be used and is shown. It is on the screen, and marked.

    The first stop skips the menus, where there are any.
    """
    open_page(visitor, f"{server}/{path}", width)
    found = faults_of_walk(visitor)
    assert not found, "\n".join(found)
    first = visitor.evaluate("stops[1].element.getAttribute('href')")
    assert (first == "#main") == (path in INNER)


@pytest.mark.parametrize("path", INNER)
def test_the_first_stop_skips_to_the_text(visitor, server, path):
    """It can be seen; after it, the focus is in the text."""
    open_page(visitor, f"{server}/{path}", 360)
    visitor.keyboard.press("Tab")
    skip = visitor.locator("a:focus")
    expect(skip).to_have_attribute("href", "#main")
    assert skip.evaluate("(link) => whyUnseen(link)") == ""
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#main")).to_be_focused()
    stops = visitor.locator("#main :is(a[href], button, input, summary):visible")
    if stops.count():
        visitor.keyboard.press("Tab")
        assert visitor.locator("#main").evaluate(IS_WITHIN)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *((path, "site-menu") for path in INNER),
        *((path, "page-menu") for path in WITH_CONTENTS),
    ],
)
def test_a_menu_opens_and_closes(visitor, server, path, name):
    """With Enter; each of its links is reached; Esc leads back to its button."""
    open_page(visitor, f"{server}/{path}", 360)
    button = visitor.locator(f"button[popovertarget={name}]")
    menu = visitor.locator(f"#{name}")
    expect(menu).to_be_hidden()
    button.focus()
    visitor.keyboard.press("Enter")
    expect(menu).to_be_visible()
    visitor.keyboard.press("Tab")
    assert menu.evaluate(IS_WITHIN)
    links = menu.locator("a[href]:visible, button:visible, input:visible").count()
    assert walk_through(visitor, menu, links) == links > 0
    visitor.keyboard.press("Shift+Tab")
    assert menu.evaluate(IS_WITHIN)
    visitor.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("path", WITH_CONTENTS[:: len(WITH_CONTENTS) // 4 or 1])
def test_a_chosen_heading_is_shown(visitor, server, path):
    """The menu does not stay before it."""
    open_page(visitor, f"{server}/{path}", 360)
    visitor.locator("button[popovertarget=page-menu]").focus()
    visitor.keyboard.press("Enter")
    link = visitor.locator("#page-menu a").last
    link.focus()
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#page-menu")).to_be_hidden()
    heading = visitor.locator(link.get_attribute("href")).locator(":is(h2, h3)").first
    expect(heading).to_be_in_viewport()


def test_pages_have_contents():
    """More than half of them, in each language; else the tests above test nothing."""
    for folder in FOLDERS:
        inner = [path for path in INNER if path.startswith(folder)]
        having = [path for path in WITH_CONTENTS if path.startswith(folder)]
        assert len(having) > len(inner) / 2


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<a href=x>one</a><button>two</button>", []),
        ("<a href=x class=coloured>one</a><a href=y>two</a>", []),
        ("<a href=x>one</a><a href=y class=away>two</a>", ["not to be seen"]),
        ("<a href=x>one</a><a href=y class=plain>two</a>", ["without a mark"]),
        (
            "<a href=x>one</a><a href=y class=low>two</a><p class=cover></p>",
            ["not to be seen"],
        ),
        (
            "<a href=x>one</a><a href=y onfocus='this.blur()'>two</a>",
            ['never reached: <a href="y"'],
        ),
        (
            "<a href=x>1</a><a href=y>2</a><a id=z href=z onkeydown='"
            "event.preventDefault(); previousElementSibling.focus()'>3</a>"
            "<a href=w>4</a>",
            ['never reached: <a href="w"', "a trap"],
        ),
    ],
)
def test_what_is_bad_is_noticed(visitor, tmp_path, html, found):
    (tmp_path / "bad.html").write_text(f"{BAD}<body>{html}")
    open_page(visitor, (tmp_path / "bad.html").as_uri(), 1024)
    faults = faults_of_walk(visitor)
    for start in found:
        assert any(fault.startswith(start) for fault in faults), faults
    assert bool(faults) == bool(found), faults

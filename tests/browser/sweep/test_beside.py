"""Formulas beside code never cover it, widen it or get into a copy of it."""

import pytest

from tests.conftest import EXAMPLES

PAGES = [
    f"{folder}/{example}.html"
    for folder in ("en", "zh-cn")
    for example in EXAMPLES[:-1]
]

# For each formula its box, that of the code of its line, and that of its listing; and
# the code that it covers.
MEASURE = """() => [...document.querySelectorAll("pre .beside")].map((formula) => {
  const box = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
  const own = formula.querySelector("math").getBoundingClientRect();
  const pre = formula.closest("pre");
  const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const covered = [];
  let line;
  for (let text; (text = walker.nextNode()); ) {
    if (text.parentElement.closest(".beside") || !text.data.trim()) continue;
    range.selectNodeContents(text);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      if (formula.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_PRECEDING)
        line = { left, right, top, bottom };
      const beside = own.left >= right || own.right <= left;
      if (!beside && own.top < bottom - 1 && own.bottom > top + 1)
        covered.push(text.data);
    }
  }
  return { own: box(own), line, pre: box(pre.getBoundingClientRect()), covered };
})"""

# How wide the listings with formulas are, as they are and without the formulas.
WIDTHS = """() => {
  const listings = [...document.querySelectorAll("pre:has(.beside)")];
  const before = listings.map((each) => each.scrollWidth);
  for (const each of document.querySelectorAll(".beside")) each.remove();
  return [before, listings.map((each) => each.scrollWidth)];
}"""

# Selects the last listing with formulas; the answer is its code.
SELECT = """() => {
  const listing = [...document.querySelectorAll("pre:has(.beside)")].at(-1);
  getSelection().selectAllChildren(listing);
  const code = listing.cloneNode(true);
  for (const formula of code.querySelectorAll(".beside")) formula.remove();
  return code.textContent;
}"""

# Puts a field on the page to paste into.
FIELD = """() => {
  const field = document.createElement("textarea");
  document.body.append(field);
  field.focus();
}"""


def measure(page, address, width, media="screen"):
    """Open a page; return what its formulas measure, which is not nothing."""
    page.emulate_media(media=media)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    formulas = page.evaluate(MEASURE)
    assert formulas
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [each["covered"] for each in formulas if each["covered"]] == []
    return formulas


@pytest.mark.parametrize("width", [320, 360, 480])
@pytest.mark.parametrize("path", PAGES)
def test_on_a_phone_a_formula_is_below_its_line(page, server, path, width):
    """Directly, further in, in sight, and the listing is as wide as without it."""
    for each in measure(page, f"{server}/{path}", width):
        own, line, pre = each["own"], each["line"], each["pre"]
        assert line["bottom"] - 2 <= own["top"] <= line["bottom"] + 9, each
        assert pre["left"] < own["left"], each
        assert own["right"] <= pre["right"], each
    before, after = page.evaluate(WIDTHS)
    assert before == after


@pytest.mark.parametrize(
    ("width", "media"),
    [(700, "screen"), (1024, "screen"), (1440, "screen"), (700, "print")],
)
@pytest.mark.parametrize("path", PAGES)
def test_on_a_wide_screen_a_formula_is_in_its_line(page, server, path, width, media):
    """At the right end, one exactly below the other; on paper too."""
    formulas = measure(page, f"{server}/{path}", width, media)
    for each in formulas:
        own, line, pre = each["own"], each["line"], each["pre"]
        assert line["right"] + 8 < own["left"], each
        middle = (own["top"] + own["bottom"]) / 2
        assert line["top"] <= middle <= line["bottom"], each
        assert 8 < pre["right"] - own["right"] < 24, each
    assert len({round(each["own"]["right"]) for each in formulas}) == 1
    before, after = page.evaluate(WIDTHS)
    assert before == after


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_a_formula_is_not_copied(page, server, path, width):
    """A reader who marks a listing copies its code, without as much as a blank line."""
    seen = measure(page, f"{server}/{path}", width)
    code = page.evaluate(SELECT)
    page.keyboard.press("Control+c")
    page.wait_for_selector(".copying", state="detached")
    assert page.evaluate(MEASURE) == seen
    page.evaluate(FIELD)
    page.keyboard.press("Control+v")
    assert page.locator("textarea").input_value().strip() == code.strip()

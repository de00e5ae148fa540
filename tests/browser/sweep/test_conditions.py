"""Without JavaScript, without motion, on paper, in a theme of the reader's own."""

import re
from pprint import pformat

import pytest
from languages import LANGUAGES
from playwright.sync_api import expect

from tests.browsing import paths, visit

FOLDERS = tuple(f"{each.folder}/" for each in LANGUAGES)
INNER = [path for path in paths() if path.startswith(FOLDERS)]
# They do something that only a script can do, and say so themselves.
NEED_SCRIPTS = ("playground.html", "search.html")
KINDS = (
    "en/index.html",
    "zh-cn/pytorch_with_examples.html",
    "en/examples_nn/two_layer_net_optim.html",
    "zh-cn/playground.html",
)
A4 = {"width": 718, "height": 1046}  # px, within margins of 1 cm

BUTTONS = """() => [...document.querySelectorAll("button, [role=button]")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))"""
IN_NEED = f"""() => ({BUTTONS})().filter((each) => !each.popoverTargetElement &&
    !(each.type === "submit" && each.form?.hasAttribute("action")))
  .map((each) => each.outerHTML)"""

MOVING = """() => [...document.querySelectorAll("*")].flatMap((element) =>
  [null, "::before", "::after"].flatMap((part) => {
    const style = getComputedStyle(element, part);
    const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
    const found = [];
    if (lasts(style.transitionDuration) || lasts(style.transitionDelay))
      found.push("transition");
    if (style.animationName !== "none" && lasts(style.animationDuration))
      found.push("animation");
    if (style.scrollBehavior !== "auto") found.push("scroll-behavior");
    return found.map((what) =>
      `${what}: ${element.tagName} ${element.className} ${part ?? ""}`);
  }))"""

CUT_OFF = """() => [...document.querySelectorAll("pre")].filter((each) =>
  each.scrollWidth > each.clientWidth ||
  each.getBoundingClientRect().right > document.documentElement.clientWidth
).map((each) => each.textContent.slice(0, 80))"""

# Everything that has text of its own, or is drawn: its ink, and the paper below it.
PALE = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {
    willReadFrequently: true,
  });
  const luminance = (...colours) => {  // painted one over the other, on white
    canvas.fillStyle = "white";
    canvas.fillRect(0, 0, 1, 1);
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    const linear = (part) => part <= 10 ? part / 3294 :
      ((part / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const papers = (element) => element ? [...papers(element.parentElement),
    getComputedStyle(element).backgroundColor] : [];
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true })
    && element.getBoundingClientRect().width > 1;
  return [...document.body.querySelectorAll("*")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && !element.matches("script, style, noscript, title, desc, option")
    && isSeen(element)
  ).flatMap((element) => {
    const style = getComputedStyle(element);
    const paper = luminance(...papers(element));
    const ink = luminance(...papers(element),
      element.matches("svg *") ? style.fill : style.color);
    const contrast = (paper + 0.05) / (ink + 0.05);
    return paper < 0.5 || contrast < 4.5
      ? [`${contrast.toFixed(1)} on ${paper.toFixed(2)}: ${element.outerHTML
        .slice(0, 80)}`] : [];
  });
}"""


@pytest.fixture(scope="module")
def visitor(browser):
    """Return a page for the tests that need nothing else."""
    with visit(browser) as page:
        yield page


@pytest.fixture(scope="module")
def without_scripts(browser):
    """Return a page without JavaScript, on a phone, in the dark."""
    size = {"width": 360, "height": 800}
    with visit(
        browser, java_script_enabled=False, color_scheme="dark", viewport=size
    ) as page:
        yield page


def lines_of(page):
    """Return the lines of text that are shown, without the words on buttons."""
    page.evaluate("document.querySelectorAll('main button').forEach((b) => b.remove())")
    lines = page.locator("main").inner_text().splitlines()
    return [line.strip() for line in lines if line.strip()]


def darkness(page):
    """Return whether the ground of the page is dark."""
    ground = page.locator("body").evaluate(
        "(body) => [body, body.parentElement].map((each) =>"
        "  getComputedStyle(each).backgroundColor)"
    )
    colour = next(
        (each for each in ground if not each.endswith(", 0)")), "rgb(255, 255, 255)"
    )
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) < 3 * 64


# -- Without JavaScript --------------------------------------------------------------


@pytest.mark.parametrize("path", INNER)
def test_all_text_is_there_without_javascript(visitor, without_scripts, server, path):
    """Or the page says that it needs it."""
    without_scripts.goto(f"{server}/{path}")
    shown = lines_of(without_scripts)
    if path.endswith(NEED_SCRIPTS):
        assert any("JavaScript" in line for line in shown)
        return
    visitor.set_viewport_size(without_scripts.viewport_size)
    visitor.goto(f"{server}/{path}")
    assert "\n".join(lines_of(visitor)) == "\n".join(shown) != ""


@pytest.mark.parametrize("path", paths())
def test_nothing_is_shown_that_needs_javascript(without_scripts, server, path):
    """And a dark screen stays dark."""
    without_scripts.goto(f"{server}/{path}")
    found = without_scripts.evaluate(IN_NEED)
    assert not found, "\n".join(found)
    assert darkness(without_scripts) or path not in INNER
    ink = without_scripts.locator("h1:visible").first.evaluate(
        "(h1) => getComputedStyle(h1).color"
    )
    assert min(int(part) for part in re.findall(r"\d+", ink)[:3]) > 160


@pytest.mark.parametrize(
    ("path", "menu"),
    [
        *((path, "site-menu") for path in KINDS),
        *((path, "page-menu") for path in KINDS[1:]),
    ],
)
def test_a_menu_opens_without_javascript(without_scripts, server, path, menu):
    without_scripts.goto(f"{server}/{path}")
    shown = without_scripts.locator(f"#{menu}")
    expect(shown).to_be_hidden()
    without_scripts.locator(f"button[popovertarget={menu}]").click()
    expect(shown).to_be_visible()
    link = shown.locator("a[href*='.html'], a[href^='#']").last
    expect(link).to_be_visible()
    link.click()
    assert without_scripts.url != f"{server}/{path}"


# -- Without motion ------------------------------------------------------------------


@pytest.fixture(scope="module")
def still(browser):
    """Return a page of someone who wants nothing to move."""
    with visit(browser, reduced_motion="reduce") as page:
        yield page


@pytest.mark.parametrize("path", paths())
def test_nothing_moves_for_those_who_want_that(still, server, path):
    still.goto(f"{server}/{path}")
    found = still.evaluate(MOVING)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("style", "what"),
    [
        ("p { transition: color 1s 0s, opacity 0s }", "transition: P"),
        ("p::after { content: ''; animation: 2s turn }", "animation: P  ::after"),
        ("html { scroll-behavior: smooth }", "scroll-behavior: HTML"),
    ],
)
def test_what_moves_is_noticed(still, style, what):
    still.goto("about:blank")  # nor the policy of a page
    still.set_content(f"<style>{style}</style><p>Text")
    assert [found.startswith(what) for found in still.evaluate(MOVING)] == [True]


# -- On paper ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper(browser):
    """Return a page as it is printed. On paper, the system's theme is always light."""
    with visit(browser, viewport=A4) as page:
        page.emulate_media(media="print")
        yield page


@pytest.mark.parametrize("path", paths())
def test_paper_has_all_code_in_dark_ink_and_no_buttons(paper, server, path):
    """If the reader has chosen the dark theme, too."""
    paper.goto(f"{server}/{path}")
    paper.evaluate("document.body.dataset.theme = 'dark'")
    found = {
        "a button": paper.evaluate(f"({BUTTONS})().map((each) => each.outerHTML)"),
        "cut off": paper.evaluate(CUT_OFF),
        "pale": paper.evaluate(PALE),
    }
    assert not any(found.values()), pformat(found)
    for menu in paper.locator("nav[popover], .skip-to-content, .bar").all():
        expect(menu).to_be_hidden()


@pytest.mark.parametrize(
    ("html", "script"),
    [
        ("<button>Press</button>", BUTTONS),
        ("<pre style='width: 3em; overflow: auto'>long line of code", CUT_OFF),
        ("<pre style='width: 60em'>code", CUT_OFF),
        ("<p style='background: #222'><b style='color: white'>bold</b></p>", PALE),
        ("<p style='color: #aaa'>Text", PALE),
        ("<svg><text y='20' fill='#eee'>Text</text></svg>", PALE),
    ],
)
def test_what_is_bad_on_paper_is_noticed(paper, html, script):
    paper.goto("about:blank")
    paper.set_content(f"<!doctype html>{html}")
    assert paper.evaluate(f"({script})().length") == 1
    paper.set_content("<p style='color: #222'>Text <pre>code</pre>")
    assert paper.evaluate(f"({script})().length") == 0


@pytest.mark.parametrize("path", KINDS)
def test_print_from_a_dark_screen_is_print_from_a_light_one(visitor, server, path):
    """To the byte; figures too."""
    prints = []
    for scheme in ("light", "dark"):
        visitor.emulate_media(color_scheme=scheme)
        visitor.goto(f"{server}/{path}")
        visitor.evaluate("(theme) => document.body.dataset.theme = theme", scheme)
        dates = rb"/(Creation|Mod)Date \(.*?\)"
        prints.append(re.sub(dates, b"", visitor.pdf(print_background=True)))
    visitor.emulate_media(color_scheme="light")
    assert len(prints[0]) > 10_000
    assert prints[0] == prints[1]


# -- A theme of the reader's own -----------------------------------------------------


def picture(page, address, theme):
    """Return a picture of a whole page in a theme, chosen by its button."""
    page.goto(address)
    button = page.locator(".theme-toggle")
    for _ in range(3):
        if page.locator("body").get_attribute("data-theme") == theme:
            break
        button.click()
    expect(page.locator("body")).to_have_attribute("data-theme", theme)
    page.evaluate("document.activeElement.blur(); localStorage.clear()")
    page.mouse.move(0, 0)
    return page.screenshot(full_page=True, mask=[button], animations="disabled")


@pytest.mark.parametrize(("system", "theme"), [("light", "dark"), ("dark", "light")])
@pytest.mark.parametrize("path", KINDS)
def test_a_chosen_theme_looks_like_that_of_the_system(
    visitor, server, path, system, theme
):
    """Down to the figures, which know only ``color-scheme``."""
    visitor.set_viewport_size({"width": 1440, "height": 800})
    visitor.emulate_media(color_scheme=theme)
    by_system = picture(visitor, f"{server}/{path}", "auto")
    visitor.emulate_media(color_scheme=system)
    assert picture(visitor, f"{server}/{path}", "auto") != by_system
    assert picture(visitor, f"{server}/{path}", theme) == by_system
    visitor.emulate_media(color_scheme="light")


@pytest.mark.parametrize("path", INNER)
def test_figures_follow_the_chosen_theme(visitor, server, path):
    """Each picture on each page, by the scheme that it is drawn in."""
    visitor.goto(f"{server}/{path}")
    for theme in ("dark", "light"):
        visitor.evaluate("(theme) => document.body.dataset.theme = theme", theme)
        schemes = visitor.locator("body, img").evaluate_all(
            "(all) => all.map((each) => getComputedStyle(each).colorScheme)"
        )
        assert set(schemes) == {theme}

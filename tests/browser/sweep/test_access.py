"""axe finds nothing on any page, at any width, in either theme."""

import pytest

from tests.browser import tools
from tests.browsing import paths, visit

WIDTHS = (320, 360, 768, 1440)
SCHEMES = ("light", "dark")
PAGES_WITH_MENUS = ("en/changelog.html", "zh-cn/examples_nn/two_layer_net_optim.html")

# The size of what is touched is a rule of WCAG 2.2, which axe leaves out unless asked.
# In the dark, only the rules about colours can say anything else than in the light.
AXE = """async (isDark) => {
  const drawn = () => new Promise(requestAnimationFrame);
  await drawn();  // in the first, the page takes in its new width
  await drawn();
  const options = { resultTypes: ["violations"] };
  if (isDark) options.runOnly = ["color-contrast", "link-in-text-block"];
  else options.rules = { "target-size": { enabled: true } };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) =>
    [id, node.target.join(" "), ...node.failureSummary.split(/\\s*\\n\\s*/).slice(1)]
      .join(": ")));
}"""
OPEN_DETAILS = "document.querySelectorAll('details').forEach((box) => box.open = true)"

BAD = """<!doctype html><html lang="en"><title>Bad</title>
<meta name="color-scheme" content="light dark">
<style>
.dark, .narrow { background: Canvas; color: CanvasText }
@media (prefers-color-scheme: dark) { .dark { color: #444; background: #222 } }
@media (max-width: 340px) { .narrow { color: #bbb; background: #fff } }
button { font-size: 8px; border: 0; padding: 0 }
</style>
<main><h1>Bad</h1><p class="dark">Dark</p><p class="narrow">Narrow</p>
<img src="data:,"><button>a</button><button>b</button></main>"""


@pytest.fixture(scope="module")
def judge():
    """Return the source of axe."""
    return (tools.folder_of("axe-core") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def visitor(browser):
    """Return one page for all tests, in which nothing is on its way."""
    with visit(browser, reduced_motion="reduce") as page:
        yield page


def faults(page, judge, widths=WIDTHS):
    """Return what axe finds at each width and in each theme, a line of text each."""
    page.evaluate(judge)  # not as an element of the page: its policy would stop that
    page.evaluate(OPEN_DETAILS)
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for fault in page.evaluate(AXE, scheme == "dark"):
                found.append(f"{width} px, {scheme}: {fault}")
    return "\n".join(found)


@pytest.mark.parametrize("path", paths())
def test_axe_finds_nothing(visitor, server, judge, path):
    visitor.goto(f"{server}/{path}")
    found = faults(visitor, judge)
    assert not found, found


@pytest.mark.parametrize("menu", ["site-menu", "page-menu"])
@pytest.mark.parametrize("path", PAGES_WITH_MENUS)
def test_axe_finds_nothing_in_an_open_menu(visitor, server, judge, path, menu):
    visitor.set_viewport_size({"width": 360, "height": 800})
    visitor.goto(f"{server}/{path}")
    visitor.locator(f"button[popovertarget={menu}]").click()
    assert visitor.locator(f"#{menu}:popover-open").is_visible()
    found = faults(visitor, judge, widths=[360])
    assert not found, found


def test_axe_finds_what_is_bad(visitor, judge):
    """At each width and in each theme what is bad there."""
    visitor.goto("about:blank")
    visitor.set_content(BAD)
    found = faults(visitor, judge).split("\n")
    contrast = [line for line in found if ": color-contrast: " in line]
    assert [line.split(": color")[0] for line in contrast if ".dark" in line] == [
        f"{width} px, dark" for width in WIDTHS
    ]
    assert [line.split(": color")[0] for line in contrast if ".narrow" in line] == [
        "320 px, light",
        "320 px, dark",
    ]
    for rule in ("image-alt", "target-size"):
        assert {line.split(f": {rule}")[0] for line in found if rule in line} == {
            f"{width} px, light" for width in WIDTHS
        }

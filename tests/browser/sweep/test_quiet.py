"""Pages are at rest: nothing fails, nothing jumps, nothing sticks out."""

from urllib.parse import urlsplit

import pytest

from tests.browsing import BASE, built_site, paths, visit
from tests.serving import serve

# Runs before the page does, so that nothing is missed.
WATCH = """
window.seen = [];
document.addEventListener("securitypolicyviolation", (event) => seen.push(
  `against the policy: ${event.violatedDirective}: ${event.blockedURI} ` +
  `in line ${event.lineNumber}`));
const note = (entries) => entries.forEach(({ value, sources }) => seen.push(
  `layout shift: ${value}: ` +
  sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.data)));
window.shifts = new PerformanceObserver((list) => note(list.getEntries()));
shifts.observe({ type: "layout-shift", buffered: true });
window.noteShifts = () => note(shifts.takeRecords());
"""

# Goes to the end of the page and back, in steps, as whatever is loaded late needs.
SCROLL = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const end = document.documentElement.scrollHeight;
  for (let y = 0; y < end; y += innerHeight) {
    scrollTo(0, y);
    await frame();
  }
  scrollTo(0, 0);
  for (let i = 0; i < 5; i++) await frame();
  noteShifts();
  return seen;
}"""

# What makes a page wider than the screen: not what has a scroll bar of its own.
WIDER = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const scrolls = (element) => {
    const up = element.parentElement;
    return up !== document.documentElement && (
      getComputedStyle(up).overflowX !== "visible" || scrolls(up));
  };
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    element.getBoundingClientRect().right > clientWidth && !scrolls(element));
  const names = wide.map((each) => each.outerHTML.split("\\n")[0].slice(0, 80));
  return [`${scrollWidth} px wide: ${names.slice(-3).join(" … ") || "?"}`];
}"""


def disturbances(page, address, path, missed):
    """Return all that is not as it should be while a page is opened and scrolled."""
    found = []
    page.add_init_script(WATCH)
    page.on("console", lambda message: found.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((f"{address}/", "data:", "blob:"))
            or found.append(f"another host: {urlsplit(request.url).netloc}")
        ),
    )
    page.on(
        "requestfailed",
        lambda request: found.append(f"failed: {request.url}: {request.failure}"),
    )
    page.on(
        "response",
        lambda response: (
            response.ok or found.append(f"{response.status}: {response.url}")
        ),
    )
    page.goto(f"{address}/{path}")
    found += page.evaluate(SCROLL)
    page.wait_for_load_state("networkidle")
    found += [f"missing: {each}" for each in missed]  # an icon is asked for in secret
    return "\n".join(found)


def wider(page, sizes):
    """Return what is wider than the screen at some widths in px, and with large text.

    A page zoomed to 200 % is one of half the width in px. Large text is the reader's
    own setting, which rules for the width in ``em`` know too.
    """
    found = []
    for width in sizes:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width} px: {each}" for each in page.evaluate(WIDER)]
    page.set_viewport_size({"width": 1280, "height": 800})
    settings = page.context.new_cdp_session(page)
    settings.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    found += [f"1280 px, text of 200 %: {each}" for each in page.evaluate(WIDER)]
    settings.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
    return "\n".join(found)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
@pytest.mark.parametrize("path", paths())
def test_nothing_disturbs(browser, path, width, scheme):
    """No message, failure, other host, layout shift or violation, on a first visit."""
    missed = []
    size = {"width": width, "height": 800}
    with (
        serve(built_site(), missed=missed, base=BASE) as address,
        visit(browser, viewport=size, color_scheme=scheme) as page,
    ):
        found = disturbances(page, address, path, missed)
    assert not found, found


@pytest.fixture(scope="module")
def visitor(browser):
    """Return one page for all tests, on a screen of twice the pixels."""
    with visit(browser, device_scale_factor=2) as page:
        yield page


@pytest.mark.parametrize("path", paths())
def test_no_page_scrolls_sideways(visitor, server, path):
    """Not at any width, not zoomed to 200 %, not with text of twice the size."""
    visitor.goto(f"{server}/{path}")
    found = wider(visitor, (320, 360, 720, 768, 1440))
    assert not found, found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<script>console.info('hello')</script>", "console: hello"),
        ("<script>nothing()</script>", "error: nothing is not defined"),
        ("<img src='http://localhost:9/a.png'>", "another host: localhost:9"),
        ("<img src='/no.png'>", "missing: /no.png"),
        ("<link rel='icon' href='/no.svg'>", "missing: /no.svg"),
        ("<img src='/a.png' loading='lazy' style='margin-top: 9000px'>", "/a.png"),
        ("<base href='/'>", "against the policy: base-uri"),
        (
            "<script>setTimeout(() => document.querySelector('p')"
            ".style.marginTop = '99px', 50)</script>",
            "layout shift: 0.",
        ),
    ],
)
def test_what_disturbs_is_noticed(browser, tmp_path, html, found):
    icon = "" if "icon" in html else "<link rel='icon' href='data:,'>"
    (tmp_path / "404.html").write_text("missing")
    (tmp_path / "_headers").write_text(
        "/*\n  Content-Security-Policy: base-uri 'none'\n"
    )
    (tmp_path / "a.html").write_text(f"<!doctype html>{icon}{html}<p>Text</p>" * 2)
    missed = []
    with serve(tmp_path, missed=missed) as address, visit(browser) as page:
        assert found in disturbances(page, address, "a.html", missed)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p style='width: 330px'>", ["320 px: 338 px wide: <p style"]),
        ("<p style='width: 41rem'>", ["320 px", "1280 px, text of 200 %"]),
        ("<div style='overflow: auto'><p style='width: 9000px'>", []),
    ],
)
def test_what_is_too_wide_is_noticed(visitor, html, found):
    visitor.goto("about:blank")
    visitor.set_content(f"<!doctype html><meta name=viewport>{html}Text")
    lines = wider(visitor, (320, 768)).splitlines()
    assert len(lines) == len(found)
    for line, start in zip(lines, found, strict=True):
        assert line.startswith(start)

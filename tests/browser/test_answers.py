"""Answers under "Try it" open by keyboard, without JavaScript, and on paper."""

import pytest
from languages import LANGUAGES
from playwright.sync_api import expect

from tests.conftest import EXAMPLES

FOLDERS = [language.folder for language in LANGUAGES]
FOCUSED = "document.activeElement"
TABS = 200  # more than a page has places for the focus


@pytest.fixture(params=FOLDERS)
def address(request, server):
    """Return the address of the first example in one language after the other."""
    return f"{server}/{request.param}/{EXAMPLES[0]}.html"


def answers(page):
    """Return the answers of a page; there are three."""
    found = page.locator("details.answer")
    expect(found).to_have_count(3)
    return found


def is_seen(answer):
    """Return whether the text of an answer is laid out and not hidden."""
    text = answer.locator("p").last
    return text.evaluate("text => text.checkVisibility()")


def tab_to(page, answer):
    """Press Tab until the summary of an answer has the focus."""
    summary = answer.locator("summary").element_handle()
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate(f"summary => {FOCUSED} === summary", summary):
            return
    raise AssertionError("the focus never came to the summary")


def test_an_answer_opens_and_closes_by_keyboard(page, address):
    """Tab leads to it; Enter opens it, Space closes it; the others stay closed."""
    page.goto(address)
    first, second, third = answers(page).all()
    assert [is_seen(each) for each in (first, second, third)] == [False] * 3
    tab_to(page, second)
    outline = page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert [is_seen(each) for each in (first, second, third)] == [False, True, False]
    page.keyboard.press("Space")
    assert not is_seen(second)


def test_an_answer_opens_without_javascript(browser, address):
    """It is an element of HTML."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    first = answers(page).first
    expect(first.locator("p").last).to_be_hidden()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.locator("p").last).to_be_visible()
    context.close()


def test_a_printed_page_has_its_answers(page, address):
    """They take their room on paper, whether the reader has opened them or not."""
    page.goto(address)
    found = answers(page).all()
    before = [answer.bounding_box()["height"] for answer in found]
    page.emulate_media(media="print")
    assert [is_seen(answer) for answer in found] == [True] * 3
    heights = [answer.bounding_box()["height"] for answer in found]
    assert all(new > old + 10 for new, old in zip(heights, before, strict=True))
    page.emulate_media(media="screen")
    assert [is_seen(answer) for answer in found] == [False] * 3


@pytest.mark.parametrize(
    ("folder", "words"), [("en", "grows without bound"), ("zh-cn", "损失无限增大")]
)
def test_a_link_to_words_of_an_answer_opens_it(page, server, folder, words):
    """As the browser's own search does."""
    page.goto(f"{server}/{folder}/{EXAMPLES[0]}.html#:~:text={words}")
    expect(answers(page).first).to_have_attribute("open", "")
    expect(answers(page).last).not_to_have_attribute("open", "")


@pytest.mark.parametrize("width", [320, 360, 1440])
def test_a_summary_is_large_enough_to_touch(page, address, width):
    """At least 24 pixels each way (WCAG 2.5.8), and nothing sticks out of the page."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    for answer in answers(page).all():
        answer.locator("summary").click()
        box = answer.locator("summary").bounding_box()
        assert min(box["width"], box["height"]) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") <= width

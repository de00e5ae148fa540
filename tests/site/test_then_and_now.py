"""The page for those who come with an error message, against what is really printed."""

import re

import pytest
from languages import SOURCE

PAGE = "then_and_now.html"
PROGRAMS = [
    "examples_compare/then_and_now.html",
    "examples_compare/then_and_now_tensorflow.html",
]
LISTS = ("errors", "warnings", "no-message")
MESSAGE = re.compile(r"^\w+(?:Error|Warning): ", re.M)


def plain(text):
    """Return a text with all its white space as single blanks."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def rows(pages):
    """Return the items of the page: list, messages, place and text of each.

    A place is the program and the anchor to which an item links.
    """
    found = []
    for name in LISTS:
        section = pages[PAGE].find("section", id=name)
        for item in section.select("ul > li"):
            first, *rest = item.find_all("p")
            codes = first.find_all("code") if rest else []
            messages = [plain(code.get_text()) for code in codes]
            (link,) = item.find_all("a")
            found.append((name, messages, link["href"], plain(item.get_text())))
    return found


@pytest.fixture(scope="module")
def printed(pages):
    """Return what the programs print, by the place of the section that prints it."""
    sections = {}
    for program in PROGRAMS:
        for heading in pages[program].find("article").find_all("h3"):
            section = heading.find_parent("section")
            outputs = section.select(".sphx-glr-script-out pre")
            anchor = section.find(id=re.compile("^then-"))["id"]
            text = "\n".join(output.get_text() for output in outputs)
            sections[f"{program}#{anchor}"] = text
    return sections


def test_every_construct_has_a_row_and_every_row_a_construct(rows, printed):
    """The programs' sections are the same as the places that the page links to."""
    assert {place for _, _, place, _ in rows} == set(printed)
    assert len(printed) > 30


def test_every_quoted_message_is_printed(rows, printed):
    """What the page quotes stands in the output of the section that it links to."""
    quoted = 0
    for _, messages, place, text in rows:
        for message in messages:
            assert message in plain(printed[place]), text
            quoted += 1
    assert quoted > 30


def test_every_printed_message_is_quoted(rows, printed):
    """Each warning and error in the programs' output can be found on the page."""
    found = 0
    for place, output in printed.items():
        quotes = [m for _, messages, to, _ in rows if to == place for m in messages]
        for start in MESSAGE.finditer(output):
            message = plain(output[start.start() :])
            assert message.startswith(tuple(quotes)), message[:80]
            found += 1
    assert found > 30


def test_errors_and_warnings_have_a_message_and_stand_in_order(rows, language):
    """A reader can look a message up; what is silent has none."""
    for name in LISTS:
        items = [(messages, text) for at, messages, _, text in rows if at == name]
        assert all(bool(messages) is (name != "no-message") for messages, _ in items)
        found = [[m.casefold() for m in messages] for messages, _ in items]
        assert found == sorted(found), name
        texts = [text.casefold() for _, text in items]
        assert texts == sorted(texts) or language != SOURCE, name


def test_the_kind_of_a_message_decides_its_list(rows):
    """Errors are among the errors, and warnings among the warnings."""
    for name, messages, _, text in rows:
        if name == "errors":
            assert re.match(r"\w+Error: ", messages[0]), text
        elif name == "warnings":
            assert re.match(r"\w+Warning: |disable_resource_var", messages[0]), text

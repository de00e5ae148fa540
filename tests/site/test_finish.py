"""Before it is published the site loses what no page needs, and nothing else."""

import base64
import hashlib
import re

import finish
import pytest
from stylesheet import needed

PAGE = '<body class="page" data-theme="dark"><p id="a"><b>b</b></p><dialog></dialog>'
SCRIPT = 'box.className = "made"; document.querySelector(".found");'
RULES = {  # a rule, and whether it is needed
    "p{top:0}": True,
    "i{top:0}": False,
    "p>b{top:0}": True,
    "b>p{top:0}": False,
    "#a{top:0}": True,
    "#b{top:0}": False,
    "p:hover::before{top:0}": True,
    "i:hover::before{top:0}": False,
    "body[data-theme=light] b{top:0}": True,
    "body[data-theme=light] i{top:0}": False,
    "dialog:not(:popover-open){top:0}": True,
    "b:lang(zh){top:0}": True,
    ".made b{top:0}": True,
    ".made{top:0}": True,
    ".found i{top:0}": False,
    "i:unknown(x){top:0}": True,  # who cannot tell keeps it
    "@media print{b{top:0}}": True,
    "@media print{i{top:0}}": False,
    "@font-face{font-family:x;src:local(x)}": True,
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stays_if_something_could_match(rule):
    expected = rule if RULES[rule] else ""
    found = needed(rule, [PAGE], [SCRIPT])
    assert found.replace("::before", ":before") == expected.replace("::", ":")


def test_of_several_selectors_those_stay_that_match():
    assert needed("p,i,b{top:0}", [PAGE], []) == "p,b{top:0}"


def test_a_variable_stays_if_it_is_used():
    """Also one that only another variable uses, but no icon of a box."""
    style = (
        "p{--used:var(--two);--two:2px;--unused:var(--three);--three:3px;"
        "--icon-x:url(x.svg);top:var(--used);mask:var(--icon-x)}"
    )
    assert needed(style, [PAGE], []) == (
        "p{--used:var(--two);--two:2px;top:var(--used);mask:var(--icon-x)}"
    )


def test_a_file_stays_if_a_page_leads_to_it(tmp_path):
    """By way of scripts and styles too."""
    static = tmp_path / "en" / "_static"
    (static / "deep").mkdir(parents=True)
    (tmp_path / "en" / "page.html").write_text('<script src="_static/one.js">')
    for name, text in {
        "one.js": 'load("two.js")',
        "two.js": "",
        "three.js": 'load("four.js")',
        "four.js": 'load("three.js")',
        "deep/five.css": "",
    }.items():
        (static / name).write_text(text)
    finish.remove_unused(static)
    assert sorted(path.name for path in static.rglob("*")) == ["one.js", "two.js"]


def test_every_page_allows_its_own_style_and_script_and_no_others(pages):
    for name, page in pages.items():
        policy = page.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
        allowed = re.findall(r"'sha256-([^']+)'", policy)
        inline = [*page.select("script:not([src], [type])"), *page.select("style")]
        digests = [hashlib.sha256(each.string.encode()).digest() for each in inline]
        assert allowed == [base64.b64encode(each).decode() for each in digests], name
